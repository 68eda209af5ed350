package docker

import (
	"context"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
	"innovationden/sandbox/sandboxtest"
)

// What is paused cannot end before the engine lets it go on, and is removed all the same.
func TestWhatIsPausedIsRemoved(t *testing.T) {
	r := engine(t)
	paused := spec(sandboxtest.ProductImage(t, r), sandbox.Strict, "stubborn")
	ctx := minute(t, r, paused)
	must(t, r.Start(ctx, paused))
	answers(ctx, t, r, paused.ID, sandboxtest.Port)
	must(t, r.Pause(ctx, paused.ID))
	must(t, r.Remove(ctx, paused.ID))
	if f, err := r.Find(ctx, paused.ID); err != nil || !f.Empty() {
		t.Errorf("left: %+v, %v", f, err)
	}
}

// Each service of a stack has a namespace of its own, and is ended with the others.
func TestEveryServiceOfAStackIsCut(t *testing.T) {
	plain := engine(t)
	image := sandboxtest.ProductImage(t, plain)
	r, err := Open(Config{
		Installation: plain.ours.installation, Now: time.Now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Offer: func(context.Context, sandbox.ID, sandbox.Spec, string, *cell.Namespace) error { return nil },
	})
	must(t, err)
	t.Cleanup(func() { must(t, r.Close()) })
	stack := stackOf(t, image, sandbox.Service{Name: "web", Command: []string{"serve"}}, sandbox.Service{Name: "db", Command: []string{"stubborn"}})
	ctx := minute(t, r, stack)
	must(t, r.Start(ctx, stack))
	answers(ctx, t, r, stack.ID, sandboxtest.Port)
	if n := r.Cut(ctx, stack.ID); n != 3 {
		t.Errorf("it ended %d processes, want two services and a holder", n)
	}
	settled(ctx, t, r, stack.ID, sandbox.Stopped)
}

// To the engine a program is over when its first thread is. By then the den has no
// namespace open, as after a start anew.
func TestAProgramWithoutItsFirstThreadIsRemoved(t *testing.T) {
	r := engine(t)
	s := spec(sandboxtest.ProductImage(t, r), sandbox.Standard, "leaderless")
	ctx := minute(t, r, s)
	must(t, r.Start(ctx, s))
	answers(ctx, t, r, s.ID, sandboxtest.Port)
	c, err := r.api.ContainerInspect(ctx, r.ours.name(s.ID, s.Services[0].Name))
	must(t, err)
	if !lostFirstThread(c.State.Pid) {
		t.Fatal("it has its first thread")
	}
	r.Forget(s.ID)
	must(t, r.Remove(ctx, s.ID))
	if left := threadsOf(strconv.Itoa(c.State.Pid)); len(left) > 0 {
		t.Errorf("the engine has removed it, and it runs on: %q", left)
	}
}

// Nor can the engine pause it. What is to rest does not run on.
func TestAProgramWithoutItsFirstThreadIsEndedWhereItIsToRest(t *testing.T) {
	r := engine(t)
	s := spec(sandboxtest.ProductImage(t, r), sandbox.Standard, "leaderless")
	ctx := minute(t, r, s)
	must(t, r.Start(ctx, s))
	answers(ctx, t, r, s.ID, sandboxtest.Port)
	if err := r.Pause(ctx, s.ID); err == nil {
		t.Error("it is said to be paused")
	}
	settled(ctx, t, r, s.ID, sandbox.Exited)
}
