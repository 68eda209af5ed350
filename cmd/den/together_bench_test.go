package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

// BenchmarkEndTogether gives 50 sandboxes the same end, and takes the time from that
// moment until the engine has removed the last of them; and for comparison the time in
// which the bare engine calls remove as many, all at once.
func BenchmarkEndTogether(b *testing.B) {
	const many, length = 50, time.Minute
	c := newBusy(b)
	trials := c.drafts(many, length)
	_, err := together(atOnce, many, func(n int) error { _, err := c.live(trials[n]); return err })
	must(b, err)
	end := time.Now().Add(length + 5*time.Second) // extending all of them takes less
	_, err = together(atOnce, many, func(n int) error {
		more, err := c.api.ExtendTrialWithResponse(context.Background(), trials[n], nil, contract.Extension{Until: &end})
		if err == nil && more.JSON200 == nil {
			err = fmt.Errorf("more time: %s", more.Body)
		}
		return err
	})
	must(b, err)
	ctx, waiting := context.Background(), make([]*bareCell, many)
	_, err = together(atOnce, many, func(n int) (err error) {
		if waiting[n], err = c.bare.hold(ctx); err == nil {
			err = waiting[n].start(ctx)
		}
		return err
	})
	must(b, err)
	bare, err := together(many, many, func(n int) error { return waiting[n].remove(ctx) })
	must(b, err)
	if time.Now().After(end) {
		b.Fatal("the bare calls took until their end: this machine is too slow for the figure")
	}
	<-time.After(time.Until(end))
	var last time.Time
	for n := range many {
		if last = c.awaitGone(); n == 0 && last.Before(end) {
			b.Fatalf("one was gone %s before its time", end.Sub(last))
		}
	}
	c.finished(trials)
	must(b, c.onlyCells(0))
	b.ReportMetric(float64(last.Sub(end).Milliseconds()), "ms/last-gone")
	b.ReportMetric(float64(time.Since(end).Milliseconds()), "ms/all-recorded")
	b.ReportMetric(float64(bare.Milliseconds()), "ms/bare")
	b.ReportMetric(0, "ns/op")
}
