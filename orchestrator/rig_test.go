package orchestrator_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/bolt"
	"innovationden/orchestrator/den"
	"innovationden/orchestrator/storetest"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// rig is a den on a scripted engine and a real file.
type rig struct {
	t      testing.TB
	engine *fake.Runtime
	db     *bolt.DB
	store  den.Store
	config orchestrator.Config
	o      *orchestrator.Orchestrator
	routes *routes
	ids    atomic.Int64

	department den.Department
	supplier   den.Supplier
	product    den.Product
	member     den.Actor
	images     map[string]string // by name
	releases   map[string]den.ID
	stop       func()
}

var small = den.Size{
	Name: "small", Title: "Small", Memory: 256 << 20, CPU: 500, Pids: 100, Files: 1024,
	Tmp: 16 << 20, Disk: 64 << 20, Log: 1 << 20, Price: 12_000,
}

func scheme() den.Scheme {
	least := 2
	return den.Scheme{ID: "standard", Version: 1, Title: "Standard", Themes: []den.Theme{{ID: "all", Title: "All", Criteria: []den.Criterion{
		{ID: "ease", Title: "Ease", ScoredBy: den.ByPeople, Weight: 60, WeightMin: 10, WeightMax: 80, Missing: den.MissingInterval},
		{ID: "fit", Title: "Fit", ScoredBy: den.ByPeople, Weight: 40, WeightMin: 10, WeightMax: 80, Minimum: &least, Missing: den.MissingInterval},
	}}}}
}

// newRig is a den on a file that keeps no promise to the disk: tests of faults bring
// their own.
func newRig(t testing.TB, change ...func(*orchestrator.Config)) *rig {
	t.Helper()
	folder, err := os.MkdirTemp(memoryFolder(), "den") //nolint:usetesting // in memory where there is some, for speed
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	r := &rig{t: t, engine: fake.New(time.Now), routes: newRoutes(), images: map[string]string{}, releases: map[string]den.ID{}}
	r.db, err = bolt.Open(filepath.Join(folder, "den.db"), bolt.Options{Now: time.Now, NoSync: true, Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.db.Close(); err != nil {
			t.Error(err)
		}
	})
	witness := &storetest.Witness{Store: r.db}
	t.Cleanup(func() {
		if unsaid := witness.Unsaid(); len(unsaid) > 0 {
			t.Errorf("changed without an event about it:\n%s", strings.Join(unsaid, "\n"))
		}
	})
	r.store = witness
	r.config = orchestrator.Config{
		Store: r.store, Runtime: r.engine, Images: r.engine, Now: time.Now, NewID: r.id,
		Secret: func() string { return fmt.Sprintf("secret-%d", r.ids.Add(1)) },
		Name:   func() string { return fmt.Sprintf("quiet-otter-%08d", r.ids.Add(1)) },
		Sizes:  []den.Size{small}, Schemes: []den.Scheme{scheme()},
		DefaultLength: 24 * time.Hour, LongestLength: 30 * 24 * time.Hour, Room: 8, Builders: 4, Routes: r.routes,
	}
	if testing.Verbose() && os.Getenv("DEN_TEST_LOG") != "" {
		r.config.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	for _, c := range change {
		c(&r.config)
	}
	r.o = orchestrator.New(r.config)
	r.techmap()
	return r
}

// memoryFolder keeps the many files of the tests off the disk where that is possible.
func memoryFolder() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

func (r *rig) id(k den.Kind) den.ID { return den.ID(fmt.Sprintf("%s_%012d", k, r.ids.Add(1))) }

func (r *rig) techmap() {
	ctx, root := context.Background(), den.System()
	var err error
	r.department, err = r.o.AddDepartment(ctx, root, den.NewOrganisation{Name: "Department of Appointments"})
	r.must(err)
	r.supplier, err = r.o.AddSupplier(ctx, root, den.NewOrganisation{Name: "Bookwell Ltd"})
	r.must(err)
	r.product, err = r.o.AddProduct(ctx, root, den.NewProduct{Supplier: r.supplier.ID, Name: "Bookwell"})
	r.must(err)
	person, err := r.o.AddPerson(ctx, root, den.Person{Name: "Ada", Memberships: []den.Membership{{Role: den.Member, In: r.department.ID}}})
	r.must(err)
	r.member = person.Act()
}

// release puts an image on the engine that behaves so, and a release of it.
func (r *rig) release(name string, b fake.Behaviour) den.ID {
	r.t.Helper()
	if id := r.releases[name]; id != "" {
		return id
	}
	r.images[name] = r.engine.AddImage(sandbox.Image{Names: []string{name}, Ports: []int{8080}}, b)
	one, err := r.o.AddRelease(context.Background(), den.System(), den.NewRelease{
		Product: r.product.ID, Version: name, Image: name,
	})
	r.must(err)
	r.releases[name] = one.ID
	return one.ID
}

// run drives the den until the test ends or stop is called.
func (r *rig) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	o := r.o
	go func() { done <- o.Run(ctx) }()
	once := sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Errorf("run: %v", err)
		}
	})
	r.stop = once
	r.t.Cleanup(once)
}

// draft makes a complete draft of the releases.
func (r *rig) draft(length time.Duration, releases ...den.ID) den.TrialView {
	r.t.Helper()
	v, err := r.o.AddTrial(context.Background(), r.member, den.NewTrial{
		Question: "Which one is easier?", Releases: releases, Length: length,
	})
	r.must(err)
	return v
}

// start starts a trial of the releases.
func (r *rig) start(length time.Duration, releases ...den.ID) den.TrialView {
	r.t.Helper()
	v, err := r.o.StartTrial(context.Background(), r.member, r.draft(length, releases...).ID, 0, den.Once{})
	r.must(err)
	return v
}

// declare has people declare that they have no interest in a trial.
func (r *rig) declare(trial den.ID, people ...den.Actor) {
	r.t.Helper()
	for _, who := range people {
		_, err := r.o.Declare(context.Background(), who, trial, den.NewDeclaration{Stake: den.NoStake})
		r.must(err)
	}
}

func (r *rig) lease(id den.ID) den.Lease {
	r.t.Helper()
	v, err := r.o.Sandbox(context.Background(), den.System(), id)
	r.must(err)
	return v.Lease
}

// until waits for something about a lease, for at most a length of time.
func (r *rig) until(id den.ID, most time.Duration, what string, is func(den.Lease) bool) den.Lease {
	r.t.Helper()
	pokes, cancel := r.o.Watch(context.Background(), id)
	defer cancel()
	timer := time.NewTimer(most)
	defer timer.Stop()
	for {
		l := r.lease(id)
		if is(l) {
			return l
		}
		select {
		case <-pokes:
		case <-timer.C:
			r.t.Fatalf("not %s within %s: %+v", what, most, l)
		}
	}
}

func (r *rig) phase(id den.ID, phase den.Phase, most time.Duration) den.Lease {
	r.t.Helper()
	return r.until(id, most, string(phase), func(l den.Lease) bool { return l.Phase == phase })
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// living starts a trial of one release, and gives its lease once it is live.
func (r *rig) living(length time.Duration, release den.ID) den.Lease {
	r.t.Helper()
	return r.phase(r.start(length, release).Entries[0].Lease, den.Live, time.Minute)
}

// stillLive says at a moment of a test that a lease must be live.
func (r *rig) stillLive(id den.ID, when string) {
	r.t.Helper()
	if l := r.lease(id); l.Phase != den.Live {
		r.t.Errorf("%s it is %s", when, l.Phase)
	}
}

// routes is what a gateway would know.
type routes struct {
	mu  sync.Mutex
	has map[string]orchestrator.Route
	was map[string]bool
}

func newRoutes() *routes {
	return &routes{has: map[string]orchestrator.Route{}, was: map[string]bool{}}
}

func (g *routes) Set(r orchestrator.Route) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.has[r.Name] = r
}

func (g *routes) Withdraw(name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.has, name)
	g.was[name] = true
}

func (g *routes) get(name string) (orchestrator.Route, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, ok := g.has[name]
	return r, ok
}

// elapse lets the time of a synctest bubble go on.
func elapse(d time.Duration) { <-time.After(d) }
