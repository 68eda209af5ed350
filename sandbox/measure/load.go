package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// Plan is the load that every product gets alike.
type Plan struct {
	Rates  []int         // requests a second of each step, rising
	Step   time.Duration // how long each is held
	Paths  []string      // asked for in turn, GET
	P95    time.Duration // the objective: 95 of 100 answers come within it,
	Errors float64       // and at most this share of requests comes to nothing
}

// Step is what came of one rate. An answer counts as an error with a status from 500 to
// 599, and with 429: what is turned away was not served.
type Step struct {
	Rate     int
	Sent     int64
	Errors   int64
	P50      time.Duration // by nearest rank over all requests of the step, faults included
	P95      time.Duration
	P99      time.Duration
	Slowest  time.Duration
	Achieved float64 // answers a second without a fault
	Holds    bool
	Took     []time.Duration // of each request, in no order
}

// Bounds of a load.
const (
	mostWorkers   = 256
	loadPatience  = 5 * time.Second // for one answer
	leastAchieved = 0.9             // of the wanted rate: a product that slows its visitors down does not hold
)

// ErrNotReady means that a page that is to be put under load does not answer as it should.
var ErrNotReady = errors.New("a page cannot be put under load")

// Load raises the load on a product, step by step, until it no longer keeps to the
// objective or the plan ends. after is told of every step; an error of it ends the load
// and is returned. The requests of a step are sent at a fixed rate whether or not earlier
// ones were answered (an open loop), so that a slow product does not get less to do. It
// wraps ErrNotReady, and ctx's error when that ends.
func Load(ctx context.Context, t Target, p Plan, after func(Step) error) error {
	transport := t.transport(mostWorkers)
	defer transport.CloseIdleConnections()
	to := client(transport, loadPatience)
	for _, path := range p.Paths {
		if err := ready(ctx, to, path); err != nil {
			return err
		}
	}
	for _, rate := range p.Rates {
		step, err := p.hold(ctx, to, rate)
		if err != nil {
			return err
		}
		if err := after(step); err != nil || !step.Holds {
			return err
		}
	}
	return nil
}

// ready asks for a page once, so that what is first of all is not measured.
func ready(ctx context.Context, to *http.Client, path string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, origin+path, nil)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrNotReady, path, err)
	}
	answer, err := to.Do(r)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%w: %s is not answered", ErrNotReady, path)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return fmt.Errorf("%w: %s is not answered whole", ErrNotReady, path)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%w: %s is answered with status %d", ErrNotReady, path, answer.StatusCode)
	}
	return nil
}

// hold keeps one rate for the length of a step.
func (p Plan) hold(ctx context.Context, to *http.Client, rate int) (Step, error) {
	attacker := vegeta.NewAttacker(vegeta.Client(to), vegeta.MaxWorkers(mostWorkers), vegeta.MaxBody(0))
	var turn atomic.Uint64
	targets := func(next *vegeta.Target) error {
		*next = vegeta.Target{Method: http.MethodGet, URL: origin + p.Paths[int((turn.Add(1)-1)%uint64(len(p.Paths)))]}
		return nil
	}
	over := context.AfterFunc(ctx, func() { attacker.Stop() })
	defer over()
	s := Step{Rate: rate}
	for result := range attacker.Attack(targets, vegeta.Rate{Freq: rate, Per: time.Second}, p.Step, "") {
		s.Sent++
		s.Took = append(s.Took, result.Latency)
		if result.Code == 0 || result.Code >= 500 || result.Code == http.StatusTooManyRequests {
			s.Errors++
		}
	}
	if ctx.Err() != nil {
		return s, ctx.Err()
	}
	return p.judged(s), nil
}

// judged works out what a step amounts to.
func (p Plan) judged(s Step) Step {
	if s.Sent == 0 {
		return s
	}
	sorted := slices.Sorted(slices.Values(s.Took))
	at := func(percent int) time.Duration { return sorted[(len(sorted)*percent+99)/100-1] }
	s.P50, s.P95, s.P99, s.Slowest = at(50), at(95), at(99), sorted[len(sorted)-1]
	s.Achieved = float64(s.Sent-s.Errors) / p.Step.Seconds()
	wanted := float64(s.Rate) * p.Step.Seconds()
	s.Holds = s.P95 <= p.P95 && float64(s.Errors) <= p.Errors*float64(s.Sent) && float64(s.Sent) >= leastAchieved*wanted
	return s
}
