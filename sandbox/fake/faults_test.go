package fake_test

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/fake"
	"innovationden/sandbox/sandboxtest"
)

func started(t *testing.T, b fake.Behaviour) (*fake.Runtime, sandbox.Spec) {
	t.Helper()
	r := fake.New(time.Now)
	image := r.AddImage(sandbox.Image{Names: []string{"product"}}, b)
	return r, sandboxtest.Spec("one", sandbox.Service{Name: "product", Image: image, Profile: sandbox.Strict})
}

// At every step of a start and a removal, each fault shows as it should, and calling
// again completes what was left undone.
func TestEveryStepMayFailAndIsRepeatable(t *testing.T) {
	faults := map[string]func(*fake.Runtime, string){
		"fails":         func(r *fake.Runtime, at string) { r.FailNext(at, nil) },
		"loses a reply": func(r *fake.Runtime, at string) { r.LoseReply(at) },
		"hangs":         func(r *fake.Runtime, at string) { r.Hang(at) },
		"panics":        func(r *fake.Runtime, at string) { r.Panic(at) },
	}
	for name, set := range faults {
		for _, at := range append([]string{"start", "remove"}, fake.Steps()...) {
			t.Run(name+" at "+at, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r, spec := started(t, fake.Behaviour{})
					r.Leave(spec.ID, "left-over")
					set(r, at)
					seen := 0
					for _, verb := range []func(context.Context) error{
						func(ctx context.Context) error { return r.Start(ctx, spec) },
						func(ctx context.Context) error { return r.Remove(ctx, spec.ID) },
					} {
						if !survives(t, verb) {
							seen++
							if !survives(t, verb) {
								t.Error("calling again does not help")
							}
						}
					}
					if seen != 1 {
						t.Errorf("the fault was seen %d times", seen)
					}
					if left := r.Truth(); len(left) != 0 {
						t.Errorf("left: %+v", left)
					}
				})
			})
		}
	}
}

// survives says whether a verb did what it should; a fault must be one that a caller
// can tell from success.
func survives(t *testing.T, verb func(context.Context) error) (ok bool) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	err := verb(ctx)
	if err != nil && !errors.Is(err, sandbox.ErrUnavailable) {
		t.Errorf("the fault shows as %v", err)
	}
	return err == nil
}

func TestALostReplyHasActedAndAFailureHasNot(t *testing.T) {
	r, spec := started(t, fake.Behaviour{})
	r.LoseReply("hold")
	if err := r.Hold(t.Context(), spec.ID); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want a time-out", err)
	}
	if len(r.Truth()) != 1 {
		t.Error("nothing was done")
	}
	r.FailNext("start", sandbox.ErrFull)
	if err := r.Start(t.Context(), spec); !errors.Is(err, sandbox.ErrFull) {
		t.Errorf("%v, want ErrFull", err)
	}
	if state, _ := r.Look(t.Context(), spec.ID); state.Seen != sandbox.Held {
		t.Errorf("seen %s", state.Seen)
	}
}

func TestAnEngineThatIsDownIsUnknownNotAbsent(t *testing.T) {
	r, spec := started(t, fake.Behaviour{})
	if err := r.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	r.EngineDown(true)
	if state, err := r.Look(t.Context(), spec.ID); state.Seen != sandbox.Unknown || !errors.Is(err, sandbox.ErrUnavailable) {
		t.Errorf("seen %s, %v", state.Seen, err)
	}
	if all, err := r.List(t.Context()); len(all) != 0 || !errors.Is(err, sandbox.ErrUnavailable) {
		t.Errorf("listed %v, %v", all, err)
	}
	conn, err := r.Dial(t.Context(), spec.ID, 8080)
	if err != nil {
		t.Fatalf("what is open stays open: %v", err)
	}
	_ = conn.Close()
	r.Reboot()
	if _, err := r.Dial(t.Context(), spec.ID, 8080); !errors.Is(err, sandbox.ErrUnavailable) {
		t.Errorf("after a restart of the den: %v", err)
	}
	r.RestartEngine()
	if state, err := r.Look(t.Context(), spec.ID); state.Seen != sandbox.Stopped || err != nil {
		t.Errorf("seen %s, %v", state.Seen, err)
	}
}

// The control of every test that looks for orphans: without its label a sandbox is
// there, and no listing shows it.
func TestASandboxWithoutItsLabelLeaks(t *testing.T) {
	r, spec := started(t, fake.Behaviour{})
	r.UnlabelNext()
	if err := r.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if err := r.Remove(t.Context(), spec.ID); err != nil {
		t.Fatal(err)
	}
	all, err := r.List(t.Context())
	if err != nil || len(all) != 0 || len(r.Truth()) != 1 {
		t.Errorf("listed %v, %v; there is %v", all, err, r.Truth())
	}
}

func TestAnIdUsedAgainIsAViolation(t *testing.T) {
	r, spec := started(t, fake.Behaviour{})
	for range 2 {
		if err := r.Start(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		if err := r.Remove(t.Context(), spec.ID); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.Violations()) == 0 {
		t.Error("it went unnoticed")
	}
}

func TestAnExitAtAnyStepLeavesTheEngineUsable(t *testing.T) {
	type exit struct{}
	for _, at := range append(fake.Steps(), "start", "remove") {
		for _, when := range []string{"before", "after"} {
			r, spec := started(t, fake.Behaviour{})
			r.Leave(spec.ID, "left-over")
			hook := func(step string, _ sandbox.ID) {
				if step == at {
					panic(exit{})
				}
			}
			if when == "before" {
				r.Before(hook)
			} else {
				r.After(hook)
			}
			died := false
			for _, verb := range []func() error{
				func() error { return r.Start(t.Context(), spec) },
				func() error { return r.Remove(t.Context(), spec.ID) },
			} {
				func() {
					defer func() {
						if _, ok := recover().(exit); ok {
							died = true
							r.Heal()
							r.Reboot()
						}
					}()
					if err := verb(); err != nil {
						t.Errorf("%s %s: %v", when, at, err)
					}
				}()
			}
			if !died {
				t.Errorf("no exit %s %s", when, at)
			}
			if err := r.Remove(t.Context(), spec.ID); err != nil || len(r.Truth()) != 0 {
				t.Errorf("%s %s: %v, left %v", when, at, err, r.Truth())
			}
		}
	}
}

func TestTimePassesInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, spec := started(t, fake.Behaviour{Exits: true, ExitCode: 7, ExitAfter: 24 * time.Hour, ListensAfter: time.Hour, Log: "12345"})
		must(t, r.Start(t.Context(), spec))
		if _, err := r.Dial(t.Context(), spec.ID, 8080); err == nil {
			t.Error("it listens at once")
		}
		must(t, after(t.Context(), 2*time.Hour))
		conn, err := r.Dial(t.Context(), spec.ID, 8080)
		must(t, err)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://product/", nil)
		must(t, err)
		must(t, request.Write(conn))
		answer, err := http.ReadResponse(bufio.NewReader(conn), request)
		must(t, err)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("status %d", answer.StatusCode)
		}
		must(t, after(t.Context(), 23*time.Hour))
		state, err := r.Look(t.Context(), spec.ID)
		must(t, err)
		if s := state.Services[0]; state.Seen != sandbox.Exited || s.ExitCode != 7 || s.EndedAt.Sub(s.StartedAt) != 24*time.Hour {
			t.Errorf("seen %+v", state)
		}
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			t.Error("a connection outlives its service")
		}
		_ = conn.Close()
		r.Slow("look", time.Minute)
		began := time.Now()
		_, err = r.Look(t.Context(), spec.ID)
		must(t, err)
		if d := time.Since(began); d != time.Minute {
			t.Errorf("a slow look took %s", d)
		}
	})
}

func after(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOthersThingsAreSeenByTheirOwnersAlone(t *testing.T) {
	r, spec := started(t, fake.Behaviour{})
	r.AddStranger("volume", "of nobody")
	other := r.As("theirs")
	must(t, other.Start(t.Context(), spec))
	before := r.Strangers()
	must(t, r.Start(t.Context(), spec))
	must(t, r.Remove(t.Context(), spec.ID))
	if r.Strangers() != before {
		t.Errorf("%q became %q", before, r.Strangers())
	}
	must(t, other.Remove(t.Context(), spec.ID))
	if r.Strangers() == before {
		t.Error("a change would go unnoticed")
	}
}

func TestImagesLiveAsLongAsTheyAreWanted(t *testing.T) {
	r, spec := started(t, fake.Behaviour{})
	id := r.AddArchive([]byte("archive"), sandbox.Image{Ports: []int{80}}, fake.Behaviour{})
	if _, err := r.Image(t.Context(), id); !errors.Is(err, sandbox.ErrNoImage) {
		t.Errorf("before it was loaded: %v", err)
	}
	if _, err := r.Load(t.Context(), strings.NewReader("another"), 0); !errors.Is(err, sandbox.ErrImage) {
		t.Errorf("an archive that is none: %v", err)
	}
	loaded, err := r.Load(t.Context(), strings.NewReader("archive"), 0)
	must(t, err)
	if len(loaded) != 1 || loaded[0].ID != id || !slices.Equal(r.Kept(), []string{id}) {
		t.Errorf("loaded %+v, kept %v", loaded, r.Kept())
	}
	spec.Services[0].Image = id
	must(t, r.Start(t.Context(), spec))
	if err := r.Drop(t.Context(), id); err == nil {
		t.Error("an image in use is dropped")
	}
	must(t, r.Remove(t.Context(), spec.ID))
	must(t, r.Drop(t.Context(), id))
	if _, err := r.Image(t.Context(), id); !errors.Is(err, sandbox.ErrNoImage) {
		t.Errorf("after it was dropped: %v", err)
	}
}
