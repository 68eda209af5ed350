package services

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"time"
)

// door lets a bounded number of connections in, at a bounded pace, whatever number of
// listeners it stands at. Who comes when it is full is turned away at once.
type door struct {
	offer *Offer
	slots chan struct{}
	pace  *bucket
	serve func(net.Conn)
}

func newDoor(o *Offer, perSecond float64, serve func(net.Conn)) *door {
	return &door{
		offer: o, slots: make(chan struct{}, o.config.Connections), serve: serve,
		pace: newBucket(perSecond, 4*perSecond, o.config.Now),
	}
}

// keep serves a listener until it is closed.
func (d *door) keep(l net.Listener) {
	o := d.offer
	for {
		if d.pace.wait(o.life, 1) != nil {
			return
		}
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of descriptors, or the peer has gone already
			if rest(o.life, 100*time.Millisecond) != nil {
				return
			}
			continue
		}
		select {
		case d.slots <- struct{}{}:
			o.work.Go(func() { d.one(conn) })
		default:
			_ = conn.Close()
		}
	}
}

func (d *door) one(conn net.Conn) {
	defer func() { <-d.slots }()
	stop := context.AfterFunc(d.offer.life, func() { _ = conn.Close() })
	defer stop()
	defer func() { _ = conn.Close() }()
	defer d.offer.survive()
	d.serve(conn)
}

// survive keeps a fault of ours, met by a stranger's bytes, from ending the den.
func (o *Offer) survive() {
	if p := recover(); p != nil {
		o.config.Log.Error("a service of a sandbox panicked", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	}
}

// rest waits, or returns the error of ctx when it ends first.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leash closes a connection that is not pulled in time. It needs no clock, so no
// change of the machine's time lengthens it.
type leash struct {
	timer *time.Timer
	time  time.Duration
}

func newLeash(conn net.Conn, d time.Duration) leash {
	return leash{time.AfterFunc(d, func() { _ = conn.Close() }), d}
}

func (l leash) pull() { l.timer.Reset(l.time) }
func (l leash) drop() { l.timer.Stop() }
