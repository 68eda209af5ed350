package docker

import (
	"bytes"
	"context"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/compose"
	"innovationden/sandbox/sandboxtest"
)

// fromFile loads a stack's images and reads its file, as a release does.
func fromFile(ctx context.Context, t testing.TB, r *Runtime, s sandboxtest.Stack, limits sandbox.Limits) sandbox.Spec {
	t.Helper()
	loaded, err := r.Load(ctx, bytes.NewReader(s.Archive(t)), 0)
	must(t, err)
	ids := map[string]string{}
	for i, image := range s.Images {
		ids[image.Tags[0]] = loaded[i].ID
	}
	read, err := compose.Read(ctx, "compose.yaml", []byte(s.Compose), compose.Options{Limits: limits})
	must(t, err)
	spec, err := read.Resolve(sandboxtest.NewID(t), ids)
	must(t, err)
	spec.Front = s.Front
	return spec
}

func TestRealProductsRunFromTheirComposeFile(t *testing.T) {
	r := engine(t)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 5*time.Minute)
	defer cancel()
	limits := sandbox.Limits{Memory: 512 << 20, CPU: 2000, Pids: 256, Files: 4096, Tmp: 16 << 20, Disk: 256 << 20, Log: 4 << 20}
	spec := fromFile(ctx, t, r, sandboxtest.Shop(ctx, t), limits)
	ctx = minute(t, r, spec)
	must(t, r.Start(ctx, spec))
	answers(ctx, t, r, spec.ID, 80)
	if said := get(ctx, t, r, spec.ID, 80, "/"); said != "jobs are taken at /do" {
		t.Errorf("it says %q", said)
	}
	for range 3 {
		get(ctx, t, r, spec.ID, 80, "/do")
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for get(ctx, t, r, spec.ID, 80, "/done") != "3" {
		select {
		case <-ctx.Done():
			t.Fatal("the jobs are not done")
		case <-tick.C:
		}
	}
	// A worker and a database that end are started again, with what they had kept.
	r.stop(t, r.ours.name(spec.ID, "worker"))
	settled(ctx, t, r, spec.ID, sandbox.Running)
	r.errands.Wait()
	get(ctx, t, r, spec.ID, 80, "/do")
	for get(ctx, t, r, spec.ID, 80, "/done") != "4" {
		select {
		case <-ctx.Done():
			t.Fatal("the job after the restart is not done")
		case <-tick.C:
		}
	}
	state := settled(ctx, t, r, spec.ID, sandbox.Running)
	for _, s := range state.Services {
		if !s.Running {
			t.Errorf("it does not run: %+v", s)
		}
	}
}

// A database that takes its time to come up, and an application that cannot do
// without; what was written is there after the database ended and was started again.
func TestPostgreSQLAndAnApplication(t *testing.T) {
	r := engine(t)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 5*time.Minute)
	defer cancel()
	limits := sandbox.Limits{Memory: 1 << 30, CPU: 2000, Pids: 256, Files: 4096, Tmp: 16 << 20, Disk: 512 << 20, Log: 4 << 20}
	spec := fromFile(ctx, t, r, sandboxtest.Books(ctx, t), limits)
	ctx = minute(t, r, spec)
	for state := (sandbox.State{}); state.Seen != sandbox.Running; {
		must(t, r.Start(ctx, spec))
		var err error
		state, err = r.Look(ctx, spec.ID)
		must(t, err)
		if state.Seen == sandbox.Exited || r.triesOf(spec.ID, "db") > 1 {
			log, _ := r.Logs(ctx, spec.ID, "db", 4096)
			t.Fatalf("seen %+v\n%s", state, log)
		}
	}
	answers(ctx, t, r, spec.ID, 8080)
	for range 2 {
		if said := get(ctx, t, r, spec.ID, 8080, "/add"); said != "added" {
			t.Fatalf("it says %q", said)
		}
	}
	r.stop(t, r.ours.name(spec.ID, "db"))
	settled(ctx, t, r, spec.ID, sandbox.Running)
	r.errands.Wait()
	answers(ctx, t, r, spec.ID, 8080)
	if said := get(ctx, t, r, spec.ID, 8080, "/"); said != "2" {
		t.Errorf("it has %q lines, want 2", said)
	}
}
