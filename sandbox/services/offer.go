package services

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
)

// Space is a place where the den may listen: the inside of a network namespace, as
// *cell.Namespace is one.
type Space interface {
	Listen(at netip.AddrPort) (net.Listener, error)
	ListenPacket(at netip.AddrPort) (net.PacketConn, error)
}

// ErrClosed means that the offer was closed.
var ErrClosed = errors.New("the offer is closed")

// Offer is what one sandbox is offered, while it is open. It is safe for many
// goroutines.
//
// Its sockets keep the namespace alive: a namespace is gone only after Close.
type Offer struct {
	config Config
	kept   *record
	names  *names
	out    *wayOut  // nil where there is none
	mail   *catcher // nil where there is none

	life context.Context
	end  context.CancelFunc

	mu     sync.Mutex
	closed bool
	open   map[any][]io.Closer // by the key of a space
	work   sync.WaitGroup
}

// key is what a space is known by: a namespace that was opened twice is still the
// same one.
func key(space Space) any {
	if n, ok := space.(interface{ Inode() uint64 }); ok {
		return n.Inode()
	}
	return space
}

// Open offers inside a space what the config says. When it returns, everything
// listens, so a service may be started. It lives until Close; ctx bounds the opening
// alone. An address that a process in the space holds is a *net.OpError or a
// syscall.EADDRINUSE inside; nothing is left open then, and it may be called again.
func Open(ctx context.Context, space Space, config Config) (*Offer, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	config.Limits = config.filled()
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	o := &Offer{config: config, kept: newRecord(config), open: map[any][]io.Closer{}}
	o.life, o.end = context.WithCancel(context.WithoutCancel(ctx))
	o.names = newNames(o)
	if len(config.Out) > 0 {
		o.out = newWayOut(o)
	}
	if config.Mail {
		o.mail = newCatcher(o)
	}
	if err := o.Also(ctx, space); err != nil {
		o.end()
		return nil, err
	}
	return o, nil
}

// Also offers the same in a further space of the same sandbox, under the same limits
// and into the same evidence; in one where it is offered already nothing changes.
// ErrClosed after Close; else as Open.
func (o *Offer) Also(ctx context.Context, space Space) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return ErrClosed
	}
	if _, ok := o.open[key(space)]; ok {
		return nil
	}
	var opened []io.Closer
	var start []func()
	if err := o.listen(space, &opened, &start); err != nil {
		closeAll(opened)
		return err
	}
	o.open[key(space)] = opened
	for _, run := range start {
		o.work.Go(run)
	}
	return nil
}

// Leave lets the addresses in one space go, so that a namespace of which the last
// process ended can end too. What is under way there goes on until Close.
func (o *Offer) Leave(space Space) {
	o.mu.Lock()
	defer o.mu.Unlock()
	closeAll(o.open[key(space)])
	delete(o.open, key(space))
}

func closeAll(open []io.Closer) {
	for _, c := range open {
		_ = c.Close() // a socket that only listened
	}
}

func (o *Offer) listen(space Space, opened *[]io.Closer, start *[]func()) error {
	at := func(port uint16) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
	}
	packets, err := space.ListenPacket(at(NamesPort))
	if err != nil {
		return fmt.Errorf("offer names: %w", err)
	}
	*opened = append(*opened, packets)
	*start = append(*start, func() { o.names.packets(packets) })
	type place struct {
		what string
		port uint16
		door *door
	}
	doors := []place{{"names", NamesPort, o.names.door}}
	if o.out != nil {
		doors = append(doors, place{"a way out", OutPort, o.out.door})
	}
	if o.mail != nil {
		doors = append(doors, place{"mail", MailPort, o.mail.door})
	}
	for _, d := range doors {
		l, err := space.Listen(at(d.port))
		if err != nil {
			return fmt.Errorf("offer %s: %w", d.what, err)
		}
		*opened = append(*opened, l)
		*start = append(*start, func() { d.door.keep(l) })
	}
	return nil
}

// Env: see Config.Env.
func (o *Offer) Env() []string { return o.config.Env() }

// Evidence is all that was kept until now. It may be asked after Close.
func (o *Offer) Evidence() Evidence { return o.kept.all() }

// Changes grows whenever the evidence does, so that it need not be saved again while
// nothing happened.
func (o *Offer) Changes() uint64 { return o.kept.version() }

// Tried lists what the product tried to reach and may not, oldest first.
func (o *Offer) Tried() []Tried { return o.kept.all().Tried }

// Used says what went through each way out, in the order of the config.
func (o *Offer) Used() []Used { return o.kept.all().Used }

// Mails are the newest mails that the product sent, oldest first.
func (o *Offer) Mails() []Mail { return o.kept.all().Mails }

// Close ends every connection, lets the addresses go and waits until nothing of the
// offer runs. It may be called again.
func (o *Offer) Close() {
	o.mu.Lock()
	o.closed = true
	open := o.open
	o.open = nil
	o.mu.Unlock()
	o.end()
	for _, one := range open {
		closeAll(one)
	}
	o.work.Wait()
}
