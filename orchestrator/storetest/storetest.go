package storetest

import (
	"testing"

	"innovationden/orchestrator/den"
)

// Run holds a store to the contract of den.Store. open gives a new, empty store each
// time and closes it at the end of the test it was opened for. One that has a Close
// may be closed before, more than once.
func Run(t *testing.T, open func(t *testing.T) den.Store) {
	for _, rule := range []struct {
		says  string
		holds func(*testing.T, den.Store)
	}{
		{"what is not there is not found", notFound},
		{"a record comes back as it was put", comesBack},
		{"only the newest revision can be changed", onlyNewest},
		{"an error undoes everything", errorUndoes},
		{"a panic undoes everything and goes on to the caller", panicUndoes},
		{"an ended goroutine undoes everything", exitUndoes},
		{"a refused put changes nothing", refusedPut},
		{"a name belongs to one lease", nameOnce},
		{"a final lease is never due", finalNotDue},
		{"pages join to the list", pagesJoin},
		{"a cursor holds while others write", cursorHolds},
		{"a cursor belongs to its list", cursorBound},
		{"events are kept in order and found by what they are about", eventsKept},
		{"the head moves with each event and only then", headMoves},
		{"a reading sees one moment", oneMoment},
		{"a context that ended does nothing", endedContext},
		{"a transaction is of no use after its end", usedLate},
		{"no change of many writers is lost", manyWriters},
		{"writers that fail do not touch the others", failingWriters},
	} {
		t.Run(rule.says, func(t *testing.T) { rule.holds(t, open(t)) })
	}
	t.Run("any history gives what a naive model gives", func(t *testing.T) { likeModel(t, open) })
}
