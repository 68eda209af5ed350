package gateway

import (
	"testing"
	"time"
)

func TestClassesHoldEveryTimeWithinAnEighth(t *testing.T) {
	last := -1
	for us := int64(0); us < 1<<30; us = us + 1 + us/50 {
		d := time.Duration(us) * time.Microsecond
		c := class(d)
		if c < last || c >= classes {
			t.Fatalf("%v in class %d after %d", d, c, last)
		}
		last = c
		if top := bound(c); top < d || us >= 8 && float64(top) > 1.126*float64(d) {
			t.Fatalf("%v is bounded by %v", d, top)
		}
	}
	if class(time.Hour) != classes-1 || class(-time.Second) != 0 {
		t.Error("what is out of range belongs to the last class on its side")
	}
}

func TestFacts(t *testing.T) {
	var y tally
	if f := y.facts(); f != (Facts{}) {
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
		"median": {f.Median, 50 * time.Millisecond}, "p95": {f.P95, 95 * time.Millisecond}, "p99": {f.P99, 99 * time.Millisecond},
	} {
		if c[0] < c[1] || float64(c[0]) > 1.126*float64(c[1]) {
			t.Errorf("%s %v, want %v or an eighth above", name, c[0], c[1])
		}
	}
	if f.Requests != 100 || f.Failed != 3 || f.Slowest != 100*time.Millisecond || f.P99 > f.Slowest {
		t.Errorf("%+v", f)
	}
}
