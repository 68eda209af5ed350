package orchestrator

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
	"innovationden/sandbox"
)

// Config is everything an Orchestrator is handed. Store, Runtime, Images, Now, NewID,
// Secret, Name, Sizes, Schemes, DefaultLength and LongestLength must be there; the
// rest has the sensible answer that is named beside it.
type Config struct {
	Store   den.Store
	Runtime sandbox.Runtime
	Images  sandbox.Images
	Now     func() time.Time
	Ticks   func() time.Duration // of a clock that nobody sets; nil: it is not seen when somebody sets the other
	Machine string               // the run of the machine from whose begin Ticks count; empty: they count from any moment
	NewID   den.NewID
	Secret  func() string // an unguessable secret
	Name    func() string // a random DNS label

	Sizes         []den.Size
	Schemes       []den.Scheme
	Vocabulary    den.Vocabulary // in which products are described
	OpenTechmap   bool           // anybody may read suppliers, products and published challenges
	DefaultScheme string         // what a trial gets where nobody says otherwise; empty: the first
	DefaultSize   string         // the same
	DefaultLength den.Span
	LongestLength den.Span

	StartPatience time.Duration // how long a product may take to answer; 0: 60 s
	Spare         int           // waiting cells wanted; 0: 1, negative: none
	Warm          int64         // bytes of memory for warm instances, by the bounds of their sizes; 0: none
	Room          int           // most sandboxes at once; 0: 16
	Builders      int           // acts on the engine at once; 0: twice the processors
	Grace         time.Duration // what the sweep leaves young things; 0: 2 min
	ImageGrace    time.Duration // how long a pushed image stays on the engine that nothing needs; 0: for ever
	PassEvery     time.Duration // longest time between two passes; 0: 5 s
	SweepEvery    time.Duration // between two sweeps; 0: 1 min
	MeasureEvery  time.Duration // between two readings of what is live; 0: den.SampleEvery

	Zone     *time.Location           // whose months, working days and hours count; nil: UTC
	Holidays den.Holidays             // no working days; in office hours they count as Sundays
	Senders  map[den.Channel]Sender   // how notices leave the den; none: they do not
	Link     func(path string) string // URL of a page of the den; nil: notices have no links

	Evidence Evidence                 // nil: what products tried to reach is not known
	Stacks   Stacks                   // nil: compose files are refused
	Files    Files                    // nil: files are refused
	Backups  Backups                  // nil: there are none
	Forms    Forms                    // nil: reports are not had as files
	Open     bool                     // the register can be read by anybody
	Pushes   Pushes                   // nil: nobody can push images
	Preflown bool                     // every new release is tried at once, not those alone that were pushed
	Pages    Pages                    // nil: pages are not weighed
	Loads    Loads                    // nil: there are no load tests
	LoadPlan LoadPlan                 // the zero LoadPlan: the den's own
	DataFree func() int64             // bytes free where the den keeps its records; negative, or nil: not known
	Shown    Shown                    // nil: the den speaks no HTTPS itself
	Address  func(name string) string // URL of a host label; nil: http://NAME.localhost
	Routes   Routes                   // nil: nobody is told
	Narrow   func(person den.ID)      // told of who may do less now, before it is answered; nil: nobody is
	Visits   Visits                   // nil: nobody is told
	Keeps    *den.Retention           // how long what is not needed is kept; nil: den.UsualRetention
	Log      *slog.Logger             // nil: nothing is logged

	// Sign signs a state of the record; nil: proofs carry no checkpoint.
	Sign    func(den.Head, time.Time) (string, error)
	Key     den.RecordKey         // what Sign signs with
	Witness Witness               // nil: no checkpoint leaves the host
	Seal    func(context.Context) // keeps a checkpoint, every hour; nil: nobody does
	Version string
	Demo    bool

	// Tally is what the gateway counted at a name in this process; nil: it counts nothing.
	Tally func(name string) (den.Tally, bool)
}

// Shown says when the certificate that the den shows runs out, and what keeps a newer one
// from being shown; empty: nothing. It may be called often, by many.
type Shown func() (ends time.Time, fault string)

// Orchestrator is what the den does. It is safe for use by many goroutines.
type Orchestrator struct {
	Config

	slots     chan struct{} // one for each act on the engine at once
	drawing   chan struct{} // one picture at a time
	passcodes passcodes
	poked     chan struct{}
	posted    chan struct{} // wakes the post
	hands     sync.Map      // who is sending: channel and address → true
	topics    hub
	clocks    clocks
	finder    finder
	unused    unused
	strays    unused // images that no release is made of
	madeOf    madeOf
	uploads   uploads
	sums      sums
	queue     queue
	telling   sync.Mutex // keeps what Routes and the queue hear in order

	mu      sync.Mutex
	running context.Context // of Run; nil: nothing is driven
	chains  map[den.ID]*chain
	group   sync.WaitGroup

	hits      atomic.Int64 // launches that took a warm instance
	misses    atomic.Int64 // launches that could have
	cold      sync.Map     // den.Warm → cold: until when it is not tried again
	launches  atomic.Int32 // launches in flight: making waiting cells waits for them
	making    sync.Mutex   // one hand on the waiting cells
	bringing  sync.RWMutex // read by whoever brings images in, until a release is made of them
	sweeping  sync.Mutex
	backing   sync.Mutex
	looking   sync.Mutex // one search for somebody's name in all texts
	draining  atomic.Bool
	refilling atomic.Bool

	host      atomic.Pointer[health]
	lastPass  atomic.Pointer[time.Time]
	lastSweep atomic.Pointer[time.Time]
	lastCells atomic.Pointer[time.Time]
	lastLook  atomic.Pointer[time.Time]
	triedAt   atomic.Pointer[time.Time] // when the checkpoint was last posted
	held      sync.Map                  // lease id → when the pass may try it again
	kept      sync.Map                  // den.SchemeRef → den.Scheme of the store: a kept version never changes
	proved    sync.Map                  // den.SchemeRef → lockedScheme: committed as kept, and outcomes can be computed by it
	groups    sync.Map                  // "department NAME" or "supplier NAME" → its id: what the groups of a provider led to
	counters  *counters
	measured  sync.Map // lease id → when its use was last measured
	startedAt time.Time
}

// New makes an Orchestrator. It reads and does nothing before Run or a use case.
func New(c Config) *Orchestrator {
	if c.StartPatience <= 0 {
		c.StartPatience = time.Minute
	}
	switch {
	case c.Spare == 0:
		c.Spare = 1
	case c.Spare < 0:
		c.Spare = 0
	}
	if c.DefaultScheme == "" && len(c.Schemes) > 0 {
		c.DefaultScheme = c.Schemes[0].ID
	}
	if c.DefaultSize == "" && len(c.Sizes) > 0 {
		c.DefaultSize = c.Sizes[0].Name
	}
	if c.Room <= 0 {
		c.Room = 16
	}
	if c.Builders <= 0 {
		c.Builders = 2 * runtime.NumCPU()
	}
	if c.Grace <= 0 {
		c.Grace = 2 * time.Minute
	}
	if c.PassEvery <= 0 {
		c.PassEvery = 5 * time.Second
	}
	if c.SweepEvery <= 0 {
		c.SweepEvery = time.Minute
	}
	if c.MeasureEvery <= 0 {
		c.MeasureEvery = den.SampleEvery
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Address == nil {
		c.Address = func(name string) string { return "http://" + name + ".localhost" }
	}
	if c.Routes == nil {
		c.Routes = nobody{}
	}
	if c.Visits == nil {
		c.Visits = nobody{}
	}
	c.LoadPlan = c.LoadPlan.filled()
	if c.Tally == nil {
		c.Tally = func(string) (den.Tally, bool) { return den.Tally{}, false }
	}
	if c.Keeps == nil {
		usual := den.UsualRetention()
		c.Keeps = &usual
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Orchestrator{
		Config:    c,
		slots:     make(chan struct{}, c.Builders),
		drawing:   make(chan struct{}, 1),
		passcodes: passcodes{turns: make(chan struct{}, passcodesAtOnce), wrong: map[string][]time.Time{}},
		poked:     make(chan struct{}, 1),
		posted:    make(chan struct{}, 1),
		topics:    hub{listeners: map[den.ID]map[chan struct{}]bool{}},
		counters:  newCounters(),
		unused:    unused{since: map[string]time.Time{}, left: map[string]bool{}},
		strays:    unused{since: map[string]time.Time{}, left: map[string]bool{}},
		chains:    map[den.ID]*chain{},
		sums:      sums{rank: evaluation.Rank, agree: evaluation.Agree},
		startedAt: c.Now().UTC(),
	}
}

func (o *Orchestrator) now() time.Time { return o.Now().UTC() }

// act makes one call to the runtime. Whoever asked may be gone long since: the call
// has a context of its own, with a deadline. At most Builders of them go at once.
func (o *Orchestrator) act(ctx context.Context, patience time.Duration, do func(context.Context) error) error {
	select {
	case o.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-o.slots }()
	return o.ask(ctx, patience, do)
}

// ask is act for questions that cost the engine little: they wait for nobody. A
// runtime that panics has failed: what it did is unknown.
func (o *Orchestrator) ask(ctx context.Context, patience time.Duration, do func(context.Context) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			o.Log.Error("the runtime panicked", "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: it panicked: %v", sandbox.ErrUnavailable, r)
		}
	}()
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return do(own)
}

// How long one call to the runtime may take before its outcome counts as unknown.
const (
	holdPatience   = 30 * time.Second
	startPatience  = 30 * time.Second
	removePatience = 30 * time.Second
	listPatience   = 30 * time.Second
	pausePatience  = 15 * time.Second
	lookPatience   = 10 * time.Second
	readPatience   = 5 * time.Second
	storePatience  = 30 * time.Second // one change of the store
)
