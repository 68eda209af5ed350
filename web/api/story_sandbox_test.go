package api_test

import (
	"context"
	"encoding/json"
	"time"

	"innovationden/web/api/contract"
)

// live follows the trial until both products can be opened, then tries every verb.
func (s *story) live() {
	w, ctx := s.w, s.ctx
	for live := 0; live < 2; {
		e, open := next(s.t, s.events)
		if !open || e.name != "trial" {
			s.t.Fatalf("the stream says %+v", e)
		}
		w.must(json.Unmarshal([]byte(e.data), &s.trial))
		live = 0
		for _, one := range s.trial.Entries {
			if one.Sandbox != nil && one.Sandbox.Phase == contract.PhaseLive {
				live++
			}
		}
	}
	box := s.trial.Entries[0].Sandbox
	if box.Url == "" || box.LaunchMs == nil || *box.LaunchMs <= 0 {
		s.t.Errorf("the sandbox is %+v", box)
	}
	list, err := s.vendor.ListSandboxesWithResponse(ctx, nil)
	told(w, list.JSON200, err, list.Body)
	use, err := s.official.GetSandboxUseWithResponse(ctx, s.trial.Entries[1].Sandbox.Id)
	if got := told(w, use.JSON200, err, use.Body); got.MemoryBytes != 2<<20 {
		s.t.Errorf("it uses %d bytes", got.MemoryBytes)
	}
	log, err := s.judge.GetSandboxLogWithResponse(ctx, s.trial.Entries[1].Sandbox.Id, nil)
	w.must(err)
	if string(log.Body) != "hello\n" {
		s.t.Errorf("it printed %q", log.Body)
	}
	mails, err := s.judge.ListMailsWithResponse(ctx, s.trial.Entries[1].Sandbox.Id)
	if got := told(w, mails.JSON200, err, mails.Body); len(got.Items) != 0 {
		s.t.Errorf("a product that may send no mail sent %v", got.Items)
	}
	s.followLog(s.trial.Entries[1].Sandbox.Id)
	watch, err := s.vendor.WatchSandbox(ctx, box.Id, nil)
	s.box = listen(s.t, watch, err)
	until := func(what string, is func(contract.Sandbox) bool) {
		for {
			e, open := next(s.t, s.box)
			if !open {
				s.t.Fatalf("the stream ended before %s", what)
			}
			var now contract.Sandbox
			w.must(json.Unmarshal([]byte(e.data), &now))
			if is(now) {
				return
			}
		}
	}
	phase := func(p contract.Phase) func(contract.Sandbox) bool {
		return func(b contract.Sandbox) bool { return b.Phase == p }
	}
	pause, err := s.official.PauseSandboxWithResponse(ctx, box.Id, nil)
	told(w, pause.JSON202, err, pause.Body)
	until("the pause", phase(contract.PhasePaused))
	resume, err := s.official.ResumeSandboxWithResponse(ctx, box.Id, nil)
	told(w, resume.JSON202, err, resume.Body)
	until("going on", phase(contract.PhaseLive))
	again, err := s.vendor.RestartSandboxWithResponse(ctx, box.Id, nil, contract.Reason{Why: new("A new start.")})
	told(w, again.JSON202, err, again.Body)
	until("the second start", func(b contract.Sandbox) bool { return b.Phase == contract.PhaseLive && b.Lost })
	longer, err := s.official.ExtendSandboxWithResponse(ctx, box.Id, nil, contract.Extension{BySeconds: new(int64(3600))})
	if got := told(w, longer.JSON200, err, longer.Body); !got.EndsAt.Equal(box.EndsAt.Add(time.Hour)) {
		s.t.Errorf("it ends at %s", got.EndsAt)
	}
	all, err := s.official.ExtendTrialWithResponse(ctx, s.trial.Id, nil, contract.Extension{BySeconds: new(int64(60))})
	told(w, all.JSON200, err, all.Body)
	now, err := s.vendor.GetSandboxWithResponse(ctx, box.Id)
	told(w, now.JSON200, err, now.Body)
}

// followLog reads the first event of a log that is followed, and leaves.
func (s *story) followLog(id string) {
	s.t.Helper()
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	watch, err := s.judge.WatchSandboxLog(ctx, id, nil)
	e, open := next(s.t, listen(s.t, watch, err))
	if !open || e.name != "log" || e.data != `"hello\n"` {
		s.t.Errorf("the log that is followed says %+v", e)
	}
}

// end removes one sandbox, then the rest; the stream of the trial closes by itself.
func (s *story) end() {
	w, ctx := s.w, s.ctx
	one, err := s.official.EndSandboxWithResponse(ctx, s.trial.Entries[0].Sandbox.Id, nil, contract.Reason{Why: new("Enough seen.")})
	told(w, one.JSON202, err, one.Body)
	rest, err := s.official.EndTrialWithResponse(ctx, s.trial.Id, nil, contract.Reason{})
	told(w, rest.JSON202, err, rest.Body)
	for {
		e, open := next(s.t, s.events)
		if !open {
			break
		}
		w.must(json.Unmarshal([]byte(e.data), &s.trial))
	}
	for open := true; open; {
		_, open = next(s.t, s.box)
	}
	if s.trial.State != contract.Finished {
		s.t.Errorf("the stream ended with the trial %s", s.trial.State)
	}
	for _, e := range s.trial.Entries {
		got, err := s.vendor.GetReceiptWithResponse(ctx, e.Sandbox.Id)
		if r := told(w, got.JSON200, err, got.Body); r.Left != 0 || len(r.Looks) != 2 || len(r.Found.Containers) == 0 || r.Reason != contract.EndReasonAsked {
			s.t.Errorf("the receipt is %+v", r)
		}
	}
	all, err := s.official.ListReceiptsWithResponse(ctx, s.trial.Id, nil)
	if got := told(w, all.JSON200, err, all.Body); len(got.Items) != 2 {
		s.t.Errorf("there are %d receipts", len(got.Items))
	}
}
