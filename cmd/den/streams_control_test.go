package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

// The control: what TestChaosManyStreams looks for is seen where it is.
func TestTheOraclesOfManyStreamsSeeWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1")
	s.start()
	release := s.offer(product(t, program(t), "serve"))
	one, err := s.join(s.department)
	must(t, err)
	all, err := s.places(s.department, 2, time.Hour, release)
	must(t, err)
	var r readers
	open := func(these ...*stream) []*stream {
		must(t, r.opens(these, time.Minute))
		return these
	}
	live := func(p place) *stream { return one.follows(ofPage, p.trial, "/trials/"+p.trial+"/live") }
	quiet := func(when string) {
		if _, _, wrong := r.look(); len(wrong) > 0 {
			t.Errorf("%s: %v", when, wrong)
		}
	}
	at, err := one.enter(all[0].boxes[0])
	must(t, err)
	followed := open(live(all[0]), live(all[1]), one.follows(ofProgram, all[0].trial, "/api/v1/trials/"+all[0].trial+"/progress"),
		one.follows(ofProduct, all[0].trial, at+"/events?ms=100"))

	// A change is told by those whom it concerns, and by nobody else.
	hour, why := int64(3600), "We are not done."
	longer, err := s.client().ExtendTrialWithResponse(context.Background(), all[0].trial, nil, contract.Extension{BySeconds: &hour, Why: &why})
	s.answered(err, longer != nil && longer.JSON200 != nil, func() []byte { return longer.Body })
	must(t, r.knows(all[0].trial, *longer.JSON200.EndsAt, time.Minute))
	if err := r.knows(all[1].trial, *longer.JSON200.EndsAt, time.Second); err == nil {
		t.Error("a stream that was not told of a change passes")
	}
	quiet("while all is well")

	// What is cut is counted as dropped: a page and a product.
	for _, k := range []kind{ofPage, ofProduct} {
		address := map[string]string{ofPage.what: "/trials/" + all[0].trial + "/live", ofProduct.what: at + "/events?ms=100"}[k.what]
		cut := one.follows(k, all[0].trial, address)
		whole := cut.open
		cut.open = func(ctx context.Context, last string) (*http.Response, error) {
			answer, err := whole(ctx, last)
			if err == nil {
				time.AfterFunc(time.Second, func() { _ = answer.Body.Close() })
			}
			return answer, err
		}
		_, err = areOver(open(cut), time.Minute)
		must(t, err)
		if _, _, wrong := r.look(); len(wrong) != 1 || !strings.Contains(wrong[0], "dropped") {
			t.Errorf("a %s was cut, and it says %q", k.what, wrong)
		}
	}

	// Whoever keeps their role keeps their streams; so somebody who lost it and kept them is seen.
	if _, err := areOver(followed, time.Second); err == nil {
		t.Error("open streams count as closed")
	}

	// What is held more and more is seen, in the middle of values and at the end. Values
	// stand at the time that they would have come at, however long each took.
	before, err := s.weigh(time.Now())
	must(t, err)
	const lasts, values = time.Hour, 18
	weighed := func(n int) weight {
		w, err := s.weigh(time.Now())
		must(t, err)
		w.at = lasts * time.Duration(n) / values
		return w
	}
	var steady, leaking []weight
	for n := range values {
		steady = append(steady, weighed(n))
	}
	must(t, grown(steady, lasts))
	for n := range values {
		more, err := s.join(s.department)
		must(t, err)
		mine, err := more.everything(n, all)
		must(t, err)
		for _, one := range mine {
			r.add(one)
		}
		leaking = append(leaking, weighed(n))
	}
	if err := grown(leaking, lasts); err == nil || !strings.Contains(err.Error(), "descriptors") || !strings.Contains(err.Error(), "goroutines") {
		t.Errorf("a leak of streams is seen as %v", err)
	}
	if _, err := s.back(before, time.Second); err == nil {
		t.Error("what is still open is not seen")
	}
	quiet("at the end")
	r.close(append([]*stream{}, r.all...))
	_, err = s.back(before, 2*time.Minute)
	must(t, err)
}

// The control of what is read: each fault of a stream is seen in its text.
func TestTheReaderOfAStreamSeesWhatIsWrong(t *testing.T) {
	t.Parallel()
	event := func(id, data string) string { return fmt.Sprintf("id: %s\ndata: %s\n\n", id, data) }
	early, late := "2026-11-29T10:00:00Z", "2026-11-29T11:00:00Z"
	for _, one := range []struct {
		what, text, want string
		of               kind
		last             string
	}{
		{"in order", event("1", "") + event("2", "") + event("3", ""), "dropped", ofProduct, ""},
		{"a gap", event("1", "") + event("3", "") + event("4", ""), "event 3 came where 2 was due", ofProduct, ""},
		{"twice", event("1", "") + event("1", ""), "event 1 came where 2 was due", ofProduct, ""},
		{"back", event("a", late) + event("b", early), "went back", ofPage, ""},
		{"without an id", "data: " + early + "\n\n", "without an id", ofPage, ""},
		{"told again", event("a", early), "told again", ofPage, "a"},
		{"reload without a reason", event("a", early) + "event: reload\ndata:\n\n", `"reload"`, ofPage, ""},
		{"gone without a reason", event("a", early) + "event: gone\ndata: {}\n\n", `"gone"`, ofProgram, ""},
		{"too soon", event("a", early), "dropped", ofProgram, ""},
	} {
		s := &stream{kind: one.of, name: one.what, last: one.last, open: func(context.Context, string) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(one.text))}, nil
		}}
		var r readers
		r.add(s)
		<-s.over
		_, _, wrong := r.look()
		if !strings.Contains(strings.Join(wrong, "\n"), one.want) {
			t.Errorf("%s: it says %q, and should say %q", one.what, wrong, one.want)
		}
		if ends := strings.Join(wrong, "\n"); one.what == "in order" && strings.Count(ends, "\n") > 0 {
			t.Errorf("what is in order is faulty: %q", wrong)
		}
	}
	// Silence, at the time of a look; and an early end of what may end later.
	s := &stream{kind: ofPage, name: "silent", heard: time.Now().Add(-2 * hush)}
	r := readers{all: []*stream{s}}
	if _, _, wrong := r.look(); len(wrong) != 1 || !strings.Contains(wrong[0], "nothing came") {
		t.Errorf("silence is seen as %q", wrong)
	}
	s = &stream{kind: ofProduct, name: "early"}
	s.excuse(time.Now().Add(time.Hour))
	if s.comesBack(t.Context(), "", nil); len(s.wrong) != 1 {
		t.Errorf("an end before its reason is seen as %q", s.wrong)
	}
	// Memory that grows by a third.
	var all []weight
	for n := range 60 {
		all = append(all, weight{at: time.Duration(n) * time.Minute, descriptors: 1000, goroutines: 1000, own: 100 + float64(n)*0.8})
	}
	if err := grown(all, time.Hour); err == nil || !strings.Contains(err.Error(), "memory") || strings.Contains(err.Error(), "goroutines") {
		t.Errorf("memory that grows is seen as %v", err)
	}
}
