package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// renewalAmends is what an amendment is called that puts a new release into an entry.
const renewalAmends = "release"

// Renewals reads what was proposed for the entry of a sandbox, and to its supplier what it
// could propose. NotFound.
func (o *Orchestrator) Renewals(ctx context.Context, actor den.Actor, sandbox den.ID) (v den.RenewalsView, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		v, err = o.renewalsView(tx, actor, sandbox)
		return err
	})
	return v, err
}

// Propose asks for a newer release of the same product in the entry of a running trial.
// Conflict where one is open already, and where nothing can be replaced any more.
func (o *Orchestrator) Propose(ctx context.Context, actor den.Actor, sandbox den.ID, in den.NewRenewal) (den.RenewalsView, error) {
	return o.onRenewal(ctx, asks{actor, sandbox, den.OfferProduct, in.Rev}, func(tx den.Tx, p *pen, at *renewing) error {
		if err := at.replaceable(tx, p); err != nil {
			return err
		}
		if at.entry.Proposed() >= 0 {
			return den.Refuse(den.Conflict, "A release is proposed already. Withdraw it first, or wait until the department has decided.")
		}
		in.Why = strings.TrimSpace(in.Why)
		if fault := wants("why", "what is new in this release, for the department", in.Why, textLength); fault != nil {
			return fault
		}
		r, err := at.offered(tx, in.Release)
		if err != nil {
			return err
		}
		at.entry.Renewals = append(slices.Clone(at.entry.Renewals), den.Renewal{
			Release: r.ID, From: at.entry.Release, Lease: at.lease.ID, State: den.RequestOpen, Why: in.Why, AskedBy: p.by.ID, AskedAt: p.now,
		})
		if err := at.keep(tx); err != nil {
			return err
		}
		title, err := at.say(tx, p, "A new release of %s is proposed in %s", r)
		if err != nil {
			return err
		}
		if err := at.record(tx, p, den.Event{Act: "renewal.proposed", Say: title + ".", Why: in.Why}); err != nil {
			return err
		}
		return p.notice(tx, den.Notice{To: at.trial.Department, Role: den.Member, Subject: at.lease.ID, Kind: den.NoticeApprovalWanted, Title: title,
			Say: "Look at what differs, then agree or refuse. The proposal lapses when the trial ends."})
	})
}

// WithdrawRenewal takes a proposal back. Conflict where none is open.
func (o *Orchestrator) WithdrawRenewal(ctx context.Context, actor den.Actor, sandbox den.ID, rev int64) (den.RenewalsView, error) {
	return o.onRenewal(ctx, asks{actor, sandbox, den.OfferProduct, rev}, func(tx den.Tx, p *pen, at *renewing) error {
		return at.close(tx, p, den.RequestWithdrawn, "", "The new release of %s that was proposed in %s was withdrawn")
	})
}

// RefuseRenewal turns a proposal down, with the reason, which the supplier reads. Conflict
// where none is open.
func (o *Orchestrator) RefuseRenewal(ctx context.Context, actor den.Actor, sandbox den.ID, in den.RenewalDecision) (den.RenewalsView, error) {
	return o.onRenewal(ctx, asks{actor, sandbox, den.SetUpTrial, in.Rev}, func(tx den.Tx, p *pen, at *renewing) error {
		if err := at.byAnother(actor); err != nil {
			return err
		}
		why, err := at.reason(tx, in.Why)
		if err != nil {
			return err
		}
		return at.close(tx, p, den.RequestRefused, why, "The new release of %s that was proposed in %s was refused")
	})
}

// AgreeRenewal lets a proposed release take the place of the one before: the protocol is
// amended with the reason, the sandbox ends, and a new one starts for the rest of its
// time. Invalid where the release asks for ways out that are not opened, Conflict where it
// failed its preflight or is being tried.
func (o *Orchestrator) AgreeRenewal(ctx context.Context, actor den.Actor, sandbox den.ID, in den.RenewalDecision) (den.RenewalsView, error) {
	return o.onRenewal(ctx, asks{actor, sandbox, den.SetUpTrial, in.Rev}, func(tx den.Tx, p *pen, at *renewing) error {
		if err := at.replaceable(tx, p); err != nil {
			return err
		}
		open := at.entry.Proposed()
		if open < 0 {
			return nothingProposed()
		}
		why, err := at.reason(tx, in.Why)
		if err != nil {
			return err
		}
		if err := at.byAnother(actor); err != nil {
			return err
		}
		if err := amendable(tx, at.trial, den.NewAmendment{Why: why}); err != nil {
			return err
		}
		r, err := tx.Releases().Get(at.entry.Renewals[open].Release)
		if err != nil {
			return err
		}
		if err := at.agreeable(tx, actor, r, in.Opens); err != nil {
			return err
		}
		return o.renew(tx, p, at, r, why)
	})
}

func nothingProposed() error {
	return den.Refuse(den.Conflict, "No release is proposed for this product now. It may have been withdrawn.")
}

// renew is the change that an agreement makes.
func (o *Orchestrator) renew(tx den.Tx, p *pen, at *renewing, r den.Release, why string) error {
	before, err := tx.Releases().Get(at.entry.Release)
	if err != nil {
		return err
	}
	old := at.lease
	e := at.entry
	e.Release, e.Agreed = r.ID, r.Asks
	next, err := o.request(tx, p, at.trial, e, r)
	if err != nil {
		return err
	}
	next.EndsAt, next.Sooner, next.LatestEnd, next.DueAt = old.EndsAt, old.Sooner, old.LatestEnd, old.EndsAt
	next.Spent, next.Unpaid = old.Spent, old.Unpaid // what the budget does not pay it does not pay anew
	taken, queued, err := o.roomAndQueue(tx)
	if err != nil {
		return err
	}
	const renewed = "A new release takes its place."
	at.entry.Release, at.entry.Agreed, at.entry.Lease = r.ID, r.Asks, next.ID
	if err := at.close(tx, p, den.RequestAgreed, why, "The new release of %s that was proposed in %s was agreed to"); err != nil {
		return err
	}
	made := []den.Amendment{{What: renewalAmends, From: e.Label + ": " + named(before), To: e.Label + ": " + named(r)}}
	if err := o.amended(tx, p, at.trial, made, why); err != nil {
		return err
	}
	if err := p.begin(tx, next, queued == 0 && taken.fits(next.Size)); err != nil {
		return err
	}
	if err := p.askEnd(tx, old, renewed); err != nil {
		return err
	}
	now, err := tx.Trials().Get(at.trial.ID)
	if err != nil {
		return err
	}
	return o.recompute(tx, now)
}

// named is a release as an amendment says it: with the digest, where it has one.
func named(r den.Release) string {
	if r.Digest == "" {
		return "release " + r.Version
	}
	return "release " + r.Version + " (" + r.Digest + ")"
}

// lapseRenewals closes what was still proposed when a trial finishes.
func (p *pen) lapseRenewals(tx den.Tx, t *den.Trial) error {
	for i := range t.Entries {
		at := renewing{trial: *t, entry: t.Entries[i]}
		open := at.entry.Proposed()
		if open < 0 {
			continue
		}
		var err error
		if at.lease, err = tx.Leases().Get(at.entry.Lease); err != nil {
			return err
		}
		r := &at.shut(p, open, den.RequestLapsed, "").Renewals[open]
		t.Entries = slices.Clone(t.Entries)
		t.Entries[i] = at.entry
		if err := at.tell(tx, p, *r, "The new release of %s that was proposed in %s lapsed: the trial is over"); err != nil {
			return err
		}
	}
	return nil
}

// ofEarlier says whether an assessment is of a release that was replaced since it was
// saved, and of which version.
func ofEarlier(tx den.Tx, t den.Trial, a den.Assessment) (bool, string, error) {
	e, ok := t.Entry(a.Entry)
	if !ok || a.SavedAt.IsZero() {
		return false, "", nil
	}
	id := e.ReleaseAt(a.SavedAt)
	if id == e.Release {
		return false, "", nil
	}
	r, err := tx.Releases().Get(id)
	if den.KindOf(err) == den.NotFound {
		return true, "", nil
	}
	return true, r.Version, err
}

// say puts the product and the trial into a sentence, and the version where names are not
// hidden.
func (at *renewing) say(tx den.Tx, p *pen, sentence string, r den.Release) (string, error) {
	hidden, err := labelled(tx, at.trial)
	if err != nil {
		return "", err
	}
	name, err := p.product(tx, at.lease)
	if !hidden {
		name += fmt.Sprintf(" (%s)", r.Version)
	}
	return fmt.Sprintf(sentence, name, at.trial.Name), err
}
