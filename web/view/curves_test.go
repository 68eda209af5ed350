package view_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"innovationden/web/view"
)

// Curves are told apart by dash and shape, stay in the picture, and say what leaves it.
func TestCurvesAreToldApartWithoutColour(t *testing.T) {
	c := view.Chart{
		ID: "load", Title: "Load", Description: "Alpha is quick.", Kind: "curves", Max: 100, Ticks: []float64{0, 100}, Wide: 3, Up: "Milliseconds", Across: "Requests a second",
		Columns: []view.ChartColumn{{At: 0.5, Text: "2"}, {At: 2.5, Text: "2,000"}}, Limit: &view.ChartLimit{At: 50, Text: "Objective: within 50 milliseconds"},
	}
	for i := range 5 {
		c.Series = append(c.Series, fmt.Sprintf("Product %d", i))
		c.Curves = append(c.Curves, view.ChartCurve{Series: i, Points: []view.ChartPoint{
			{X: 0.5, Y: 10, Low: -3, High: 900, IsSigned: true}, {X: 9, Y: 14_000, Text: "14,000", IsSigned: true}, {X: 2, Y: 5, IsApart: true},
		}})
	}
	d := c.Drawn()
	how := map[string]bool{}
	for _, p := range d.Paths {
		how[p.Dash] = true
		if strings.HasPrefix(p.D, "M") && strings.Contains(p.D, "L") && strings.Count(p.D, "M") != 2 {
			t.Errorf("a line goes on over a gap: %s", p.D)
		}
	}
	if len(how) != 5 {
		t.Errorf("%d dashes for five curves: %v", len(how), how)
	}
	for _, l := range d.Lines {
		if min(l.X1, l.X2, l.Y1, l.Y2) < 0 || max(l.X1, l.X2) > 320 || max(l.Y1, l.Y2) > d.Height {
			t.Errorf("a line leaves the picture: %+v", l)
		}
	}
	said := fmt.Sprint(d.Texts)
	for _, want := range []string{"14,000", "2,000", "Product 4", "Objective: within 50 milliseconds", "Milliseconds", "Requests a second"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if markup := shownChart(t, c); !strings.Contains(markup, `stroke-dasharray="2 4"`) || !strings.Contains(markup, "<desc id=\"load-say\">Alpha is quick.</desc>") {
		t.Error(markup)
	}
}

func TestAScaleEndsAtARoundFigureNotBelowTheMost(t *testing.T) {
	for most, want := range map[float64][]float64{
		0: {0, 1}, 0.3: {0, 0.1, 0.2, 0.3}, 1: {0, 0.2, 0.4, 0.6, 0.8, 1}, 5.3: {0, 2, 4, 6}, 229: {0, 50, 100, 150, 200, 250}, 12_345: {0, 5_000, 10_000, 15_000},
	} {
		if end, ticks := view.Scale(most); end < most || !slices.Equal(ticks, want) {
			t.Errorf("%v: %v, %v", most, end, ticks)
		}
	}
	for n, want := range map[float64]string{0: "0", 999: "999", 1_000: "1,000", 1_234_567.5: "1,234,567.5", -1_234: "-1,234", 0.25: "0.25"} {
		if got := view.Figure(n); got != want {
			t.Errorf("%v: %q, want %q", n, got, want)
		}
	}
}
