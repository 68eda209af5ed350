package orchestrator

import (
	"context"
	"fmt"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

const (
	warnAhead = 24 * time.Hour // sandboxes that end sooner are said to end soon
	warnLast  = time.Hour      // those that end sooner are said to end within the hour
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
	left, whole := byTheClock(l).EndsAt.Sub(now), l.EndsAt.Sub(l.RequestedAt)
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
		Say: fmt.Sprintf("It is removed in %s. Extend it if you need it longer.", spell(byTheClock(w.lease).EndsAt.Sub(p.now))),
	})
}

// spell writes a length of time for people: "2 days 4 hours".
func spell(d time.Duration) string { return den.Spell(d) }
