package report

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

// measuredUse is the rich report with response times and six hours of use, in which the
// second product was paused for two hours.
func measuredUse() den.Report {
	r := rich()
	for i := range r.Facts {
		r.Facts[i].Facts = append(r.Facts[i].Facts, den.ReportFact{ID: den.FactP50, Value: .002, Unit: "ms"}, den.ReportFact{ID: den.FactP95, Value: float64(40 + 200*i), Unit: "ms"})
		for n := range 200 {
			at := noon(1).Add(time.Duration(n) * time.Minute)
			if i == 1 && n > 120 {
				at = at.Add(2 * time.Hour)
			}
			busy := float64(n%7) / 10
			r.Facts[i].Use = append(r.Facts[i].Use, den.ReportUse{At: at, Memory: int64(90+n) << 20, Processors: &busy})
		}
	}
	return r
}

func pageOf(t *testing.T, r den.Report) string {
	t.Helper()
	body, err := whole(func(w io.Writer) error { return Page(w, r) })
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestThePageOfABundleShowsTimesAndUse(t *testing.T) {
	page := pageOf(t, measuredUse())
	for title, says := range map[string][]string{
		"Response times in real use": {"Alpha: 50 of 100 answers within less than a millisecond.", "Alpha: 95 of 100 answers within 40 milliseconds.", "=Beta: 95 of 100 answers within 240 milliseconds."},
		"Memory over time":           {"Alpha: 289.0 MB at most.", "=Beta: 289.0 MB at most."},
		"Processors over time":       {"Alpha: 0.60 processors at most.", "=Beta: 0.60 processors at most."},
	} {
		_, picture, found := strings.Cut(page, "<figcaption>"+title+"</figcaption>")
		picture, _, _ = strings.Cut(picture, "</svg>")
		if !found || !strings.Contains(picture, `role="img"`) || !strings.Contains(picture, "<title>"+title+"</title>") {
			t.Errorf("there is no picture %q", title)
		}
		for _, say := range says {
			if !strings.Contains(picture, say) {
				t.Errorf("%s does not say %q", title, say)
			}
		}
	}
	_, memory, _ := strings.Cut(page, "<figcaption>Memory over time")
	if lines := strings.Count(memory, `stroke-dasharray="8 4"`); lines == 0 {
		t.Error("two products have the same line")
	}
	d := xml.NewDecoder(strings.NewReader(page[strings.Index(page, "<figure>"):strings.LastIndex(page, "</figure>")] + "</figure>"))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the pictures are no markup: %v", err)
		}
	}
	if strings.Contains(pageOf(t, rich()), "<figure>") {
		t.Error("control: a trial in which nothing was measured has a picture")
	}
}

// A pause is no straight line, and a long trial no thicket.
func TestALineIsInterruptedWhereNothingWasRead(t *testing.T) {
	r := measuredUse()
	apart := func(i int) (n, points int) {
		line := readings(r.Facts[i].Use, memoryUse())
		for _, at := range line {
			if at.isApart {
				n++
			}
		}
		return n, len(line)
	}
	if n, points := apart(0); n != 0 || points > picturePoint {
		t.Errorf("the first is interrupted %d times, of %d points", n, points)
	}
	if n, points := apart(1); n != 1 || points > picturePoint+1 {
		t.Errorf("the second is interrupted %d times, of %d points", n, points)
	}
	if line := readings(r.Facts[0].Use, memoryUse()); line[len(line)-1].n != 289<<20 {
		t.Errorf("the most is %v", line[len(line)-1].n)
	}
	one := measuredUse()
	one.Facts[0].Use, one.Facts[1].Use = one.Facts[0].Use[:1], nil
	if got := usePicture(one, memoryUse()); got != "" {
		t.Errorf("one reading is no course: %s", got)
	}
	strange := measuredUse()
	strange.Entries[0].Product = `</svg><script>alert("x")</script>`
	if page := pageOf(t, strange); strings.Contains(page, "<script>") {
		t.Error("a name is markup")
	}
}
