package orchestrator_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// renewals is a running trial of two products and everybody who has to do with a new
// release in it.
type renewals struct {
	*rig
	trial  den.TrialView
	entry  den.Entry
	seller den.Actor
	next   den.ID
}

func newRenewals(t *testing.T, draft den.NewTrial) *renewals {
	t.Helper()
	r := &renewals{rig: newRig(t)}
	r.run()
	draft.Question, draft.Length, draft.Releases = "Which one?", 2*time.Hour, []den.ID{r.release("one", fake.Behaviour{}), r.release("two", fake.Behaviour{})}
	if draft.Blind {
		draft.Evaluators = []den.ID{r.person("Zoe", den.Evaluator, "tri_000000000000").ID}
	}
	v, err := r.o.AddTrial(t.Context(), r.member, draft)
	r.must(err)
	r.trial, err = r.o.StartTrial(t.Context(), r.member, v.Trial.ID, 0, den.Once{})
	r.must(err)
	r.entry = r.trial.Trial.Entries[0]
	for _, e := range r.trial.Trial.Entries {
		r.phase(e.Lease, den.Live, time.Minute)
	}
	r.seller = r.person("Kasia", den.SupplierMember, r.supplier.ID)
	r.next = r.asking("next", den.Ways{})
	return r
}

// asking makes a release that asks for ways out.
func (r *renewals) asking(name string, w den.Ways) den.ID {
	r.t.Helper()
	r.engine.AddImage(sandbox.Image{Names: []string{name}, Ports: []int{8080}}, fake.Behaviour{})
	one, err := r.o.AddRelease(context.Background(), den.System(), den.NewRelease{Product: r.product.ID, Version: name, Image: name, Asks: w, Notes: "Faster."})
	r.must(err)
	return one.ID
}

func (r *renewals) propose(id den.ID) {
	r.t.Helper()
	_, err := r.o.Propose(context.Background(), r.seller, r.entry.Lease, den.NewRenewal{Release: id, Why: "It mends the calendar."})
	r.must(err)
}

func (r *renewals) agree(who den.Actor, w den.Ways) error {
	_, err := r.o.AgreeRenewal(context.Background(), who, r.entry.Lease, den.RenewalDecision{Why: "The calendar did not work.", Opens: w})
	return err
}

func (r *renewals) now() den.Entry {
	r.t.Helper()
	v, err := r.o.Trial(context.Background(), r.member, r.trial.Trial.ID)
	r.must(err)
	return v.Trial.Entries[0]
}

func (r *renewals) save(who den.Actor) {
	r.t.Helper()
	_, err := r.o.SaveAssessment(context.Background(), who, den.NewAssessment{Trial: r.trial.Trial.ID, Entry: r.entry.ID, Submit: true, Scores: map[string]den.Score{
		"ease": {Mark: mark(4), Reason: "Easy."}, "fit": {Mark: mark(4), Reason: "Fits."}}})
	r.must(err)
}

// What the department agrees to amends the protocol, ends the old sandbox with its
// receipt, starts a new one for the rest of the time, and marks what was scored before.
func TestANewReleaseIsAgreedTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRenewals(t, den.NewTrial{})
		ctx := t.Context()
		ann, bob := r.person("Ann", den.Evaluator, r.trial.Trial.ID), r.person("Bob", den.Evaluator, r.trial.Trial.ID)
		r.declare(r.trial.Trial.ID, ann, bob)
		r.save(ann)
		old := r.lease(r.entry.Lease)
		elapse(30 * time.Minute)
		r.propose(r.next)
		v, err := r.o.Renewals(ctx, r.member, old.ID)
		r.must(err)
		if len(v.Items) != 1 || v.Items[0].Was.Version != "one" || v.Items[0].Now.Version != "next" || v.Items[0].Now.Notes != "Faster." || v.Items[0].Why != "It mends the calendar." ||
			v.Items[0].AskedName != "Kasia" || !v.May[den.SetUpTrial] || v.May[den.OfferProduct] {
			t.Errorf("the department sees %+v", v)
		}
		if r.now().Lease != old.ID || r.lease(old.ID).EndAsked != nil {
			t.Error("a proposal alone changed the trial")
		}
		r.must(r.agree(r.member, den.Ways{}))
		e := r.now()
		if e.Release != r.next || e.Lease == old.ID || e.Label != r.entry.Label || e.ID != r.entry.ID {
			t.Fatalf("the entry is %+v", e)
		}
		l := r.phase(e.Lease, den.Live, time.Minute)
		if !l.EndsAt.Equal(old.EndsAt) || !l.LatestEnd.Equal(old.LatestEnd) || l.Release != r.next || l.Name == old.Name {
			t.Errorf("the new lease is %+v, the old one %+v", l, old)
		}
		r.phase(old.ID, den.Ended, time.Minute)
		if receipt, err := r.o.Receipt(ctx, r.member, old.ID); err != nil || receipt.Left != 0 {
			t.Errorf("the receipt: %+v, %v", receipt, err)
		}
		r.save(bob)
		r.checkRenewed(ctx, ann.ID, old.ID)
	})
}

// checkRenewed looks at protocol, assessments, report and record after a renewal.
func (r *renewals) checkRenewed(ctx context.Context, earlier, old den.ID) {
	p, err := r.o.Protocol(ctx, r.member, r.trial.Trial.ID)
	r.must(err)
	if len(p.Amendments) != 1 || p.Amendments[0].What != "release" || p.Amendments[0].Why != "The calendar did not work." || p.Amendments[0].Protocol == p.Hash ||
		!strings.Contains(p.Amendments[0].From, ": release one") || !strings.Contains(p.Amendments[0].To, ": release next") {
		r.t.Errorf("amended: %+v", p.Amendments)
	}
	v, err := r.o.Trial(ctx, den.System(), r.trial.Trial.ID)
	r.must(err)
	for _, a := range v.Assessments {
		if a.Earlier != (a.Evaluator == earlier) || a.Earlier && a.Version != "one" || !a.Earlier && a.Version != "" {
			r.t.Errorf("%s scored an earlier release: %v, %q", a.EvaluatorName, a.Earlier, a.Version)
		}
	}
	doc, err := r.o.Report(ctx, den.System(), r.trial.Trial.ID)
	r.must(err)
	var of []string
	for _, g := range doc.Scores[0].Given {
		of = append(of, g.Release)
	}
	slices.Sort(of)
	if !slices.Equal(of, []string{"", "one"}) || doc.Entries[0].Version != "next" || len(doc.Amendments) != 1 {
		r.t.Errorf("the report says %q, %+v, %+v", of, doc.Entries[0], doc.Amendments)
	}
	if !slices.ContainsFunc(doc.Receipts, func(one den.ReportReceipt) bool { return one.Lease == old }) {
		r.t.Errorf("the report has no receipt of the first sandbox: %+v", doc.Receipts)
	}
	page, err := r.o.Events(ctx, r.member, den.Filter{Subject: old, Limit: 100})
	r.must(err)
	var acts []string
	for _, e := range page.Items {
		if strings.HasPrefix(e.Act, "renewal.") {
			acts = append(acts, e.Act)
		}
	}
	slices.Sort(acts)
	if !slices.Equal(acts, []string{"renewal.agreed", "renewal.proposed"}) {
		r.t.Errorf("the record says %q", acts)
	}
}

// The other ways that a proposal ends change nothing but the proposal.
func TestANewReleaseIsRefusedWithdrawnOrLapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRenewals(t, den.NewTrial{})
		ctx := t.Context()
		state := func(want den.RequestState) {
			t.Helper()
			e := r.now()
			if got := e.Renewals[len(e.Renewals)-1].State; got != want || e.Lease != r.entry.Lease || e.Release != r.entry.Release {
				t.Errorf("it is %s, not %s: %+v", got, want, e)
			}
		}
		r.propose(r.next)
		if _, err := r.o.Propose(ctx, r.seller, r.entry.Lease, den.NewRenewal{Release: r.next, Why: "Again."}); den.KindOf(err) != den.Conflict {
			t.Errorf("a second one at once: %v", err)
		}
		if _, err := r.o.RefuseRenewal(ctx, r.member, r.entry.Lease, den.RenewalDecision{}); den.KindOf(err) != den.Invalid {
			t.Errorf("refused without a reason: %v", err)
		}
		if _, err := r.o.RefuseRenewal(ctx, r.member, r.entry.Lease, den.RenewalDecision{Why: "Too late."}); err != nil {
			t.Error(err)
		}
		state(den.RequestRefused)
		r.propose(r.next)
		if _, err := r.o.WithdrawRenewal(ctx, r.seller, r.entry.Lease, 0); err != nil {
			t.Error(err)
		}
		state(den.RequestWithdrawn)
		if err := r.agree(r.member, den.Ways{}); den.KindOf(err) != den.Conflict {
			t.Errorf("agreed to what was withdrawn: %v", err)
		}
		r.propose(r.next)
		_, err := r.o.EndTrial(ctx, r.member, r.trial.Trial.ID, "Over.", 0)
		r.must(err)
		if err := r.agree(r.member, den.Ways{}); den.KindOf(err) != den.Conflict {
			t.Errorf("agreed while it ends: %v", err)
		}
		for _, e := range r.trial.Trial.Entries {
			r.phase(e.Lease, den.Ended, time.Minute)
		}
		state(den.RequestLapsed)
		if _, err := r.o.Propose(ctx, r.seller, r.entry.Lease, den.NewRenewal{Release: r.next, Why: "Late."}); den.KindOf(err) != den.Conflict {
			t.Errorf("proposed after the end: %v", err)
		}
	})
}

// Nothing is opened that nobody agreed to, and nothing runs that failed.
func TestANewReleaseThatAsksForMoreFailsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRenewals(t, den.NewTrial{})
		ctx := t.Context()
		maps := den.Ways{Out: []den.Way{{Host: "maps.example.org", Port: 443}}, Mail: true}
		r.propose(r.asking("maps", maps))
		v, err := r.o.Renewals(ctx, r.member, r.entry.Lease)
		r.must(err)
		if len(v.Items[0].ToOpen.Out) != 1 || !v.Items[0].ToOpen.Mail {
			t.Errorf("it does not say what is to be opened: %+v", v.Items[0])
		}
		for name, w := range map[string]den.Ways{"nothing": {}, "a part": {Out: maps.Out}, "something else": {Out: []den.Way{{Host: "other.example.org", Port: 443}}, Mail: true}} {
			if err := r.agree(r.member, w); den.KindOf(err) != den.Invalid {
				t.Errorf("opened %s: %v", name, err)
			}
		}
		if e := r.now(); e.Release != r.entry.Release || e.Lease != r.entry.Lease {
			t.Fatalf("a refusal changed the entry: %+v", e)
		}
		_, err = r.o.SetRules(ctx, den.System(), den.Rules{Department: r.department.ID, NoWaysOut: true}, 0)
		r.must(err)
		if err := r.agree(r.member, maps); den.KindOf(err) != den.Conflict {
			t.Errorf("against the rules of the department: %v", err)
		}
		_, err = r.o.SetRules(ctx, den.System(), den.Rules{Department: r.department.ID, AskWaysOut: true}, 0)
		r.must(err)
		if err := r.agree(r.member, maps); den.KindOf(err) != den.Denied {
			t.Errorf("without an approver: %v", err)
		}
		r.must(r.agree(r.person("Bea", den.Approver, r.department.ID), maps))
		if l := r.lease(r.now().Lease); len(l.Ways.Out) != 1 || !l.Ways.Mail {
			t.Errorf("what was agreed to is not open: %+v", l.Ways)
		}
	})
}

func TestANewReleaseThatFailedItsPreflightIsNotAgreedTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRenewals(t, den.NewTrial{})
		bad := r.release("bad", fake.Behaviour{Exits: true, ExitCode: 3})
		r.propose(bad)
		flown, err := r.o.Preflight(t.Context(), den.System(), den.NewPreflight{Release: bad})
		r.must(err)
		if err := r.agree(r.member, den.Ways{}); den.KindOf(err) != den.Conflict || !strings.Contains(err.Error(), "is being tried") {
			t.Errorf("while it is tried: %v", err)
		}
		r.phase(flown.Lease, den.Ended, time.Hour)
		if err := r.agree(r.member, den.Ways{}); den.KindOf(err) != den.Conflict || !strings.Contains(err.Error(), "failed its preflight") {
			t.Errorf("after it failed: %v", err)
		}
		if e := r.now(); e.Release != r.entry.Release {
			t.Errorf("%+v", e)
		}
	})
}

// Whoever must not learn names sees that an entry was renewed, and no more.
func TestWhoIsBlindSeesOnlyThatAnEntryWasRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRenewals(t, den.NewTrial{Blind: true, Name: "A blind one"})
		ctx := t.Context()
		ann := r.person("Ann", den.Evaluator, r.trial.Trial.ID)
		r.propose(r.next)
		if v, err := r.o.Renewals(ctx, ann, r.entry.Lease); err != nil || len(v.Items) != 0 || !v.Veiled {
			t.Errorf("before it is agreed to: %+v, %v", v, err)
		}
		_, err := r.o.AgreeRenewal(ctx, r.member, r.entry.Lease, den.RenewalDecision{Why: "Bookwell is better now."})
		if got := fields(t, err); !slices.Equal(got, []string{"why"}) {
			t.Errorf("a reason that tells the name: %v", err)
		}
		r.must(r.agree(r.member, den.Ways{}))
		v, err := r.o.Renewals(ctx, ann, r.entry.Lease)
		r.must(err)
		if len(v.Items) != 1 || v.Items[0].DecidedAt.IsZero() || v.Items[0].Release != "" || v.Items[0].Why != "" || v.Items[0].Now.ID != "" || v.Items[0].Reason != "" || v.Items[0].DecidedName != "" {
			t.Errorf("who is blind sees %+v", v.Items)
		}
		p, err := r.o.Protocol(ctx, ann, r.trial.Trial.ID)
		r.must(err)
		if len(p.Amendments) != 1 || p.Amendments[0].From != "Product 1" || p.Amendments[0].To != "Product 1" || p.Amendments[0].Why != "" {
			t.Errorf("the protocol tells %+v", p.Amendments)
		}
		if e := p.Trial.Trial.Entries[0]; len(e.Renewals) != 1 || e.Renewals[0].Release != "" || e.Renewals[0].From != "" || e.Renewals[0].Why != "" {
			t.Errorf("the entry tells %+v", e)
		}
		if whole, err := r.o.Protocol(ctx, r.member, r.trial.Trial.ID); err != nil || !strings.Contains(whole.Amendments[0].To, "next") {
			t.Errorf("control: the department sees %+v, %v", whole.Amendments, err)
		}
	})
}

// A report without names says that an entry was renewed, and nothing that tells its product
// by: no version, no digest.
func TestAReportWithoutNamesHasNoVersionOfARenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRenewals(t, den.NewTrial{})
		ctx := t.Context()
		ann, bob := r.person("Ann", den.Evaluator, r.trial.Trial.ID), r.person("Bob", den.Evaluator, r.trial.Trial.ID)
		r.declare(r.trial.Trial.ID, ann, bob)
		r.save(ann)
		r.next = r.asking("9.8.7-canary", den.Ways{})
		elapse(time.Minute)
		r.propose(r.next)
		r.must(r.agree(r.member, den.Ways{}))
		r.save(bob)
		_, err := r.o.Decide(ctx, r.member, r.trial.Trial.ID, den.NewDecision{Decision: den.Stop, Why: "Enough."})
		r.must(err)
		whole, err := r.o.Preview(ctx, r.member, r.trial.Trial.ID, den.Parts)
		r.must(err)
		if text := asJSON(t, whole); !strings.Contains(text, "9.8.7-canary") || !strings.Contains(text, `"earlier_release":"one"`) {
			t.Fatalf("with names it says neither version: %s", text)
		}
		parts := slices.DeleteFunc(slices.Clone(den.Parts), func(p den.Part) bool { return p == den.PartNames })
		shown, err := r.o.Preview(ctx, r.member, r.trial.Trial.ID, parts)
		r.must(err)
		if text := asJSON(t, shown); strings.Contains(text, "9.8.7-canary") || strings.Contains(text, "release one") || strings.Contains(text, `"earlier_release":"one"`) {
			t.Errorf("a version is shown: %s", text)
		}
		if len(shown.Amendments) != 1 || shown.Amendments[0].What != "release, of Product 1" {
			t.Errorf("amended: %+v", shown.Amendments)
		}
	})
}

// A trial has finished when everything of it is gone, what was replaced included.
func TestATrialIsNotOverBeforeWhatWasReplacedIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRenewals(t, den.NewTrial{})
		ctx := t.Context()
		r.engine.Behave(r.images["one"], fake.Behaviour{RemoveTakes: 20 * time.Second})
		r.engine.AddImage(sandbox.Image{ID: "sha256:ends", Names: []string{"ends"}, Ports: []int{8080}}, fake.Behaviour{Exits: true, ExitCode: 1})
		ends, err := r.o.AddRelease(ctx, den.System(), den.NewRelease{Product: r.product.ID, Version: "ends", Image: "ends"})
		r.must(err)
		_, err = r.o.End(ctx, r.member, r.trial.Trial.Entries[1].Lease, "", 0)
		r.must(err)
		r.phase(r.trial.Trial.Entries[1].Lease, den.Ended, time.Minute)
		r.propose(ends.ID)
		r.must(r.agree(r.member, den.Ways{}))
		r.phase(r.now().Lease, den.Ended, time.Minute)
		old := r.lease(r.entry.Lease)
		if old.Phase != den.Ending {
			t.Fatalf("the one that was replaced is %s", old.Phase)
		}
		state := func() den.TrialState {
			v, err := r.o.Trial(ctx, r.member, r.trial.Trial.ID)
			r.must(err)
			return v.State
		}
		if got := state(); got != den.TrialRunning {
			t.Errorf("while a sandbox of it is being removed the trial is %s", got)
		}
		r.phase(old.ID, den.Ended, time.Minute)
		if got := state(); got != den.TrialFinished {
			t.Errorf("when all are gone the trial is %s", got)
		}
	})
}

// A new release does not run on a budget that is used up.
func TestANewReleaseDoesNotRunWithoutBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRenewals(t, den.NewTrial{})
		r.rules(func(in *den.Rules) { in.Budget, in.AtBudget = 12, den.BudgetPauses }) // half an hour of two at 12p
		r.phase(r.entry.Lease, den.Paused, time.Hour)
		r.propose(r.next)
		r.must(r.agree(r.member, den.Ways{}))
		r.phase(r.now().Lease, den.Paused, time.Minute)
		r.rules(func(in *den.Rules) { in.Budget = 1000 })
		r.phase(r.now().Lease, den.Live, time.Minute)
	})
}
