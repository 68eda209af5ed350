package storetest

import (
	"context"
	"errors"
	"sync"

	"innovationden/orchestrator/den"
)

// Fault is how an Update goes wrong.
type Fault string

// The faults. Before: nothing is done, and the caller gets an error. Lost: all is
// done, and the caller gets an error. Hang: nothing is done until the caller's context
// ends. PanicBefore and PanicAfter end the caller's goroutine or the process, as an
// exit at that place would.
const (
	Before      Fault = "error"
	Lost        Fault = "reply lost"
	Hang        Fault = "hang"
	PanicBefore Fault = "panic before"
	PanicAfter  Fault = "panic after"
)

// Faults lists every fault.
var Faults = []Fault{Before, Lost, Hang, PanicBefore, PanicAfter}

// ErrFailed is the cause of every error that a Failing store makes up.
var ErrFailed = errors.New("the store was told to fail")

// Failing is a store on another one that fails when it is told to. It is safe for use
// by many goroutines.
type Failing struct {
	Store den.Store

	mu      sync.Mutex
	updates int
	faults  map[int]Fault
	always  Fault
}

// Fail lets the nth Update from now go wrong; 1 is the next one.
func (f *Failing) Fail(nth int, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.faults == nil {
		f.faults = map[int]Fault{}
	}
	f.faults[f.updates+nth] = fault
}

// Always lets every Update go wrong from now on; the empty Fault ends that.
func (f *Failing) Always(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.always = fault
}

// Updates is how many there were.
func (f *Failing) Updates() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.updates
}

func (f *Failing) next() Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.updates++
	if fault, found := f.faults[f.updates]; found {
		delete(f.faults, f.updates)
		return fault
	}
	return f.always
}

// View is the other store's.
func (f *Failing) View(ctx context.Context, read func(den.Tx) error) error {
	return f.Store.View(ctx, read)
}

// Update is the other store's, or the fault that is due.
func (f *Failing) Update(ctx context.Context, change func(den.Tx) error) error {
	fault := f.next()
	switch fault {
	case Before:
		return failed()
	case Hang:
		<-ctx.Done()
		return ctx.Err()
	case PanicBefore:
		panic(ErrFailed)
	case Lost, PanicAfter:
	}
	err := f.Store.Update(ctx, change)
	switch {
	case err != nil:
		return err
	case fault == Lost:
		return failed()
	case fault == PanicAfter:
		panic(ErrFailed)
	}
	return nil
}

func failed() error {
	return &den.Error{Kind: den.Internal, Say: "The den could not keep the change. Try again.", Err: ErrFailed}
}
