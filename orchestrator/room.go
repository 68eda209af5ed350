package orchestrator

import (
	"context"
	"fmt"

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

// roomAndQueue is what roomNow counts, and how many wait for room already.
func (o *Orchestrator) roomAndQueue(tx den.Tx) (taken room, queued int, err error) {
	if taken, err = o.roomNow(tx); err != nil {
		return taken, 0, err
	}
	queue, err := places(tx)
	return taken, len(queue), err
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

// admit lets requests in while there is room, in the order they were made: nobody
// overtakes. It also ends requests that are over.
func (o *Orchestrator) admit(ctx context.Context) error {
	waiting := 0
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		waiting, err = tx.Leases().Count(den.Query{Index: den.LeasesByPhase, Key: string(den.Requested)})
		if err != nil || waiting == 0 {
			return err
		}
		waiting, err = o.decide(tx, o.now(), func(den.Lease, den.Act) error { return nil })
		return err
	})
	if err != nil || waiting == 0 {
		return err
	}
	return o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
		_, err := o.decide(tx, p.now, func(l den.Lease, act den.Act) error {
			return p.move(tx, l, act.To, act.Reason, act.Say)
		})
		return err
	})
}

// decide asks Next about every request and hands over those that move.
func (o *Orchestrator) decide(tx den.Tx, now den.Stamp, moves func(den.Lease, den.Act) error) (n int, err error) {
	queue, err := every(tx.Leases(), den.Query{Index: den.LeasesByPhase, Key: string(den.Requested)})
	if err != nil {
		return 0, err
	}
	taken, err := o.roomNow(tx)
	if err != nil {
		return 0, err
	}
	open := true
	for _, l := range queue {
		act := den.Next(byTheClock(l), den.Seen{Room: open && taken.fits(l.Size)}, now)
		if act.Do != den.Move {
			open = open && l.AgreedAt.IsZero()
			continue
		}
		if act.To == den.Starting {
			taken.take(l.Size)
		}
		n++
		if err := moves(l, act); err != nil {
			return n, err
		}
	}
	return n, nil
}

// places says where each request stands in the queue, from 1.
// A request that waits for an approver has no place yet.
func places(tx den.Tx) (map[den.ID]int, error) {
	queue, err := every(tx.Leases(), den.Query{Index: den.LeasesByPhase, Key: string(den.Requested)})
	if err != nil {
		return nil, err
	}
	at := map[den.ID]int{}
	for _, l := range queue {
		if !l.AgreedAt.IsZero() {
			at[l.ID] = len(at) + 1
		}
	}
	return at, nil
}

func bytes(n int64) string {
	const mega, giga = 1 << 20, 1 << 30
	if n >= giga {
		return fmt.Sprintf("%.1f GB", float64(n)/giga)
	}
	return fmt.Sprintf("%d MB", n/mega)
}
