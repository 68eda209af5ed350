package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestProfilesAreForTheOperatorAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.world()
	for name, holds := range map[string]string{"heap": "inuse_space", "goroutines": "goroutine", "cpu": "samples"} {
		path := "/host/profiles/" + name
		for who, want := range map[string]int{"auditor": http.StatusForbidden, "official": http.StatusNotFound, "engineer": http.StatusNotFound} {
			if p := r.visitor(who).get(path); p.Status != want {
				t.Errorf("%s gets %d of %s, want %d", who, p.Status, name, want)
			}
		}
		got := r.visitor("operator").get(path)
		for range 60 { // a test beside this one takes the profile of the processor: one at a time
			if got.Status != http.StatusServiceUnavailable {
				break
			}
			<-time.After(time.Second)
			got = r.visitor("operator").get(path)
		}
		if got.Status != http.StatusOK || !strings.Contains(got.Header.Get("Content-Disposition"), ".pprof") {
			t.Errorf("%s: %d %v", name, got.Status, got.Header)
			continue
		}
		unzipped, err := gzip.NewReader(strings.NewReader(got.Text))
		r.must(err)
		text, err := io.ReadAll(unzipped)
		r.must(err)
		if !bytes.Contains(text, []byte(holds)) {
			t.Errorf("%s is no profile: %.80q", name, text)
		}
	}
	for _, seconds := range []string{"0", "61", "many"} {
		p := r.visitor("operator").get("/host/profiles/cpu?seconds=" + seconds)
		if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.said(), "seconds") {
			t.Errorf("%s seconds: %d %s", seconds, p.Status, p.said())
		}
	}
}
