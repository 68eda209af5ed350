package storetest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/storetest"
)

// counter is a store that only counts what reaches it.
type counter struct{ updates, views int }

func (c *counter) View(context.Context, func(den.Tx) error) error { c.views++; return nil }
func (c *counter) Update(_ context.Context, change func(den.Tx) error) error {
	if err := change(nil); err != nil {
		return err
	}
	c.updates++
	return nil
}

func fine(den.Tx) error { return nil }

func TestAFaultComesWhenItIsDueAndOnlyThen(t *testing.T) {
	for fault, done := range map[storetest.Fault]int{storetest.Before: 2, storetest.Lost: 3, storetest.PanicBefore: 2, storetest.PanicAfter: 3} {
		under := &counter{}
		f := &storetest.Failing{Store: under}
		f.Fail(2, fault)
		for n := 1; n <= 3; n++ {
			if err := attempt(f); (n == 2) != errors.Is(err, storetest.ErrFailed) {
				t.Errorf("%s: update %d gave %v", fault, n, err)
			}
		}
		if under.updates != done || f.Updates() != 3 {
			t.Errorf("%s: %d of %d were done, want %d", fault, under.updates, f.Updates(), done)
		}
	}
}

func TestAHangLastsAsLongAsTheCallerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &storetest.Failing{Store: &counter{}}
		f.Fail(1, storetest.Hang)
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		start := time.Now()
		if err := f.Update(ctx, fine); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Hour {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestAlwaysLastsUntilItIsEnded(t *testing.T) {
	under := &counter{}
	f := &storetest.Failing{Store: under}
	f.Always(storetest.Before)
	for range 3 {
		if den.KindOf(attempt(f)) != den.Internal {
			t.Error("it did not fail")
		}
	}
	if err := f.View(t.Context(), fine); err != nil || under.views != 1 {
		t.Errorf("a reading failed: %v", err)
	}
	f.Always("")
	if err := attempt(f); err != nil || under.updates != 1 {
		t.Errorf("after the end: %v, %d", err, under.updates)
	}
	cause := errors.New("no")
	f.Fail(1, storetest.Lost)
	if err := f.Update(t.Context(), func(den.Tx) error { return cause }); !errors.Is(err, cause) {
		t.Errorf("the function's own error was hidden by %v", err)
	}
}

func attempt(s den.Store) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = p.(error)
		}
	}()
	return s.Update(context.Background(), fine)
}
