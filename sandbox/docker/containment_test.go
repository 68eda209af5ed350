package docker

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

// Where the plain container must get out, or the probe proves nothing. Each of these
// depends on the engine's defaults alone, not on the machine's own network.
var controls = []string{
	"the host's listener, at docker0",
	"the host's listener, at the default gateway",
	"a neighbour, at the bridge",
	"a datagram to an outside address",
	"the address of cloud metadata",
	"a route to a private network",
	"an interface beside loopback",
	"multicast",
	"a raw socket",
	"a packet socket",
	"another root (chroot)",
	"becoming root",
	"privileges through a set-user program",
	"a capability",
	"a file in the root",
	"the names of hosts",
	"the resolver's settings",
	"a program in /tmp",
	"the host's listener, at each of its addresses",
	"the host's listener, at the first address of its network",
	"broadcast to everybody, sent",
	heard,
}

// What profile standard allows on purpose: it starts as root with a writable layer.
var mildly = []string{"becoming root", "a capability", "a file in the root", "the names of hosts", "the resolver's settings"}

// What a private network is: an interface, on which a service may speak to all of its
// own stack, and a default route to an address that nobody has. So datagrams can be
// sent, and go nowhere: TCP to the same places must not connect, and what is broadcast
// must not be heard by the host.
var together = []string{
	"a datagram to an outside address", "a route to a private network", "the address of cloud metadata", "multicast",
	"an interface beside loopback", "broadcast", "broadcast to everybody, sent", "broadcast to its own network, sent",
}

// heard is the way that the host itself reports.
const heard = "broadcast, heard by the host"

// columns are the places that are probed, and what is meant to be possible there.
var columns = []struct {
	name    string
	profile sandbox.Profile
	network sandbox.Network
	but     []string
}{
	{"strict cell", sandbox.Strict, sandbox.Cell, nil},
	{"standard cell", sandbox.Standard, sandbox.Cell, mildly},
	{"strict private", sandbox.Strict, sandbox.Private, together},
	{"standard private", sandbox.Standard, sandbox.Private, slices.Concat(mildly, together)},
}

// tried is what came of one way out.
type tried struct {
	out bool
	why string
}

func (t tried) String() string {
	if t.out {
		return "out"
	}
	return "held"
}

func TestNothingGetsOut(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()

	host, err := net.Listen("tcp", ":0")
	must(t, err)
	defer func() { _ = host.Close() }()
	ears := listen(t, host.Addr().(*net.TCPAddr).Port)
	outside := surroundings(ctx, t, r, image.ID, host.Addr().(*net.TCPAddr).Port)

	// A neighbour in a cell of its own, which serves on the address that all cells have.
	neighbour := sandboxtest.NewID(t)
	defer func() { must(t, r.Remove(context.WithoutCancel(ctx), neighbour)) }()
	must(t, r.Start(ctx, sandboxtest.Spec(neighbour, sandbox.Service{Name: "product", Image: image.ID, Profile: sandbox.Strict})))

	// And one on a private network, beside the probe's own.
	stack := stackOf(t, image, sandbox.Service{Name: "web"})
	defer func() { must(t, r.Remove(context.WithoutCancel(ctx), stack.ID)) }()
	must(t, r.Start(ctx, stack))
	answers(ctx, t, r, stack.ID, 8080)
	outside = append(outside, "stack="+r.cells[stack.ID].front.String())

	plain := r.plain(ctx, t, image.ID, slices.Concat([]string{"probe", "who=plain"}, outside)...)
	table := map[string]map[string]tried{"plain": r.finished(ctx, t, plain)}
	for _, c := range columns {
		table[c.name] = probeIn(ctx, t, r, image.ID, c.profile, c.network, append(outside, "who="+c.name))
	}
	for name, column := range table {
		column[heard] = tried{out: ears.heard("probe " + name), why: "as the host says"}
	}
	report(t, table)

	for _, w := range controls {
		if got := table["plain"][w]; !got.out {
			t.Errorf("the control: %s: a plain container is held (%s), so the probe proves nothing", w, got.why)
		}
	}
	for _, c := range columns {
		if len(table[c.name]) < 60 {
			t.Errorf("only %d ways were tried in %s", len(table[c.name]), c.name)
		}
		for w, got := range table[c.name] {
			if got.out != slices.Contains(c.but, w) {
				t.Errorf("%s: %s: %s (%s)", c.name, w, got, got.why)
			}
		}
	}
}

// ears hear what reaches the host by broadcast.
type ears struct {
	mu   sync.Mutex
	said map[string]bool
}

func listen(t *testing.T, port int) *ears {
	t.Helper()
	p, err := net.ListenPacket("udp4", ":"+strconv.Itoa(port))
	must(t, err)
	t.Cleanup(func() { _ = p.Close() })
	e := &ears{said: map[string]bool{}}
	go func() {
		b := make([]byte, 512)
		for {
			n, _, err := p.ReadFrom(b)
			if err != nil {
				return
			}
			e.mu.Lock()
			e.said[string(b[:n])] = true
			e.mu.Unlock()
		}
	}()
	return e
}

func (e *ears) heard(what string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.said[what]
}

// surroundings says what is outside, as arguments of the probe.
func surroundings(ctx context.Context, t *testing.T, r *Runtime, image string, port int) []string {
	t.Helper()
	neighbour := r.plain(ctx, t, image, "serve")
	c, err := r.api.ContainerInspect(ctx, neighbour)
	must(t, err)
	bridge := c.NetworkSettings.Networks["bridge"]
	if bridge == nil || bridge.Gateway == "" {
		t.Fatal("the engine has no default bridge for the control")
	}
	return []string{
		"host=" + ownAddresses(t)[0], "hosts=" + strings.Join(ownAddresses(t), ","), "port=" + strconv.Itoa(port), "bridge=" + bridge.Gateway, "neighbour=" + bridge.IPAddress,
		"outside=198.51.100.1", // of the range for documentation (RFC 5737): nobody is there
	}
}

// ownAddresses are the host's, loopback last.
func ownAddresses(t *testing.T) (found []string) {
	t.Helper()
	all, err := net.InterfaceAddrs()
	must(t, err)
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() {
			found = append(found, n.IP.String())
		}
	}
	return append(found, "127.0.0.1")
}

// plain is what `docker run` does with an image.
func (r *Runtime) plain(ctx context.Context, t testing.TB, image string, command ...string) string {
	t.Helper()
	made, err := r.api.ContainerCreate(ctx, &container.Config{Image: image, Cmd: command}, &container.HostConfig{}, nil, nil, "den-control-"+random(t))
	must(t, err)
	t.Cleanup(func() { r.rm(t, made.ID) })
	must(t, r.api.ContainerStart(ctx, made.ID, container.StartOptions{}))
	return made.ID
}

// finished waits for the end of a plain container and reads the probe's lines.
func (r *Runtime) finished(ctx context.Context, t *testing.T, id string) map[string]tried {
	t.Helper()
	ended, failed := r.api.ContainerWait(ctx, id, container.WaitConditionNotRunning)
	select {
	case <-ended:
	case err := <-failed:
		t.Fatal(err)
	}
	stream, err := r.api.ContainerLogs(ctx, id, container.LogsOptions{ShowStdout: true, ShowStderr: true})
	must(t, err)
	defer func() { _ = stream.Close() }()
	var b bytes.Buffer
	_, err = stdcopy.StdCopy(&b, &b, stream)
	must(t, err)
	return lines(t, b.String())
}

func probeIn(
	ctx context.Context, t *testing.T, r *Runtime, image string, p sandbox.Profile, network sandbox.Network, outside []string,
) map[string]tried {
	t.Helper()
	id := sandboxtest.NewID(t)
	defer func() { must(t, r.Remove(context.WithoutCancel(ctx), id)) }()
	spec := sandboxtest.Spec(id, sandbox.Service{
		Name: "product", Image: image, Profile: p, Command: append([]string{"probe"}, outside...),
	})
	spec.Network = network
	must(t, r.Start(ctx, spec))
	settled(ctx, t, r, id, sandbox.Exited)
	log, err := r.Logs(ctx, id, "product", 64<<10)
	must(t, err)
	return lines(t, string(log))
}

// settled looks until it sees want.
func settled(ctx context.Context, t testing.TB, r *Runtime, id sandbox.ID, want sandbox.Seen) sandbox.State {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		state, err := r.Look(ctx, id)
		if err == nil && state.Seen == want {
			return state
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s is seen %s (%v), want %s", id, state.Seen, err, want)
		case <-tick.C:
		}
	}
}

func lines(t *testing.T, log string) map[string]tried {
	t.Helper()
	all := map[string]tried{}
	whole := false
	for _, l := range strings.Split(log, "\n") {
		f := strings.SplitN(l, "\t", 3)
		switch {
		case len(f) < 3:
		case f[0] == "done":
			whole = true
		default:
			all[f[0]] = tried{out: f[1] == "out", why: f[2]}
		}
	}
	if !whole {
		t.Fatalf("the probe did not finish: %s", log)
	}
	return all
}

func report(t *testing.T, table map[string]map[string]tried) {
	t.Helper()
	var names []string
	for n := range table["plain"] {
		names = append(names, n)
	}
	slices.Sort(names)
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "\n%-58s %-17s", "way out, of "+strconv.Itoa(len(names)), "plain")
	for _, c := range columns {
		_, _ = fmt.Fprintf(&b, "%-17s", c.name)
	}
	for _, n := range names {
		_, _ = fmt.Fprintf(&b, "\n%-58s %-17s", n, table["plain"][n])
		for _, c := range columns {
			_, _ = fmt.Fprintf(&b, "%-17s", table[c.name][n])
		}
	}
	t.Log(b.String())
}
