package den

import (
	"slices"
	"time"
)

// Measurement is what the den measured of one lease while its sandbox was live: the same
// for every entry, by the same clock. Its key is the lease's.
type Measurement struct {
	Lease ID
	Trial ID
	Entry ID

	Use      Tally        // real use, as the gateway saw it
	Asked    int64        // how often the den itself asked for the product's first page, once in a while
	Answered int64        // how often that was answered, with a status below 500
	Step     Span         `json:",omitempty"` // between two samples: it doubles when there are too many
	Samples  []Sample     `json:",omitempty"` // memory and processor over time, oldest first
	Pages    []PageWeight `json:",omitempty"` // of the pages that the protocol names

	Rev int64
}

// Sample is what a sandbox used in one step of time.
type Sample struct {
	At     Stamp // the end of the step
	Memory int64 // bytes, the most that was seen in it
	Busy   Span  // processor time of all processors together, over Over
	Over   Span  // how much of the step was measured; 0: the processor was not
	Parts  int   // readings in it
}

// PageWeight is what one page of a product weighs: the page and what it names of the same
// origin, as it is sent.
type PageWeight struct {
	Path   string
	Status int    // of the page itself; 0: it was not answered
	Bytes  int64  // of all bodies together
	Parts  int    // how many answers, the page included
	Cut    bool   // a bound was reached: it weighs more
	Fault  string `json:",omitempty"` // why it could not be weighed
}

// Bounds of a measurement.
const (
	MostSamples = 240
	SampleEvery = time.Minute
	MostPages   = 20
	LongestPath = 1000 // bytes of the path of a page
)

// Sampled adds one reading. When there are too many samples, two neighbours become one
// and the step doubles, so a trial of any length stays within MostSamples.
func (m Measurement) Sampled(s Sample) Measurement {
	if m.Step == 0 {
		m.Step = SampleEvery
	}
	s.Parts = 1
	m.Samples = slices.Clone(m.Samples)
	if n := len(m.Samples); n > 0 && Span(m.Samples[n-1].Parts)*SampleEvery < m.Step {
		m.Samples[n-1] = m.Samples[n-1].and(s)
	} else {
		m.Samples = append(m.Samples, s)
	}
	if len(m.Samples) <= MostSamples {
		return m
	}
	half := make([]Sample, 0, MostSamples/2+1)
	for pair := range slices.Chunk(m.Samples, 2) {
		one := pair[0]
		for _, next := range pair[1:] {
			one = one.and(next)
		}
		half = append(half, one)
	}
	m.Samples, m.Step = half, 2*m.Step
	return m
}

func (s Sample) and(later Sample) Sample {
	return Sample{At: later.At, Memory: max(s.Memory, later.Memory), Busy: s.Busy + later.Busy, Over: s.Over + later.Over, Parts: s.Parts + later.Parts}
}

// Processors is how many processors were busy on average: 0.5 is half of one. Negative
// where that was not measured.
func (s Sample) Processors() float64 {
	if s.Over <= 0 {
		return -1
	}
	return s.Busy.Seconds() / s.Over.Seconds()
}

// The names of measured facts that a formula of a scheme may use, and those beside them.
const (
	FactStartup   = "startup_ms"
	FactP50       = "response_ms_p50"
	FactP95       = "response_ms_p95"
	FactP99       = "response_ms_p99"
	FactRequests  = "requests"
	FactErrors    = "error_share"
	FactAnswered  = "answered_share"
	FactAvailable = "available_share"
	FactMemoryMax = "memory_bytes_most"
	FactMemory    = "memory_bytes_mean"
	FactCPU       = "processors_mean"
	FactCPUMax    = "processors_most"
	FactWeight    = "page_bytes"
)

// Scorable lists every fact that a formula of a scheme can name.
var Scorable = []string{
	FactStartup, FactP50, FactP95, FactP99, FactRequests, FactErrors, FactAnswered, FactAvailable,
	FactMemoryMax, FactMemory, FactCPU, FactCPUMax, FactWeight,
	FactLoadRate, FactLoadRate + factLowest, FactLoadRate + factHighest, FactLoadP95, FactLoadP95 + factLowest, FactLoadP95 + factHighest,
	FactLoadErrors, quietHost,
}

// Facts are measured values by the names that formulas of schemes use, their units at the
// end of the names.
type Facts = map[string]float64

// LeastRequests is how many requests of real use a percentile or a share of them needs to
// mean something: of fewer, one request is more than the 5 % that they are about.
const LeastRequests = 20

// Counting are the facts of real use that may be scored: those of too few requests are
// left out.
func (m Measurement) Counting() Facts {
	facts := Facts{}
	for _, f := range m.useFacts() {
		facts[f.ID] = f.Value
	}
	if m.Use.Requests < LeastRequests {
		for _, id := range []string{FactErrors, FactAnswered} {
			delete(facts, id)
		}
	}
	if m.Use.Times.Count() < LeastRequests {
		for _, id := range []string{FactP50, FactP95, FactP99} {
			delete(facts, id)
		}
	}
	for _, f := range m.hostFacts() {
		facts[f.ID] = f.Value
	}
	if bytes, ok := m.weight(); ok {
		facts[FactWeight] = float64(bytes)
	}
	return facts
}

// Facts are what a measurement amounts to, in a fixed order and units. What was not
// measured is not there.
func (m Measurement) Facts() []ReportFact {
	out := append(m.useFacts(), m.hostFacts()...)
	if bytes, ok := m.weight(); ok {
		out = append(out, ReportFact{ID: FactWeight, Value: float64(bytes), Unit: "B"})
	}
	return out
}

func (m Measurement) useFacts() (out []ReportFact) {
	u := m.Use
	if u.Requests > 0 {
		out = append(out, ReportFact{ID: FactRequests, Value: float64(u.Requests), Unit: "1"})
	}
	if u.Times.Count() > 0 {
		for _, one := range []struct {
			id      string
			percent int64
		}{{FactP50, 50}, {FactP95, 95}, {FactP99, 99}} {
			out = append(out, ReportFact{ID: one.id, Value: Milliseconds(u.At(one.percent)), Unit: "ms"})
		}
	}
	if u.Requests > 0 {
		wrong := float64(u.Errors()) / float64(u.Requests)
		out = append(out, ReportFact{ID: FactErrors, Value: wrong, Unit: "share"}, ReportFact{ID: FactAnswered, Value: 1 - wrong, Unit: "share"})
	}
	if m.Asked > 0 {
		out = append(out, ReportFact{ID: FactAvailable, Value: float64(m.Answered) / float64(m.Asked), Unit: "share"})
	}
	return out
}

func (m Measurement) hostFacts() (out []ReportFact) {
	if len(m.Samples) == 0 {
		return nil
	}
	most, sum, busy, over, peak := int64(0), 0.0, 0.0, 0.0, 0.0
	for _, s := range m.Samples {
		most, sum = max(most, s.Memory), sum+float64(s.Memory)
		if s.Over > 0 {
			busy, over, peak = busy+s.Busy.Seconds(), over+s.Over.Seconds(), max(peak, s.Processors())
		}
	}
	out = append(out, ReportFact{ID: FactMemory, Value: sum / float64(len(m.Samples)), Unit: "B"}, ReportFact{ID: FactMemoryMax, Value: float64(most), Unit: "B"})
	if over > 0 {
		out = append(out, ReportFact{ID: FactCPU, Value: busy / over, Unit: "processors"}, ReportFact{ID: FactCPUMax, Value: peak, Unit: "processors"})
	}
	return out
}

// weight is what the named pages weigh together, where every one of them was answered.
func (m Measurement) weight() (bytes int64, ok bool) {
	for _, p := range m.Pages {
		if p.Fault != "" || p.Status >= 400 {
			return 0, false
		}
		bytes += p.Bytes
	}
	return bytes, len(m.Pages) > 0
}

// Milliseconds is a length of time as facts give it, to the microsecond.
func Milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
