package orchestrator

import (
	"context"
	"fmt"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

const (
	warnAhead     = 24 * time.Hour // sandboxes that end sooner are said to end soon
	warnLast      = time.Hour      // those that end sooner are said to end within the hour
	answersLast   = 48 * time.Hour
	noticesLast   = 30 * 24 * time.Hour
	cleanedAtOnce = 500
)

// endWarning is one of the two that a department gets of an end: a day and an hour before.
type endWarning struct {
	id    den.ID
	kind  den.NoticeKind
	title string
	lease den.Lease
}

// warn tells departments once a day and once an hour before a sandbox ends. Lengths below
// two days are warned of in their last quarter, and those below four hours only then. A
// notice's id holds the end it warns of, so that it is written once for each end.
func (o *Orchestrator) warn(ctx context.Context) {
	now := o.now()
	var soon []endWarning
	err := o.Store.View(ctx, func(tx den.Tx) error {
		for _, phase := range []den.Phase{den.Live, den.Paused} {
			all, err := every(tx.Leases(), den.Query{Index: den.LeasesByPhase, Key: string(phase)})
			if err != nil {
				return err
			}
			for _, l := range all {
				for _, w := range endWarnings(l, now) {
					_, err := tx.Notices().Get(w.id)
					if den.KindOf(err) == den.NotFound {
						soon = append(soon, w)
					} else if err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if err == nil && len(soon) > 0 {
		err = o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
			for _, w := range soon {
				if err := p.warn(tx, w); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil && ctx.Err() == nil {
		o.Log.Error("warnings were not written", "error", err)
	}
}

// endWarnings are those that are due of a lease's end, written already or not.
func endWarnings(l den.Lease, now den.Stamp) []endWarning {
	left, whole := l.EndsAt.Sub(now), l.EndsAt.Sub(l.RequestedAt)
	_, unique, _ := strings.Cut(string(l.ID), "_")
	id := func(what string) den.ID {
		return den.ID(fmt.Sprintf("%s_%s-%s-%d", den.KindNotice, unique, what, l.EndsAt.Unix()))
	}
	switch {
	case left <= 0:
		return nil
	case left <= warnLast && whole > 4*warnLast:
		return []endWarning{{id("hour"), den.NoticeEndsHour, "%s ends within the hour", l}}
	case left <= min(warnAhead, whole/4):
		return []endWarning{{id("ends"), den.NoticeEndsSoon, "%s ends soon", l}}
	}
	return nil
}

func (p *pen) warn(tx den.Tx, w endWarning) error {
	name, err := p.product(tx, w.lease)
	if err != nil {
		return err
	}
	_, err = tx.Notices().Get(w.id)
	if den.KindOf(err) != den.NotFound {
		return err
	}
	return p.notice(tx, den.Notice{
		ID: w.id, To: w.lease.Department, Subject: w.lease.ID, Kind: w.kind, Title: fmt.Sprintf(w.title, name),
		Say: fmt.Sprintf("It is removed in %s. Extend it if you need it longer.", spell(w.lease.EndsAt.Sub(p.now))),
	})
}

// clean forgets answers to repeated requests, tokens and notices that are out of date.
func (o *Orchestrator) clean(ctx context.Context) {
	old := stale{now: o.now()}
	err := o.Store.View(ctx, old.find)
	if err == nil && len(old.answers)+len(old.tokens)+len(old.notices)+len(old.deliveries) > 0 {
		err = o.update(ctx, den.System(), func(tx den.Tx, _ *pen) error { return old.delete(tx) })
	}
	if err != nil && ctx.Err() == nil {
		o.Log.Error("what is out of date was not cleaned away", "error", err)
	}
}

// stale is what nobody needs any more.
type stale struct {
	now                                  den.Stamp
	answers, tokens, notices, deliveries []den.ID
}

func (s *stale) find(tx den.Tx) error {
	answers, err := tx.Answers().List(den.Query{Index: den.AnswersByTime, Until: s.now.Add(-answersLast), Limit: cleanedAtOnce})
	if err != nil {
		return err
	}
	for _, a := range answers.Items {
		s.answers = append(s.answers, den.ID(a.Key))
	}
	tokens, err := every(tx.Tokens(), den.Query{})
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if !t.ExpiresAt.IsZero() && !t.ExpiresAt.After(s.now) {
			s.tokens = append(s.tokens, den.ID(t.Hash))
		}
	}
	notices, err := tx.Notices().List(den.Query{Limit: cleanedAtOnce})
	if err != nil {
		return err
	}
	for _, n := range notices.Items {
		if n.At.Add(noticesLast).Before(s.now) {
			s.notices = append(s.notices, n.ID)
		}
	}
	deliveries, err := tx.Deliveries().List(den.Query{Limit: cleanedAtOnce})
	if err != nil {
		return err
	}
	for _, d := range deliveries.Items {
		if d.State != den.DeliveryWaits && d.MadeAt.Add(deliveryKept).Before(s.now) {
			s.deliveries = append(s.deliveries, d.ID)
		}
	}
	return nil
}

func (s *stale) delete(tx den.Tx) error {
	for _, id := range s.answers {
		if err := tx.Answers().Delete(id); err != nil {
			return err
		}
	}
	for _, id := range s.tokens {
		if err := tx.Tokens().Delete(id); err != nil {
			return err
		}
	}
	for _, id := range s.notices {
		if err := tx.Notices().Delete(id); err != nil {
			return err
		}
	}
	for _, id := range s.deliveries {
		if err := tx.Deliveries().Delete(id); err != nil {
			return err
		}
	}
	return nil
}

// spell writes a length of time for people: "2 days 4 hours".
func spell(d time.Duration) string { return den.Spell(d) }
