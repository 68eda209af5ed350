package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// weight is what a den's process holds at a time.
type weight struct {
	at          time.Duration // since the beginning
	descriptors float64
	goroutines  float64
	live        float64 // MiB that its program keeps, with what was not collected yet
	own, all    float64 // MiB of memory: its own, and with the files that it has mapped
}

func (w weight) String() string {
	return fmt.Sprintf("%.0f descriptors, %.0f goroutines, %.1f MiB kept, %.1f of its own, %.1f in all", w.descriptors, w.goroutines, w.live, w.own, w.all)
}

// weigh asks the kernel, and the den's own page of metrics.
func (s *served) weigh(began time.Time) (w weight, err error) {
	w.at = time.Since(began)
	held, err := s.holding()
	w.descriptors = float64(held)
	var faults [4]error
	w.own, faults[0] = s.resident("RssAnon")
	w.all, faults[1] = s.resident("VmRSS")
	w.goroutines, faults[2] = s.metric("go_goroutines")
	w.live, faults[3] = s.metric("go_memstats_heap_alloc_bytes")
	w.live /= 1 << 20
	return w, errors.Join(append(faults[:], err)...)
}

// metric is one figure of the den's page of metrics.
func (s *served) metric(name string) (float64, error) {
	token, err := os.ReadFile(filepath.Join(s.folder(), tokenFile))
	if err != nil {
		return 0, err
	}
	q, err := http.NewRequest(http.MethodGet, "http://"+s.listen+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	q.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	q.Close = true
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	for line := range bytes.Lines(text) {
		if found, value, ok := strings.Cut(strings.TrimSpace(string(line)), " "); ok && found == name {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, errors.Join(err, fmt.Errorf("the metrics have no %s: %s", name, answer.Status))
}

// band is by how much what a den holds may differ while the same goes on.
var band = []struct {
	what      string
	of        func(weight) float64
	part, sum float64 // of what it was, and besides
}{
	{"descriptors", func(w weight) float64 { return w.descriptors }, 0.02, 25},
	{"goroutines", func(w weight) float64 { return w.goroutines }, 0.02, 50},
	{"MiB of memory of its own", func(w weight) float64 { return w.own }, 0.10, 12},
}

// grown says what grew from the tenth minute of an hour to its end, beyond the band: the
// middle of the values from 10/60 to 15/60 of the time is held against that of the last 5/60.
func grown(all []weight, lasts time.Duration) error {
	var early, late []weight
	for _, w := range all {
		switch {
		case w.at >= lasts/6 && w.at < lasts/4:
			early = append(early, w)
		case w.at >= lasts-lasts/12:
			late = append(late, w)
		}
	}
	if len(early) == 0 || len(late) == 0 {
		return fmt.Errorf("there are %d and %d values, too few to compare", len(early), len(late))
	}
	var faults error
	for _, b := range band {
		from, to := middle(early, b.of), middle(late, b.of)
		if to > from*(1+b.part)+b.sum {
			faults = errors.Join(faults, fmt.Errorf("%s grew from %.0f to %.0f", b.what, from, to))
		}
	}
	return faults
}

func middle(of []weight, value func(weight) float64) float64 {
	all := make([]float64, 0, len(of))
	for _, w := range of {
		all = append(all, value(w))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// back waits until a den holds what it held before: descriptors and goroutines, ± 5, two
// goroutines more for each connection that the engine's client keeps for later; and what
// its program keeps in memory. Of its own memory more stays after a peak: a page that
// holds one thing is a page, and the runtime's books on a large heap are not torn up. It
// is asked seldom, because a den gives memory back when it is quiet.
func (s *served) back(before weight, patience time.Duration) (now weight, err error) {
	const bound, kept, torn = 5, 8, 48
	return now, within(patience, func() error {
		<-time.After(4 * time.Second)
		if now, err = s.weigh(time.Now()); err != nil {
			return err
		}
		idle := 2 * max(now.descriptors-before.descriptors, 0)
		if now.descriptors > before.descriptors+bound || now.goroutines > before.goroutines+bound+idle || now.live > before.live+kept || now.own > before.own+torn {
			return fmt.Errorf("it holds %s; before it held %s", now, before)
		}
		return nil
	})
}
