package gateway

import (
	"testing"
	"time"
)

func TestFacts(t *testing.T) {
	var y tally
	if f := y.facts(); f.Requests != 0 || len(f.Times) != 0 || f.At(95) != 0 {
		t.Errorf("nothing yet: %+v", f)
	}
	for i := 1; i <= 100; i++ {
		status := 200
		if i > 97 {
			status = 503
		}
		y.requests.Add(1)
		y.answered(status, time.Duration(i)*time.Millisecond)
	}
	f := y.facts()
	for name, c := range map[string][2]time.Duration{
		"median": {f.At(50), 50 * time.Millisecond}, "p95": {f.At(95), 95 * time.Millisecond}, "p99": {f.At(99), 99 * time.Millisecond},
	} {
		if c[0] < c[1] || float64(c[0]) > 1.126*float64(c[1]) {
			t.Errorf("%s %v, want %v or an eighth above", name, c[0], c[1])
		}
	}
	if f.Requests != 100 || f.Failed != 3 || f.Slowest != 100*time.Millisecond || f.At(99) > f.Slowest {
		t.Errorf("%+v", f)
	}
}
