package docker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/docker/docker/client"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
	"innovationden/sandbox/policy"
)

// Config says which engine to use, and as whom.
type Config struct {
	Host         string // unix:///var/run/docker.sock where empty
	Installation string // whose things are ours: 1 to 32 lower-case letters, digits and "-"
	Now          func() time.Time
	Log          *slog.Logger
	Temp         string               // folder for archives while they are checked; the system's where empty
	Patience     time.Duration        // for one engine call; 30 s where zero. Loading an image may take 20 times as long
	Archive      policy.ArchiveLimits // of an archive that somebody brings
	Notes        string               // folder that says which containers each sandbox has, for Cut after a start anew; empty: none

	// Offer, where it is set, is called with each namespace of a sandbox when it is
	// opened: that of a cell before its first service starts, on a private network
	// that of each service right after its start, and all of them again when they are
	// opened anew: after a restart of the service, or of the den. In the last two
	// cases of the specification only the ID is known, and for a cell the service is
	// "". A call for the same sandbox and service replaces the earlier namespace,
	// which is closed. An error is logged and stops nothing. The namespace belongs to
	// the runtime; sockets that were made in it keep it alive.
	Offer func(ctx context.Context, id sandbox.ID, spec sandbox.Spec, service string, space *cell.Namespace) error
	// Withdraw, where it is set, is called before the containers of a sandbox are
	// removed and when its holder is lost: close what Offer opened.
	Withdraw func(id sandbox.ID)
}

var installationForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// Runtime is a sandbox.Runtime and sandbox.Images on one engine.
type Runtime struct {
	api     *client.Client
	ours    ours
	now     func() time.Time
	log     *slog.Logger
	temp    string
	wait    time.Duration
	archive policy.ArchiveLimits
	spaces  *spaces
	seccomp string
	notes   notes

	offer    func(ctx context.Context, id sandbox.ID, spec sandbox.Spec, service string, space *cell.Namespace) error
	withdraw func(id sandbox.ID)

	gates   gates
	paces   paces
	errands sync.WaitGroup

	mu     sync.Mutex
	cells  map[sandbox.ID]*held
	images map[string]sandbox.Image // by id: what never changes of an image
	holder string                   // image id of the holder, once known to be there
	arch   string                   // of the engine, as Go calls it, once known
	folder string                   // where the engine keeps its data, once known
	quota  *bool                    // whether the engine can bound a layer, once known
	tries  map[sandbox.ID]restarts
	counts map[sandbox.ID]*counted      // what each has on disk
	noted  map[sandbox.ID]sandbox.Found // what was found of a sandbox last, until its removal begins
	whole  map[sandbox.ID][]string      // engine ids of the containers of what was whole when it was looked at last

	guarded bool // the firewall was asked at least once
}

var (
	_ sandbox.Runtime = (*Runtime)(nil)
	_ sandbox.Images  = (*Runtime)(nil)
)

// Open prepares a runtime. It does not ask the engine anything, so it succeeds
// while the engine is down; every verb then says sandbox.ErrUnavailable.
func Open(c Config) (*Runtime, error) {
	if !installationForm.MatchString(c.Installation) {
		return nil, fmt.Errorf("enter an installation name of 1 to 32 lower-case letters, digits and \"-\", not %q", c.Installation)
	}
	if c.Now == nil || c.Log == nil {
		return nil, errors.New("a runtime needs a clock and a log")
	}
	if c.Host == "" {
		c.Host = client.DefaultDockerHost
	}
	if c.Patience <= 0 {
		c.Patience = 30 * time.Second
	}
	profile, err := seccompProfile()
	if err != nil {
		return nil, err
	}
	api, err := client.NewClientWithOpts(client.WithHost(c.Host), client.WithAPIVersionNegotiation(), keepMore)
	if err != nil {
		return nil, fmt.Errorf("use the engine at %q: %w", c.Host, err)
	}
	return &Runtime{
		api: api, ours: ours{c.Installation}, now: c.Now, log: c.Log, temp: c.Temp, wait: c.Patience,
		archive: c.Archive, spaces: newSpaces(), seccomp: profile, notes: notes{c.Notes},
		offer: c.Offer, withdraw: c.Withdraw, tries: map[sandbox.ID]restarts{}, counts: map[sandbox.ID]*counted{}, whole: map[sandbox.ID][]string{}, noted: map[sandbox.ID]sandbox.Found{},
		gates: gates{waiting: map[sandbox.ID]*gate{}},
		cells: map[sandbox.ID]*held{}, images: map[string]sandbox.Image{},
	}, nil
}

// keepMore keeps as many connections to the engine as a busy den uses, and believes no
// half answer about the version that it speaks.
func keepMore(c *client.Client) error {
	if t, ok := c.HTTPClient().Transport.(*http.Transport); ok {
		t.MaxIdleConns, t.MaxIdleConnsPerHost = 32, 32
		asked := t.Clone()
		asked.DisableKeepAlives = true
		t.RegisterProtocol("http", greeting{asked})
	}
	return nil
}

// greeting asks which version of the API an engine speaks. The client asks once, takes an
// answer that does not say for the oldest that there is, and speaks that from then on:
// fewer bounds around a container, and nothing that a newer engine understands.
type greeting struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper, for this one question.
func (g greeting) RoundTrip(q *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(q.URL.Path, "/_ping") {
		return nil, http.ErrSkipAltProtocol
	}
	answer, err := g.RoundTripper.RoundTrip(q)
	if err == nil && answer.StatusCode < http.StatusMultipleChoices && answer.Header.Get("Api-Version") == "" {
		_ = answer.Body.Close()
		return nil, errors.New("half an answer about the version of the engine")
	}
	return answer, err
}

// Close waits for engine calls that are under way and lets go of everything that is
// open. Sandboxes run on.
func (r *Runtime) Close() error {
	r.paces.close()
	r.errands.Wait()
	r.mu.Lock()
	ids := make([]sandbox.ID, 0, len(r.cells))
	for id := range r.cells {
		ids = append(ids, id)
	}
	r.mu.Unlock()
	for _, id := range ids {
		r.Forget(id)
	}
	return r.api.Close()
}

// act does something to a sandbox, while nothing else is done to the same one by
// this process. What is begun is done to its end, with a time for each engine call.
// When ctx ends first the outcome is unknown, and the sandbox stays taken until the
// engine has answered: a removal that follows finds whatever was made.
func (r *Runtime) act(ctx context.Context, id sandbox.ID, f func(ctx context.Context) error) error {
	leave, err := r.gates.enter(ctx, id)
	if err != nil {
		return unknown(err)
	}
	done := make(chan error, 1)
	r.errands.Add(1)
	go func() {
		defer r.errands.Done()
		defer leave()
		done <- r.survive(context.WithoutCancel(ctx), f)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return unknown(ctx.Err())
	}
}

// survive keeps a panic from ending the process: what was done is unknown.
func (r *Runtime) survive(ctx context.Context, f func(ctx context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("an act on the engine panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: it panicked: %v", sandbox.ErrUnavailable, p)
		}
	}()
	return f(ctx)
}

// ask makes an engine call, which has the runtime's patience.
func (r *Runtime) ask(ctx context.Context, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, r.wait)
	defer cancel()
	return f(ctx)
}

// gates lets one at a time act on a sandbox.
type gates struct {
	mu      sync.Mutex
	waiting map[sandbox.ID]*gate
}

type gate struct {
	turn  chan struct{}
	users int
}

func (g *gates) enter(ctx context.Context, id sandbox.ID) (leave func(), err error) {
	g.mu.Lock()
	one := g.waiting[id]
	if one == nil {
		one = &gate{turn: make(chan struct{}, 1)}
		g.waiting[id] = one
	}
	one.users++
	g.mu.Unlock()
	drop := func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if one.users--; one.users == 0 {
			delete(g.waiting, id)
		}
	}
	if err := ctx.Err(); err != nil {
		drop()
		return nil, err
	}
	select {
	case one.turn <- struct{}{}:
		return func() { <-one.turn; drop() }, nil
	case <-ctx.Done():
		drop()
		return nil, ctx.Err()
	}
}
