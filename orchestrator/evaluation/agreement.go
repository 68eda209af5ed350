package evaluation

// Options steer what is simulated. The zero Options are the defaults.
type Options struct {
	Metric    Metric `json:"metric,omitempty"` // of the α that words speak of; Ordinal where empty
	Seed      uint64 `json:"seed,omitempty"`
	Resamples int    `json:"resamples,omitempty"` // of the bootstrap
	Draws     int    `json:"draws,omitempty"`     // of weightings
}

func (o Options) filled() Options {
	if o.Metric == "" {
		o.Metric = Ordinal
	}
	if o.Seed == 0 {
		o.Seed = DefaultSeed
	}
	if o.Resamples <= 0 {
		o.Resamples = DefaultResamples
	}
	return o
}

// Agreement is everything said about how far raters agree.
type Agreement struct {
	Raters int `json:"raters"`
	Units  int `json:"units"`
	Scores int `json:"scores"`
	// Pairable counts the units with two scores or more.
	Pairable int    `json:"pairable_units"`
	Metric   Metric `json:"metric"`
	// Alpha is under Metric; Alphas are under all four.
	Alpha    Figure            `json:"alpha"`
	Interval Span              `json:"alpha_interval"`
	Alphas   map[Metric]Figure `json:"alphas"`
	Kendall  Concordance       `json:"kendall"`
	ICC      Intraclass        `json:"icc"`
	Fleiss   Figure            `json:"fleiss_kappa"`
	Words    []string          `json:"words"`
}

// Agree computes every statistic of agreement. Returns a Problem where Check does.
func Agree(r Ratings, o Options) (Agreement, error) {
	if err := r.Check(); err != nil {
		return Agreement{}, err
	}
	o = o.filled()
	switch o.Metric {
	case Nominal, Ordinal, IntervalOf, Ratio:
	default:
		return Agreement{}, say("Choose nominal, ordinal, interval or ratio as the metric")
	}
	c := coincide(r)
	a := Agreement{
		Raters:   len(r.Raters),
		Units:    len(r.Units),
		Scores:   r.given(),
		Pairable: len(c.units),
		Metric:   o.Metric,
		Interval: c.interval(o.Metric, o.Seed, o.Resamples),
		Alphas:   map[Metric]Figure{},
		Kendall:  KendallW(r),
		ICC:      ICC(r),
		Fleiss:   FleissKappa(r),
	}
	for _, m := range []Metric{Nominal, Ordinal, IntervalOf, Ratio} {
		a.Alphas[m] = c.figure(m)
	}
	a.Alpha = a.Alphas[o.Metric]
	a.Words = sayAgreement(a)
	return a, nil
}
