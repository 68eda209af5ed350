//go:build chaos

package bolt

import (
	"os"
	"strconv"
	"testing"
)

// The power is cut DEN_CHAOS_N times (200), in turn on each file system that this machine
// can make. The control of TestAPowerCutIsSeenWhereNothingIsSynced belongs to it.
func TestChaosPowerCuts(t *testing.T) {
	if !inPrivate(t) {
		return
	}
	all := 200
	if text := os.Getenv("DEN_CHAOS_N"); text != "" {
		n, err := strconv.Atoi(text)
		must(t, err)
		all = n
	}
	systems := formats(t)
	each := (all + len(systems) - 1) / len(systems)
	for name, mkfs := range systems {
		lost, answered := powerCuts(t, newDisk(t, 400<<20, mkfs...), Options{}, each)
		if lost != 0 {
			t.Errorf("%s: %d answers of %d were lost", name, lost, answered)
		}
		t.Logf("figure: %d power cuts on %s, %d violations", each, name, lost)
		t.Logf("%s: %d answers, %d lost", name, answered, lost)
	}
}
