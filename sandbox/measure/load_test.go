package measure_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"innovationden/sandbox/measure"
)

func TestTheLoadRisesUntilTheObjectiveBreaks(t *testing.T) {
	var asked atomic.Int64
	const stands, before = 15, 2 // questions that are answered well; those that are asked before the first step
	target, _ := product(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) > stands {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	plan := measure.Plan{Rates: []int{20, 40, 400, 4000}, Step: 500 * time.Millisecond, Paths: []string{"/a", "/b"}, P95: 10 * time.Second, Errors: 0.01}
	var steps []measure.Step
	err := measure.Load(t.Context(), target, plan, func(s measure.Step) error { steps = append(steps, s); return nil })
	if err != nil || len(steps) != 2 {
		t.Fatalf("%d steps, %v: %+v", len(steps), err, steps)
	}
	first, second := steps[0], steps[1]
	if !first.Holds || first.Errors != 0 || first.Sent < 1 || first.Sent > 10 || int64(len(first.Took)) != first.Sent || first.P50 > first.P95 || first.P95 > first.Slowest {
		t.Errorf("the first step: %+v", first)
	}
	// On a busy machine a step sends fewer than it might.
	if second.Holds || second.Sent > 20 || second.Errors != before+first.Sent+second.Sent-stands {
		t.Errorf("the second step: %+v", second)
	}
}

func TestALoadEndsWhenItIsToldTo(t *testing.T) {
	target, _ := product(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	plan := measure.Plan{Rates: []int{10, 20}, Step: 300 * time.Millisecond, Paths: []string{"/"}, P95: time.Minute, Errors: 1}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := measure.Load(ctx, target, plan, func(measure.Step) error { n++; cancel(); return nil })
	if n != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d steps, %v", n, err)
	}
	full := errors.New("full")
	if err := measure.Load(t.Context(), target, plan, func(measure.Step) error { return full }); !errors.Is(err, full) {
		t.Errorf("a step that could not be kept: %v", err)
	}
}

func TestAPageThatDoesNotAnswerIsNotPutUnderLoad(t *testing.T) {
	target, d := product(t, http.NotFoundHandler())
	plan := measure.Plan{Rates: []int{10}, Step: time.Second, Paths: []string{"/gone"}, P95: time.Minute, Errors: 1}
	never := func(measure.Step) error { t.Error("a step"); return nil }
	if err := measure.Load(t.Context(), target, plan, never); !errors.Is(err, measure.ErrNotReady) {
		t.Errorf("%v", err)
	}
	d.to = "127.0.0.1:1"
	if err := measure.Load(t.Context(), target, plan, never); !errors.Is(err, measure.ErrNotReady) {
		t.Errorf("nobody there: %v", err)
	}
}

func TestHowBusyThisHostIs(t *testing.T) {
	busy, err := measure.Busy(t.Context(), 200*time.Millisecond)
	if err != nil || busy < 0 || busy > 1 {
		t.Errorf("%v %v", busy, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := measure.Busy(ended, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
