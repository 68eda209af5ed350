package orchestrator_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// The years run with the crash matrix, without the race detector.

// century is one den through a year of launches, crashes, outages and clocks put right.
type century struct {
	*world
	rng    *rand.Rand
	offset time.Duration // what the den's clock is ahead
	clock  sync.Mutex
	kinds  []den.ID
	cancel context.CancelFunc
	done   chan error
	tally  map[string]int
	found  judge
}

func TestCrashMatrixSimulatedYears(t *testing.T) {
	years := 10
	if n, err := strconv.Atoi(os.Getenv("DEN_YEARS")); err == nil && n > 0 {
		years = n
	}
	figure(t, years, "simulated years")
	for year := range years {
		t.Run(fmt.Sprint(year), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := throughDays(t, t, uint64(year), 365, nil)
				if c.tally["launch"] < 100 || c.tally["crash"] < 5 || c.config.Warm > 0 && c.tally["warm"] == 0 {
					t.Errorf("not much of a year: %v", c.tally)
				}
			})
			if t.Failed() {
				t.Logf("again: DEN_YEARS=%d go test -count=1 -run '^TestCrashMatrixSimulatedYears$/^%d$' ./orchestrator", year+1, year)
			}
		})
	}
}

// throughDays lets a den go through so many days, which a control may spoil.
func throughDays(t *testing.T, found judge, seed uint64, days int, spoil func(*orchestrator.Config)) *century {
	c := &century{rng: rand.New(rand.NewPCG(seed, 365)), tally: map[string]int{}, found: found}
	c.world = &world{rig: newRig(t, func(config *orchestrator.Config) {
		began := time.Now()
		config.Now, config.Ticks = c.now, func() time.Duration { return time.Since(began) }
		config.PassEvery, config.SweepEvery, config.MeasureEvery, config.Room = 2*time.Hour, 2*time.Hour, 2*time.Hour, 5
		if seed%10 == 1 { // such years are five times as long
			config.Warm = 3 * small.Memory // what is tried often is kept warm
		}
		if spoil != nil {
			spoil(config)
		}
	}), checks: checks{warm: -1}}
	c.engine.AddStranger("database", "not ours")
	c.checks.strangers = c.engine.Strangers()
	c.kinds = []den.ID{
		c.release("quick", fake.Behaviour{}), c.release("late", fake.Behaviour{ListensAfter: 20 * time.Second}),
		c.release("deaf", fake.Behaviour{OtherPort: 3000}), c.release("broken", fake.Behaviour{Exits: true, ExitCode: 1}),
		c.release("frail", fake.Behaviour{Exits: true, ExitAfter: 9 * time.Hour, ExitCode: 2}),
	}
	c.begin()
	defer func() { c.end() }()
	deeds := []struct {
		name string
		odds int
		do   func()
	}{
		{"launch", 30, c.launch},
		{"end", 12, c.someLease(func(ctx context.Context, id den.ID) error { _, err := c.o.End(ctx, c.member, id, "", 0); return err })},
		{"extend", 12, c.someLease(func(ctx context.Context, id den.ID) error {
			_, err := c.o.Extend(ctx, c.member, id, den.Extension{By: time.Duration(1+c.rng.IntN(24)) * time.Hour})
			return err
		})},
		{"pause", 6, c.someLease(func(ctx context.Context, id den.ID) error { _, err := c.o.Pause(ctx, c.member, id, 0); return err })},
		{"resume", 6, c.someLease(func(ctx context.Context, id den.ID) error { _, err := c.o.Resume(ctx, c.member, id, 0); return err })},
		{"restart", 6, c.someLease(func(ctx context.Context, id den.ID) error {
			_, err := c.o.Restart(ctx, c.member, id, "", 0)
			return err
		})},
		{"crash", 4, func() { c.end(); elapse(c.upTo(48 * time.Hour)); c.begin() }},
		{"outage", 3, func() { c.engine.EngineDown(true); elapse(c.upTo(6 * time.Hour)); c.engine.EngineDown(false) }},
		{"engine restart", 2, c.engine.RestartEngine},
		{"vanish", 3, c.vanish},
		{"clock", 2, func() { c.jump(c.upTo(70*time.Minute) - 10*time.Minute) }},
		{"fault", 10, c.fault},
	}
	sum := 0
	for _, d := range deeds {
		sum += d.odds
	}
	const month = 73 * time.Hour * 10
	stop, calm := time.Now().Add(time.Duration(days)*24*time.Hour), time.Now().Add(month)
	for time.Now().Before(stop) {
		elapse(c.upTo(24 * time.Hour))
		n := c.rng.IntN(sum)
		for _, d := range deeds {
			if n -= d.odds; n < 0 {
				c.tally[d.name]++
				d.do()
				break
			}
		}
		if time.Now().After(calm) {
			calm = calm.Add(month)
			c.calm()
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	if err := c.o.Drain(ctx); err != nil {
		found.Errorf("drain: %v", err)
	}
	if left := c.engine.Truth(); len(left) > 0 {
		found.Errorf("left at the end of the year: %+v", left)
	}
	return c
}

func (c *century) now() time.Time {
	c.clock.Lock()
	defer c.clock.Unlock()
	return time.Now().Add(c.offset)
}

func (c *century) jump(d time.Duration) {
	c.clock.Lock()
	defer c.clock.Unlock()
	c.offset += d
}

func (c *century) upTo(d time.Duration) time.Duration { return time.Duration(c.rng.Int64N(int64(d))) }

func (c *century) begin() {
	var ctx context.Context
	ctx, c.cancel = context.WithCancel(context.Background())
	c.engine.Reboot()
	c.o = orchestrator.New(c.config)
	c.done = make(chan error, 1)
	o, done := c.o, c.done
	go func() { done <- o.Run(ctx) }()
}

func (c *century) end() {
	c.cancel()
	if err := <-c.done; err != nil {
		c.t.Errorf("run: %v", err)
	}
}

func (c *century) launch() {
	ctx := context.Background()
	var releases []den.ID
	for _, i := range c.rng.Perm(len(c.kinds))[:1+c.rng.IntN(3)] {
		releases = append(releases, c.kinds[i])
	}
	v, err := c.o.AddTrial(ctx, c.member, den.NewTrial{Question: "Which?", Releases: releases, Length: time.Minute + c.upTo(3*24*time.Hour)})
	c.must(err)
	if _, err = c.o.StartTrial(ctx, c.member, v.Trial.ID, 0, den.Once{}); err != nil && den.KindOf(err) != den.Down {
		c.t.Errorf("launch: %v", err)
	}
}

// someLease does something to a lease that is not over, which may be refused.
func (c *century) someLease(do func(context.Context, den.ID) error) func() {
	return func() {
		all := c.unfinished()
		if len(all) == 0 {
			return
		}
		err := do(context.Background(), all[c.rng.IntN(len(all))].ID)
		if kind := den.KindOf(err); kind == den.Internal || kind == den.NotFound {
			c.t.Errorf("refused with %v", err)
		}
	}
}

func (c *century) vanish() {
	for _, l := range c.unfinished() {
		if l.Phase == den.Live {
			c.engine.Vanish(sandbox.ID(l.Sandbox))
			return
		}
	}
}

func (c *century) fault() {
	verbs := append(fake.Steps(), "look", "find", "list", "logs", "ports", "remove", "start", "hold", "pause", "resume")
	at := verbs[c.rng.IntN(len(verbs))]
	switch c.rng.IntN(5) {
	case 0:
		c.engine.FailNext(at, nil)
	case 1:
		c.engine.FailNext(at, errors.New("a bad moment"))
	case 2:
		c.engine.LoseReply(at)
	case 3:
		c.engine.Hang(at)
	case 4:
		c.engine.Panic(at)
	}
}

func (c *century) unfinished() (all []den.Lease) {
	c.must(c.db.View(context.Background(), func(tx den.Tx) error {
		for _, p := range phases {
			if p.Final() {
				continue
			}
			page, err := tx.Leases().List(den.Query{Index: den.LeasesByPhase, Key: string(p), Limit: 1000})
			if err != nil {
				return err
			}
			all = append(all, page.Items...)
		}
		return nil
	}))
	return all
}

// calm lets the den come to rest, and then asks the oracles.
func (c *century) calm() {
	c.engine.Heal()
	elapse(9 * time.Hour)
	now := c.now()
	for _, cell := range c.waiting() {
		if cell.Release != "" {
			c.tally["warm"]++
		}
	}
	for _, l := range c.unfinished() {
		if late := now.Sub(l.EndsAt); late > time.Minute {
			c.found.Errorf("%s is %s %s after its end", l.ID, l.Phase, late)
		}
		if l.Phase == den.Ending || l.Phase == den.Starting {
			c.found.Errorf("%s is still %s: %q", l.ID, l.Phase, l.Say)
		}
	}
	c.must(c.db.View(context.Background(), func(tx den.Tx) error {
		page, err := tx.Leases().List(den.Query{Newest: true, Limit: 200})
		c.checks.leases = nil
		for _, l := range page.Items {
			c.checks.leases = append(c.checks.leases, l.ID)
		}
		for _, oracle := range []func(den.Tx) []string{c.orphans, c.strangersTouched, c.moves} {
			for _, bad := range oracle(tx) {
				c.found.Errorf("after %v: %s", c.tally, bad)
			}
		}
		return err
	}))
}
