package view

import (
	"fmt"
	"math"
	"strings"
)

// Chart is a picture of figures, made on the server. It tells nothing by colour alone:
// what is compared has a shape or a hatch of its own, and every figure is written beside
// it. A table with the same figures must stand on the page.
type Chart struct {
	ID          string
	Title       string
	Description string   // in a sentence, for who does not see it
	Kind        string   // "spread": a mark and its range; "reach": a mark and the way to it; "bars": lengths; "stack": shares of a whole; "curves"
	Series      []string // what is compared, in the order of their shapes, dashes or hatches
	Rows        []ChartRow
	Max         float64   // the end of the scale, which begins at 0
	Ticks       []float64 // marked on the scale
	Limit       *ChartLimit

	Curves     []ChartCurve // of "curves", whose scale of figures goes upwards
	Up, Across string       // what the scales of curves say, with their units
	Wide       float64      // the end of the scale across
	Columns    []ChartColumn
}

// ChartLimit is a figure that must be kept to: a dashed line across the picture.
type ChartLimit struct {
	At   float64
	Text string
}

// ChartRow is a label and its lanes.
type ChartRow struct {
	Label string
	Lanes []ChartLane
}

// ChartLane is one figure, or in a stack its shares.
type ChartLane struct {
	Series    int
	Value     float64
	Low, High float64   // of a spread
	None      bool      // there is no figure
	Text      string    // the figure as it is written
	Shares    []float64 // of a stack
}

// The size of a picture, in its own units: it is as wide as its place allows.
const (
	chartWide  = 320.0
	chartLeft  = 6.0
	chartRight = 234.0 // the end of the scale, unless a written figure needs the room
	chartLabel = 20.0  // height of a line of text
	chartLane  = 18.0
	chartGap   = 6.0
	chartText  = 13.0
	chartWider = 6.7 // at most a letter of text, on average
	chartMost  = 42  // letters of a label
)

// Drawing is a chart as shapes.
type Drawing struct {
	Chart
	Height float64
	right  float64 // where the scale ends
	Paths  []chartPath
	Lines  []chartLine
	Boxes  []chartBox
	Signs  []chartSign
	Texts  []chartWord
}

type chartLine struct {
	X1, Y1, X2, Y2 float64
	Grid           bool
	Dash           string
}

type chartPath struct{ D, Dash string }

type chartBox struct {
	X, Y, Wide, High float64
	Fill             string
}

type chartSign struct{ D string }

type chartWord struct {
	X, Y              float64
	Anchor            string
	Text              string
	IsStrong, IsLight bool
}

// Drawn lays a chart out.
func (c Chart) Drawn() Drawing {
	d := &Drawing{Chart: c, right: c.right()}
	y := d.legend()
	if d.Kind == "curves" {
		d.curves(y)
		return *d
	}
	top := y
	for _, row := range c.Rows {
		d.word(chartLeft, y+chartText, "start", shortened(row.Label), true)
		y += chartLabel
		for _, lane := range row.Lanes {
			d.lane(lane, y)
			y += chartLane
		}
		y += chartGap
	}
	d.scale(top, y)
	if d.Limit != nil {
		d.Lines = append(d.Lines, chartLine{X1: d.x(d.Limit.At), Y1: top, X2: d.x(d.Limit.At), Y2: y, Dash: limitDash})
	}
	d.Height = y + chartLabel
	return *d
}

// right is where the scale ends, so that the longest figure has its room beside it.
func (c Chart) right() float64 {
	longest := 0
	for _, row := range c.Rows {
		for _, lane := range row.Lanes {
			longest = max(longest, len([]rune(lane.Text)))
		}
	}
	return max(chartWide/3, min(chartRight, chartWide-chartGap*2-float64(longest)*chartWider))
}

// legend says which shape or hatch is whose, where there are several.
func (d *Drawing) legend() float64 {
	y, text := chartGap, chartLeft+20
	if d.Kind == "curves" || d.Limit != nil {
		text += 16
	}
	series := d.Series
	if len(series) < 2 && d.Kind != "curves" {
		series = nil
	}
	for i, name := range series {
		switch d.Kind {
		case "curves":
			d.Paths = append(d.Paths, chartPath{D: fmt.Sprintf("M%.1f %.1fh30", chartLeft, y+8), Dash: dash(i)})
			d.sign(i, chartLeft+15, y+8)
		case "spread", "reach":
			d.sign(i, chartLeft+6, y+8)
		default:
			d.Boxes = append(d.Boxes, chartBox{X: chartLeft, Y: y + 2, Wide: 12, High: 12, Fill: d.fill(i)})
		}
		d.word(text, y+chartText, "start", shortened(name), false)
		y += chartLabel
	}
	if d.Limit != nil {
		d.Lines = append(d.Lines, chartLine{X1: chartLeft, Y1: y + 8, X2: chartLeft + 30, Y2: y + 8, Dash: limitDash})
		d.word(text, y+chartText, "start", shortened(d.Limit.Text), false)
		y += chartLabel
	}
	if y == chartGap {
		return y
	}
	return y + chartGap
}

func (d *Drawing) x(value float64) float64 {
	if d.Max <= 0 {
		return chartLeft
	}
	return chartLeft + (d.right-chartLeft)*min(1, max(0, value/d.Max))
}

func (d *Drawing) lane(l ChartLane, y float64) {
	middle := y + chartLane/2
	d.word(chartWide-2, middle+4.5, "end", l.Text, false)
	if l.None {
		return
	}
	switch d.Kind {
	case "spread":
		if l.High > l.Low {
			d.Lines = append(d.Lines, chartLine{X1: d.x(l.Low), Y1: middle, X2: d.x(l.High), Y2: middle},
				chartLine{X1: d.x(l.Low), Y1: middle - 4, X2: d.x(l.Low), Y2: middle + 4}, chartLine{X1: d.x(l.High), Y1: middle - 4, X2: d.x(l.High), Y2: middle + 4})
		}
		d.sign(l.Series, d.x(l.Value), middle)
	case "reach":
		d.Lines = append(d.Lines, chartLine{X1: chartLeft, Y1: middle, X2: d.x(l.Value), Y2: middle})
		d.sign(l.Series, d.x(l.Value), middle)
	case "stack":
		at := 0.0
		for i, share := range l.Shares {
			d.Boxes = append(d.Boxes, chartBox{X: d.x(at), Y: y + 1, Wide: d.x(at+share) - d.x(at), High: chartLane - 3, Fill: d.fill(i)})
			at += share
		}
	default:
		d.Boxes = append(d.Boxes, chartBox{X: chartLeft, Y: y + 2, Wide: math.Max(1, d.x(l.Value)-chartLeft), High: chartLane - 5, Fill: d.fill(l.Series)})
	}
}

func (d *Drawing) scale(top, bottom float64) {
	for _, tick := range d.Ticks {
		d.Lines = append(d.Lines, chartLine{X1: d.x(tick), Y1: top, X2: d.x(tick), Y2: bottom, Grid: true})
		anchor := "middle"
		if tick == 0 {
			anchor = "start"
		}
		d.light(d.x(tick), bottom+chartText, anchor, Figure(tick))
	}
}

func (d *Drawing) word(x, y float64, anchor, text string, isStrong bool) {
	d.Texts = append(d.Texts, chartWord{X: x, Y: y, Anchor: anchor, Text: text, IsStrong: isStrong})
}

// fill is how the n-th of several is filled: dark, hatched, dotted, crossed, empty.
func (d *Drawing) fill(n int) string {
	switch n % 5 {
	case 0:
		return "#1d70b8"
	case 4:
		return "#ffffff"
	default:
		return fmt.Sprintf("url(#%s-%d)", d.ID, n%5)
	}
}

// sign adds the shape of the n-th of several: a circle, a square, a triangle, a diamond,
// a cross.
func (d *Drawing) sign(n int, x, y float64) {
	const r = 5.5
	var path string
	switch n % 5 {
	case 0:
		path = fmt.Sprintf("M%.1f %.1fa%.1f %.1f 0 1 0 %.1f 0a%.1f %.1f 0 1 0 %.1f 0z", x-r, y, r, r, 2*r, r, r, -2*r)
	case 1:
		path = fmt.Sprintf("M%.1f %.1fh%.1fv%.1fh%.1fz", x-r+.5, y-r+.5, 2*r-1, 2*r-1, 1-2*r)
	case 2:
		path = fmt.Sprintf("M%.1f %.1fl%.1f %.1fh%.1fz", x, y-r, r, 2*r-1, -2*r)
	case 3:
		path = fmt.Sprintf("M%.1f %.1fl%.1f %.1fl%.1f %.1fl%.1f %.1fz", x, y-r-.5, r+.5, r+.5, -r-.5, r+.5, -r-.5, -r-.5)
	default:
		path = fmt.Sprintf("M%.1f %.1fh3v4h4v3h-4v4h-3v-4h-4v-3h4z", x-1.5, y-5.5)
	}
	d.Signs = append(d.Signs, chartSign{D: path})
}

func shortened(s string) string {
	letters := []rune(strings.TrimSpace(s))
	if len(letters) > chartMost {
		return string(letters[:chartMost-1]) + "…"
	}
	return string(letters)
}
