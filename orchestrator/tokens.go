package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

const (
	tokenMost   = 50 // of one person
	tokenLasts  = 365 * 24 * time.Hour
	tokenStarts = 9 // characters of a secret that lists show
)

// bearer is the actor that a token of somebody stands for.
func bearer(t den.Token, who den.Person) den.Actor {
	a := who.Act()
	a.Grants, a.Token, a.Until = t.Grants, t.Hash, t.ExpiresAt
	return a
}

// Still is an actor as it is now: with the roles of now, and only while the token that
// it came with stands. It is asked again and again by what stays open. Unknown.
func (o *Orchestrator) Still(ctx context.Context, actor den.Actor) (now den.Actor, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		now, err = o.still(tx, actor)
		return err
	})
	return now, err
}

func (o *Orchestrator) still(tx den.Tx, actor den.Actor) (den.Actor, error) {
	who, err := tx.People().Get(actor.ID)
	if err == nil && who.Left || den.KindOf(err) == den.NotFound {
		return den.Actor{}, den.Refuse(den.Unknown, "You can no longer sign in here. Ask the operator.")
	}
	if err != nil || actor.Token == "" {
		return who.Act(), err
	}
	t, err := tx.Tokens().Get(den.ID(actor.Token))
	if den.KindOf(err) == den.NotFound || err == nil && !t.Stands(o.now()) {
		return den.Actor{}, den.Refuse(den.Unknown, "This token is not known, or is out of date. Make a new one on the page of your tokens.")
	}
	return bearer(t, who), err
}

// Tokens lists the actor's tokens for programs, oldest first. Those that have run out
// are left out.
func (o *Orchestrator) Tokens(ctx context.Context, actor den.Actor) (tokens []den.Token, err error) {
	if err := allowSelf(actor, den.ReadOwn); err != nil {
		return nil, err
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		tokens, err = o.tokensOf(tx, actor.ID)
		return err
	})
	return tokens, err
}

func (o *Orchestrator) tokensOf(tx den.Tx, person den.ID) ([]den.Token, error) {
	now := o.now()
	all, err := every(tx.Tokens(), den.Query{Index: den.TokensByPerson, Key: string(person)})
	return slices.DeleteFunc(all, func(t den.Token) bool {
		return t.Once || !t.Stands(now)
	}), err
}

// AddToken makes a token for programs of the actor's own. Its secret is told once. One
// that was made with a token does not outlive it.
func (o *Orchestrator) AddToken(ctx context.Context, actor den.Actor, in den.NewToken) (t den.Token, secret string, err error) {
	if err := allowSelf(actor, den.ChangeOwn); err != nil {
		return t, "", err
	}
	if t, err = newToken(actor, in, o.now()); err != nil {
		return t, "", err
	}
	secret = o.Secret()
	t.Hash, t.Starts = hashed(secret), secret[:min(len(secret)/2, tokenStarts)]
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		id, err := p.answered(tx, in.Once)
		if err != nil {
			return err
		}
		if id != "" {
			return den.Refuse(den.Conflict, "This token was made already, and is shown only once. Remove it, then make a new one.")
		}
		has, err := o.tokensOf(tx, actor.ID)
		if err != nil {
			return err
		}
		if len(has) >= tokenMost {
			return den.Refuse(den.Conflict, "You have %d tokens, which is the most. Remove one that you no longer use.", tokenMost)
		}
		t.ID = p.id(den.KindToken)
		if t, err = tx.Tokens().Put(t); err != nil {
			return err
		}
		return p.added(tx, in.Once, den.Event{
			Act: "token.made", Subject: t.ID, About: []den.ID{actor.ID}, Say: fmt.Sprintf("%s made the token %s.", actor.Name, t.Name),
		})
	})
	return t, secret, err
}

func newToken(actor den.Actor, in den.NewToken, now den.Stamp) (den.Token, error) {
	t := den.Token{Person: actor.ID, Name: strings.TrimSpace(in.Name), CreatedAt: now, ExpiresAt: now.Add(in.Lasts)}
	var faults den.Faults
	faults.Add(wants("name", "what the token is for", t.Name, nameLength))
	for _, g := range den.Grants { // each once, in one order
		if slices.Contains(in.Grants, g) {
			t.Grants = append(t.Grants, g)
		}
	}
	if len(t.Grants) == 0 || slices.ContainsFunc(in.Grants, func(g den.Grant) bool { return !slices.Contains(den.Grants, g) }) {
		faults.Add(den.Bad("grants", "Choose what the token may do: read, act or push."))
	}
	if in.Lasts < time.Minute || in.Lasts > tokenLasts {
		faults.Add(den.Bad("lasts_seconds", "Choose how long the token lasts, at most a year."))
	}
	if !actor.Until.IsZero() && t.ExpiresAt.After(actor.Until) {
		t.ExpiresAt = actor.Until
	}
	return t, faults.Err()
}

// RevokeToken takes back a token of the actor's. From then on it opens nothing, and
// what it holds open is told to look again. NotFound.
func (o *Orchestrator) RevokeToken(ctx context.Context, actor den.Actor, id den.ID) error {
	if err := allowSelf(actor, den.ChangeOwn); err != nil {
		return err
	}
	return o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		has, err := o.tokensOf(tx, actor.ID)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(has, func(t den.Token) bool { return t.ID == id })
		if at < 0 {
			return den.Missing()
		}
		return p.revoke(tx, has[at], actor.Name)
	})
}

// revoke takes a token away and says so in the record.
func (p *pen) revoke(tx den.Tx, t den.Token, by string) error {
	if err := tx.Tokens().Delete(den.ID(t.Hash)); err != nil {
		return err
	}
	_, err := p.record(tx, den.Event{
		Act: "token.revoked", Subject: t.ID, About: []den.ID{t.Person}, Say: fmt.Sprintf("%s took back the token %s.", by, t.Name),
	})
	return err
}
