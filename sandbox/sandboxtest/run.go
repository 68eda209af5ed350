package sandboxtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"innovationden/sandbox"
)

// Harness is a runtime to be tested.
type Harness struct {
	Runtime sandbox.Runtime
	Images  sandbox.Images
	// Service gives a service called "product" that behaves in one of the modes.
	Service func(t testing.TB, mode Mode) sandbox.Service
	// Reboot gives a runtime of the same installation on the same engine that holds
	// nothing open, as after a restart of the den.
	Reboot func(t testing.TB) sandbox.Runtime
	// Other gives a runtime of another installation on the same engine.
	Other func(t testing.TB) sandbox.Runtime
	// StopHolder ends the holder of a sandbox behind the runtime's back;
	// StopAll everything of it, as a restart of the engine does;
	// Vanish removes all of it; VanishHolder the holder alone.
	StopHolder, StopAll, Vanish, VanishHolder func(t testing.TB, id sandbox.ID)
	// Patience is how long anything may take to come true.
	Patience time.Duration
}

// Mode is how a product behaves.
type Mode string

// The modes. Every one that listens does so on Port but Elsewhere, which does on
// OtherPort. Every answer is status 200 and the text "hello".
const (
	Serves      Mode = "serve"       // listens at once
	ServesLocal Mode = "serve-local" // listens on 127.0.0.1 alone
	ExitsAtOnce Mode = "exit"        // prints "giving up" and ends with code 3
	Succeeds    Mode = "succeed"     // ends at once with code 0
	NeverSpeaks Mode = "never"       // runs and does not listen
	Elsewhere   Mode = "elsewhere"   // listens on another port
	Late        Mode = "late"        // listens after 300 ms
	Stubborn    Mode = "stubborn"    // listens and ignores SIGTERM
	Silent      Mode = "silent"      // accepts and never answers
)

// Where the modes listen.
const (
	Port      = 8080
	OtherPort = 9090
)

// Limits are bounds that suit the product.
func Limits() sandbox.Limits {
	return sandbox.Limits{
		Memory: 64 << 20, CPU: 1000, Pids: 64, Files: 1024, Tmp: 8 << 20, Disk: 64 << 20, Log: 1 << 20,
	}
}

// NewID makes a sandbox id that nobody used.
func NewID(t testing.TB) sandbox.ID {
	t.Helper()
	b := make([]byte, 8)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return sandbox.ID("t" + hex.EncodeToString(b))
}

// Spec is a sandbox of one service.
func Spec(id sandbox.ID, s sandbox.Service) sandbox.Spec {
	return sandbox.Spec{ID: id, Services: []sandbox.Service{s}, Limits: Limits()}
}

// part is one part of the contract.
type part struct {
	name string
	test func(*testing.T, Harness)
}

// Run tests a runtime against the contract. make is called for each part.
func Run(t *testing.T, make func(t *testing.T) Harness) {
	for _, part := range append([]part{
		{"a sandbox nobody made is absent", absent},
		{"an empty cell is held and can be held again", held},
		{"a service starts, answers and is removed", whole},
		{"starting on a waiting cell keeps the cell", onWaiting},
		{"another specification of the same sandbox is refused", otherSpec},
		{"a specification that says nothing of limits is refused", noLimits},
		{"an image that is not there is refused", noImage},
		{"a service that exits at once is seen with its code and log", exits},
		{"a service that exited is started again", startsAgain},
		{"a service that never listens refuses connections", never},
		{"a service that listens on loopback alone is reached", local},
		{"a service that accepts and never speaks does not count as answering", silent},
		{"a service that listens elsewhere is found by its port", elsewhere},
		{"a service that listens late answers in the end", late},
		{"a service that ignores the request to stop is removed", stubborn},
		{"a paused sandbox is seen so and resumes", pauses},
		{"a den that restarts finds and reaches its sandboxes", reboots},
		{"a holder that stopped is seen and started again", stoppedHolder},
		{"an engine that restarted is seen and started again", stoppedAll},
		{"a sandbox whose holder is gone is broken until removed", brokenHolder},
		{"a sandbox that vanished is absent and unreachable", vanished},
		{"another installation is neither listed nor removed", strangers},
		{"many calls at once make one sandbox", concurrent},
		{"a call cut off at any moment leaves nothing behind", cutOff},
		{"what runs is ended without the engine, and nothing else", cuts},
		{"use is measured within the limits", uses},
		{"a change wakes", wakes},
		{"images are known, kept and dropped", images},
	}, stacks()...) {
		t.Run(part.name, func(t *testing.T) { part.test(t, make(t)) })
	}
}

// begin gives the time that one part may take and the id of its sandbox, which is removed
// afterwards.
func begin(t *testing.T, h Harness) (context.Context, sandbox.ID) {
	t.Helper()
	id := NewID(t)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	t.Cleanup(func() {
		defer cancel()
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer stop()
		gone(ctx, t, h.Runtime, id)
	})
	return ctx, id
}

func gone(ctx context.Context, t *testing.T, r sandbox.Runtime, id sandbox.ID) {
	t.Helper()
	must(t, r.Remove(ctx, id))
	must(t, r.Remove(ctx, id))
	found, err := r.Find(ctx, id)
	must(t, err)
	if !found.Empty() {
		t.Errorf("after its removal %s still has %+v", id, found)
	}
	see(ctx, t, r, id, sandbox.Absent)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("the error is %v, want one that is %v", err, want)
	}
}

func see(ctx context.Context, t testing.TB, r sandbox.Runtime, id sandbox.ID, want sandbox.Seen) sandbox.State {
	t.Helper()
	state, err := r.Look(ctx, id)
	must(t, err)
	if state.Seen != want {
		t.Fatalf("%s is seen %s, want %s (%+v)", id, state.Seen, want, state.Services)
	}
	return state
}

// awaitExit looks until it sees that the product has ended.
func awaitExit(ctx context.Context, t testing.TB, h Harness, id sandbox.ID) sandbox.State {
	t.Helper()
	return await(ctx, t, h, id, sandbox.Exited)
}

// await looks until it sees what an engine takes its time to notice.
func await(ctx context.Context, t testing.TB, h Harness, id sandbox.ID, want sandbox.Seen) sandbox.State {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, h.Patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		state, err := h.Runtime.Look(ctx, id)
		if err == nil && state.Seen == want {
			return state
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s is seen %s (%v), want %s (%+v)", id, state.Seen, err, want, state.Services)
		case <-tick.C:
		}
	}
}

// answers waits for an answer on a port.
func answers(ctx context.Context, t testing.TB, h Harness, id sandbox.ID, port int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, h.Patience)
	defer cancel()
	_, err := sandbox.AwaitAnswer(ctx, h.Runtime, id, sandbox.Probe{Port: port, Path: "/"}, sandbox.Asking{Every: 2 * time.Millisecond, Patience: time.Second})
	must(t, err)
}
