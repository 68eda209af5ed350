package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"

	"innovationden/orchestrator/den"
)

const manyTrials = 2000

// crowd makes a file of schema 2 with many trials that have finished, and their leases,
// of which every other one is still there.
func crowd(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "den.db")
	db := openedAt(t, path, Options{Reserve: -1})
	must(t, db.Update(t.Context(), func(tx den.Tx) error {
		for i := range manyTrials {
			l := lease(fmt.Sprintf("lea_%05d", i), fmt.Sprintf("name%05d", i))
			l.Trial, l.Size, l.LiveAt, l.Product = den.ID(fmt.Sprintf("tri_%05d", i)), "small", noon(), den.ID(fmt.Sprintf("prd_%d", i%7))
			if l.Phase = den.Live; i%2 == 0 {
				l.Phase = den.Ended
			}
			if _, err := tx.Leases().Put(l); err != nil {
				return err
			}
			trial := den.Trial{ID: l.Trial, Department: "dep_1", State: den.TrialFinished, Evaluators: []den.ID{"per_1", "per_2"}}
			trial.Scenario.Hash = fmt.Sprintf("hash%05d", i)
			if _, err := tx.Trials().Put(trial); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, db.b.Update(func(b *bbolt.Tx) error {
		for _, name := range new3 {
			if err := b.Bucket(indexBucket).DeleteBucket([]byte(name)); err != nil {
				return err
			}
			c := b.Bucket(countsBucket).Cursor()
			for key, _ := c.Seek([]byte(name)); bytes.HasPrefix(key, []byte(name)); key, _ = c.Seek([]byte(name)) {
				if err := c.Delete(); err != nil {
					return err
				}
			}
		}
		return putSchema(b.Bucket(metaBucket), 2)
	}))
	must(t, db.Close())
	return path
}

// new3 is what schema 3 is new in.
var new3 = []string{"leases_by_holding", "leases_by_open", "trials_by_reader", "trials_by_scenario", "trials_by_tried"}

// writes3 is how much the step to schema 3 has written so far.
func writes3(b *bbolt.Tx) (n int) {
	for _, name := range new3 {
		if rows := b.Bucket(indexBucket).Bucket([]byte(name)); rows != nil {
			_ = rows.ForEach(func(_, _ []byte) error { n++; return nil })
		}
	}
	_ = b.Bucket([]byte("trials")).ForEach(func(_, value []byte) error {
		if bytes.Contains(value, []byte(`"Tried":["`)) {
			n++
		}
		return nil
	})
	return n
}

// watched is the steps of today, where look sees each record before its turn.
func watched(look func(r *round) error) []migration {
	steps := migrations()
	for i, s := range steps {
		for j, f := range s.fills {
			steps[i].fills[j].do = func(r *round, key, value []byte) error {
				if err := look(r); err != nil {
					return err
				}
				return f.do(r, key, value)
			}
		}
	}
	return steps
}

// interrupt fails at the nth record that a start comes to.
func interrupt(n int, how func() error) []migration {
	seen := 0
	return watched(func(*round) error {
		if seen++; seen == n {
			return how()
		}
		return nil
	})
}

func begun(path string, steps []migration) (*DB, error) {
	return open(path, Options{Now: noon, Reserve: -1}, newSchema(), steps)
}

// ended3 is what a file holds that nothing interrupted.
func ended3(t *testing.T, path string) map[string]string {
	t.Helper()
	db, err := begun(path, migrations())
	must(t, err)
	all := dump(t, db)
	if _, under := all["meta/step"]; under || len(all) < 8*manyTrials {
		t.Fatalf("the step ended with %d values, under way: %v", len(all), under)
	}
	wholeAndClosed(t, db)
	return all
}

func sameAs(t *testing.T, want map[string]string, path string) {
	t.Helper()
	if got := ended3(t, path); !maps.Equal(got, want) {
		t.Errorf("it ended with %d values that are not the %d of a step that nothing interrupted", len(got), len(want))
	}
}

func copied(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	must(t, err)
	other := filepath.Join(t.TempDir(), "den.db")
	must(t, os.WriteFile(other, content, 0o600))
	return other
}

// Wherever a step fails, the next start goes on and ends with the same.
func TestAStepThatIsInterruptedEndsWithTheSame(t *testing.T) {
	source := crowd(t)
	want := ended3(t, copied(t, source))
	for _, n := range []int{1, 700, manyTrials + 1, manyTrials + 800, 2 * manyTrials} {
		path := copied(t, source)
		if _, err := begun(path, interrupt(n, func() error { return errNo })); !errors.Is(err, errNo) {
			t.Fatalf("at record %d: %v", n, err)
		}
		sameAs(t, want, path)
	}
	path, starts := copied(t, source), 0
	for ; ; starts++ { // and when every start is interrupted anew
		db, err := begun(path, interrupt(manyTrials/2+90*starts, func() error { return errNo }))
		if err == nil {
			must(t, db.Close())
			break
		}
		if starts > 100 {
			t.Fatal("it never ends")
		}
	}
	if starts < 2 {
		t.Errorf("%d starts were interrupted", starts)
	}
	sameAs(t, want, path)
	if kept, _ := filepath.Glob(path + ".backup-v*"); len(kept) != 1 || !strings.HasSuffix(kept[0], "v2") {
		t.Errorf("copies: %v", kept)
	}
}

// The same where the process is killed.
func TestAStepThatIsKilledEndsWithTheSame(t *testing.T) {
	if at := os.Getenv("DEN_STEP_KILL"); at != "" { // the process that is killed
		n, path, _ := strings.Cut(at, " ")
		record, err := strconv.Atoi(n)
		must(t, err)
		_, err = begun(path, interrupt(record, func() error { return syscall.Kill(os.Getpid(), syscall.SIGKILL) }))
		t.Fatalf("it was not killed: %v", err)
	}
	source := crowd(t)
	want := ended3(t, copied(t, source))
	for _, n := range []int{1, manyTrials + 1500, 2 * manyTrials} {
		path := copied(t, source)
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAStepThatIsKilledEndsWithTheSame$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("DEN_STEP_KILL=%d %s", n, path))
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil || cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("killed at record %d: %v\n%s", n, err, out)
		}
		sameAs(t, want, path)
	}
}

// A file that is under way is refused by a den that does not know the step, and by
// whoever may not write; a den that knows more steps goes on with it and takes those.
func TestAStepUnderWayIsRefusedOrGoneOnWith(t *testing.T) {
	path := crowd(t)
	if _, err := begun(path, interrupt(2*manyTrials, func() error { return errNo })); !errors.Is(err, errNo) {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	must(t, err)
	if _, err := begun(path, migrations()[:1]); den.KindOf(err) != den.Invalid || !strings.Contains(err.Error(), "a newer den (schema 3, this den knows 2)") {
		t.Errorf("an older den: %v", err)
	}
	if _, err := Open(path, Options{Now: noon, ReadOnly: true}); den.KindOf(err) != den.Conflict {
		t.Errorf("for reading only: %v", err)
	}
	after, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
	db, err := begun(path, future(toNext))
	must(t, err)
	if v := versionOf(t, db); v != version+1 {
		t.Errorf("schema %d, want %d", v, version+1)
	}
	wholeAndClosed(t, db)
}

// However many records there are, one transaction writes so much and no more. The control
// is a step that does all in one.
func TestATransactionOfAStepIsBounded(t *testing.T) {
	const ofOne = 7 // what one trial wants
	source := crowd(t)
	var kept, most, rounds, id int
	steps := watched(func(r *round) error {
		if r.ID() != id { // its first record: the file holds what those before it wrote
			now := writes3(r.Tx)
			most, kept, id = max(most, now-kept), now, r.ID()
			rounds++
		}
		return nil
	})
	db, err := begun(copied(t, source), steps)
	must(t, err)
	var all int
	must(t, db.b.View(func(b *bbolt.Tx) error { all = writes3(b); return nil }))
	wholeAndClosed(t, db)
	most = max(most, all-kept)
	if most > mostWrites+ofOne || rounds < all/(mostWrites+ofOne) {
		t.Errorf("%d writes, in %d transactions, of which one has %d", all, rounds, most)
	}

	whole := migrations()
	fills := whole[1].fills
	whole[1] = migration{lay: func(b *bbolt.Tx) error {
		if err := lay3(b); err != nil {
			return err
		}
		r := &round{Tx: b, counts: map[string]uint64{}}
		for _, f := range fills {
			c := b.Bucket([]byte(f.table)).Cursor()
			for key, value := c.First(); key != nil; key, value = behind(c, key) {
				key = bytes.Clone(key)
				if err := f.do(r, key, value); err != nil {
					return err
				}
			}
		}
		return r.keepCounts()
	}}
	db, err = begun(copied(t, source), whole)
	must(t, err)
	must(t, db.b.View(func(b *bbolt.Tx) error { all = writes3(b); return nil }))
	wholeAndClosed(t, db)
	if all <= mostWrites+ofOne {
		t.Errorf("all at once writes %d: the test above sees nothing", all)
	}
}
