package orchestrator

import (
	"context"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// renewing is the entry that a use case about a renewal is about.
type renewing struct {
	lease den.Lease
	trial den.Trial
	entry den.Entry
}

// onRenewal makes one change to what is proposed for the entry of a sandbox.
func (o *Orchestrator) onRenewal(ctx context.Context, a asks, change func(den.Tx, *pen, *renewing) error) (v den.RenewalsView, err error) {
	err = o.update(ctx, a.actor, func(tx den.Tx, p *pen) error {
		l, t, err := mayLease(tx, a.actor, a.id, a.do)
		if err != nil {
			return err
		}
		at := &renewing{lease: l, trial: t}
		if err := fresh(a.rev, t.Rev); err != nil {
			return err
		}
		var ok bool
		if at.entry, ok = t.Entry(l.Entry); !ok {
			return den.Refuse(den.Conflict, "This sandbox belongs to no trial, so no release can take its place.")
		}
		hides, err := veiled(tx, a.actor, t)
		if err != nil {
			return err
		}
		if hides {
			return den.Refuse(den.Denied, "This trial is blind and you assess in it, so what is proposed is hidden from you. Ask somebody of the department who does not.")
		}
		if at.entry.Lease != l.ID {
			return den.Refuse(den.Conflict, "This sandbox was replaced already. Go to the one that its product has now.")
		}
		if err := change(tx, p, at); err != nil {
			return err
		}
		v, err = o.renewalsView(tx, a.actor, a.id)
		return err
	})
	return v, err
}

// replaceable refuses what has no sandbox that a new one could take the place of.
func (at *renewing) replaceable(tx den.Tx, p *pen) error {
	c, err := consensusOf(tx, at.trial.ID)
	switch {
	case err != nil:
		return err
	case at.trial.State != den.TrialRunning:
		return den.Refuse(den.Conflict, "This trial is not running. It is %s, so no release can be put into it.", at.trial.State)
	case c.Locked():
		return den.Refuse(den.Conflict, "The marks of this trial are locked, so no release can be put into it.")
	case at.lease.AgreedAt.IsZero():
		return den.Refuse(den.Conflict, "An approver has not agreed to this sandbox yet. Wait until it runs.")
	case over(at.lease, p.now):
		return den.Refuse(den.Conflict, "It is too late: the sandbox is over or is being removed.")
	}
	return nil
}

// offered reads a release that may be proposed.
func (at *renewing) offered(tx den.Tx, id den.ID) (r den.Release, err error) {
	if id != "" {
		r, err = tx.Releases().Get(id)
	}
	switch {
	case id == "" || den.KindOf(err) == den.NotFound || err == nil && r.Product != at.entry.Product:
		return r, den.Bad("release", "Choose a release of the product that is being tried.")
	case err != nil:
		return r, err
	case slices.ContainsFunc(at.trial.Entries, func(e den.Entry) bool { return e.Release == id }):
		return r, den.Bad("release", "Choose another release: %s takes part in this trial already.", r.Version)
	}
	return r, nil
}

// agreeable refuses a release that may not run, or that asks for more than is opened.
func (at *renewing) agreeable(tx den.Tx, actor den.Actor, r den.Release, opens den.Ways) error {
	if say, err := flownFault(tx, r); err != nil || say != "" {
		if err == nil {
			err = den.Refuse(den.Conflict, "%s", say)
		}
		return err
	}
	missing := r.Asks.Beyond(at.entry.Agreed)
	switch {
	case !opens.Within(missing):
		return den.Bad("opens", "Agree to what the new release asks for, and to nothing else.")
	case !missing.Within(opens):
		return den.Bad("opens", "Agree to everything that the new release asks for, or refuse it: %s.", and(asked(missing.Beyond(opens))))
	}
	rules, err := rulesOf(tx, at.trial.Department)
	if err != nil {
		return err
	}
	switch ruling := rules.Opening(missing); {
	case ruling.Verdict == den.NotAllowed:
		return den.Refuse(den.Conflict, "This release cannot be agreed to. %s", ruling.Say)
	case ruling.Verdict == den.NeedsApprover && !den.May(actor, den.DecideRequest, at.trial.Owner()):
		return den.Refuse(den.Denied, "%s Ask an approver of the department to agree to this release.", ruling.Say)
	}
	return nil
}

// byAnother refuses who would decide on what they proposed themselves.
func (at *renewing) byAnother(actor den.Actor) error {
	if open := at.entry.Proposed(); open >= 0 && at.entry.Renewals[open].AskedBy == actor.ID {
		return den.Refuse(den.Denied, "Somebody else must decide on what you proposed yourself. Ask somebody of the department.")
	}
	return nil
}

// asked is what ways are, in words.
func asked(w den.Ways) (all []string) {
	for _, one := range w.Out {
		all = append(all, "a way out to "+one.String())
	}
	if w.Mail {
		all = append(all, "a mail catcher")
	}
	return all
}

// flownFault says why the last preflight of a release stands against it; nothing where it
// does not.
func flownFault(tx den.Tx, r den.Release) (string, error) {
	last, err := lastPreflight(tx, r.ID)
	switch {
	case err != nil || last == nil:
		return "", err
	case last.State == den.PreflightFailed:
		return strings.TrimSpace("Release " + r.Version + " failed its preflight, so it cannot be agreed to. " + firstFault(last.Checks)), nil
	case last.State == den.PreflightRunning:
		return "Release " + r.Version + " is being tried. Wait until its preflight is over.", nil
	}
	return "", nil
}

// reason demands a reason that tells no hidden name: the amendment shows it to evaluators.
func (at *renewing) reason(tx den.Tx, why string) (string, error) {
	why = strings.TrimSpace(why)
	if fault := wants("why", "a reason, which the supplier will read", why, textLength); fault != nil {
		return why, fault
	}
	hidden, err := labelled(tx, at.trial)
	if err != nil || !hidden {
		return why, err
	}
	v, err := veilFor(tx, at.trial)
	if err != nil {
		return why, err
	}
	if told := v.tells(why); told != "" {
		return why, den.Bad("why", "Take %q out of the reason. This trial is blind.", told)
	}
	return why, nil
}

// keep writes the entry into its trial.
func (at *renewing) keep(tx den.Tx) (err error) {
	at.trial.Entries = slices.Clone(at.trial.Entries)
	for i := range at.trial.Entries {
		if at.trial.Entries[i].ID == at.entry.ID {
			at.trial.Entries[i] = at.entry
		}
	}
	at.trial, err = tx.Trials().Put(at.trial)
	return err
}

// shut closes the renewal that is open.
func (at *renewing) shut(p *pen, open int, to den.RequestState, why string) *den.Entry {
	at.entry.Renewals = slices.Clone(at.entry.Renewals)
	r := &at.entry.Renewals[open]
	r.State, r.Reason, r.DecidedAt = to, why, p.now
	if to != den.RequestLapsed {
		r.DecidedBy = p.by.ID
	}
	return &at.entry
}

// close closes the renewal that is open, keeps it, records it and tells its supplier.
func (at *renewing) close(tx den.Tx, p *pen, to den.RequestState, why, sentence string) error {
	open := at.entry.Proposed()
	if open < 0 {
		return nothingProposed()
	}
	r := at.shut(p, open, to, why).Renewals[open]
	if err := at.keep(tx); err != nil {
		return err
	}
	return at.tell(tx, p, r, sentence)
}

// tell records how a renewal ended, and tells its supplier unless it ended it itself.
func (at *renewing) tell(tx den.Tx, p *pen, r den.Renewal, sentence string) error {
	release, err := tx.Releases().Get(r.Release)
	if err != nil && den.KindOf(err) != den.NotFound {
		return err
	}
	title, err := at.say(tx, p, sentence, release)
	if err != nil {
		return err
	}
	if err := at.record(tx, p, den.Event{Act: "renewal." + string(r.State), Say: title + ".", Why: r.Reason}); err != nil || r.State == den.RequestWithdrawn {
		return err
	}
	return p.notice(tx, den.Notice{To: at.lease.Supplier, Subject: at.lease.ID, Kind: den.NoticeApprovalDecided, Title: title, Say: r.Reason})
}

func (at *renewing) record(tx den.Tx, p *pen, e den.Event) error {
	e.Subject, e.About = at.lease.ID, about(at.lease)
	p.topics = append(p.topics, at.lease.ID)
	_, err := p.record(tx, e)
	return err
}
