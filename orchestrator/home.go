package orchestrator

import (
	"context"
	"slices"
	"time"

	"innovationden/orchestrator/den"
)

const (
	homeLimit = 20
	endsSoon  = 24 * time.Hour
)

// Home gathers what needs the actor's attention.
func (o *Orchestrator) Home(ctx context.Context, actor den.Actor) (h den.Home, err error) {
	if err := allowSelf(actor, den.ReadOwn); err != nil {
		return h, err
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		if err := o.homeTrials(tx, actor, &h); err != nil {
			return err
		}
		if err := o.homeAssess(tx, actor, &h); err != nil {
			return err
		}
		if err := o.homeSandboxes(tx, actor, &h); err != nil {
			return err
		}
		if err := o.homeChallenges(tx, actor, &h); err != nil {
			return err
		}
		if err := o.homeRequests(tx, actor, &h); err != nil {
			return err
		}
		return homeNotices(tx, actor, &h)
	})
	return h, err
}

func (o *Orchestrator) homeTrials(tx den.Tx, actor den.Actor, h *den.Home) error {
	for _, state := range []den.TrialState{den.TrialRunning, den.TrialDraft, den.TrialFinished} {
		q := trialQuery(actor, den.Filter{State: state, Newest: true, Limit: homeLimit})
		page, err := gather(tx.Trials(), q, func(t den.Trial) (v den.TrialView, ok bool, err error) {
			if !den.May(actor, den.ReadTrial, t.Owner()) {
				return v, false, nil
			}
			v, err = o.viewOf(tx, actor, t)
			return v, err == nil, err
		})
		if err != nil {
			return err
		}
		for _, v := range page.Items {
			if state != den.TrialFinished {
				h.Trials = append(h.Trials, v)
			}
			if v.May[den.DecideTrial] && v.Outcome != nil && v.Outcome.Decision == "" {
				h.ToDecide = append(h.ToDecide, v)
			}
		}
	}
	return nil
}

// homeAssess are the trials that wait for scores of the actor, however old they are.
func (o *Orchestrator) homeAssess(tx den.Tx, actor den.Actor, h *den.Home) error {
	q := den.Query{Newest: true, Limit: homeLimit}
	for _, state := range []den.TrialState{den.TrialRunning, den.TrialFinished} {
		q.Any = append(q.Any, den.Ask{Index: den.TrialsByReader, Key: den.ReaderKey(actor.ID, state)})
	}
	page, err := gather(tx.Trials(), q, func(t den.Trial) (v den.TrialView, ok bool, err error) {
		if c, err := consensusOf(tx, t.ID); err != nil || c.Locked() {
			return v, false, err
		}
		v, err = o.viewOf(tx, actor, t)
		return v, err == nil && outstanding(actor, v), err
	})
	h.ToAssess = page.Items
	return err
}

// outstanding says that the actor was asked to assess a trial, still may, and has not
// submitted scores for every entry.
func outstanding(actor den.Actor, v den.TrialView) bool {
	isOver := v.Locked || v.Outcome != nil && v.Outcome.Decision != ""
	if isOver || !slices.Contains(v.Evaluators, actor.ID) || v.Declared.Consequence == den.TakeOut {
		return false
	}
	done := 0
	for _, a := range v.Assessments {
		if a.Evaluator == actor.ID && a.Submitted() {
			done++
		}
	}
	return done < len(v.Trial.Entries)
}

// homeSandboxes are those of the actor's suppliers, and those that end soon. Of the many
// that wait only what is shown is read.
func (o *Orchestrator) homeSandboxes(tx den.Tx, actor den.Actor, h *den.Home) error {
	all, err := o.unfinishedNow(tx)
	if err != nil {
		return err
	}
	assessed, err := assessedNow(tx, actor)
	if err != nil {
		return err
	}
	var ending []den.Lease
	soon := o.now().Add(endsSoon)
	for _, l := range all {
		if l.Preflight != "" || !seesAll(actor) && !holdsRole(actor, l) && !assessed[l.Trial] {
			continue
		}
		if l.Phase != den.Ending && l.EndsAt.Before(soon) {
			ending = append(ending, l)
		}
		if !actor.Is(den.SupplierMember, l.Supplier) || len(h.Sandboxes) == readLimit {
			continue
		}
		if h.Sandboxes, err = o.addSandbox(tx, actor, l, h.Sandboxes); err != nil {
			return err
		}
	}
	slices.SortStableFunc(ending, func(a, b den.Lease) int { return a.EndsAt.Compare(b.EndsAt) })
	for _, l := range ending {
		if len(h.Ending) == homeLimit {
			break
		}
		if h.Ending, err = o.addSandbox(tx, actor, l, h.Ending); err != nil {
			return err
		}
	}
	return nil
}

// holdsRole says that the actor is of the department or the supplier of a sandbox.
func holdsRole(actor den.Actor, l den.Lease) bool {
	return actor.Is(den.SupplierMember, l.Supplier) || actor.Is(den.Member, l.Department) || actor.Is(den.Approver, l.Department)
}

// assessedNow are the running trials that the actor assesses.
func assessedNow(tx den.Tx, actor den.Actor) (map[den.ID]bool, error) {
	var q den.Query
	for _, reader := range append([]den.ID{actor.ID}, actor.In(den.Evaluator)...) {
		q.Any = append(q.Any, den.Ask{Index: den.TrialsByReader, Key: den.ReaderKey(reader, den.TrialRunning)})
	}
	trials, err := every(tx.Trials(), q)
	all := map[den.ID]bool{}
	for _, t := range trials {
		all[t.ID] = true
	}
	return all, err
}

// addSandbox adds the view of a sandbox to a list where the actor may read it.
func (o *Orchestrator) addSandbox(tx den.Tx, actor den.Actor, l den.Lease, to []den.SandboxView) ([]den.SandboxView, error) {
	t, err := trialOf(tx, l.Trial)
	if err != nil || !den.May(actor, den.ReadSandbox, leaseOwner(l, t)) {
		return to, err
	}
	v, err := o.sandboxViewOf(tx, actor, l, t)
	return append(to, v), err
}

// homeNotices are the newest that the actor has not read.
func homeNotices(tx den.Tx, actor den.Actor, h *den.Home) error {
	box, err := mailboxOf(tx, actor.ID)
	if err != nil {
		return err
	}
	all, err := noticesFor(tx, actor, unreadMost)
	for _, n := range all {
		if !box.HasRead(n) && len(h.Notices) < homeLimit {
			h.Notices = append(h.Notices, den.NoticeView{Notice: n, Path: pageOf(n)})
		}
	}
	return err
}

// homeRequests are those that the actor can decide on.
func (o *Orchestrator) homeRequests(tx den.Tx, actor den.Actor, h *den.Home) error {
	q := den.Query{Index: den.RequestsByState, Key: string(den.RequestOpen), Limit: homeLimit}
	page, err := gather(tx.Requests(), q, func(r den.Request) (v den.RequestView, ok bool, err error) {
		if actor.ID == r.AskedBy || !den.May(actor, den.DecideRequest, r.Owner()) {
			return v, false, nil
		}
		v, err = o.requestView(tx, actor, r)
		return v, err == nil, err
	})
	h.Requests = page.Items
	return err
}
