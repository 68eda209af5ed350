package orchestrator

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

func mailboxOf(tx den.Tx, person den.ID) (den.Mailbox, error) {
	m, err := tx.Mailboxes().Get(person)
	if den.KindOf(err) == den.NotFound {
		return den.Mailbox{Person: person}, nil
	}
	return m, err
}

// Mailbox says how the actor is told of things.
func (o *Orchestrator) Mailbox(ctx context.Context, actor den.Actor) (v den.MailboxView, err error) {
	if err := allowSelf(actor, den.ReadOwn); err != nil {
		return v, err
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		v, err = o.mailboxView(tx, actor)
		return err
	})
	return v, err
}

func (o *Orchestrator) mailboxView(tx den.Tx, actor den.Actor) (v den.MailboxView, err error) {
	if v.Mailbox, err = mailboxOf(tx, actor.ID); err != nil {
		return v, err
	}
	who, err := tx.People().Get(actor.ID)
	if err != nil && den.KindOf(err) != den.NotFound {
		return v, err
	}
	v.Email = who.Email
	for _, c := range den.Channels {
		if o.Senders[c] != nil {
			v.Ways = append(v.Ways, c)
		}
	}
	return v, nil
}

// SetMailbox changes how the actor is told. A new address gets a new secret. While this den
// posts to no addresses, the one that was chosen before is kept.
func (o *Orchestrator) SetMailbox(ctx context.Context, actor den.Actor, in den.Mailbox, rev int64) (v den.MailboxView, err error) {
	if err := allowSelf(actor, den.ChangeOwn); err != nil {
		return v, err
	}
	if err := o.rightMailbox(in); err != nil {
		return v, err
	}
	secret := hookSecret(o.Secret())
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		box, err := mailboxOf(tx, actor.ID)
		if err != nil {
			return err
		}
		if err := fresh(rev, box.Rev); err != nil {
			return err
		}
		box.Off, box.Quiet = in.Off, in.Quiet
		switch hook := in.Hook; {
		case o.Senders[den.ByHook] == nil:
		case hook.URL == "":
			box.Hook = den.Hook{}
		default:
			if hook.Secret = box.Hook.Secret; hook.URL != box.Hook.URL || hook.Secret == "" {
				hook.Secret = secret
			}
			box.Hook = hook
		}
		if _, err := tx.Mailboxes().Put(box); err != nil {
			return err
		}
		if _, err := p.record(tx, den.Event{Act: "person.notices_set", Subject: actor.ID, Say: actor.Name + " chose how to be told of things."}); err != nil {
			return err
		}
		v, err = o.mailboxView(tx, actor)
		return err
	})
	return v, err
}

// hookSecret makes a secret in the form of Standard Webhooks.
func hookSecret(random string) string {
	sum := sha256.Sum256([]byte(random))
	return "whsec_" + base64.StdEncoding.EncodeToString(sum[:])
}

func (o *Orchestrator) rightMailbox(in den.Mailbox) error {
	var faults den.Faults
	for _, c := range in.Off {
		if !slices.Contains(den.Channels, c) {
			faults.Add(den.Bad("off", "Choose channels from the list: mail or hook."))
		}
	}
	for c, kinds := range in.Quiet {
		isNone := func(k den.NoticeKind) bool { return !slices.Contains(den.NoticeKinds, k) }
		if !slices.Contains(den.Channels, c) || slices.ContainsFunc(kinds, isNone) {
			faults.Add(den.Bad("quiet", "Choose kinds of notice from the list."))
		}
	}
	if in.Hook.URL != "" {
		const longest = 2000
		u, err := url.Parse(in.Hook.URL)
		switch {
		case err != nil || u.Host == "" || u.User != nil || len(in.Hook.URL) > longest || u.Scheme != "https" && u.Scheme != "http":
			faults.Add(den.Bad("url", "Enter a web address that begins with https://, such as the one that Teams or Slack gives you."))
		case o.Senders[den.ByHook] == nil:
			faults.Add(den.Bad("url", "This den posts no notices to web addresses. Leave it empty, or ask the operator."))
		}
		if in.Hook.Shape != "" && !slices.Contains(den.HookShapes, in.Hook.Shape) {
			faults.Add(den.Bad("shape", "Choose what receives the notices: standard, teams or slack."))
		}
	}
	return faults.Err()
}

// reach is where a channel reaches a person; empty: nowhere.
func reach(c den.Channel, who den.Person, box den.Mailbox) string {
	switch c {
	case den.ByMail:
		return strings.TrimSpace(who.Email)
	case den.ByHook:
		return box.Hook.URL
	}
	return ""
}
