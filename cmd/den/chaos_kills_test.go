//go:build chaos

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// number reads a setting of the run from the environment.
func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s must be a number, not %q", name, text)
	}
	return n
}

// TestChaosKills kills a real den on a real engine DEN_CHAOS_N times (200): at a random
// engine call, before or after it is done, at a random write of its records, or at a
// random time of a launch and removal; and sometimes again while it recovers. The seed
// chooses what is done; where in the den's own work a kill falls differs from run to run.
func TestChaosKills(t *testing.T) {
	n, seed := number(t, "DEN_CHAOS_N", 200), number(t, "DEN_CHAOS_SEED", uint64(time.Now().UnixNano()))
	first := number(t, "DEN_CHAOS_FIRST", 0)
	const lanes = 3 // dens beside each other: a kill is mostly waiting
	t.Logf("seed %d, %d kills", seed, n-first)
	program := program(t)
	for lane := range uint64(lanes) {
		var mine []uint64
		for i := first; i < n; i++ {
			if i%lanes == lane {
				mine = append(mine, i)
			}
		}
		if len(mine) > 0 {
			t.Run(fmt.Sprint("den ", lane), func(t *testing.T) {
				t.Parallel()
				kills(t, program, seed, mine)
			})
		}
	}
}

// kills does these kills to one den.
func kills(t *testing.T, program []byte, seed uint64, these []uint64) {
	b := newBetween(t)
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1")
	s.host = b.host
	s.start()
	release := s.offer(product(t, program, "serve"))
	must(t, s.onlyCells(0))
	strangers := newDecoys(s)
	b.arm(0, false, nil)
	w, err := s.watch(0, nil)
	must(t, err)
	must(t, s.settle(s.tell(release)))
	writes, changes := w.close(), len(b.changes())
	var slowest time.Duration
	ways := map[string]int{}
	for done, i := range these {
		chance := rand.New(rand.NewPCG(seed, i))
		way, kill := s.choose(b, chance, changes, writes, release)
		took, err := kill()
		if err != nil {
			t.Logf("figure: %d kills, 1 violations", done+1)
			t.Fatalf("kill %d, %s: %v\n%s\nAgain: DEN_CHAOS_SEED=%d DEN_CHAOS_FIRST=%d DEN_CHAOS_N=%d go test -tags nomsgpack,chaos -count=1 -v -run '^TestChaosKills$' ./cmd/den",
				i, way, err, s.log, seed, i, i+1)
		}
		slowest = max(slowest, took)
		ways[way]++
	}
	must(t, strangers.touched())
	t.Logf("figure: %d kills, 0 violations", len(these))
	t.Logf("%d kills: nothing left, nothing lost, strangers' things untouched; the slowest recovery took %s; %v", len(these), slowest.Round(time.Millisecond), ways)
}

// choose draws what the next kill is.
func (s *served) choose(b *between, chance *rand.Rand, changes int, writes int64, release string) (way string, kill func() (time.Duration, error)) {
	double := chance.IntN(4) == 0
	again := func(took time.Duration, err error) (time.Duration, error) { return took, err }
	if double {
		delay := time.Duration(chance.Int64N(int64(400 * time.Millisecond)))
		again = func(took time.Duration, err error) (time.Duration, error) {
			if err != nil {
				return took, err
			}
			return s.killInTime(delay, release)
		}
	}
	switch chance.IntN(3) {
	case 0:
		at, after := 1+chance.IntN(changes), chance.IntN(2) == 0
		return "at an engine call", func() (time.Duration, error) { return again(s.killAt(b, at, after, release)) }
	case 1:
		at := 1 + chance.Int64N(writes)
		return "at a write", func() (time.Duration, error) { return again(s.killAtWrite(at, release)) }
	}
	delay := time.Duration(chance.Int64N(int64(2500 * time.Millisecond)))
	return "at a time", func() (time.Duration, error) { return again(s.killInTime(delay, release)) }
}

// killInTime kills the den so long after a launch was asked for, and once more while it
// recovers.
func (s *served) killInTime(delay time.Duration, release string) (time.Duration, error) {
	timer := time.AfterFunc(delay, s.kill)
	heard := s.tell(release)
	if timer.Stop() {
		s.kill() // it was quicker
	}
	<-s.ended
	if said, code := s.command("check", "--data", s.data); code != exitDone {
		return 0, fmt.Errorf("den check: %s", said)
	}
	s.launch()
	<-time.After(delay / 4)
	s.kill()
	return s.recovered(heard)
}
