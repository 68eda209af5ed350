package den

import (
	"maps"
	"slices"
	"testing"
	"time"
)

// A formula can name whatever is measured, and nothing else.
func TestEveryFactThatIsMeasuredCanBeScored(t *testing.T) {
	m := Measurement{
		Use:   Tally{Requests: LeastRequests, Times: Times{3: LeastRequests}, Slowest: time.Second},
		Asked: 1, Samples: []Sample{{Memory: 1, Busy: 1, Over: 2}}, Pages: []PageWeight{{Status: 200, Bytes: 1}},
	}
	facts := m.Counting()
	facts[FactStartup] = 1
	for _, f := range (LoadTest{State: LoadDone, Runs: []LoadRun{{Entry: "ent_1", Steps: []LoadStep{{Rate: 1, Sent: 1}}}}}).Facts("ent_1") {
		facts[f.ID] = f.Value
	}
	measured, scorable := slices.Sorted(maps.Keys(facts)), slices.Sorted(slices.Values(Scorable))
	if !slices.Equal(measured, scorable) {
		t.Errorf("measured are %v, and a formula can name %v", measured, scorable)
	}
}
