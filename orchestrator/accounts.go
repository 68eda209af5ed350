package orchestrator

import (
	"context"
	"fmt"
	"net/mail"
	"strings"

	"innovationden/orchestrator/den"
)

// JoinAs uses an invitation up for somebody new, who signs in by a password from then
// on. Unknown for an invitation that is over; Conflict for an e-mail address by which
// somebody signs in already.
func (o *Orchestrator) JoinAs(ctx context.Context, in den.NewAccount) (who den.Person, err error) {
	in.Name, in.Email = strings.TrimSpace(in.Name), strings.TrimSpace(in.Email)
	var faults den.Faults
	faults.Add(wants("name", "your name", in.Name, nameLength))
	faults.Add(loginFault(in.Email, in.Password))
	if err := faults.Err(); err != nil {
		return who, err
	}
	err = o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
		v, err := o.invitation(tx, in.Link)
		if err != nil {
			return err
		}
		if who, err = tx.People().Put(den.Person{ID: p.id(den.KindPerson), Name: in.Name, Email: in.Email}); err != nil {
			return err
		}
		say := fmt.Sprintf("%s came by an invitation of %s.", who.Name, v.ByName)
		if _, err := p.record(tx, den.Event{Act: "person.added", Subject: who.ID, About: place(v.In), Say: say}); err != nil {
			return err
		}
		if err := p.login(tx, den.Login{Person: who.ID, Name: loginName(in.Email), Password: in.Password}); err != nil {
			return err
		}
		if who, err = p.join(tx, who, in.Link); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{Act: "person.signed_in", Subject: who.ID, Say: who.Name + " signed in."})
		return err
	})
	return who, err
}

// loginName is an e-mail address as a login has it.
func loginName(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func loginFault(email, password string) *den.Error {
	if a, err := mail.ParseAddress(email); err != nil || a.Address != email || len(email) > nameLength {
		return den.Bad("email", "Enter an email address in the right form, like name@example.com.")
	}
	if !strings.HasPrefix(password, "$argon2id$") {
		return den.Bad("password", "Enter a password.")
	}
	return nil
}

// login keeps how somebody signs in. Nobody else signs in by the same address.
func (p *pen) login(tx den.Tx, l den.Login) error {
	page, err := tx.Logins().List(den.Query{Index: den.LoginsByName, Key: l.Name, Limit: 1})
	if err != nil {
		return err
	}
	if len(page.Items) > 0 && page.Items[0].Name == l.Name && page.Items[0].Person != l.Person {
		return &den.Error{Kind: den.Conflict, Field: "email", Say: "Somebody has an account with this email address. If it is you, sign in first, then open the invitation again."}
	}
	l.ChangedAt = p.now
	_, err = tx.Logins().Put(l)
	return err
}

// LoginNamed is the login of an e-mail address, for whoever checks the password. It is
// empty where there is none, or its person has left.
func (o *Orchestrator) LoginNamed(ctx context.Context, email string) (l den.Login, err error) {
	name := loginName(email)
	err = o.Store.View(ctx, func(tx den.Tx) error {
		page, err := tx.Logins().List(den.Query{Index: den.LoginsByName, Key: name, Limit: 1})
		if err != nil || len(page.Items) == 0 || page.Items[0].Name != name {
			return err
		}
		who, err := tx.People().Get(page.Items[0].Person)
		if err != nil || who.Left {
			return missing(err)
		}
		l = page.Items[0]
		return nil
	})
	return l, err
}

// SignInByLogin signs in whose login was proved, if it is still what it was then, and
// uses the code up where one is asked for. Unknown where it is not, or where the person
// has left; Invalid for a code that is not right.
func (o *Orchestrator) SignInByLogin(ctx context.Context, proved den.Login, code string) (who den.Person, err error) {
	err = o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
		now, err := tx.Logins().Get(proved.Person)
		if den.KindOf(err) == den.NotFound || err == nil && now.Password != proved.Password {
			return den.Refuse(den.Unknown, "Your password was changed a moment ago. Sign in with the new one.")
		}
		if err != nil {
			return err
		}
		say := " signed in with a password."
		if now.Confirmed {
			if now, err = p.proves(now, code); err != nil {
				return err
			}
			if now, err = tx.Logins().Put(now); err != nil {
				return err
			}
			say = " signed in with a password and a code."
		}
		who, err = tx.People().Get(now.Person)
		if err == nil && who.Left {
			return den.Refuse(den.Unknown, "You can no longer sign in here. Ask the operator.")
		}
		if err != nil {
			return missing(err)
		}
		_, err = p.record(tx, den.Event{Act: "person.signed_in", Subject: who.ID, Say: who.Name + say})
		return err
	})
	return who, err
}

// OwnLogin is how the actor signs in; empty where it has no password.
func (o *Orchestrator) OwnLogin(ctx context.Context, actor den.Actor) (l den.Login, err error) {
	if err := allowSelf(actor, den.ChangeOwn); err != nil {
		return l, err
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		l, err = tx.Logins().Get(actor.ID)
		if den.KindOf(err) == den.NotFound {
			l, err = den.Login{}, nil
		}
		return err
	})
	return l, err
}

// SetPassword gives the actor a new password, or a first one with the e-mail address to
// sign in by. That it may be set was proved by the old one, or by a sign-in link.
// Stale; Conflict for an e-mail address by which somebody else signs in.
func (o *Orchestrator) SetPassword(ctx context.Context, actor den.Actor, in den.NewPassword) error {
	if err := allowSelf(actor, den.ChangeOwn); err != nil {
		return err
	}
	return o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		l, err := tx.Logins().Get(actor.ID)
		if den.KindOf(err) == den.NotFound {
			l, err = den.Login{Person: actor.ID, Name: loginName(in.Email)}, nil
		}
		if err != nil {
			return err
		}
		if in.Rev != l.Rev {
			return den.Refuse(den.Stale, "Your password was changed meanwhile. Load the page again, then make your change.")
		}
		if fault := loginFault(l.Name, in.Password); fault != nil {
			return fault
		}
		l.Password = in.Password
		if err := p.login(tx, l); err != nil {
			return err
		}
		say := actor.Name + " set a new password."
		if _, err := p.record(tx, den.Event{Act: "person.password_set", Subject: actor.ID, Say: say}); err != nil {
			return err
		}
		return p.notice(tx, den.Notice{To: actor.ID, Subject: actor.ID, Kind: den.NoticePeople, Title: "Your password was changed", Say: say + " If it was not you, tell the operator at once."})
	})
}
