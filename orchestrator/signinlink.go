package orchestrator

import (
	"context"
	"time"

	"innovationden/orchestrator/den"
)

const glassLasts = time.Hour

// SignInLink makes a one-time link by which somebody signs in: the way in where the
// provider is down, or where there is none. An operator makes it, on the host with the
// token of the command line. NotFound.
func (o *Orchestrator) SignInLink(ctx context.Context, actor den.Actor, person den.ID) (secret string, err error) {
	if err := allow(actor, den.ManagePeople, den.ReadPeople, den.Owner{}); err != nil {
		return "", err
	}
	fresh := o.Secret()
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		who, err := tx.People().Get(person)
		if err == nil && who.Left {
			return den.Refuse(den.Conflict, "Let %s in again first: they have left.", who.Name)
		}
		if err != nil {
			return missing(err)
		}
		return p.token(tx, who, den.Token{Name: "sign-in link", Once: true, ExpiresAt: p.now.Add(glassLasts)}, fresh)
	})
	return fresh, err
}
