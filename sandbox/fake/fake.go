package fake

import (
	"fmt"
	"net/http"
	"sort"
	"strings"
	"sync"
	"time"

	"innovationden/sandbox"
)

// Installation is the one that New acts for.
const Installation = "fake"

// Runtime is a scripted sandbox.Runtime and sandbox.Images. The zero value is not
// usable; call New.
type Runtime struct {
	*engine
	installation string

	pm   sync.Mutex
	open map[sandbox.ID]bool // namespaces that this process holds open
}

var (
	_ sandbox.Runtime = (*Runtime)(nil)
	_ sandbox.Cutter  = (*Runtime)(nil)
	_ sandbox.Images  = (*Runtime)(nil)
)

// engine is what survives the den's process.
type engine struct {
	now func() time.Time

	mu         sync.Mutex
	boxes      map[key]*box
	images     map[string]*image
	archives   map[[32]byte][]string
	gone       map[key]bool
	strangers  map[string]string
	faults     []*fault
	before     func(step string, id sandbox.ID)
	after      func(step string, id sandbox.ID)
	down       bool
	unlabel    bool
	host       sandbox.Host
	calls      map[string]int
	journal    []Call
	violations []string
	wakes      map[chan sandbox.ID]string
}

type key struct {
	installation string
	id           sandbox.ID
}

// box is everything of one sandbox.
type box struct {
	labelled bool
	hash     string
	spec     sandbox.Spec
	holder   *container
	services map[string]*container
	volumes  map[string]time.Time
	network  time.Time // when its private network was made
}

// New gives an empty engine and a runtime on it. now is the clock of the engine;
// inside a synctest bubble time.Now is the right one.
func New(now func() time.Time) *Runtime {
	return &Runtime{
		engine: &engine{
			now:       now,
			boxes:     map[key]*box{},
			images:    map[string]*image{},
			archives:  map[[32]byte][]string{},
			gone:      map[key]bool{},
			strangers: map[string]string{},
			calls:     map[string]int{},
			wakes:     map[chan sandbox.ID]string{},
			host: sandbox.Host{
				Engine: "Scripted engine 1.0", API: "1.41", OS: "linux", Kernel: "6.1", CPUs: 2, Memory: 8 << 30,
				DiskFree: 100 << 30, CgroupV: "2", Storage: "memory", AppArmor: true, Seccomp: true, UserNS: true,
				DiskQuota: true, DiskSeen: true, Namespaces: true, BroadcastClosed: true,
			},
		},
		installation: Installation,
		open:         map[sandbox.ID]bool{},
	}
}

// As gives a runtime of another installation on the same engine.
func (r *Runtime) As(installation string) *Runtime {
	return &Runtime{engine: r.engine, installation: installation, open: map[sandbox.ID]bool{}}
}

// Reboot loses what the den's process held open, as its end does. The engine goes on.
func (r *Runtime) Reboot() {
	r.pm.Lock()
	defer r.pm.Unlock()
	clear(r.open)
}

// SetHost replaces what Host says.
func (r *Runtime) SetHost(h sandbox.Host) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.host = h
}

// Behaviour is what the containers of an image do.
type Behaviour struct {
	Handler      http.Handler // nil answers 200 and "ok"
	Port         int          // 0: the image's first port, or 8080
	OtherPort    int          // listens there instead of Port
	NeverListens bool
	ListensAfter time.Duration
	Exits        bool // ends with ExitCode, ExitAfter its start
	ExitCode     int
	ExitAfter    time.Duration
	RefusesStart error         // what the engine says instead of starting it
	IgnoresStop  bool          // does not end when it is asked to
	RemoveTakes  time.Duration // how long the engine needs to end and remove it
	Log          string        // what it prints
	Use          sandbox.Use   // what it uses while it runs
}

// port is where the service listens, or 0.
func (b Behaviour) port(i sandbox.Image) int {
	switch {
	case b.NeverListens:
		return 0
	case b.OtherPort != 0:
		return b.OtherPort
	case b.Port != 0:
		return b.Port
	case len(i.Ports) > 0:
		return i.Ports[0]
	}
	return 8080
}

// AddStranger puts something on the engine that is not the den's; what describes
// it. Compare Strangers before and after.
func (r *Runtime) AddStranger(name, what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.strangers[name] = what
}

// Strangers describes, byte for byte, everything on the engine that does not
// belong to this runtime's installation.
func (r *Runtime) Strangers() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines []string
	for name, what := range r.strangers {
		lines = append(lines, "thing "+name+" "+what)
	}
	for k, b := range r.boxes {
		if k.installation != r.installation {
			lines = append(lines, fmt.Sprintf("box %s/%s %s %s", k.installation, k.id, b.hash, r.seen(b).Seen))
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// Truth lists everything that this installation made and that still exists, with
// and without its label. It is the tests' own eye: it never fails and takes no part
// in the journal.
func (r *Runtime) Truth() []sandbox.Found {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []sandbox.Found
	for k, b := range r.boxes {
		if k.installation == r.installation {
			all = append(all, b.found(k))
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all
}

// UnlabelNext makes the next sandbox without its label: the control of every test
// that looks for leaks, which must then find one.
func (r *Runtime) UnlabelNext() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unlabel = true
}

func (b *box) found(k key) sandbox.Found {
	f := sandbox.Found{ID: k.id}
	add := func(name string, at time.Time) string {
		if at.After(f.Youngest) {
			f.Youngest = at
		}
		return name
	}
	if b.holder != nil {
		f.Containers = append(f.Containers, add(name(k, "holder"), b.holder.made))
	}
	for n, s := range b.services {
		f.Containers = append(f.Containers, add(name(k, n), s.made))
	}
	for v, at := range b.volumes {
		f.Volumes = append(f.Volumes, add(v, at))
	}
	if !b.network.IsZero() {
		f.Networks = append(f.Networks, add(name(k, "network"), b.network))
	}
	sort.Strings(f.Containers)
	sort.Strings(f.Volumes)
	return f
}

func name(k key, part string) string {
	return "den-" + k.installation + "-" + string(k.id) + "-" + part
}
