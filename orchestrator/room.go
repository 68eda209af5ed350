package orchestrator

import (
	"context"
	"fmt"
	"slices"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// diskReserve is what a launch leaves free where the engine keeps its data, in bytes.
const diskReserve = 256 << 20

// health is what the host last said of itself.
type health struct {
	up   bool
	host sandbox.Host
	at   den.Stamp
}

// askHost asks the host how it is, and remembers it for admission and the
// operator's page.
func (o *Orchestrator) askHost(ctx context.Context) health {
	h := health{}
	err := o.ask(ctx, readPatience, func(ctx context.Context) (err error) {
		h.host, err = o.Runtime.Host(ctx)
		return err
	})
	h.up, h.at = err == nil, o.now()
	before := o.host.Swap(&h)
	if err != nil && (before == nil || before.up) {
		o.Log.Warn("the engine does not answer", "error", err)
	}
	return h
}

// usable says, before a launch is asked for, whether the host can take one at all:
// Down when the engine does not answer, Full when its disk is. It asks the host only
// where the last word was a bad one.
func (o *Orchestrator) usable(ctx context.Context) error {
	h := o.host.Load()
	if h == nil || !h.up || o.diskFull(*h) {
		asked := o.askHost(ctx)
		h = &asked
	}
	switch {
	case !h.up:
		return den.Refuse(den.Down, "The engine that runs the sandboxes does not answer. Try again in a few minutes, or tell the operator.")
	case o.diskFull(*h):
		return den.Refuse(den.Full, "The disk of the host is nearly full. Try again when something was removed, or tell the operator.")
	}
	return nil
}

// diskFull says so only of an engine that answered: silence says nothing about a disk.
func (o *Orchestrator) diskFull(h health) bool {
	return h.up && h.host.DiskFree >= 0 && h.host.DiskFree < diskReserve
}

// room is what is taken of the host, as the records say.
type room struct {
	o      *Orchestrator
	taken  int
	memory int64
}

// looksInLine is how many requests a start looks at for one that waits for room.
const looksInLine = 200

// roomAndQueue is what roomNow counts, and whether anybody waits for room already: 1 or 0.
// However many wait for an approver, few are read. Where they do not tell, somebody is taken
// to wait, so that nobody overtakes: the pass that follows lets in whoever has room.
func (o *Orchestrator) roomAndQueue(tx den.Tx) (taken room, queued int, err error) {
	if taken, err = o.roomNow(tx); err != nil {
		return taken, 0, err
	}
	inLine := func(l den.Lease) bool { return l.Phase == den.Requested && !l.AgreedAt.IsZero() }
	if id := o.queue.first(); id != "" {
		if l, err := tx.Leases().Get(id); err == nil && inLine(l) {
			return taken, 1, nil
		}
	}
	const few = 5 // the oldest request mostly waits for room
	q, looked := den.Query{Index: den.LeasesByPhase, Key: string(den.Requested), Limit: few}, 0
	for looked < looksInLine {
		page, err := tx.Leases().List(q)
		if err != nil || slices.ContainsFunc(page.Items, inLine) {
			return taken, 1, err
		}
		if page.Next == "" {
			return taken, 0, nil
		}
		looked += len(page.Items)
		q.After, q.Limit = page.Next, looksInLine-few
	}
	return taken, 1, nil
}

// roomNow counts the leases that hold a sandbox, or are about to.
func (o *Orchestrator) roomNow(tx den.Tx) (room, error) {
	r := room{o: o}
	for _, phase := range unfinishedPhases {
		if !phase.Holds() {
			continue
		}
		n, err := tx.Leases().Count(den.Query{Index: den.LeasesByPhase, Key: string(phase)})
		if err != nil {
			return r, err
		}
		r.taken += n
	}
	for _, size := range o.Config.Sizes {
		n, err := tx.Leases().Count(den.Query{Index: den.LeasesByHolding, Key: size.Name})
		if err != nil {
			return r, err
		}
		r.memory += int64(n) * size.Memory
	}
	return r, nil
}

func (r *room) take(size string) {
	r.taken++
	if s, ok := r.o.size(size); ok {
		r.memory += s.Memory
	}
}

// fits says that there is a place for one more sandbox of a size.
func (r *room) fits(size string) bool {
	s, ok := r.o.size(size)
	if !ok || r.taken >= r.o.Room || r.o.draining.Load() {
		return false
	}
	h := r.o.host.Load()
	if h == nil {
		return true
	}
	if !h.up || r.o.diskFull(*h) {
		return false
	}
	return h.host.Memory <= 0 || r.memory+s.Memory <= h.host.Memory
}

// holds says why this host can never hold a size.
func (o *Orchestrator) holds(s den.Size) *den.Error {
	h := o.host.Load()
	if h == nil || h.host.Memory <= 0 || s.Memory <= h.host.Memory {
		return nil
	}
	return den.Bad("size", "Choose a smaller size. This host has %s of memory and %q needs %s.",
		bytes(h.host.Memory), s.Name, bytes(s.Memory))
}

// admittedAtOnce is how many requests one change lets in or ends at most, so that others
// have their turn.
const admittedAtOnce = 25

// admit lets requests in while there is room, in the order they were made: nobody
// overtakes. It also ends requests that are over.
func (o *Orchestrator) admit(ctx context.Context) error {
	for {
		moves, err := o.admissible(ctx)
		if err != nil || len(moves) == 0 {
			return err
		}
		some, moved := moves[:min(len(moves), admittedAtOnce)], 0
		err = o.update(ctx, den.System(), func(tx den.Tx, p *pen) (err error) {
			moved, err = o.decide(tx, p, some)
			return err
		})
		if err != nil || moved < len(some) { // something changed meanwhile, which the next pass sees
			o.queue.forget()
			return err
		}
	}
}

// admissible asks Next about every request, and gives those that move. Nothing is read of
// them: of the store only counts are.
func (o *Orchestrator) admissible(ctx context.Context) (moves []*den.Lease, err error) {
	waiting, taken := 0, room{}
	err = o.Store.View(ctx, func(tx den.Tx) (err error) {
		waiting, err = tx.Leases().Count(den.Query{Index: den.LeasesByPhase, Key: string(den.Requested)})
		if err == nil && waiting > 0 {
			taken, err = o.roomNow(tx)
		}
		return err
	})
	if err != nil || waiting == 0 {
		return nil, err
	}
	all, err := o.lined(ctx, waiting)
	if err != nil {
		return nil, err
	}
	open, now := true, o.now()
	for _, l := range all {
		act := den.Next(byTheClock(*l), den.Seen{Room: open && taken.fits(l.Size)}, now)
		if act.Do != den.Move {
			open = open && l.AgreedAt.IsZero()
			continue
		}
		if act.To == den.Starting {
			taken.take(l.Size)
		}
		moves = append(moves, l)
	}
	return moves, nil
}

// decide asks Next again about requests that seemed to move, each as it is in this
// transaction, and moves them. Where one was changed since, those behind it stay too.
func (o *Orchestrator) decide(tx den.Tx, p *pen, seemed []*den.Lease) (moved int, err error) {
	taken, err := o.roomNow(tx)
	if err != nil {
		return 0, err
	}
	for _, s := range seemed {
		l, err := tx.Leases().Get(s.ID)
		if err != nil {
			return moved, err
		}
		act := den.Next(byTheClock(l), den.Seen{Room: taken.fits(l.Size)}, p.now)
		if l.Rev != s.Rev || act.Do != den.Move {
			return moved, nil
		}
		if act.To == den.Starting {
			taken.take(l.Size)
		}
		if err := p.move(tx, l, act.To, act.Reason, act.Say); err != nil {
			return moved, err
		}
		moved++
	}
	return moved, nil
}

func bytes(n int64) string {
	const mega, giga = 1 << 20, 1 << 30
	if n >= giga {
		return fmt.Sprintf("%.1f GB", float64(n)/giga)
	}
	return fmt.Sprintf("%d MB", n/mega)
}
