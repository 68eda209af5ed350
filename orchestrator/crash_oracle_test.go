package orchestrator_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

// checks is what the client was told, so that it can be asked for afterwards.
type checks struct {
	strangers string
	trial     den.ID
	trials    int // that were drafted; 0: one
	warm      int // products that must be ready ahead of need; below 0: any number
	leases    []den.ID
	acked     []promise
	late      []string // what was usable too long
}

// promise is an answer that the client got, and how to see that it holds.
type promise struct {
	what  string
	holds func(den.Tx) bool
}

func (w *world) promise(what string, holds func(den.Tx) bool) {
	w.checks.acked = append(w.checks.acked, promise{what, holds})
}

// judge asks every oracle and says what each has against the den.
func (w *world) judge() []string {
	var all []string
	for _, one := range []struct {
		name   string
		oracle func(den.Tx) []string
	}{
		{"O1", w.orphans},
		{"O2", w.lostAnswers},
		{"O3", w.expiry},
		{"O4", w.record},
		{"O5", w.counts},
		{"O6", w.repeats},
		{"O7", w.strangersTouched},
		{"O9", w.moves},
	} {
		w.must(w.db.View(context.Background(), func(tx den.Tx) error {
			for _, bad := range one.oracle(tx) {
				all = append(all, one.name+": "+bad)
			}
			return nil
		}))
	}
	return all
}

// orphans: what the engine holds is what live records and waiting cells imply.
func (w *world) orphans(tx den.Tx) (bad []string) {
	want := map[string]string{}
	for _, phase := range phases {
		if phase.Final() || phase == den.Requested {
			continue
		}
		leases, err := tx.Leases().List(den.Query{Index: den.LeasesByPhase, Key: string(phase), Limit: 1000})
		w.must(err)
		for _, l := range leases.Items {
			want[l.Sandbox] = "lease " + string(l.ID)
		}
	}
	cells, err := tx.Cells().List(den.Query{Limit: 1000})
	w.must(err)
	empty, warm := 0, map[den.Warm]int{}
	for _, c := range cells.Items {
		if who := want[c.Sandbox]; who != "" {
			bad = append(bad, "cell "+c.Sandbox+" is that of "+who)
		}
		want[c.Sandbox] = "a waiting cell"
		if !c.Ready {
			bad = append(bad, "cell "+c.Sandbox+" is not ready")
		}
		if c.Release == "" {
			empty++
		} else if warm[den.Warm{Release: c.Release, Size: c.Size}]++; warm[den.Warm{Release: c.Release, Size: c.Size}] > 1 {
			bad = append(bad, fmt.Sprintf("%s is warm more than once", c.Release))
		}
	}
	if empty != 1 {
		bad = append(bad, fmt.Sprintf("%d cells wait, not 1", empty))
	}
	if w.checks.warm >= 0 && len(warm) != w.checks.warm {
		bad = append(bad, fmt.Sprintf("%d products are warm, not %d", len(warm), w.checks.warm))
	}
	used := map[string]bool{}
	for _, id := range w.checks.leases {
		l, err := tx.Leases().Get(id)
		w.must(err)
		if l.Sandbox != "" && used[l.Sandbox] {
			bad = append(bad, "sandbox "+l.Sandbox+" was used twice")
		}
		used[l.Sandbox] = true
		if want[l.Sandbox] == "a waiting cell" {
			bad = append(bad, fmt.Sprintf("the sandbox of %s waits for somebody else", id))
		}
	}
	for _, f := range w.engine.Truth() {
		if want[string(f.ID)] == "" {
			bad = append(bad, fmt.Sprintf("orphan %s: %v", f.ID, f.Containers))
		}
		delete(want, string(f.ID))
	}
	for id, who := range want {
		bad = append(bad, fmt.Sprintf("ghost %s of %s", id, who))
	}
	return append(bad, w.engine.Violations()...)
}

// lostAnswers: what the client was told holds.
func (w *world) lostAnswers(tx den.Tx) (bad []string) {
	for _, p := range w.checks.acked {
		if !p.holds(tx) {
			bad = append(bad, "lost: "+p.what)
		}
	}
	return bad
}

// expiry: nothing was usable later than a minute after its end, while the den was up.
func (w *world) expiry(tx den.Tx) []string {
	bad := slices.Clone(w.checks.late)
	for _, id := range w.checks.leases {
		l, err := tx.Leases().Get(id)
		w.must(err)
		if l.Phase != den.Ended && l.Phase != den.Refused {
			bad = append(bad, fmt.Sprintf("lease %s is %s", id, l.Phase))
		}
	}
	return bad
}

// watchEnd looks, a minute after the end of a lease, whether it can still be used.
func (w *world) watchEnd(l den.Lease) {
	elapse(time.Until(l.EndsAt.Add(time.Minute + w.downed)))
	if r, ok := w.routes.get(l.Name); ok && r.Phase == den.Live {
		w.checks.late = append(w.checks.late, fmt.Sprintf("the route of %s leads to %s", l.ID, r.Sandbox))
	}
	for _, f := range w.engine.Truth() {
		if string(f.ID) == l.Sandbox {
			w.checks.late = append(w.checks.late, fmt.Sprintf("sandbox %s of %s is there", l.Sandbox, l.ID))
		}
	}
}

// record: the file is sound, and every head that was ever there is a prefix of it.
func (w *world) record(den.Tx) (bad []string) {
	faults, err := w.db.Check(context.Background())
	w.must(err)
	for _, f := range faults {
		bad = append(bad, fmt.Sprint(f))
	}
	for _, head := range w.heads {
		faults, err := w.db.Against(context.Background(), head)
		w.must(err)
		for _, f := range faults {
			bad = append(bad, fmt.Sprint(f))
		}
	}
	return bad
}

// counts: the counters say what the records add up to.
func (w *world) counts(tx den.Tx) (bad []string) {
	all, err := tx.Leases().List(den.Query{Limit: 1000})
	w.must(err)
	add := map[den.Phase]int{}
	for _, l := range all.Items {
		add[l.Phase]++
	}
	for _, p := range phases {
		n, err := tx.Leases().Count(den.Query{Index: den.LeasesByPhase, Key: string(p)})
		w.must(err)
		if n != add[p] {
			bad = append(bad, fmt.Sprintf("%d leases are counted as %s, there are %d", n, p, add[p]))
		}
	}
	return bad
}

// repeats: a repeated request made nothing twice.
func (w *world) repeats(tx den.Tx) (bad []string) {
	running, err := tx.Trials().Count(den.Query{})
	w.must(err)
	leases, err := tx.Leases().Count(den.Query{})
	w.must(err)
	if trials := max(1, w.checks.trials); running != trials || leases != len(w.checks.leases) {
		bad = append(bad, fmt.Sprintf("%d trials and %d leases, not %d and %d", running, leases, trials, len(w.checks.leases)))
	}
	return bad
}

// strangersTouched: what is not ours is as it was.
func (w *world) strangersTouched(den.Tx) []string {
	if now := w.engine.Strangers(); now != w.checks.strangers {
		return []string{"strangers' things were\n" + w.checks.strangers + "\nand are\n" + now}
	}
	return nil
}

// moves: the events of a lease are a way through Moves that ends where the lease is,
// one event for each change, and a receipt for each end.
func (w *world) moves(tx den.Tx) (bad []string) {
	for _, id := range w.checks.leases {
		l, err := tx.Leases().Get(id)
		w.must(err)
		events, err := tx.Events(den.Query{Index: den.EventsBySubject, Key: string(id), Limit: 1000})
		w.must(err)
		at := den.Phase("")
		for _, e := range events.Items {
			name, ok := strings.CutPrefix(e.Act, "lease.")
			to := den.Phase(name)
			if _, isPhase := den.Moves[to]; !ok || !isPhase {
				continue
			}
			if at == "" && to != den.Requested || at != "" && !at.May(to) {
				bad = append(bad, fmt.Sprintf("%s went from %q to %q", id, at, to))
			}
			at = to
		}
		if at != l.Phase {
			bad = append(bad, fmt.Sprintf("%s is %s, its events say %s", id, l.Phase, at))
		}
		receipt, err := tx.Receipts().Get(id)
		switch {
		case l.Phase == den.Ended && err != nil:
			bad = append(bad, fmt.Sprintf("%s has no receipt", id))
		case l.Phase == den.Ended && (len(receipt.Looks) != 2 || receipt.Looks[1].Sub(receipt.Looks[0]) < den.LookGap || receipt.Left != 0):
			bad = append(bad, fmt.Sprintf("%s has the receipt %+v", id, receipt))
		case l.Phase == den.Ended:
			if e, err := tx.Event(receipt.Event); err != nil || e.Subject != id {
				bad = append(bad, fmt.Sprintf("the receipt of %s names another's event", id))
			}
		}
	}
	return bad
}
