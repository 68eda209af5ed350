package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

// BenchmarkManySandboxes fills a den with 400 live sandboxes (or DEN_BENCH_SANDBOXES, in
// twenties) and empties it again, through its API. It counts launches on waiting cells and removals in a second, four under way at
// a time; how a launch takes longer when all are live than when none is; and the memory of
// the den meanwhile. The bare engine calls take their turn with all of it: what they do
// beside it is the most that this engine can.
func BenchmarkManySandboxes(b *testing.B) {
	const block, few = 20, 20
	many := 400
	if text := os.Getenv("DEN_BENCH_SANDBOXES"); text != "" {
		var err error
		many, err = strconv.Atoi(text)
		must(b, err)
	}
	c := newBusy(b, fmt.Sprintf("DEN_SANDBOXES_SPARE_CELLS=%d", block))
	var sum struct{ launches, removals, bareLaunches, bareRemovals time.Duration }
	barely := func() {
		launches, removals := c.barely(few)
		sum.bareLaunches, sum.bareRemovals = sum.bareLaunches+launches, sum.bareRemovals+removals
	}
	none := c.single(10)
	var trials []string
	for len(trials) < many {
		next := c.drafts(block, time.Hour)
		c.cells()
		took, err := together(atOnce, block, func(n int) error { _, err := c.live(next[n]); return err })
		must(b, err)
		sum.launches += took
		trials = append(trials, next...)
		c.cells()
		barely()
	}
	memory := c.memory()
	all := c.single(10)
	for left := trials; len(left) > 0; left = left[block:] {
		sum.removals += c.remove(left[:block])
		barely()
	}
	must(b, c.onlyCells(0))
	rate := func(count int, took time.Duration) float64 { return float64(count) / took.Seconds() }
	bare := 2 * few * (len(trials) / block) // in both loops
	b.ReportMetric(rate(len(trials), sum.launches), "launches/s")
	b.ReportMetric(rate(bare, sum.bareLaunches), "bare-launches/s")
	b.ReportMetric(rate(len(trials), sum.launches)/rate(bare, sum.bareLaunches), "launches-x-bare")
	b.ReportMetric(rate(len(trials), sum.removals), "removals/s")
	b.ReportMetric(rate(bare, sum.bareRemovals), "bare-removals/s")
	b.ReportMetric(rate(len(trials), sum.removals)/rate(bare, sum.bareRemovals), "removals-x-bare")
	b.ReportMetric(percentile(none["den"], 50), "ms/launch-beside-none")
	b.ReportMetric(percentile(all["den"], 50), "ms/launch-beside-many")
	b.ReportMetric(percentile(all["den"], 50)/percentile(none["den"], 50), "x-none")
	b.ReportMetric(percentile(all["bare"], 50)/percentile(none["bare"], 50), "x-none-bare")
	b.ReportMetric(memory, "MiB/den")
	b.ReportMetric(0, "ns/op")
}

// single takes the time of launches one at a time, and of the bare calls for the same.
func (c *busy) single(rounds int) map[string][]time.Duration {
	c.b.Helper()
	times := map[string][]time.Duration{}
	takeTurns(rounds, []turn{
		{"den", func() {
			trial := c.drafts(1, time.Hour)
			c.cells()
			took, err := c.live(trial[0])
			must(c.b, err)
			times["den"] = append(times["den"], took)
			c.remove(trial)
		}},
		{"bare", func() {
			c.cells()
			launch, _ := c.barely(1)
			times["bare"] = append(times["bare"], launch)
		}},
	}, func() { clear(times) })
	return times
}

// memory is the most that the process of the den takes while it looks at all its
// sandboxes and is asked for all of them, in MiB.
func (c *busy) memory() (most float64) {
	c.b.Helper()
	const looks = 12 * time.Second // longer than between two looks at a live sandbox
	err := within(looks, func() error {
		now, err := c.resident("VmRSS")
		most = max(most, now)
		if err == nil {
			_, err = c.api.ListTrialsWithResponse(context.Background(), &contract.ListTrialsParams{})
		}
		return errors.Join(err, errWatching)
	})
	if !errors.Is(err, errWatching) {
		c.b.Fatal(err)
	}
	return most
}

// errWatching says that there is more to see.
var errWatching = errors.New("still watching")
