package storetest

import (
	"errors"
	"io"
	"testing"

	"pgregory.net/rapid"

	"innovationden/orchestrator/den"
)

// likeModel runs random histories on the store and on the model: transactions of
// several changes, some of which fail or panic, and compares everything that can be
// asked, inside the transaction and after it.
func likeModel(t *testing.T, open func(t *testing.T) den.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		s, all := open(t), shelves()
		if c, ok := s.(io.Closer); ok { // not hundreds at once
			defer func() {
				if err := c.Close(); err != nil {
					rt.Fatalf("close: %v", err)
				}
			}()
		}
		var events []den.ID
		for range rapid.IntRange(1, 12).Draw(rt, "transactions") {
			for _, one := range all {
				one.save()
			}
			kept := len(events)
			err := attempt(s, t, func(tx den.Tx) error {
				for _, one := range all { // the function may run twice
					one.restore()
				}
				events = events[:kept]
				for range rapid.IntRange(1, 10).Draw(rt, "changes") {
					one := rapid.SampledFrom(all).Draw(rt, "table")
					one.step(rt, tx)
					events = record(rt, tx, events)
				}
				rapid.SampledFrom(all).Draw(rt, "look").compare(rt, tx)
				switch rapid.IntRange(0, 5).Draw(rt, "end") {
				case 0:
					return errAgain
				case 1:
					panic(errAgain)
				}
				return nil
			})
			if err != nil {
				if !errors.Is(err, errAgain) {
					rt.Fatalf("update: %v", err)
				}
				for _, one := range all {
					one.restore()
				}
				events = events[:kept]
			}
		}
		err := s.View(t.Context(), func(tx den.Tx) error {
			for _, one := range all {
				one.compare(rt, tx)
			}
			page, err := tx.Events(den.Query{Limit: 1000})
			if len(page.Items) != len(events) {
				rt.Fatalf("%d events, want %d", len(page.Items), len(events))
			}
			for i, e := range page.Items {
				if e.Subject != events[i] || e.Seq != uint64(i) {
					rt.Fatalf("event %d: %+v, want %s", i, e, events[i])
				}
			}
			return err
		})
		if err != nil {
			rt.Fatal(err)
		}
	})
}

var errAgain = errors.New("no, not this time")

func record(rt *rapid.T, tx den.Tx, events []den.ID) []den.ID {
	e := den.Event{ID: "evt_1", At: noon(), Subject: parent(rt), Actor: parent(rt)}
	if _, err := tx.Record(e); err != nil {
		rt.Fatalf("record: %v", err)
	}
	return append(events, e.Subject)
}
