package den

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestClassesHoldEveryTimeWithinAnEighth(t *testing.T) {
	last := -1
	for us := int64(0); us < 1<<30; us = us + 1 + us/50 {
		d := time.Duration(us) * time.Microsecond
		c := TimeClass(d)
		if c < last || c >= TimeClasses {
			t.Fatalf("%v in class %d after %d", d, c, last)
		}
		last = c
		if top := TimeBound(c); top < d || us >= 8 && float64(top) > 1.126*float64(d) {
			t.Fatalf("%v is bounded by %v", d, top)
		}
	}
	if TimeClass(time.Hour) != TimeClasses-1 || TimeClass(-time.Second) != 0 {
		t.Error("what is out of range belongs to the last class on its side")
	}
}

// Counts that are kept in parts are the counts of the whole.
func TestTalliesAddUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		draw := func() (u Tally) {
			u.Times = Times{}
			for range rapid.IntRange(0, 20).Draw(rt, "requests") {
				took := time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(rt, "took"))
				u.Requests++
				u.Times[TimeClass(took)]++
				u.Slowest = max(u.Slowest, took)
			}
			u.Failed = int64(rapid.IntRange(0, int(u.Requests)).Draw(rt, "failed"))
			return u
		}
		a, b := draw(), draw()
		both := a.Plus(b)
		if both.Requests != a.Requests+b.Requests || both.Times.Count() != a.Times.Count()+b.Times.Count() || both.Errors() != a.Failed+b.Failed {
			rt.Fatalf("%+v and %+v are %+v", a, b, both)
		}
		back := both.Minus(a)
		if back.Requests != b.Requests || len(back.Times) != len(b.Times) || back.Times.At(95) != b.Times.At(95) {
			rt.Fatalf("%+v without %+v is %+v, not %+v", both, a, back, b)
		}
		if p95 := both.At(95); p95 > both.Slowest || p95 < both.At(50) {
			rt.Fatalf("percentiles out of order: %+v", both)
		}
	})
}

func TestASeriesOfAnyLengthStaysSmallAndLosesNothing(t *testing.T) {
	m, start := Measurement{}, time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	const minutes = 14 * 24 * 60
	for i := range minutes {
		m = m.Sampled(Sample{At: start.Add(time.Duration(i+1) * time.Minute), Memory: int64(i % 1000), Busy: 30 * time.Second, Over: time.Minute})
		if len(m.Samples) > MostSamples {
			t.Fatalf("%d samples after %d minutes", len(m.Samples), i+1)
		}
	}
	var parts int
	var over Span
	for i, s := range m.Samples {
		parts, over = parts+s.Parts, over+s.Over
		if i > 0 && !s.At.After(m.Samples[i-1].At) {
			t.Fatalf("sample %d is not after the one before", i)
		}
	}
	last := m.Samples[len(m.Samples)-1]
	if parts != minutes || over != minutes*time.Minute || !last.At.Equal(start.Add(minutes*time.Minute)) || len(m.Samples) < MostSamples/2 {
		t.Errorf("%d readings over %s in %d samples, the last at %s", parts, over, len(m.Samples), last.At)
	}
	facts := map[string]float64{}
	for _, f := range m.Facts() {
		facts[f.ID] = f.Value
	}
	if facts[FactMemoryMax] != 999 || facts[FactCPU] != 0.5 || facts[FactCPUMax] != 0.5 {
		t.Errorf("%v", facts)
	}
}

func TestFactsOfNothingAreNone(t *testing.T) {
	if f := (Measurement{}).Facts(); len(f) != 0 {
		t.Errorf("%+v", f)
	}
	if f := (Measurement{Pages: []PageWeight{{Path: "/", Status: 200, Bytes: 9}, {Path: "/a", Status: 404, Bytes: 1}}}).Facts(); len(f) != 0 {
		t.Errorf("a page that is not there weighs nothing, and makes no fact: %+v", f)
	}
}
