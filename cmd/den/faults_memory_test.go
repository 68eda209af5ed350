package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
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

func TestAnIdleDenIsSmall(t *testing.T) {
	const most = 30 // MiB, of which a third are pages of the program itself
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1")
	s.start()
	must(t, s.onlyCells(0))
	visit := func() error {
		for _, path := range []string{"/", "/sign-in", "/help", "/healthz", "/readyz", "/api/openapi.json"} {
			answer, err := http.Get("http://" + s.listen + path)
			if err != nil {
				return err
			}
			_ = answer.Body.Close()
		}
		_, err := s.client().ListTrialsWithResponse(context.Background(), nil)
		return err
	}
	report := func() string {
		all, _ := s.resident("VmRSS")
		own, _ := s.resident("RssAnon")
		program, _ := s.resident("RssFile")
		return fmt.Sprintf("%.1f MiB: %.1f of its own, %.1f of files", all, own, program)
	}
	must(t, visit())
	s.await("the den to be small", func() error { // it was visited, and is left alone now
		all, unread := s.resident("VmRSS")
		if unread == nil && all > most {
			unread = fmt.Errorf("it takes %s", report())
		}
		return unread
	})
	t.Log("idle:", report())
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
