package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

// holding is what a den's process holds: its descriptors.
func (s *served) holding() (int, error) {
	all, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.process.Process.Pid))
	return len(all), err
}

// calms waits until the den holds no more descriptors than so many.
func (s *served) calms(most int, patience time.Duration) error {
	return within(patience, func() error {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		n, err := s.holding()
		if err == nil && n > most {
			err = fmt.Errorf("the den holds %d descriptors, more than %d", n, most)
		}
		return err
	})
}

// storm is a hundred each of streams that are left, of requests that stop in their
// heads and of uploads that stop in their bodies, beside three launches with their ends.
func (s *served) storm(release string) {
	s.t.Helper()
	const many = 100
	trial := s.begin(time.Hour, release)
	s.becomes(trial, contract.PhaseLive)
	ctx, leave := context.WithCancel(context.Background())
	var all sync.WaitGroup
	heard := make([]account, 3)
	for n := range heard {
		all.Go(func() { heard[n] = s.tell(release) })
	}
	for range many {
		all.Go(func() {
			stream, err := s.client().WatchTrial(ctx, trial, nil)
			if err == nil {
				_, _ = io.CopyN(io.Discard, stream.Body, 1)
				_ = stream.Body.Close()
			}
		})
		for _, half := range []string{"GET / HTTP/1.1\r\nHost: d", "POST /api/v1/trials HTTP/1.1\r\nHost: den\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"} {
			all.Go(func() {
				conn, err := net.Dial("tcp", s.listen)
				if err == nil {
					_, _ = io.WriteString(conn, half)
					_ = conn.Close()
				}
			})
		}
	}
	all.Wait()
	leave()
	ended, err := s.client().EndTrialWithResponse(context.Background(), trial, nil, contract.Reason{})
	s.answered(err, ended != nil && ended.JSON202 != nil, func() []byte { return ended.Body })
	for _, one := range append(heard, account{trial: trial, started: true, live: true, ended: true}) {
		must(s.t, s.settle(one))
	}
}

// goroutines ends the den and says how many it had.
func (s *served) goroutines() int {
	s.log.counted.Store(0)
	_ = s.process.Process.Signal(syscall.SIGQUIT)
	<-s.ended
	return int(s.log.counted.Load())
}

// After three storms a den holds as much as after one: descriptors and goroutines, ± 5.
func TestAfterAStormTheDenHoldsNoMoreThanBefore(t *testing.T) {
	t.Parallel()
	const bound, patience = 5, 2 * time.Minute
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=0")
	s.start()
	release := s.offer(product(t, program(t), "serve"))
	s.storm(release)
	must(t, s.calms(60, patience))
	before, err := s.holding()
	must(t, err)

	// The control: streams that nobody leaves are seen.
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	trial := s.begin(time.Hour, release)
	for range 2 * bound {
		stream, err := s.client().WatchTrial(ctx, trial, nil)
		must(t, err)
		defer func() { _ = stream.Body.Close() }()
	}
	if err := s.calms(before+bound, time.Second); err == nil {
		t.Error("ten streams are open, and it is not seen")
	}
	leave()
	must(t, s.settle(account{trial: trial, started: true}))
	must(t, s.calms(before+bound, patience))
	goroutines := s.goroutines()

	s.start()
	for range 3 {
		s.storm(release)
	}
	if err := s.calms(before+bound, patience); err != nil {
		t.Errorf("after three storms: %v", err)
	}
	now, err := s.holding()
	must(t, err)
	idle := 2 * max(now-before, 0) // each connection that the engine's client keeps has two
	if n := s.goroutines(); goroutines < 10 || n > goroutines+bound+idle {
		t.Errorf("after one storm there were %d goroutines, after three %d\n%s", goroutines, n, s.log)
	}
	s.start() // to be cleaned up after
	if !t.Failed() {
		t.Logf("figure: 3 storms, 0 violations; %d descriptors, %d goroutines", before, goroutines)
	}
}
