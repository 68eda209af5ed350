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
	answersLast   = 48 * time.Hour
	noticesLast   = 30 * 24 * time.Hour
	cleanedAtOnce = 500
)

// warn tells departments once of every sandbox that ends soon. Lengths below two days
// are warned of in their last quarter. The notice's id holds the end it warns of, so
// that it is written once for each end.
func (o *Orchestrator) warn(ctx context.Context) {
	now := o.now()
	var soon []den.Lease
	err := o.Store.View(ctx, func(tx den.Tx) error {
		all, err := every(tx.Leases(), den.Query{Index: den.LeasesByDue, Until: now.Add(warnAhead)})
		for _, l := range all {
			ahead := min(warnAhead, l.EndsAt.Sub(l.RequestedAt)/4)
			if (l.Phase != den.Live && l.Phase != den.Paused) || l.EndsAt.Sub(now) > ahead || !l.EndsAt.After(now) {
				continue
			}
			_, err := tx.Notices().Get(warning(l))
			if den.KindOf(err) == den.NotFound {
				soon = append(soon, l)
				continue
			}
			if err != nil {
				return err
			}
		}
		return err
	})
	if err == nil && len(soon) > 0 {
		err = o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
			for _, l := range soon {
				name, err := p.product(tx, l)
				if err != nil {
					return err
				}
				_, err = tx.Notices().Get(warning(l))
				if den.KindOf(err) != den.NotFound {
					continue
				}
				err = p.notice(tx, den.Notice{
					ID: warning(l), To: l.Department, Subject: l.ID, Kind: "ends_soon", Title: name + " ends soon",
					Say: fmt.Sprintf("It is removed in %s. Extend it if you need it longer.", spell(l.EndsAt.Sub(now))),
				})
				if err != nil {
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

func warning(l den.Lease) den.ID {
	_, unique, _ := strings.Cut(string(l.ID), "_")
	return den.ID(fmt.Sprintf("%s_%s-ends-%d", den.KindNotice, unique, l.EndsAt.Unix()))
}

// clean forgets answers to repeated requests, tokens and notices that are out of date.
func (o *Orchestrator) clean(ctx context.Context) {
	old := stale{now: o.now()}
	err := o.Store.View(ctx, old.find)
	if err == nil && len(old.answers)+len(old.tokens)+len(old.notices) > 0 {
		err = o.update(ctx, den.System(), func(tx den.Tx, _ *pen) error { return old.delete(tx) })
	}
	if err != nil && ctx.Err() == nil {
		o.Log.Error("what is out of date was not cleaned away", "error", err)
	}
}

// stale is what nobody needs any more.
type stale struct {
	now                      den.Stamp
	answers, tokens, notices []den.ID
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
	return nil
}

// spell writes a length of time for people: "2 days 4 hours".
func spell(d time.Duration) string {
	const day = 24 * time.Hour
	units := []struct {
		of   time.Duration
		name string
	}{{day, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}}
	var words []string
	for _, u := range units {
		n := d / u.of
		d -= n * u.of
		if n == 1 {
			words = append(words, "1 "+u.name)
		} else if n > 1 {
			words = append(words, fmt.Sprintf("%d %ss", n, u.name))
		}
		if len(words) == 2 || len(words) == 1 && n == 0 {
			break
		}
	}
	if len(words) == 0 {
		return "less than a second"
	}
	return strings.Join(words, " ")
}
