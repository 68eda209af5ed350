package orchestrator

import (
	"context"
	"net"
	"slices"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// Routes is told which addresses lead where. Each call replaces what was said of the
// name before; calls for one name come in order. Neither may block.
type Routes interface {
	// Set says where a name leads now. Only phase live may be dialled.
	Set(Route)
	// Withdraw says that a name leads nowhere any more and never will again. It
	// returns when nothing new is let through; what is open is closed at once.
	Withdraw(name string)
}

// Route is where a name leads and who may follow it: May(actor, OpenSandbox, Owner()).
type Route struct {
	Name       string
	Lease      den.ID
	Sandbox    string
	Port       int
	Phase      den.Phase
	EndsAt     den.Stamp // nothing may pass from then on, whatever else happens
	Department den.ID
	Supplier   den.ID
	Trial      den.ID
	Evaluators []den.ID
	Guests     []den.ID // with whom it is shared
}

// Owner says whom the sandbox behind a route belongs to.
func (r Route) Owner() den.Owner {
	return den.Owner{Department: r.Department, Suppliers: []den.ID{r.Supplier}, Trial: r.Trial, Evaluators: r.Evaluators, Guests: r.Guests}
}

type nobody struct{}

func (nobody) Set(Route)       {}
func (nobody) Withdraw(string) {}
func (nobody) Leave(Visit)     {}

// tell has Routes, and the queue, hear what the store says of leases now. One at a time, so that an
// older word never follows a newer one.
func (o *Orchestrator) tell(ctx context.Context, leases map[den.ID]bool) {
	if len(leases) == 0 {
		return
	}
	o.telling.Lock()
	defer o.telling.Unlock()
	for id := range leases {
		err := o.Store.View(context.WithoutCancel(ctx), func(tx den.Tx) error { return o.tellOne(tx, id) })
		if err != nil {
			o.queue.forget()
			o.Log.Error("route not told", "lease", id, "error", err)
		}
	}
}

func (o *Orchestrator) tellOne(tx den.Tx, id den.ID) error {
	l, err := tx.Leases().Get(id)
	if den.KindOf(err) == den.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	o.queue.hears(l)
	if l.Phase == den.Ending || l.Phase.Final() || l.EndAsked != nil {
		o.withdraw(l)
		return nil
	}
	t, err := trialOf(tx, l.Trial)
	if err != nil {
		return err
	}
	guests, err := guestsOf(tx, l, o.now())
	if err != nil {
		return err
	}
	o.Routes.Set(Route{
		Name: l.Name, Lease: l.ID, Sandbox: l.Sandbox, Port: l.Port, Phase: l.Phase, EndsAt: byTheClock(l).EndsAt,
		Department: l.Department, Supplier: l.Supplier, Trial: l.Trial, Evaluators: t.Evaluators, Guests: guests,
	})
	return nil
}

// toldAtOnce is how many routes are told anew in one go, so that what was committed
// meanwhile is told between.
const toldAtOnce = 50

// tellAll has Routes hear of every lease in some phases.
func (o *Orchestrator) tellAll(ctx context.Context, phases ...den.Phase) error {
	var all []den.Lease
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		all, err = inPhases(tx, phases...)
		return err
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(all, toldAtOnce) {
		ids := map[den.ID]bool{}
		for _, l := range some {
			ids[l.ID] = true
		}
		o.tell(ctx, ids)
	}
	return nil
}

// Dial opens a connection to a port inside a sandbox. The gateway has asked whether
// the visitor may.
func (o *Orchestrator) Dial(ctx context.Context, id string, port int) (net.Conn, error) {
	return o.Runtime.Dial(ctx, sandbox.ID(id), port)
}
