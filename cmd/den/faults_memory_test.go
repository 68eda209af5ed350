package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"innovationden/sandbox/sandboxtest"
)

// resident reads a figure of proc_pid_status(5), in MiB.
func (s *served) resident(name string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := bytes.Cut(text, []byte(name+":"))
	var kilobytes float64
	_, err = fmt.Fscan(bytes.NewReader(after), &kilobytes)
	return kilobytes / 1024, err
}

// What the den takes is what it holds of its own, and the pages of the program that are
// mapped: see decisions.md. The second is at the kernel's will, so each has a bound.
func TestAnIdleDenIsSmall(t *testing.T) {
	const most, mostOwn = 30, 17 // MiB
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1")
	s.start()
	must(t, s.onlyCells(0))
	visit := func(paths ...string) {
		for _, path := range paths {
			answer, err := http.Get("http://" + s.listen + path)
			must(t, err)
			_, err = io.Copy(io.Discard, answer.Body)
			must(t, errors.Join(err, answer.Body.Close()))
		}
	}
	become := func(what string, most, own float64) {
		var last string
		s.await(what, func() error {
			all, err := s.resident("VmRSS")
			anonymous, unread := s.resident("RssAnon")
			last = fmt.Sprintf("%.1f MiB, %.1f of its own", all, anonymous)
			if err = errors.Join(err, unread); err == nil && (all > most || anonymous > own) {
				err = errors.New("it takes " + last)
			}
			return err
		})
		t.Log(what+":", last)
	}
	visit("/", "/sign-in", "/help", "/help/operator", "/healthz", "/readyz")
	become("the den to be small after pages were shown", most, mostOwn)
	visit("/api/openapi.json")
	_, err := s.client().ListTrialsWithResponse(context.Background(), nil)
	must(t, err)
	become("the den to be small after its API was used", most, mostOwn)
}

// An archive goes through the den to the engine without being kept in memory.
func TestAnArchiveIsNotHeldInMemory(t *testing.T) {
	const big = 96 << 20
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=0")
	s.start()
	ballast := make([]byte, big)
	_, _ = rand.Read(ballast)
	c := sandboxtest.ProductConfig()
	c.Volumes = nil
	archive := sandboxtest.Archive(t, c, nil, map[string][]byte{"product": {}, "ballast": ballast})
	s.offer(archive)
	peak, err := s.resident("VmHWM")
	must(t, err)
	t.Logf("with an archive of %d MiB the den took %.1f MiB at most", len(archive)>>20, peak)
	if peak > 72 {
		t.Errorf("it took %.1f MiB: more than three quarters of the archive", peak)
	}
	must(t, within(30*time.Second, func() error {
		now, err := s.resident("VmRSS")
		if err == nil && now > 40 {
			err = fmt.Errorf("afterwards it takes %.1f MiB", now)
		}
		return err
	}))
}
