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

func (o *Orchestrator) homeSandboxes(tx den.Tx, actor den.Actor, h *den.Home) error {
	soon := o.now().Add(endsSoon)
	for _, phase := range []den.Phase{den.Live, den.Paused, den.Starting, den.Requested, den.Ending} {
		q := den.Query{Index: den.LeasesByPhase, Key: string(phase), Limit: readLimit}
		page, err := tx.Leases().List(q)
		if err != nil {
			return err
		}
		for _, l := range page.Items {
			t, err := trialOf(tx, l.Trial)
			if err != nil {
				return err
			}
			if l.Preflight != "" || !den.May(actor, den.ReadSandbox, leaseOwner(l, t)) {
				continue
			}
			v, err := o.sandboxViewOf(tx, actor, l, t)
			if err != nil {
				return err
			}
			if phase != den.Ending && l.EndsAt.Before(soon) {
				h.Ending = append(h.Ending, v)
			}
			if actor.Is(den.SupplierMember, l.Supplier) {
				h.Sandboxes = append(h.Sandboxes, v)
			}
		}
	}
	slices.SortStableFunc(h.Ending, func(a, b den.SandboxView) int { return a.EndsAt.Compare(b.EndsAt) })
	h.Ending = h.Ending[:min(len(h.Ending), homeLimit)]
	return nil
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
			h.Notices = append(h.Notices, n)
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
