package orchestrator

import (
	"context"
	"slices"

	"innovationden/orchestrator/den"
)

const wrongCode = "This code is not right, or was used already. Wait for the next one, then enter it."

// AddCodes has the actor's sign-ins ask for a time code from now on. Invalid where the
// code is not that of the secret; Conflict where there is no password, or codes are asked
// for already; Stale.
func (o *Orchestrator) AddCodes(ctx context.Context, actor den.Actor, in den.NewCodes) error {
	if err := allowSelf(actor, den.ChangeOwn); err != nil {
		return err
	}
	return o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		l, err := tx.Logins().Get(actor.ID)
		switch {
		case den.KindOf(err) == den.NotFound:
			return den.Refuse(den.Conflict, "Choose a password first.")
		case err != nil:
			return err
		case l.Confirmed:
			return den.Refuse(den.Conflict, "You are asked for a code already. Stop that first.")
		case in.Rev != l.Rev:
			return den.Refuse(den.Stale, "How you sign in was changed meanwhile. Load the page again, then make your change.")
		}
		step, ok := den.StepWith(in.Secret, den.PlainCode(in.Code), p.now, 0)
		if !ok {
			return den.Bad("code", wrongCode)
		}
		l.Secret, l.Confirmed, l.LastStep, l.Recovery = in.Secret, true, step, nil
		for _, one := range in.Recovery {
			l.Recovery = append(l.Recovery, hashed(den.PlainCode(one)))
		}
		return p.codes(tx, l, actor.Name+" signs in with a code too from now on.")
	})
}

// DropCodes has the actor's sign-ins ask for no code any more. That was proved by a
// sign-in link, where byLink says so, or is by a code: Invalid where it is not right.
func (o *Orchestrator) DropCodes(ctx context.Context, actor den.Actor, code string, byLink bool) error {
	if err := allowSelf(actor, den.ChangeOwn); err != nil {
		return err
	}
	return o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		l, err := tx.Logins().Get(actor.ID)
		if err != nil || !l.Confirmed {
			return missing(err)
		}
		if !byLink {
			if l, err = p.proves(l, code); err != nil {
				return err
			}
		}
		l.Secret, l.Confirmed, l.Recovery = "", false, nil
		return p.codes(tx, l, actor.Name+" signs in without a code from now on.")
	})
}

// codes keeps a login of which the codes were changed.
func (p *pen) codes(tx den.Tx, l den.Login, say string) error {
	l.ChangedAt = p.now
	if _, err := tx.Logins().Put(l); err != nil {
		return err
	}
	if _, err := p.record(tx, den.Event{Act: "person.codes_changed", Subject: l.Person, Say: say}); err != nil {
		return err
	}
	return p.notice(tx, den.Notice{To: l.Person, Subject: l.Person, Kind: den.NoticePeople, Title: "How you sign in was changed", Say: say + " If it was not you, tell the operator at once."})
}

// proves uses a code of a login up: a time code, or a recovery code.
func (p *pen) proves(l den.Login, code string) (den.Login, error) {
	code = den.PlainCode(code)
	if step, ok := den.StepWith(l.Secret, code, p.now, l.LastStep); ok {
		l.LastStep = step
		return l, nil
	}
	at := slices.Index(l.Recovery, hashed(code))
	if at < 0 {
		return l, den.Bad("code", wrongCode)
	}
	l.Recovery = slices.Delete(slices.Clone(l.Recovery), at, at+1)
	return l, nil
}
