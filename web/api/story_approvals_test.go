package api_test

import (
	"context"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// approve sets rules, asks, agrees and refuses, and looks at the budget and the notices.
func (s *story) approve() {
	s.t.Helper()
	w, dep := s.w, string(s.w.department.ID)
	boss := client(w, s.url, approver)
	rules, err := boss.SetRulesWithResponse(s.ctx, dep, nil, contract.NewRules{AskAlways: new(true), LongestSeconds: new(int64(86400)), BudgetPence: new(int64(50000))})
	set := told(w, rules.JSON200, err, rules.Body)
	read, err := s.official.GetRulesWithResponse(s.ctx, dep)
	if got := told(w, read.JSON200, err, read.Body); !got.AskAlways || got.Revision != set.Revision {
		s.t.Errorf("the rules are %+v", got)
	}
	refused := s.ask("first")
	no, err := boss.RefuseWithResponse(s.ctx, refused.Id, nil, contract.Because{Why: "Not this month."})
	if got := told(w, no.JSON200, err, no.Body); got.State != contract.ApprovalRefused || *got.Reason != "Not this month." {
		s.t.Errorf("refused it is %+v", got)
	}
	asked := s.ask("second")
	one, err := boss.GetApprovalWithResponse(s.ctx, asked.Id)
	if got := told(w, one.JSON200, err, one.Body); !got.MayDecide || got.Rule != "always" {
		s.t.Errorf("the approver sees %+v", got)
	}
	yes, err := boss.AgreeWithResponse(s.ctx, asked.Id, nil, contract.Because{Why: "Go ahead."})
	told(w, yes.JSON200, err, yes.Body)
	trial, err := s.official.GetTrialWithResponse(s.ctx, asked.Trial)
	lease := told(w, trial.JSON200, err, trial.Body).Entries[0].Sandbox.Id
	w.await(den.ID(lease), den.Live)
	more, err := s.official.AskForMoreWithResponse(s.ctx, lease, nil, contract.Extension{BySeconds: new(int64(86400)), Why: new("A second session.")})
	if got := told(w, more.JSON201, err, more.Body); got.Kind != contract.ApprovalOfExtension || got.State != contract.ApprovalOpen {
		s.t.Errorf("asked for more: %+v", got)
	}
	list, err := boss.ListApprovalsWithResponse(s.ctx, &contract.ListApprovalsParams{State: new(contract.ApprovalOpen)})
	if got := told(w, list.JSON200, err, list.Body); len(got.Items) != 1 {
		s.t.Errorf("open are %+v", got)
	}
	spent, err := s.official.GetBudgetWithResponse(s.ctx, dep)
	if got := told(w, spent.JSON200, err, spent.Body); got.BudgetPence != 50000 || got.Sandboxes == 0 || len(got.Sizes) == 0 {
		s.t.Errorf("the budget is %+v", got)
	}
	s.notices(boss)
}

// ask starts a trial that needs an approver.
func (s *story) ask(name string) contract.Approval {
	s.t.Helper()
	made, err := s.official.AddTrialWithResponse(s.ctx, nil, contract.NewTrial{
		Name: new(name), Question: new("Which?"), Releases: &[]string{s.releases[0]}, LengthSeconds: new(int64(3600)),
		Hours: &contract.Hours{Days: []contract.Weekday{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}, From: "00:00", To: "24:00"},
	})
	trial := told(s.w, made.JSON201, err, made.Body)
	draft, err := s.official.GetTrialWithResponse(s.ctx, trial.Id)
	if got := told(s.w, draft.JSON200, err, draft.Body); got.Ruling == nil || got.Ruling.Verdict != contract.RulingNeedsApprover {
		s.t.Errorf("before the start it is said %+v", got.Ruling)
	}
	started, err := s.official.StartTrialWithResponse(s.ctx, trial.Id, nil)
	box := told(s.w, started.JSON202, err, started.Body).Entries[0].Sandbox
	if box.Phase != "requested" || box.Approval == nil || box.LapsesAt == nil || !box.LapsesAt.After(time.Now().Add(5*24*time.Hour-time.Hour)) {
		s.t.Fatalf("it does not wait: %+v", box)
	}
	read, err := s.official.GetApprovalWithResponse(s.ctx, *box.Approval)
	return told(s.w, read.JSON200, err, read.Body)
}

func (s *story) notices(boss *contract.ClientWithResponses) {
	s.t.Helper()
	list, err := boss.ListNoticesWithResponse(s.ctx, nil)
	wanted := 0
	for _, n := range told(s.w, list.JSON200, err, list.Body).Items {
		if n.Kind == contract.NoticeApprovalWanted && !n.Read {
			wanted++
		}
	}
	if wanted != 3 {
		s.t.Errorf("the approver was told of %d requests", wanted)
	}
	left, err := boss.ReadNoticesWithResponse(s.ctx, contract.ReadNotices{})
	if got := told(s.w, left.JSON200, err, left.Body); got.Unread != 0 {
		s.t.Errorf("%d are left to read", got.Unread)
	}
	saved, err := boss.SetNoticeChoicesWithResponse(s.ctx, nil, contract.NewNoticeChoices{Quiet: &[]contract.QuietOf{{Channel: contract.ByMail, Kinds: []contract.NoticeKind{contract.NoticeReady}}}})
	told(s.w, saved.JSON200, err, saved.Body)
	choices, err := boss.GetNoticeChoicesWithResponse(s.ctx)
	if got := told(s.w, choices.JSON200, err, choices.Body); len(got.Quiet) != 1 || got.Quiet[0].Kinds[0] != contract.NoticeReady {
		s.t.Errorf("the choices are %+v", got)
	}
	d := den.Delivery{ID: s.w.id(den.KindDelivery), Person: s.w.people[member].ID, Channel: den.ByMail, State: den.DeliveryDead, MadeAt: time.Now(), DoneAt: time.Now(), Said: "No such mailbox."}
	s.w.must(s.w.db.Update(context.Background(), func(tx den.Tx) error { _, err := tx.Deliveries().Put(d); return err }))
	dead, err := s.ops.ListDeliveriesWithResponse(s.ctx, nil)
	if got := told(s.w, dead.JSON200, err, dead.Body); len(got.Items) != 1 || *got.Items[0].Detail != "No such mailbox." {
		s.t.Errorf("given up: %+v", got)
	}
	again, err := s.ops.RetryDeliveryWithResponse(s.ctx, string(d.ID))
	if got := told(s.w, again.JSON200, err, again.Body); got.State != contract.DeliveryWaits {
		s.t.Errorf("tried again it is %+v", got)
	}
}

// A department without rules starts at once, and nobody decides on their own request.
func TestNobodyAgreesToTheirOwnRequest(t *testing.T) {
	w := newWorld(t)
	w.run()
	rules := "/departments/" + string(w.department.ID) + "/rules"
	w.ask(question{approver, "PUT", rules, hash{"ask_always": true}, nil}).is(200)
	v, err := w.o.AddTrial(context.Background(), w.act(approver), den.NewTrial{Question: "Which?", Releases: []den.ID{w.releases[0].ID}})
	w.must(err)
	started := into[contract.Trial](w.ask(question{approver, "POST", "/trials/" + string(v.ID) + "/start", nil, nil}).is(202))
	path := "/approvals/" + *started.Entries[0].Sandbox.Approval
	if a := w.ask(question{approver, "POST", path + "/agree", hash{"why": "Because."}, nil}); a.status != 403 {
		t.Errorf("the approver agreed to their own request: %d %s", a.status, a.body)
	}
	w.ask(question{operator, "POST", path + "/agree", hash{"why": "Because."}, nil}).is(200)
	if a := w.ask(question{operator, "POST", path + "/refuse", hash{"why": "Because."}, nil}); a.status != 409 {
		t.Errorf("a second decision is %d", a.status)
	}
	w.await(den.ID(started.Entries[0].Sandbox.Id), den.Live)
}
