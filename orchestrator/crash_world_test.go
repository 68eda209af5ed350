package orchestrator_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// harm is what happens at a step.
type harm string

const (
	exitBefore harm = "exit before"
	exitAfter  harm = "exit after"
	fails      harm = "error"
	replyLost  harm = "reply lost"
	hangs      harm = "hang"
	panics     harm = "panic"
)

var harms = []harm{exitBefore, exitAfter, fails, replyLost, hangs, panics}

// fault is a harm at one step: the nth time that it is reached in a process.
type fault struct {
	step string // a verb or step of the runtime, or "update"
	nth  int
	harm harm
}

func (f fault) String() string { return fmt.Sprintf("%s at %s %d", f.harm, f.step, f.nth) }

// world is an engine and a file that outlive the den's processes.
type world struct {
	*rig
	seed    uint64
	rng     *rand.Rand
	faults  []fault // one for each process in turn; the rest have none
	checks  checks
	control func(*orchestrator.Config) // spoils the den, for tests that must fail

	mu      sync.Mutex
	proc    *process
	boots   int
	watched int     // the process whose steps are noted, from 1
	seen    []fault // every step of that process, in order
	fired   int
	instant time.Time // of the last read of the store
	reads   int       // at that instant
	heads   []den.Head
	downed  time.Duration // how long no process was there
}

// process is one life of the den.
type process struct {
	o      *orchestrator.Orchestrator
	dead   atomic.Bool
	cancel context.CancelFunc
	done   chan struct{}
	counts map[string]int
	fault  fault
	after  string // the step behind which it exits
}

var errDead = errors.New("the process is gone")

func newWorld(t testing.TB, seed uint64, faults []fault, control func(*orchestrator.Config)) *world {
	w := &world{rig: newRig(t), seed: seed, rng: rand.New(rand.NewPCG(seed, 7)), faults: faults, control: control, watched: 1}
	w.engine.AddStranger("database", "not ours")
	other := w.engine.As("other")
	w.must(other.Hold(t.Context(), "den1"))
	w.engine.Before(w.before)
	w.engine.After(w.after)
	t.Cleanup(w.stopAll)
	return w
}

// boot starts a process.
func (w *world) boot() {
	w.engine.Reboot()
	p := &process{done: make(chan struct{}), counts: map[string]int{}}
	if w.boots < len(w.faults) {
		p.fault = w.faults[w.boots]
	}
	w.boots++
	c := w.config
	w.routes = newRoutes()
	c.Store, c.Runtime, c.Images, c.Routes = &mortalStore{w, p}, &mortalRuntime{w.engine, p}, w.engine, w.routes
	if w.control != nil {
		w.control(&c)
	}
	var ctx context.Context
	ctx, p.cancel = context.WithCancel(context.Background())
	p.o = orchestrator.New(c)
	w.mu.Lock()
	w.proc = p
	w.mu.Unlock()
	go func() {
		defer close(p.done)
		defer func() {
			if r := recover(); r != nil {
				w.kill(p)
			}
		}()
		if err := p.o.Run(ctx); err != nil {
			w.kill(p)
		}
	}()
}

func (w *world) kill(p *process) {
	p.dead.Store(true)
	p.cancel()
}

// reboot waits for a dead process to be gone, and starts the next after a while.
func (w *world) reboot() {
	if w.proc != nil {
		<-w.proc.done
		down := time.Duration(w.rng.IntN(20_000)) * time.Millisecond
		w.downed += down
		elapse(down)
		w.must(w.db.View(context.Background(), func(tx den.Tx) error {
			head, err := tx.Head()
			w.heads = append(w.heads, head)
			return err
		}))
	}
	w.boot()
}

// stopAll ends the last process in peace.
func (w *world) stopAll() {
	w.engine.Before(nil)
	w.engine.After(nil)
	if w.proc != nil {
		w.proc.cancel()
		<-w.proc.done
	}
}

// before runs ahead of every step of the runtime.
func (w *world) before(at string, _ sandbox.ID) {
	w.mu.Lock()
	p := w.proc
	if p == nil {
		w.mu.Unlock()
		return
	}
	if p.dead.Load() {
		w.mu.Unlock()
		panic(errDead)
	}
	h := w.reach(p, at)
	w.mu.Unlock()
	switch h {
	case exitBefore:
		w.kill(p)
		panic(errDead)
	case exitAfter:
		p.after = at
	case fails:
		err := error(nil) // silence
		if w.seed%2 == 1 {
			err = errors.New("the engine had a bad moment")
		}
		w.engine.FailNext(at, err)
	case replyLost:
		w.engine.LoseReply(at)
	case hangs:
		w.engine.Hang(at)
	case panics:
		w.engine.Panic(at)
	}
}

func (w *world) after(at string, _ sandbox.ID) {
	w.mu.Lock()
	p := w.proc
	w.mu.Unlock()
	if p != nil && p.after == at {
		p.after = ""
		w.kill(p)
		panic(errDead)
	}
}

// reach counts a step and says what happens at it. The caller holds the lock.
func (w *world) reach(p *process, at string) harm {
	p.counts[at]++
	n := p.counts[at]
	if w.boots == w.watched {
		w.seen = append(w.seen, fault{step: at, nth: n})
	}
	if p.fault.step != at || p.fault.nth != n {
		return ""
	}
	w.fired++
	return p.fault.harm
}

// mortalStore is the store as one process sees it.
type mortalStore struct {
	w *world
	p *process
}

func (s *mortalStore) View(ctx context.Context, read func(den.Tx) error) error {
	if s.p.dead.Load() {
		return errDead
	}
	s.w.spins()
	return s.w.db.View(ctx, read)
}

func (s *mortalStore) Update(ctx context.Context, change func(den.Tx) error) error {
	if s.p.dead.Load() {
		return errDead
	}
	s.w.mu.Lock()
	h := s.w.reach(s.p, "update")
	s.w.mu.Unlock()
	switch h {
	case exitBefore:
		s.w.kill(s.p)
		return errDead
	case fails:
		return den.Refuse(den.Internal, "The den could not keep the change. Try again.")
	case hangs:
		<-ctx.Done()
		return ctx.Err()
	case panics:
		panic("the store panicked")
	case exitAfter, replyLost:
	}
	if err := s.w.db.Update(ctx, change); err != nil {
		return err
	}
	if h == exitAfter {
		s.w.kill(s.p)
		return errDead
	}
	if h == replyLost {
		return den.Refuse(den.Internal, "The den could not say whether it kept the change.")
	}
	return nil
}

// mortalRuntime is the runtime as one process sees it.
type mortalRuntime struct {
	*fake.Runtime
	p *process
}

func (r *mortalRuntime) Wake(ctx context.Context) <-chan sandbox.ID { return r.Runtime.Wake(ctx) }

// spins ends a den that reads and reads while no time passes: it would do so for ever.
func (w *world) spins() {
	const most = 5000
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := time.Now(); now != w.instant {
		w.instant, w.reads = now, 0
	}
	if w.reads++; w.reads == most {
		w.t.Errorf("the den does the same again and again\n%s", w.story())
		w.kill(w.proc)
	}
}

// do is a client: it asks until it gets an answer, over restarts of the den.
func (w *world) do(what string, ask func(context.Context, *orchestrator.Orchestrator) error) {
	w.t.Helper()
	var err error
	for range 60 {
		if w.proc.dead.Load() {
			w.reboot()
		}
		err = func() (err error) {
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("panic: %v", r)
				}
			}()
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			return ask(ctx, w.proc.o)
		}()
		if err == nil {
			return
		}
		if den.KindOf(err) == den.Conflict {
			elapse(time.Second)
			continue
		}
		elapse(100 * time.Millisecond)
	}
	w.t.Fatalf("%s: no answer but %v\n%s", what, err, w.story())
}

// wait lets time pass until the record of a lease is as wanted, over restarts.
func (w *world) wait(id den.ID, most time.Duration, what string, is func(den.Lease) bool) den.Lease {
	w.t.Helper()
	var l den.Lease
	step := 50 * time.Millisecond
	for passed := time.Duration(0); passed < most; passed += step {
		switch {
		case passed > 20*time.Second:
			step = 4 * time.Second
		case passed > 2*time.Second:
			step = time.Second
		}
		if w.proc.dead.Load() {
			w.reboot()
		}
		w.must(w.db.View(context.Background(), func(tx den.Tx) (err error) {
			l, err = tx.Leases().Get(id)
			return err
		}))
		if is(l) {
			return l
		}
		elapse(step)
	}
	w.t.Fatalf("not %s within %s: %+v\n%s", what, most, l, w.story())
	return l
}

// quiet lets time pass until nothing has ended the den for so long.
func (w *world) quiet(d time.Duration) {
	for passed := time.Duration(0); passed < d; passed += time.Second {
		if w.proc.dead.Load() {
			w.reboot()
			passed = 0
		}
		elapse(time.Second)
	}
}

// story is what the engine was asked, for a failure.
func (w *world) story() string {
	var b strings.Builder
	journal := w.engine.Journal()
	if os.Getenv("DEN_TEST_LOG") == "" {
		journal = journal[max(0, len(journal)-40):]
	}
	for _, id := range w.checks.leases {
		fmt.Fprintf(&b, "%+v\n", w.stored(id))
	}
	for _, c := range journal {
		fmt.Fprintf(&b, "%s %s %s %v\n", c.At.Format("15:04:05.000"), c.Verb, c.ID, c.Err)
	}
	return b.String()
}
