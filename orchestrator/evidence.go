package orchestrator

import (
	"context"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// Evidence knows what the products in sandboxes tried to reach, and how ways out were
// used. What it says is bounded in number and length, and a stranger's text.
type Evidence interface {
	// Kept is what was seen of a sandbox so far; nothing for one that is not watched.
	// It does not block.
	Kept(sandbox string) den.Kept
	// Env are the variables, KEY=value, that tell a product of the ways that are opened
	// in its sandbox, in which the names of its own services are reached directly.
	Env(open den.Ways, names []string) []string
}

// mostTried bounds what a lease keeps of all the sandboxes that it had.
const mostTried = 1000

// seen is what a product tried to reach and how it used its ways out: what its lease keeps,
// of the sandboxes that it had before, and what is known of the one that it has. Once that
// is being removed the lease keeps all of it.
func (o *Orchestrator) seen(l den.Lease) den.Kept {
	all := den.Kept{Tried: slices.Clone(l.Tried), Used: slices.Clone(l.Used), Sent: l.Mails}
	if o.Evidence == nil || l.Phase.Final() || l.Sandbox == "" {
		return all
	}
	now := o.Evidence.Kept(l.Sandbox)
	all.Mails = now.Mails
	if l.Found != nil {
		return all
	}
	for _, t := range now.Tried {
		i := slices.IndexFunc(all.Tried, func(b den.Tried) bool { return b.Name == t.Name })
		switch {
		case i < 0 && len(all.Tried) < mostTried:
			all.Tried = append(all.Tried, t)
			continue
		case i < 0:
			continue
		}
		all.Tried[i].Times += t.Times
		all.Tried[i].Last = t.Last
	}
	for _, u := range now.Used {
		i := slices.IndexFunc(all.Used, func(b den.Used) bool { return b.Way == u.Way })
		switch {
		case i < 0 && len(all.Used) < mostTried:
			all.Used = append(all.Used, u)
			continue
		case i < 0:
			continue
		}
		b := &all.Used[i]
		b.Times, b.Refused, b.Failed, b.Sent, b.Received = b.Times+u.Times, b.Refused+u.Refused, b.Failed+u.Failed, b.Sent+u.Sent, b.Received+u.Received
	}
	all.Sent += now.Sent
	return all
}

// Mails are the newest mails that the product of a sandbox sent, caught inside it and
// gone with it. NotFound.
func (o *Orchestrator) Mails(ctx context.Context, actor den.Actor, id den.ID) ([]den.Mail, error) {
	l, err := o.readLease(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := o.openLog(ctx, actor, l.Trial); err != nil {
		return nil, err
	}
	return o.seen(l).Mails, nil
}

// WaysOf is what is opened in a sandbox; nothing for one that no live lease holds.
func (o *Orchestrator) WaysOf(ctx context.Context, sandbox string) (open den.Ways, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		page, err := tx.Leases().List(den.Query{Index: den.LeasesBySandbox, Key: sandbox, Limit: 1})
		if err != nil || len(page.Items) == 0 || page.Items[0].Phase.Final() {
			return err
		}
		open = page.Items[0].Ways
		return nil
	})
	return open, err
}

// opened gives the services of a sandbox the variables that tell of its ways. They
// stand in place of the product's own of the same names: its supplier asked for them.
func (o *Orchestrator) opened(spec sandbox.Spec, open den.Ways) sandbox.Spec {
	if open.None() || o.Evidence == nil {
		return spec
	}
	var names []string
	for _, s := range spec.Services {
		names = append(append(names, s.Name), s.Aliases...)
	}
	ours := o.Evidence.Env(open, names)
	spec.Services = slices.Clone(spec.Services)
	for i, s := range spec.Services {
		own := slices.DeleteFunc(slices.Clone(s.Env), func(e string) bool {
			name, _, _ := strings.Cut(e, "=")
			return slices.ContainsFunc(ours, func(one string) bool { return strings.HasPrefix(one, name+"=") })
		})
		spec.Services[i].Env = append(own, ours...)
	}
	return spec
}
