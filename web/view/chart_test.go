package view_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"innovationden/web/view"
)

// A picture says nothing by colour alone, keeps inside its frame, and has words.
func TestAPictureIsReadableByEverybody(t *testing.T) {
	c := view.Chart{
		ID: "scores", Title: "Scores", Description: "Alpha has 4.", Kind: "spread", Series: []string{"Alpha", "<script>", "C", "D", "E"}, Max: 5, Ticks: []float64{0, 5},
		Rows: []view.ChartRow{{Label: strings.Repeat("A long label ", 9), Lanes: []view.ChartLane{
			{Value: 4, Low: 0, High: 5, Text: "4"}, {Series: 1, Value: 9, Low: -3, High: 99, Text: "9"}, {Series: 2, None: true, Text: "Not tested"}, {Series: 3, Value: 2, Text: "2"}, {Series: 4, Text: "0"},
		}}},
	}
	for _, kind := range []string{"spread", "reach", "bars", "stack"} {
		c.Kind = kind
		c.Rows[0].Lanes[0].Shares = []float64{.5, .3, .1, .05, .05}
		d := c.Drawn()
		for _, l := range d.Lines {
			if l.X1 < 0 || l.X2 > 320 || l.Y2 > d.Height {
				t.Errorf("%s: a line leaves the picture: %+v", kind, l)
			}
		}
		for _, b := range d.Boxes {
			if b.X < 0 || b.X+b.Wide > 320 || b.Wide < 0 {
				t.Errorf("%s: a box leaves the picture: %+v", kind, b)
			}
		}
		how := map[string]bool{}
		for _, s := range d.Signs {
			_, shape, _ := strings.Cut(s.D, " ")
			how[strings.TrimLeft(shape, "0123456789.-")] = true
		}
		for _, b := range d.Boxes {
			how[b.Fill] = true
		}
		if len(how) != 5 {
			t.Errorf("%s: %d ways to tell five apart: %v", kind, len(how), how)
		}
		said := fmt.Sprint(d.Texts)
		for _, want := range []string{"4", "Not tested", "Alpha", "…"} {
			if !strings.Contains(said, want) {
				t.Errorf("%s does not say %q", kind, want)
			}
		}
		markup := shownChart(t, c)
		if strings.Contains(markup, "<script") || strings.Contains(markup, "style=") || !strings.Contains(markup, `role="img" aria-labelledby="scores-title scores-say"`) {
			t.Errorf("%s: %s", kind, markup)
		}
		if err := xml.Unmarshal([]byte(markup), new(struct{})); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// The longest bar ends before what is written beside it.
func TestABarLeavesItsFigureRoom(t *testing.T) {
	const letter = 6.0 // at least, on average, at the size of the picture's text
	for _, figure := range []string{"9", "14.5 milliseconds", "2 hours 14 minutes"} {
		d := view.Chart{ID: "start", Kind: "bars", Max: 9, Rows: []view.ChartRow{{Label: "Alpha", Lanes: []view.ChartLane{{Value: 9, Text: figure}}}}}.Drawn()
		if end, begins := d.Boxes[0].X+d.Boxes[0].Wide, 318-letter*float64(len(figure)); end > begins {
			t.Errorf("the bar ends at %.0f, its figure %q begins at %.0f", end, figure, begins)
		}
	}
}

type pictured struct {
	view.Frame
	Chart view.Chart
}

func shownChart(t *testing.T, c view.Chart) string {
	t.Helper()
	v, err := view.New(view.Config{
		Pages: fstest.MapFS{"picture.html": {Data: []byte(`{{define "content"}}{{put .Chart}}{{end}}`)}},
		Zone:  time.UTC, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := v.Render(w, http.StatusOK, "picture", pictured{Frame: view.Frame{Title: "x"}, Chart: c}); err != nil {
		t.Fatal(err)
	}
	text := w.Body.String()
	return text[strings.Index(text, "<figure"):strings.Index(text, "</figure>")] + "</figure>"
}
