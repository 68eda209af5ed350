package orchestrator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"innovationden/orchestrator/den"
)

const (
	linkLasts    = 24 * time.Hour
	commandToken = "token for the command line"
)

// SignIn says who holds a secret: of a one-time link, which it uses up, or of the token
// of this host. A token for programs signs nobody in: it would be worth more than it was
// given. Unknown where nobody does.
func (o *Orchestrator) SignIn(ctx context.Context, secret string) (who den.Person, err error) {
	token, who, err := o.holder(ctx, secret)
	if err != nil {
		return who, err
	}
	if len(token.Grants) > 0 {
		return den.Person{}, den.Refuse(den.Unknown, "This token is for programs and signs nobody in. Ask for a sign-in link.")
	}
	err = o.update(ctx, who.Act(), func(tx den.Tx, p *pen) error {
		now, err := tx.Tokens().Get(den.ID(token.Hash)) // it may have been taken back since
		if err != nil || !now.Stands(o.now()) {
			return unknownLink(err)
		}
		if token.Once {
			if err := tx.Tokens().Delete(den.ID(token.Hash)); err != nil {
				return err
			}
		}
		_, err = p.record(tx, den.Event{
			Act: "person.signed_in", Subject: who.ID, Say: who.Name + " signed in.",
		})
		return err
	})
	return who, err
}

// Who says which actor an API token stands for, with no more than the token grants.
// Links are not tokens. Unknown.
func (o *Orchestrator) Who(ctx context.Context, secret string) (den.Actor, error) {
	token, who, err := o.holder(ctx, secret)
	switch {
	case err != nil && den.KindOf(err) != den.Unknown:
		return den.Actor{}, err
	case err != nil && den.Mistyped(secret):
		return den.Actor{}, den.Refuse(den.Unknown, "This token is not whole. Copy all of it: it starts with den_ and has 43 characters.")
	case err != nil || token.Once:
		return den.Actor{}, den.Refuse(den.Unknown, "This token is not known, or is out of date. Make a new one on the page of your tokens.")
	}
	return bearer(token, who), nil
}

// holder finds the token of a secret and the person it belongs to.
func (o *Orchestrator) holder(ctx context.Context, secret string) (t den.Token, who den.Person, err error) {
	now := o.now()
	err = o.Store.View(ctx, func(tx den.Tx) error {
		t, err = tx.Tokens().Get(den.ID(hashed(secret)))
		if err != nil {
			return unknownLink(err)
		}
		if !t.Stands(now) {
			return unknownLink(nil)
		}
		who, err = tx.People().Get(t.Person)
		if err == nil && who.Left {
			return unknownLink(nil)
		}
		if err != nil {
			return unknownLink(err)
		}
		return nil
	})
	return t, who, err
}

func unknownLink(err error) error {
	if err != nil && den.KindOf(err) != den.NotFound {
		return err
	}
	return den.Refuse(den.Unknown, "This link has been used or is out of date. Ask for a new one.")
}

// Person reads a person as it is now: for sessions, with the roles of now. NotFound;
// Unknown for somebody who may no longer sign in.
func (o *Orchestrator) Person(ctx context.Context, id den.ID) (who den.Person, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		who, err = tx.People().Get(id)
		if err == nil && who.Left {
			return den.Refuse(den.Unknown, "You can no longer sign in here. Ask the operator.")
		}
		return missing(err)
	})
	return who, err
}

// FirstLink makes a one-time link for the operator, with whom the den begins. It is
// empty once an operator has signed in.
func (o *Orchestrator) FirstLink(ctx context.Context) (secret string, err error) {
	fresh := o.Secret()
	err = o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
		secret = ""
		who, err := p.operator(tx)
		if err != nil {
			return err
		}
		known, err := everSignedIn(tx, who.ID)
		if err != nil || known {
			return err
		}
		secret = fresh
		return p.token(tx, who, den.Token{Name: "sign-in link", Once: true, ExpiresAt: p.now.Add(linkLasts)}, fresh)
	})
	return secret, err
}

// OperatorToken makes the token that client commands on this host sign in with, and
// takes back the one before.
func (o *Orchestrator) OperatorToken(ctx context.Context) (secret string, err error) {
	fresh := o.Secret()
	err = o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
		who, err := p.operator(tx)
		if err != nil {
			return err
		}
		return p.token(tx, who, den.Token{Name: commandToken}, fresh)
	})
	return fresh, err
}

// token gives a person a token in place of those of the same name that the den made
// before: those that people make for programs have grants.
func (p *pen) token(tx den.Tx, who den.Person, t den.Token, secret string) error {
	before, err := every(tx.Tokens(), den.Query{Index: den.TokensByPerson, Key: string(who.ID)})
	if err != nil {
		return err
	}
	for _, b := range before {
		if b.Name == t.Name && len(b.Grants) == 0 {
			if err := tx.Tokens().Delete(den.ID(b.Hash)); err != nil {
				return err
			}
		}
	}
	t.ID, t.Hash, t.Person, t.CreatedAt = p.id(den.KindToken), hashed(secret), who.ID, p.now
	if _, err := tx.Tokens().Put(t); err != nil {
		return err
	}
	_, err = p.record(tx, den.Event{
		Act: "token.made", Subject: who.ID, Say: fmt.Sprintf("A %s was made for %s.", t.Name, who.Name),
	})
	return err
}

// operator finds the den's operator, or makes the first one.
func (p *pen) operator(tx den.Tx) (den.Person, error) {
	who, found, err := operatorBut(tx, "")
	if err != nil || found {
		return who, err
	}
	who, err = tx.People().Put(den.Person{
		ID: p.id(den.KindPerson), Name: "Operator", Memberships: []den.Membership{{Role: den.Operator}},
	})
	if err != nil {
		return who, err
	}
	_, err = p.record(tx, den.Event{Act: "person.added", Subject: who.ID, Say: "The operator was added."})
	return who, err
}

func everSignedIn(tx den.Tx, id den.ID) (bool, error) {
	q := den.Query{Index: den.EventsBySubject, Key: string(id), Limit: readLimit}
	for {
		page, err := tx.Events(q)
		if err != nil {
			return false, err
		}
		for _, e := range page.Items {
			if e.Act == "person.signed_in" {
				return true, nil
			}
		}
		if page.Next == "" {
			return false, nil
		}
		q.After = page.Next
	}
}

func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
