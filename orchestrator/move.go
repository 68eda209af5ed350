package orchestrator

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// errMoved: somebody changed the lease meanwhile, so what was decided is dropped.
var errMoved = errors.New("the lease moved meanwhile")

// current reads a lease again inside the transaction that changes it, and drops the
// change where its revision moved.
func current(tx den.Tx, l den.Lease) (den.Lease, error) {
	now, err := tx.Leases().Get(l.ID)
	if err != nil {
		return l, err
	}
	if now.Rev != l.Rev {
		return l, errMoved
	}
	return now, nil
}

// move saves a new phase of a lease together with its event and its notice, and with
// the end of its trial where it was the last one.
func (p *pen) move(tx den.Tx, l den.Lease, to den.Phase, why den.Reason, say string) error {
	from := l.Phase
	if !from.May(to) {
		return den.Refuse(den.Conflict, "The sandbox is %s and cannot become %s.", from, to)
	}
	if err := p.meter(tx, &l, to); err != nil {
		return err
	}
	l.Phase, l.Tries = to, 0
	switch to {
	case den.Requested:
	case den.Starting:
		if err := p.starting(tx, &l, from, say); err != nil {
			return err
		}
	case den.Live:
		l.Say, l.DueAt = "", p.turn(l)
		if l.LiveAt.IsZero() {
			l.LiveAt, l.Launch = p.now, p.now.Sub(l.StartingAt)
			if c, ok := p.warm[l.ID]; ok {
				l.Launch = c.Launch // how quick the product is, not the hand-over
			}
		}
	case den.Paused:
		l.Say, l.DueAt = say, p.turn(l)
	case den.Ending:
		l.Reason, l.Say, l.EndingAt, l.DueAt = why, say, p.now, p.now
		l.Looks, l.Replacing = nil, false
	case den.Ended:
		l.EndedAt, l.DueAt = p.now, den.Stamp{}
	case den.Refused:
		l.Reason, l.Say, l.EndedAt, l.DueAt = why, say, p.now, den.Stamp{}
	}
	name, err := p.product(tx, l)
	if err != nil {
		return err
	}
	seq, err := p.record(tx, den.Event{
		Act: "lease." + string(to), Subject: l.ID, About: about(l), Say: tells(name, from, l), Why: say,
	})
	if err != nil {
		return err
	}
	l, err = p.put(tx, l)
	if err != nil {
		return err
	}
	if to == den.Ended {
		if err := p.receipt(tx, l, seq); err != nil {
			return err
		}
	}
	if err := p.notify(tx, l, from, name); err != nil {
		return err
	}
	switch {
	case !to.Final():
		return nil
	case l.Preflight != "":
		return p.preflown(tx, l)
	}
	if err := p.overtaken(tx, l); err != nil {
		return err
	}
	return p.finish(tx, l.Trial)
}

// starting takes a sandbox for a request, or has the old one replaced.
func (p *pen) starting(tx den.Tx, l *den.Lease, from den.Phase, say string) error {
	l.StartBy, l.DueAt, l.Say = p.now.Add(p.o.StartPatience), p.now, say
	if from != den.Requested {
		l.Replacing, l.Lost, l.PauseWanted = true, true, false
		return nil
	}
	l.StartingAt = p.now
	sandbox, seen, err := p.claim(tx, *l)
	if err != nil {
		return err
	}
	l.Sandbox = sandbox
	p.starts = append(p.starts, start{lease: l.ID, sight: seen})
	return nil
}

// claim takes a waiting cell out of the records, or else a new id: the services of a
// stack meet on a network of their own, which a cell is not.
func (p *pen) claim(tx den.Tx, l den.Lease) (sandbox string, seen den.Sight, err error) {
	if c, ok := p.warm[l.ID]; ok {
		return c.Sandbox, den.SeenRunning, tx.Cells().Delete(den.ID(c.Sandbox))
	}
	if len(l.Services) > 1 {
		return p.sandbox(), den.SeenAbsent, nil
	}
	cells, err := every(tx.Cells(), den.Query{})
	if err != nil {
		return "", den.Unseen, err
	}
	for _, c := range cells {
		if c.Ready && c.Release == "" {
			return c.Sandbox, den.SeenHeld, tx.Cells().Delete(den.ID(c.Sandbox))
		}
	}
	return p.sandbox(), den.SeenAbsent, nil
}

func (p *pen) receipt(tx den.Tx, l den.Lease, seq uint64) error {
	r := den.Receipt{
		Lease: l.ID, Trial: l.Trial, Department: l.Department, Supplier: l.Supplier, Product: l.Product,
		Sandbox: l.Sandbox, Reason: l.Reason, Say: l.Say, Looks: l.Looks, LiveAt: l.LiveAt, EndedAt: l.EndedAt,
		Tried: l.Tried, Ways: l.Ways, Used: l.Used, Mails: l.Mails, LogTail: l.LogTail, Event: seq,
	}
	if l.Found != nil {
		r.Found = *l.Found
	}
	_, err := tx.Receipts().Put(r)
	return err
}

// finish closes a trial once all its leases are over.
func (p *pen) finish(tx den.Tx, id den.ID) error {
	t, err := tx.Trials().Get(id)
	if err != nil || t.State != den.TrialRunning {
		return err
	}
	leases, err := every(tx.Leases(), den.Query{Index: den.LeasesByTrial, Key: string(id)}) // those too that were replaced
	if err != nil || slices.ContainsFunc(leases, func(l den.Lease) bool { return !l.Phase.Final() }) {
		return err
	}
	t.State, t.ClosedAt = den.TrialFinished, p.now
	if err := p.lapseRenewals(tx, &t); err != nil {
		return err
	}
	if t, err = tried(tx, t); err != nil {
		return err
	}
	if _, err := tx.Trials().Put(t); err != nil {
		return err
	}
	_, err = p.record(tx, den.Event{
		Act: "trial.finished", Subject: t.ID, About: []den.ID{t.Department},
		Say: fmt.Sprintf("The trial %q has finished. All its sandboxes are gone.", t.Name),
	})
	return err
}

// product is what the product of a lease is called: its label while names are hidden.
func (p *pen) product(tx den.Tx, l den.Lease) (string, error) {
	if name, ok := p.called[l.ID]; ok {
		return name, nil
	}
	name, err := productName(tx, l)
	if err == nil {
		p.called[l.ID] = name
	}
	return name, err
}

func productName(tx den.Tx, l den.Lease) (string, error) {
	t, err := tx.Trials().Get(l.Trial)
	if err != nil && den.KindOf(err) != den.NotFound {
		return "", err
	}
	hidden, err := labelled(tx, t)
	if err != nil {
		return "", err
	}
	if e, ok := t.Entry(l.Entry); ok && hidden {
		return e.Label, nil
	}
	one, err := tx.Products().Get(l.Product)
	if den.KindOf(err) == den.NotFound {
		return "A product", nil
	}
	return one.Name, err
}

func about(l den.Lease) []den.ID {
	if l.Preflight != "" {
		return []den.ID{l.Preflight, l.Supplier}
	}
	return []den.ID{l.Trial, l.Department, l.Supplier}
}

// tells is the sentence of the event of a lease's new phase.
func tells(name string, from den.Phase, l den.Lease) string {
	switch l.Phase {
	case den.Requested:
		return fmt.Sprintf("A sandbox for %s was asked for.", name)
	case den.Starting:
		if from == den.Requested {
			return fmt.Sprintf("%s is starting.", name)
		}
		return fmt.Sprintf("%s is starting again.", name)
	case den.Live:
		if from == den.Paused {
			return fmt.Sprintf("%s goes on.", name)
		}
		return fmt.Sprintf("%s is ready.", name)
	case den.Paused:
		return fmt.Sprintf("%s is paused.", name)
	case den.Ending:
		return fmt.Sprintf("%s is being removed.", name)
	case den.Ended:
		return fmt.Sprintf("%s was removed. %s", name, leftNothing(l))
	case den.Refused:
		return fmt.Sprintf("The request for %s ended before it started.", name)
	}
	return name
}

func leftNothing(l den.Lease) string {
	if l.Found == nil {
		return "Nothing was left."
	}
	return fmt.Sprintf("It had %s. The den looked twice and found nothing left.", counted(*l.Found))
}

func counted(f den.Inventory) string {
	var parts []string
	for _, one := range []struct {
		n    int
		name string
	}{{len(f.Containers), "container"}, {len(f.Networks), "network"}, {len(f.Volumes), "volume"}} {
		switch {
		case one.n == 1:
			parts = append(parts, "1 "+one.name)
		case one.n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", one.n, one.name))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// notify writes the notice that a department gets of a move, where it gets one.
func (p *pen) notify(tx den.Tx, l den.Lease, from den.Phase, name string) error {
	n := den.Notice{To: l.Department, Subject: l.ID, Say: l.Say}
	switch {
	case l.Phase == den.Live && from == den.Starting && !l.Lost:
		n.Kind, n.Title, n.Say = den.NoticeReady, name+" is ready", "You can open it now."
	case l.Phase == den.Starting && from != den.Requested:
		n.Kind, n.Title = den.NoticeFailed, name+" is starting again"
	case l.Phase == den.Ending && l.Reason == den.ByBudget:
		n.Kind, n.Title = den.NoticeBudget, name+" is being removed"
	case l.Phase == den.Ending && l.Reason != den.ByTime && l.Reason != den.ByAsking:
		n.Kind, n.Title = den.NoticeFailed, name+" is being removed"
	case l.Phase == den.Ended:
		n.Kind, n.Title = den.NoticeEnded, name+" was removed"
		n.Say = join(l.Say, leftNothing(l))
	case l.Phase == den.Refused && (l.Reason == den.ByRefusal || l.Reason == den.ByLapse && l.Request != ""):
		return nil // the decision on the request is told
	case l.Phase == den.Refused:
		n.Kind, n.Title = den.NoticeFailed, name+" did not start"
	default:
		return nil
	}
	return p.notice(tx, n)
}
