package bolt

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"innovationden/orchestrator/den"
)

// cuts is how often the power is cut on each file system; DEN_POWER_CUTS says more.
func cuts(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("DEN_POWER_CUTS"))
	if os.Getenv("DEN_POWER_CUTS") == "" {
		return 8
	}
	must(t, err)
	return n
}

// formats lists the file systems that this machine can make and mount, and says of each
// other one why not.
func formats(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{"ext4": {"mkfs.ext4", "-q", "-F"}, "xfs": {"mkfs.xfs", "-q", "-f"}}
	for name, mkfs := range all {
		why := ""
		if _, err := exec.LookPath(mkfs[0]); err != nil {
			why = "there is no " + mkfs[0]
		} else if !mounts(t, name) {
			why = "this kernel cannot mount it"
		}
		if why != "" {
			t.Logf("figure: 0 power cuts on %s (%s), 0 violations", name, why)
			delete(all, name)
		}
	}
	if len(all) == 0 {
		t.Fatal("no file system can be made here whose power could be cut")
	}
	return all
}

// mounts says whether the kernel knows a file system, or has a module of it.
func mounts(t *testing.T, name string) bool {
	t.Helper()
	_ = exec.CommandContext(t.Context(), "modprobe", "-q", name).Run() // a kernel without modules has no use for it
	known, err := os.ReadFile("/proc/filesystems")
	must(t, err)
	return slices.Contains(strings.Fields(string(known)), name)
}

func TestAPowerCutLosesNothingThatWasAnswered(t *testing.T) {
	if !inPrivate(t) {
		return
	}
	for name, mkfs := range formats(t) {
		d := newDisk(t, 400<<20, mkfs...)
		lost, answered := powerCuts(t, d, Options{}, cuts(t))
		if lost != 0 {
			t.Errorf("%s: %d answers of %d were lost", name, lost, answered)
		}
		t.Logf("%s: %d cuts, %d answers, 0 lost", name, cuts(t), answered)
	}
}

// The control: a store that does not sync must lose, or the test sees nothing.
func TestAPowerCutIsSeenWhereNothingIsSynced(t *testing.T) {
	if !inPrivate(t) {
		return
	}
	for name, mkfs := range formats(t) {
		lost, answered := powerCuts(t, newDisk(t, 400<<20, mkfs...), Options{NoSync: true}, 3)
		if lost == 0 {
			t.Errorf("%s: of %d answers none was lost: the cut cuts nothing", name, answered)
		}
		t.Logf("figure: %d answers on %s, %d violations", answered, name, lost)
	}
}

// powerCuts writes from several goroutines, cuts the power, mounts again and looks for
// everything that was answered. It says how many answers are not in the file.
func powerCuts(t *testing.T, d *disk, o Options, times int) (lost, answered int) {
	t.Helper()
	seed := seeded(t)
	chance := rand.New(rand.NewPCG(seed, 1))
	path := filepath.Join(d.dir, "den.db")
	o.Now, o.Reserve = noon, 1<<20
	for cut := range times {
		db, err := Open(path, o)
		must(t, err)
		w := writeUntil(t, db, cut, 20+chance.IntN(200), func() { d.cut(t) })
		_ = db.Close()
		d.unmount(t)
		d.mount(t)
		missing := w.missing(t, path, o)
		lost, answered = lost+missing, answered+len(w.kept)
		if missing > 0 || cut%10 == 9 { // go on with a new file
			must(t, os.Remove(path))
		}
	}
	return lost, answered
}

// seeded is DEN_CHAOS_SEED, or a seed by chance. A test that fails says how it is run
// again with the same one.
func seeded(t *testing.T) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv("DEN_CHAOS_SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		must(t, err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("Again: DEN_CHAOS_SEED=%d go test -tags nomsgpack,chaos -count=1 -v -run '^%s$' ./orchestrator/bolt", seed, t.Name())
		}
	})
	return seed
}

type writers struct {
	kept []den.ID
	head den.Head
}

// writeUntil writes until so many writes were answered, then calls cut while more are
// under way, and waits for the writers to be refused.
func writeUntil(t *testing.T, db *DB, round, answers int, cut func()) *writers {
	w, enough := new(writers), make(chan struct{})
	var mu sync.Mutex
	var all sync.WaitGroup
	for n := range 6 {
		all.Go(func() {
			for i := 0; ; i++ {
				l := lease(fmt.Sprintf("lea_%04d_%d_%06d", round, n, i), fmt.Sprintf("n-%d-%d-%d", round, n, i))
				var head den.Head
				err := db.Update(context.Background(), func(tx den.Tx) error {
					if _, err := tx.Leases().Put(l); err != nil {
						return err
					}
					if _, err := tx.Record(den.Event{ID: "evt_1", At: noon(), Subject: l.ID, Actor: "per_1"}); err != nil {
						return err
					}
					h, err := tx.Head()
					head = h
					return err
				})
				if err != nil {
					if !errors.Is(err, ErrBroken) {
						t.Errorf("after the cut: %v", err)
					}
					return
				}
				mu.Lock()
				w.kept = append(w.kept, l.ID)
				if head.Size > w.head.Size {
					w.head = head
				}
				if len(w.kept) == answers {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	cut()
	all.Wait()
	select {
	case <-db.Broken():
	default:
		t.Error("nobody was told that the store is broken")
	}
	if err := db.View(context.Background(), func(den.Tx) error { return nil }); !errors.Is(err, ErrBroken) {
		t.Errorf("reading a broken store: %v", err)
	}
	return w
}

// missing says how many answers are not in the file: all of them if it cannot be
// opened or is not sound.
func (w *writers) missing(t *testing.T, path string, o Options) (n int) {
	t.Helper()
	db, err := Open(path, o)
	if err != nil {
		t.Logf("after the cut: %v", err)
		return len(w.kept)
	}
	defer db.Close()
	faults, err := db.Check(t.Context())
	if err == nil && len(faults) == 0 {
		faults, err = db.Against(t.Context(), w.head)
	}
	if err != nil || len(faults) > 0 {
		t.Logf("after the cut: %v %v", faults, err)
		return len(w.kept)
	}
	must(t, db.View(t.Context(), func(tx den.Tx) error {
		for _, id := range w.kept {
			if _, err := tx.Leases().Get(id); err != nil {
				n++
			}
		}
		return nil
	}))
	return n
}
