package evaluation

import (
	"math/rand/v2"
	"sort"
)

// Defaults for the interval of α.
const (
	DefaultResamples = 1000
	DefaultSeed      = 20260603
)

// pairedWork bounds resamples × pairs of different values, which only the ratio metric walks.
const pairedWork = 200_000_000

// Span is a 95 % interval from a seeded bootstrap.
type Span struct {
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
	Resamples int     `json:"resamples"`
	// Undefined counts the resamples in which all scores were the same; they are left out.
	Undefined int    `json:"undefined"`
	Seed      uint64 `json:"seed"`
	Why       string `json:"why,omitempty"` // why there is no interval; Low and High are then 0
}

// Known says that there is an interval.
func (s Span) Known() bool { return s.Why == "" }

// AlphaInterval is the percentile interval of α (2.5 % to 97.5 %) from resampling units with
// replacement, raters kept as they are (Efron and Tibshirani 1993, chapter 13; for agreement Zapf and
// others 2016, BMC Medical Research Methodology 16:93). Only units with two scores or more are
// drawn. There is no interval with fewer than five such units, or where more than one resample in
// twenty has no α.
func AlphaInterval(r Ratings, metric Metric, seed uint64, resamples int) Span {
	return coincide(r).interval(metric, seed, resamples)
}

func (c coincidences) interval(metric Metric, seed uint64, resamples int) Span {
	if resamples <= 0 {
		resamples = DefaultResamples
	}
	out := Span{Resamples: resamples, Seed: seed}
	if f := c.unfit(metric); f.Why != "" {
		out.Why = f.Why
		return out
	}
	switch {
	case len(c.units) < 5:
		out.Why = "An interval needs at least five units with two scores or more."
		return out
	case metric == Ratio && resamples*len(c.values)*len(c.values) > pairedWork:
		out.Why = "There are too many different values for an interval under the ratio metric."
		return out
	}
	got := c.resample(metric, source(seed, 1), resamples)
	out.Undefined = resamples - len(got)
	if out.Undefined*20 > resamples {
		out.Why = "Too many resamples had no difference between scores."
		return out
	}
	sort.Float64s(got)
	out.Low, out.High = quantile(got, 0.025), quantile(got, 0.975)
	return out
}

func (c coincidences) resample(metric Metric, rng *rand.Rand, resamples int) []float64 {
	got := make([]float64, 0, resamples)
	times := make([]float64, len(c.units))
	for range resamples {
		clear(times)
		for range c.units {
			times[rng.IntN(len(times))]++
		}
		if a, ok := c.alpha(metric, times); ok {
			got = append(got, a)
		}
	}
	return got
}

// quantile interpolates between order statistics (Hyndman and Fan 1996, type 7). Sorted, not empty.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// source is seeded and meant to be repeatable; stream keeps two uses of one seed apart.
func source(seed, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, stream))
}
