package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox/sandboxtest"
	"innovationden/web/api/contract"
)

// Kill -9 of a real den on a real engine at each call that changes something, before
// and after the engine did it.
func TestKillsAtEveryStepLeaveNothingAndLoseNothing(t *testing.T) {
	t.Parallel()
	program := program(t)
	for _, after := range []bool{false, true} {
		name := "before it is done"
		if after {
			name = "after it is done"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBetween(t)
			s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1")
			s.host = b.host
			s.start()
			release := s.offer(product(t, program, "serve"))
			must(t, s.onlyCells(0))

			// One launch and one removal without a kill say which changes there are.
			b.arm(0, false, nil)
			must(t, s.settle(s.tell(release)))
			steps := b.changes()
			if got := strings.Join(steps, " "); strings.Count(got, "create") != 2 || strings.Count(got, "start") != 2 || strings.Count(got, "remove") < 2 {
				t.Fatalf("a launch, a removal and the next waiting cell are these changes: %s", got)
			}
			for n, step := range steps {
				took, err := s.killAt(b, n+1, after, release)
				if err != nil {
					t.Fatalf("killed at change %d, %q: %v\n%s", n+1, step, err, s.log)
				}
				t.Logf("killed at change %d, %q: all was right after %s", n+1, step, took.Round(time.Millisecond))
			}
		})
	}
}

// killAt kills the den at the nth change of a launch and removal, starts it again, and
// says what was left or lost and how long that took to settle.
func (s *served) killAt(b *between, n int, after bool, release string) (time.Duration, error) {
	b.arm(n, after, s.kill)
	heard := s.tell(release)
	select {
	case <-s.ended:
	case <-time.After(30 * time.Second):
		return 0, fmt.Errorf("it was not killed; it made the changes %v", b.changes())
	}
	b.arm(0, false, nil)
	return s.recovered(heard)
}

// recovered checks the records of a den that was killed, starts it, and settles what it
// was told.
func (s *served) recovered(heard account) (time.Duration, error) {
	if said, code := s.command("check", "--data", s.data); code != exitDone {
		return 0, fmt.Errorf("den check: %s", said)
	}
	began := time.Now()
	s.start()
	err := s.settle(heard)
	return time.Since(began), err
}

// The control: each oracle sees what it is there to see.
func TestTheOraclesOfAKillSeeWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1")
	s.start()
	release := s.offer(product(t, program(t), "serve"))
	must(t, s.onlyCells(0))

	runtime, err := s.engine()
	must(t, err)
	t.Cleanup(func() { _ = runtime.Close() })
	orphan := sandboxtest.NewID(t)
	must(t, runtime.Hold(t.Context(), orphan))
	found, err := s.found()
	if err != nil || len(found) != 2 {
		t.Errorf("an orphan is not seen: %+v, %v", found, err)
	}
	// The sweep takes it, once it is not young any more: then nothing is wrong again.
	s.await("the sweep to remove the orphan", func() error {
		dry := false
		swept, err := s.client().SweepWithResponse(context.Background(), &contract.SweepParams{DryRun: &dry})
		if err != nil || swept.JSON200 == nil || len(swept.JSON200.Items) != 1 || !swept.JSON200.Items[0].Removed {
			return errors.Join(err, errors.New("not yet"))
		}
		return nil
	})
	must(t, s.onlyCells(0))

	strangers := newDecoys(s)
	must(t, strangers.touched())
	for name, kind := range strangers.kinds {
		if kind == "container" {
			_, err := strangers.docker("rename", name, name+"-touched")
			must(t, err)
			if err := strangers.touched(); err == nil {
				t.Errorf("%s was renamed, and nobody notices", name)
			}
			_, err = strangers.docker("rename", name+"-touched", name)
			must(t, err)
		}
	}
	must(t, strangers.touched())

	// A den that forgets: its records are put back to what they were.
	s.stop()
	old := filepath.Join(t.TempDir(), "den.db")
	must(t, duplicate(filepath.Join(s.data, "den.db"), old))
	s.start()
	heard := s.tell(release)
	must(t, s.settle(heard))
	s.stop()
	must(t, duplicate(old, filepath.Join(s.data, "den.db")))
	s.start()
	if err := s.settle(heard); err == nil || !strings.Contains(err.Error(), "lost") {
		t.Errorf("answers were lost and it says %v", err)
	}
	if err := s.settle(account{trial: heard.trial, started: true}); err == nil {
		t.Error("a lost trial is not seen")
	}
}

func duplicate(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
