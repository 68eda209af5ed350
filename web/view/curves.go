package view

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ChartCurve is one of several figures over a scale.
type ChartCurve struct {
	Series int
	Points []ChartPoint
}

// ChartPoint is a figure at a place of the scale.
type ChartPoint struct {
	X, Y      float64
	Low, High float64 // its range; none where High is not above Low
	IsSigned  bool    // it carries the shape of its series
	IsApart   bool    // nothing is known between the point before and this one
	Text      string  // written where the point is above the scale
}

// ChartColumn is a mark on the scale across.
type ChartColumn struct {
	At   float64
	Text string
}

// The field in which curves are drawn.
const (
	fieldLeft  = 48.0
	fieldRight = 310.0
	fieldHigh  = 170.0
)

const limitDash = "2 4"

// dash is how the line of the n-th of several is broken.
func dash(n int) string { return []string{"", "8 4", "3 3", "12 3 3 3", "1 3"}[n%5] }

// Scale is a round end of a scale for figures up to most, and three to six marks on it.
func Scale(most float64) (end float64, ticks []float64) {
	if most <= 0 || math.IsInf(most, 0) || math.IsNaN(most) {
		return 1, []float64{0, 1}
	}
	unit := math.Pow(10, math.Floor(math.Log10(most)))
	step := 2 * unit
	for _, part := range []float64{0.2, 0.5, 1} {
		if most/(part*unit) <= 5 {
			step = part * unit
			break
		}
	}
	steps := math.Ceil(most/step - 1e-9)
	for n := range int(steps) + 1 {
		// Made from text, so that three tenths are 0.3.
		tick, _ := strconv.ParseFloat(strconv.FormatFloat(float64(n)*step, 'g', 6, 64), 64)
		ticks = append(ticks, tick)
	}
	return ticks[len(ticks)-1], ticks
}

// Figure is a number with commas between thousands.
func Figure(n float64) string {
	whole, rest, _ := strings.Cut(strconv.FormatFloat(n, 'f', -1, 64), ".")
	for at := len(whole) - 3; at > 0 && whole[at-1] != '-'; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if rest != "" {
		return whole + "." + rest
	}
	return whole
}

func (d *Drawing) curves(y float64) {
	d.word(chartLeft, y+chartText, "start", shortened(d.Up), false)
	top := y + chartLabel + chartGap
	bottom := top + fieldHigh
	across := func(x float64) float64 {
		return fieldLeft + (fieldRight-fieldLeft)*min(1, max(0, x/max(d.Wide, math.SmallestNonzeroFloat64)))
	}
	up := func(y float64) float64 {
		return bottom - fieldHigh*min(1, max(0, y/max(d.Max, math.SmallestNonzeroFloat64)))
	}
	for _, tick := range d.Ticks {
		d.Lines = append(d.Lines, chartLine{X1: fieldLeft, Y1: up(tick), X2: fieldRight, Y2: up(tick), Grid: true})
		d.light(fieldLeft-4, up(tick)+4.5, "end", Figure(tick))
	}
	for _, c := range d.Columns {
		d.Lines = append(d.Lines, chartLine{X1: across(c.At), Y1: bottom, X2: across(c.At), Y2: bottom + 4})
		d.light(across(c.At), bottom+chartLabel-2, "middle", c.Text)
	}
	if d.Limit != nil {
		d.Lines = append(d.Lines, chartLine{X1: fieldLeft, Y1: up(d.Limit.At), X2: fieldRight, Y2: up(d.Limit.At), Dash: limitDash})
	}
	for _, c := range d.Curves {
		var path strings.Builder
		for i, p := range c.Points {
			letter := "L"
			if i == 0 || p.IsApart {
				letter = "M"
			}
			x, y := across(p.X), up(p.Y)
			fmt.Fprintf(&path, "%s%.1f %.1f", letter, x, y)
			if p.High > p.Low {
				d.Lines = append(d.Lines, chartLine{X1: x, Y1: up(p.Low), X2: x, Y2: up(p.High)})
			}
			if p.IsSigned {
				d.sign(c.Series, x, y)
			}
			if p.Y > d.Max {
				d.word(x-9, y+4.5, "end", p.Text, false)
			}
		}
		d.Paths = append(d.Paths, chartPath{D: path.String(), Dash: dash(c.Series)})
	}
	d.word(fieldRight, bottom+2*chartLabel, "end", shortened(d.Across), false)
	d.Height = bottom + 2*chartLabel + chartGap
}

func (d *Drawing) light(x, y float64, anchor, text string) {
	d.Texts = append(d.Texts, chartWord{X: x, Y: y, Anchor: anchor, Text: text, IsLight: true})
}
