package evaluation

import (
	"math"
	"sort"
)

// Flip is the weight of one criterion at which the lead changes hands, all other weights rescaled in
// proportion. Weights are shares of 1.
type Flip struct {
	Criterion string `json:"criterion"`
	Name      string `json:"name"`
	// Now is the weight as it is. The leader loses the lead to To when the weight goes beyond At:
	// above it where Above is true, else below it.
	Now    float64 `json:"now"`
	At     float64 `json:"at"`
	Above  bool    `json:"above"`
	To     string  `json:"to"`
	ToName string  `json:"to_name"`
}

// Change is how far the weight has to move.
func (f Flip) Change() float64 { return math.Abs(f.At - f.Now) }

// Sensitivity is how much one weight can move before somebody else wins.
type Sensitivity struct {
	// Leader is empty where nobody leads alone whatever the missing marks are; Why says so.
	Leader     string `json:"leader"`
	LeaderName string `json:"leader_name"`
	Why        string `json:"why,omitempty"`
	// Flips are in order of the change, the smallest first: at most one up and one down for each
	// criterion. A criterion that is not there cannot change the winner by its weight alone.
	Flips []Flip `json:"flips"`
	// Cautious is true where marks are missing under Interval: they were taken as worst for the leader
	// and as best for the others, so the lead is safe up to At and may be safe beyond.
	Cautious bool `json:"cautious"`
}

// Smallest returns the flip that needs the smallest change of a weight; false where none exists.
func (s Sensitivity) Smallest() (Flip, bool) {
	if len(s.Flips) == 0 {
		return Flip{}, false
	}
	return s.Flips[0], true
}

// Critical computes, exactly, where the lead is lost. Returns a Problem where Check does.
func Critical(m Marks) (Sensitivity, error) {
	totals, err := Totals(m)
	if err != nil {
		return Sensitivity{}, err
	}
	return m.critical(totals), nil
}

func (m Marks) critical(totals []Total) Sensitivity {
	lead, why := leader(totals)
	if why != "" {
		return Sensitivity{Why: why, Flips: []Flip{}}
	}
	out := Sensitivity{Leader: totals[lead].Entry, LeaderName: totals[lead].Name, Flips: []Flip{}}
	t := m.table()
	for i, row := range t.cells {
		for _, c := range row {
			out.Cautious = out.Cautious || (!totals[i].ScreenedOut() && c.low != c.high)
		}
	}
	for j, c := range m.Criteria {
		up, down := Flip{At: math.Inf(1)}, Flip{At: math.Inf(-1)}
		for i := range totals {
			if i == lead || totals[i].ScreenedOut() {
				continue
			}
			g, ok := t.gap(lead, i, j)
			if !ok {
				continue
			}
			now := t.weights[j]
			if at, found := g.leaves(now, 1); found && at < up.At {
				up = Flip{At: at, Above: true, To: totals[i].Entry, ToName: totals[i].Name}
			}
			if at, found := g.leaves(now, 0); found && at > down.At {
				down = Flip{At: at, To: totals[i].Entry, ToName: totals[i].Name}
			}
		}
		for _, f := range []Flip{down, up} {
			if f.To != "" {
				f.Criterion, f.Name, f.Now = c.ID, c.Label(), t.weights[j]
				out.Flips = append(out.Flips, f)
			}
		}
	}
	sort.SliceStable(out.Flips, func(a, b int) bool {
		x, y := out.Flips[a], out.Flips[b]
		if math.Abs(x.Change()-y.Change()) > Tolerance {
			return x.Change() < y.Change()
		}
		return x.Above && !y.Above // of two criteria, say what weighs more
	})
	return out
}

// leader returns the one entry that is first whatever the missing marks are, or why there is none.
func leader(totals []Total) (int, string) {
	at, ranked := -1, 0
	for i, t := range totals {
		if t.ScreenedOut() {
			continue
		}
		ranked++
		if t.Rank.Best != 1 {
			continue
		}
		if at >= 0 {
			if t.Rank.Settled() && totals[at].Rank.Settled() {
				return -1, "More than one entry shares first place."
			}
			return -1, "Who is first depends on what was not tested."
		}
		at = i
	}
	switch {
	case ranked == 0:
		return -1, "No entry is ranked."
	case ranked == 1:
		return -1, "Only one entry is ranked, so there is nobody to lose the lead to."
	}
	return at, ""
}

// curve is a + bt + ct²: the leader's margin as the weight t of one criterion moves, times
// denominators that are positive inside 0 to 1.
type curve struct{ a, b, c float64 }

func (q curve) at(t float64) float64 { return q.a + t*(q.b+t*q.c) }

// gap is the margin of entry l over entry x in the weight of criterion j. With N and D the weighted
// sum of shares and of counted weights, N/D is a total; both are linear in t, and the margin has the
// sign of N_l·D_x − N_x·D_l. False where the other criteria weigh nothing and cannot be rescaled.
func (t table) gap(l, x, j int) (curve, bool) {
	rest := 1 - t.weights[j]
	if rest <= Tolerance {
		return curve{}, false
	}
	nl, dl := t.line(l, j, rest, false)
	nx, dx := t.line(x, j, rest, true)
	return curve{
		a: nl[0]*dx[0] - nx[0]*dl[0],
		b: nl[0]*dx[1] + nl[1]*dx[0] - nx[0]*dl[1] - nx[1]*dl[0],
		c: nl[1]*dx[1] - nx[1]*dl[1],
	}, true
}

// line returns N and D of one entry as intercept and slope in t.
func (t table) line(i, j int, rest float64, high bool) (n, d [2]float64) {
	for k, c := range t.cells[i] {
		if !c.counts {
			continue
		}
		v := c.low
		if high {
			v = c.high
		}
		if k == j {
			n[1] += v
			d[1]++
			continue
		}
		w := t.weights[k] / rest
		n[0] += w * v
		n[1] -= w * v
		d[0] += w
		d[1] -= w
	}
	return n, d
}

// leaves finds where the margin turns negative on the way from one weight to another.
func (q curve) leaves(from, to float64) (float64, bool) {
	stops := []float64{}
	for _, r := range q.roots() {
		if within(r, from, to) && math.Abs(r-to) > Tolerance {
			stops = append(stops, r)
		}
	}
	sort.Slice(stops, func(a, b int) bool { return math.Abs(stops[a]-from) < math.Abs(stops[b]-from) })
	for i, r := range stops {
		next := to
		if i+1 < len(stops) {
			next = stops[i+1]
		}
		if q.at((r+next)/2) < 0 {
			return r, true
		}
	}
	return 0, false
}

func (q curve) roots() []float64 {
	if math.Abs(q.c) < Tolerance*Tolerance {
		if q.b == 0 {
			return nil
		}
		return []float64{-q.a / q.b}
	}
	disc := q.b*q.b - 4*q.a*q.c
	if disc < 0 {
		return nil
	}
	// The stable form: no difference of nearly equal numbers.
	s := -(q.b + math.Copysign(math.Sqrt(disc), q.b)) / 2
	if s == 0 {
		return []float64{0}
	}
	return []float64{s / q.c, q.a / s}
}
