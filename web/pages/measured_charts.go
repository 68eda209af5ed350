package pages

import (
	"slices"
	"strings"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// percentiles are the facts of response times, from the quickest.
func percentiles() []string { return []string{den.FactP50, den.FactP95, den.FactP99} }

// timesChart shows response times by product: of each percentile a mark and the way to it.
// of gives the milliseconds of a percentile, and false where they were not measured.
func (p *Pages) timesChart(r den.Report, id, title string, of func(entry den.ID, percentile string) (float64, bool)) *view.Chart {
	c := view.Chart{ID: id, Kind: "reach", Title: p.words.Say(title)}
	for _, one := range percentiles() {
		c.Series = append(c.Series, p.factTitle(one))
	}
	var said []string
	most, isEmpty := 0.0, true
	for _, e := range r.Entries {
		row := view.ChartRow{Label: r.EntryName(e.ID)}
		for i, one := range percentiles() {
			lane := view.ChartLane{Series: i, None: true, Text: p.words.Say("report.not-measured")}
			if ms, ok := of(e.ID, one); ok {
				lane.None, lane.Value, lane.Text = false, ms, rounded(ms)
				most, isEmpty = max(most, ms), false
				said = append(said, p.words.Say("times.say", "Product", row.Label, "What", p.factTitle(one), "Time", p.milliseconds(ms)))
			}
			row.Lanes = append(row.Lanes, lane)
		}
		c.Rows = append(c.Rows, row)
	}
	if isEmpty {
		return nil
	}
	c.Description = strings.Join(said, " ")
	c.Max, c.Ticks = view.Scale(most)
	return &c
}

// limited sets the objective of a load test, and ends the scale not far above it: what is
// longer is said in figures.
func (p *Pages) limited(c *view.Chart, most float64, l *den.ReportLoad) {
	const farthest = 4 // times the objective
	c.Limit = &view.ChartLimit{At: l.P95, Text: p.words.Say("load.objective", "Time", p.milliseconds(l.P95))}
	c.Max, c.Ticks = view.Scale(min(max(most, l.P95), farthest*l.P95))
}

func (p *Pages) realTimesChart(r den.Report) *view.Chart {
	return p.timesChart(r, "times", "times.title", func(entry den.ID, percentile string) (float64, bool) {
		f, ok := factOf(r, entry, percentile)
		return f.Value, ok
	})
}

// firstLoadChart shows response times at the lowest load, which every product gets.
func (p *Pages) firstLoadChart(r den.Report) *view.Chart {
	c := p.timesChart(r, "load-times", "load.times", func(entry den.ID, percentile string) (float64, bool) {
		_, middle, _, n := timesAt(*r.Load, entry, r.Load.Rates[0], percentile)
		return middle, n > 0
	})
	if c != nil {
		p.limited(c, c.Max, r.Load)
	}
	return c
}

// loadChart shows how 95 of 100 answers slow down as the load rises: the median of all
// rounds, with their range.
func (p *Pages) loadChart(r den.Report) *view.Chart {
	l := *r.Load
	c := view.Chart{
		ID: "load-steps", Kind: "curves", Title: p.words.Say("load.curves"), Up: p.words.Say("load.up"), Across: p.words.Say("load.across"),
		Series: entryNames(r), Wide: float64(len(l.Rates)),
	}
	most := 0.0
	var said []string
	for at, rate := range l.Rates {
		c.Columns = append(c.Columns, view.ChartColumn{At: float64(at) + 0.5, Text: view.Figure(float64(rate))})
	}
	for i, e := range r.Entries {
		curve := view.ChartCurve{Series: i}
		beside := 0.1 * (float64(i) - float64(len(r.Entries)-1)/2) // so that ranges do not hide each other
		for at, rate := range l.Rates {
			low, middle, high, n := timesAt(l, e.ID, rate, den.FactP95)
			if n == 0 {
				continue
			}
			most = max(most, high)
			curve.Points = append(curve.Points, view.ChartPoint{X: float64(at) + 0.5 + beside, Y: middle, Low: low, High: high, IsSigned: true, Text: rounded(middle)})
			said = append(said, p.words.Say("load.curves-say", "Product", r.EntryName(e.ID), "Rate", rate, "Time", p.milliseconds(middle)))
		}
		c.Curves = append(c.Curves, curve)
	}
	c.Description = strings.Join(said, " ")
	p.limited(&c, most, r.Load)
	return &c
}

// useSpan is the time over which use is shown: from the first reading of any product, in
// a unit for people.
type useSpan struct {
	from  time.Time
	unit  time.Duration
	name  string // of the unit, as part of a key
	end   float64
	ticks []float64
}

func useOver(r den.Report) (s useSpan, ok bool) {
	var to time.Time
	for _, one := range r.Facts {
		for _, u := range one.Use {
			if s.from.IsZero() || u.At.Before(s.from) {
				s.from = u.At
			}
			if u.At.After(to) {
				to = u.At
			}
		}
	}
	over := to.Sub(s.from)
	if over < time.Minute {
		return s, false // readings of one minute are no course
	}
	switch {
	case over > 72*time.Hour:
		s.unit, s.name = 24*time.Hour, "days"
	case over > 3*time.Hour:
		s.unit, s.name = time.Hour, "hours"
	default:
		s.unit, s.name = time.Minute, "minutes"
	}
	s.end, s.ticks = view.Scale(float64(over) / float64(s.unit))
	return s, true
}

// at is how many units after the first reading.
func (s useSpan) at(u den.ReportUse) float64 { return float64(u.At.Sub(s.from)) / float64(s.unit) }

// useFigure is something that sandboxes use over time.
type useFigure struct {
	id      string
	of      func(den.ReportUse) (float64, bool) // in the unit of the picture
	say     func(float64) string
	isMost  bool // of several readings the most counts, otherwise their mean
	caption string
}

func (p *Pages) useFigures() []useFigure {
	const mega = 1 << 20
	return []useFigure{
		{id: "use-memory", caption: "use.memory-table", isMost: true,
			of:  func(u den.ReportUse) (float64, bool) { return float64(u.Memory) / mega, true },
			say: func(n float64) string { return p.words.bytes(int64(n * mega)) }},
		{id: "use-processors", caption: "use.processors-table",
			of: func(u den.ReportUse) (float64, bool) {
				if u.Processors == nil {
					return 0, false
				}
				return *u.Processors, true
			},
			say: func(n float64) string { return p.unit("unit.processors", rounded(n)) }},
	}
}

// useChart shows what each product used over time.
func (p *Pages) useChart(r den.Report, s useSpan, f useFigure) *view.Chart {
	key := strings.ReplaceAll(f.id, "-", ".")
	c := view.Chart{ID: f.id, Kind: "curves", Title: p.words.Say(key), Up: p.words.Say(key + "-up"), Across: p.words.Say("use." + s.name), Series: entryNames(r), Wide: s.end}
	for _, tick := range s.ticks {
		c.Columns = append(c.Columns, view.ChartColumn{At: tick, Text: view.Figure(tick)})
	}
	most := 0.0
	var said []string
	for i, e := range r.Entries {
		curve := useCurve(useOf(r, e.ID), s, f)
		curve.Series = i
		top := 0.0
		for n := range curve.Points {
			// A few shapes on each line, at other places than those of its neighbours.
			apart := max(1, len(curve.Points)/5)
			curve.Points[n].IsSigned = n%apart == (i*apart/max(1, len(r.Entries))+apart/2)%apart
			top = max(top, curve.Points[n].Y)
		}
		if len(curve.Points) == 0 {
			continue
		}
		most = max(most, top)
		c.Curves = append(c.Curves, curve)
		said = append(said, p.words.Say("use.say", "Product", r.EntryName(e.ID), "Most", f.say(top)))
	}
	if len(c.Curves) == 0 {
		return nil
	}
	c.Description = strings.Join(said, " ")
	c.Max, c.Ticks = view.Scale(most)
	return &c
}

// useCurve is one product's line; it is interrupted where there were no readings for more
// than three times as long as usual.
func useCurve(use []den.ReportUse, s useSpan, f useFigure) (curve view.ChartCurve) {
	var gaps []time.Duration
	for i := 1; i < len(use); i++ {
		gaps = append(gaps, use[i].At.Sub(use[i-1].At))
	}
	slices.Sort(gaps)
	var last time.Time
	for _, u := range use {
		y, ok := f.of(u)
		if !ok {
			continue
		}
		isApart := !last.IsZero() && u.At.Sub(last) > 3*gaps[len(gaps)/2]
		curve.Points = append(curve.Points, view.ChartPoint{X: s.at(u), Y: y, IsApart: isApart})
		last = u.At
	}
	curve.Points = thinned(curve.Points, f.isMost)
	return curve
}

// thinned makes one point of several neighbours where there are too many to tell dashes
// from each other: the most of them, or their mean.
func thinned(all []view.ChartPoint, isMost bool) (out []view.ChartPoint) {
	const most = 40
	n := 0 // points in the last one
	for _, p := range all {
		if n == 0 || n >= (len(all)+most-1)/most || p.IsApart {
			out, n = append(out, p), 1
			continue
		}
		last := &out[len(out)-1]
		n++
		if isMost {
			last.Y = max(last.Y, p.Y)
		} else {
			last.Y += (p.Y - last.Y) / float64(n)
		}
	}
	return out
}

// useRows are the figures of a picture of use, from mark to mark of its scale of time.
func (p *Pages) useRows(r den.Report, s useSpan, f useFigure) (rows []measuredRow) {
	for n := range len(s.ticks) - 1 {
		from, to := s.ticks[n], s.ticks[n+1]
		title := p.words.Say("use."+s.name+"-row", "From", view.Figure(from), "To", view.Figure(to))
		for i, e := range r.Entries {
			most, sum, count := 0.0, 0.0, 0
			for _, u := range useOf(r, e.ID) {
				at := s.at(u)
				y, ok := f.of(u)
				if !ok || at < from || at > to || at == to && n < len(s.ticks)-2 {
					continue
				}
				most, sum, count = max(most, y), sum+y, count+1
			}
			switch {
			case count == 0:
				rows = p.into(rows, title, i, len(r.Entries), p.words.Say("report.not-measured"))
			case f.isMost:
				rows = p.into(rows, title, i, len(r.Entries), f.say(most))
			default:
				rows = p.into(rows, title, i, len(r.Entries), f.say(sum/float64(count)))
			}
		}
	}
	return rows
}

func useOf(r den.Report, entry den.ID) []den.ReportUse {
	for _, one := range r.Facts {
		if one.Entry == entry {
			return one.Use
		}
	}
	return nil
}
