package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	engineevents "github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"innovationden/web/api/contract"
)

// atOnce is how many launches and removals are under way at a time where their number in
// a second is measured.
const atOnce = 4

// small is a size of which many fit on any host.
const small = `sizes:
  - {name: tiny, title: Tiny, memory: 32MB, cpu: 1, pids: 64, files: 1024, tmp: 1MB, disk: 16MB, log: 1MB}
`

// busy is a den in a process of its own that runs many small sandboxes of one product,
// with the bare engine calls for the same beside it.
type busy struct {
	*served
	b       *testing.B
	api     *contract.ClientWithResponses
	release string
	bare    *bare
	gone    <-chan time.Time // when the engine had removed the last container of a sandbox
}

func newBusy(b *testing.B, settings ...string) *busy {
	b.Helper()
	file := filepath.Join(b.TempDir(), "sizes.yaml")
	must(b, os.WriteFile(file, []byte(small), 0o600))
	c := &busy{b: b, served: newServed(b, append([]string{
		"DEN_SIZES_FILE=" + file, "DEN_TRIALS_SIZE=tiny", "DEN_SANDBOXES_MOST=500", "DEN_LOG_LEVEL=warn",
	}, settings...)...)}
	b.Cleanup(c.clear)
	c.start()
	c.release = c.offer(product(b, program(b), "serve"))
	c.api = c.client()
	first := c.drafts(1, time.Hour)
	_, err := c.live(first[0])
	must(b, err)
	found, err := c.found()
	must(b, err)
	for _, f := range found {
		if len(f.Containers) == 2 {
			c.bare = newBare(b, f)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	b.Cleanup(stop)
	c.gone = c.destroyed(ctx)
	c.remove(first)
	return c
}

// together does something count times, so many at a time, and says how long it took.
func together(most, count int, do func(n int) error) (time.Duration, error) {
	errs, next := make([]error, count), make(chan int)
	began := time.Now()
	var hands sync.WaitGroup
	for range min(most, count) {
		hands.Go(func() {
			for n := range next {
				errs[n] = do(n)
			}
		})
	}
	for n := range count {
		next <- n
	}
	close(next)
	hands.Wait()
	return time.Since(began), errors.Join(errs...)
}

// destroyed listens to the engine until ctx ends.
func (c *busy) destroyed(ctx context.Context) <-chan time.Time {
	const each = 2 // the holder and the product
	gone, left := make(chan time.Time, 1000), map[string]int{}
	messages, failed := c.bare.api.Events(ctx, engineevents.ListOptions{Filters: filters.NewArgs(
		filters.Arg("type", "container"), filters.Arg("event", "destroy"), filters.Arg("label", "innovationden.installation="+c.installation))})
	go func() {
		for {
			select {
			case m := <-messages:
				id := m.Actor.Attributes["innovationden.sandbox"]
				if left[id]++; left[id] == each {
					gone <- time.Unix(0, m.TimeNano)
				}
			case <-failed:
				close(gone)
				return
			}
		}
	}()
	return gone
}

// awaitGone waits until the engine has removed one more sandbox.
func (c *busy) awaitGone() time.Time {
	c.b.Helper()
	select {
	case at, ok := <-c.gone:
		if !ok {
			c.b.Fatal("the engine tells nothing any more")
		}
		return at
	case <-time.After(time.Minute):
		c.b.Fatalf("nothing was removed in a minute\n%s", c.log)
	}
	return time.Time{}
}

// drafts prepares trials of one sandbox each.
func (c *busy) drafts(count int, length time.Duration) []string {
	c.b.Helper()
	all := make([]string, count)
	_, err := together(atOnce, count, func(n int) error {
		made, err := c.api.AddTrialWithResponse(context.Background(), nil, c.newTrial(length, c.release))
		if err == nil && made.JSON201 == nil {
			err = fmt.Errorf("a draft: %s", made.Body)
		}
		if err == nil {
			all[n] = made.JSON201.Id
		}
		return err
	})
	must(c.b, err)
	return all
}

// live starts a trial and says how long it took until its product answered.
func (c *busy) live(trial string) (time.Duration, error) {
	began := time.Now()
	started, err := c.api.StartTrialWithResponse(context.Background(), trial, nil)
	if err == nil && started.JSON202 == nil {
		err = fmt.Errorf("a start: %s", started.Body)
	}
	if err != nil {
		return 0, err
	}
	box := contract.Sandbox{}
	err = c.until(trial, func(t contract.Trial) bool {
		box = *t.Entries[0].Sandbox
		return box.Phase == contract.PhaseLive || t.State == contract.Finished
	})
	if err == nil && box.Phase != contract.PhaseLive {
		err = fmt.Errorf("it is %s: %s", box.Phase, box.Detail)
	}
	return time.Since(began), err
}

// until follows a trial.
func (c *busy) until(trial string, so func(contract.Trial) bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := follow(ctx, &client{rest: rest}, watchTrial(c.api.ClientInterface.(*contract.Client), trial), so)
	return err
}

// finished waits until trials are over, with their receipts.
func (c *busy) finished(trials []string) {
	c.b.Helper()
	_, err := together(atOnce, len(trials), func(n int) error {
		return c.until(trials[n], func(t contract.Trial) bool { return t.State == contract.Finished })
	})
	must(c.b, err)
}

// remove ends trials, and asks for the next one as soon as the engine has removed the
// sandbox of another. It says how long it took until the last one was gone, and then
// waits until the den has written that it is.
func (c *busy) remove(trials []string) time.Duration {
	c.b.Helper()
	began := time.Now()
	for n, trial := range trials {
		if n >= atOnce {
			c.awaitGone()
		}
		ended, err := c.api.EndTrialWithResponse(context.Background(), trial, nil, contract.Reason{})
		must(c.b, err)
		if ended.JSON202 == nil {
			c.b.Fatalf("an end: %s", ended.Body)
		}
	}
	for range min(atOnce, len(trials)) {
		c.awaitGone()
	}
	took := time.Since(began)
	c.finished(trials)
	return took
}

// cells waits until so many waiting cells are ready as are wanted.
func (c *busy) cells() {
	c.b.Helper()
	c.await("the waiting cells", func() error {
		host, err := c.api.GetHostWithResponse(context.Background())
		if err == nil && (host.JSON200 == nil || *host.JSON200.CellsReady != *host.JSON200.CellsWanted || host.JSON200.Starting > 0) {
			err = errors.New("they are not ready yet")
		}
		return err
	})
}

// barely launches and removes so many by the bare engine calls, on waiting cells, as many
// at a time as the den does.
func (c *busy) barely(count int) (launches, removals time.Duration) {
	c.b.Helper()
	ctx, waiting := context.Background(), make([]*bareCell, count)
	_, err := together(atOnce, count, func(n int) (err error) {
		waiting[n], err = c.bare.hold(ctx)
		return err
	})
	must(c.b, err)
	launches, err = together(atOnce, count, func(n int) error { return waiting[n].start(ctx) })
	must(c.b, err)
	removals, err = together(atOnce, count, func(n int) error { return waiting[n].remove(ctx) })
	must(c.b, err)
	return launches, removals
}
