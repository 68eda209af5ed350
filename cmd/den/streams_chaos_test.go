//go:build chaos

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"innovationden/sandbox/sandboxtest"
	"innovationden/web/api/contract"
)

// many is a den with many sandboxes and many streams, and what was found wrong with it.
type many struct {
	*served
	readers     readers
	releases    []string
	departments []string
	people      []*follower
	trials      []place            // that last as long as the test
	of          map[string][]place // the same, by department
	life        life
}

// TestChaosManyStreams keeps DEN_CHAOS_STREAMS streams (2,000) open for
// DEN_CHAOS_MINUTES (60, at least 2) against a real den with DEN_CHAOS_SANDBOXES sandboxes (200) on a
// real engine: live pages, the API and products through the gateway. Meanwhile trials
// start, are extended and end, people lose their roles, and some readers never read.
func TestChaosManyStreams(t *testing.T) {
	boxes, streams := int(number(t, "DEN_CHAOS_SANDBOXES", 200)), int(number(t, "DEN_CHAOS_STREAMS", 2000))
	lasts := time.Duration(number(t, "DEN_CHAOS_MINUTES", 60)) * time.Minute
	m := newMany(t, boxes)
	m.populate(streams / ownStreams)
	before := m.rehearse()
	t.Logf("before: %s", before)

	m.fill(boxes)
	open := m.follow()
	m.await("the den to be at rest", func() error { _, err := m.weigh(time.Now()); return err })
	began := time.Now()
	t.Logf("%d sandboxes and %d streams are open", boxes, len(open))
	ctx, stop := context.WithTimeout(context.Background(), lasts)
	defer stop()
	m.live(ctx)
	weights := m.watch(ctx, began)
	m.life.all.Wait()
	if err := grown(weights, lasts); err != nil {
		m.life.faulty("from its tenth minute of sixty to its end: %v", err)
	}
	for _, s := range open {
		s.mu.Lock()
		if !s.ended.IsZero() || s.count == 0 {
			m.life.faulty("%s %s is not open at the end", s.what, s.name)
		}
		s.mu.Unlock()
	}
	_, longest, wrong := m.readers.look()
	m.life.found(wrong)

	t.Log("closing everything")
	m.readers.close(open)
	m.empty()
	m.patience = 5 * time.Minute
	m.life.check("at the end", m.onlyCells(0))
	after, err := m.back(before, 10*time.Minute)
	m.life.check("after all was closed", err)
	t.Logf("after: %s", after)
	m.stop()
	if said, code := m.command("check", "--data", m.data); code != exitDone {
		m.life.faulty("den check: %s", said)
	}
	m.report(len(open), boxes, longest)
}

func newMany(t *testing.T, boxes int) *many {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sizes.yaml")
	must(t, os.WriteFile(file, []byte(small), 0o600))
	m := &many{served: newServed(t, "DEN_SIZES_FILE="+file, "DEN_TRIALS_SIZE=tiny", fmt.Sprintf("DEN_SANDBOXES_MOST=%d", boxes+20),
		"DEN_SANDBOXES_SPARE_CELLS=4", "DEN_LOG_LEVEL=warn"), of: map[string][]place{}}
	m.life.t, m.life.m = t, m
	t.Cleanup(m.clear)
	t.Cleanup(func() {
		m.readers.close(append([]*stream{}, m.readers.all...))
	})
	m.start()
	return m
}

// populate brings in four products, five departments and so many people.
func (m *many) populate(people int) {
	m.t.Helper()
	const products, departments = 4, 5
	text := program(m.t)
	for n := range products {
		c := sandboxtest.ProductConfig()
		c.Volumes, c.Cmd = nil, []string{"serve"}
		m.releases = append(m.releases, m.offer(sandboxtest.Archive(m.t, c, nil, map[string][]byte{"product": text, "tmp/": nil, "which": {byte('a' + n)}})))
	}
	client := m.client()
	for n := range departments {
		made, err := client.AddDepartmentWithResponse(context.Background(), nil, contract.NewOrganisation{Name: fmt.Sprintf("Department %d", n+1)})
		m.answered(err, made != nil && made.JSON201 != nil, func() []byte { return made.Body })
		m.departments = append(m.departments, made.JSON201.Id)
	}
	for n := range people {
		one, err := m.join(m.departments[n%departments])
		must(m.t, err)
		m.people = append(m.people, one)
	}
}

// rehearse does everything once in small, and says what the den holds when it is over.
func (m *many) rehearse() weight {
	m.t.Helper()
	in := m.people[0].in
	tried, err := m.places(in, 4, time.Hour, m.releases...)
	must(m.t, err)
	all, err := m.people[0].everything(0, tried)
	must(m.t, err)
	must(m.t, m.readers.opens(all, time.Minute))
	m.readers.close(all)
	for _, p := range tried {
		must(m.t, m.end(p.trial))
	}
	must(m.t, m.onlyCells(0))
	m.patience = 2 * time.Minute
	var last, now weight
	m.await("the den to hold the same twice", func() error {
		last = now
		<-time.After(2 * time.Second)
		if now, err = m.weigh(time.Now()); err == nil && (now.descriptors > 60 || now.descriptors != last.descriptors || now.goroutines != last.goroutines) {
			err = fmt.Errorf("it holds %s", now)
		}
		return err
	})
	return now
}

// fill starts so many sandboxes, four in a trial, in all departments alike.
func (m *many) fill(boxes int) {
	m.t.Helper()
	trials := boxes / len(m.releases)
	for n, department := range m.departments {
		share := (trials + len(m.departments) - 1 - n) / len(m.departments)
		made, err := m.places(department, share, 24*time.Hour, m.releases...)
		must(m.t, err)
		m.trials, m.of[department] = append(m.trials, made...), made
	}
}

// follow opens all streams of everybody.
func (m *many) follow() (all []*stream) {
	m.t.Helper()
	nth := map[string]int{}
	for _, one := range m.people {
		mine, err := one.everything(nth[one.in], m.of[one.in])
		must(m.t, err)
		must(m.t, m.readers.opens(mine, time.Minute))
		nth[one.in]++
		all = append(all, mine...)
	}
	return all
}

// watch weighs the den and looks at the streams until ctx ends.
func (m *many) watch(ctx context.Context, began time.Time) (weights []weight) {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return weights
		case <-m.ended:
			m.t.Fatalf("the den has ended\n%s", m.log)
		case <-tick.C:
		}
		w, err := m.weigh(began)
		if err != nil {
			m.life.faulty("it could not be weighed: %v", err)
			continue
		}
		weights = append(weights, w)
		open, longest, wrong := m.readers.look()
		m.life.found(wrong)
		if n%6 == 0 {
			m.t.Logf("after %s: %d streams open, %s; the longest silence was %s", w.at.Round(time.Second), open, w, longest.Round(time.Millisecond))
		}
	}
}

// end asks for the end of a trial and waits for the receipts of its sandboxes.
func (m *many) end(trial string) error {
	ended, err := m.client().EndTrialWithResponse(context.Background(), trial, nil, contract.Reason{})
	if err != nil || ended.JSON202 == nil {
		return unanswered("an end", err, ended)
	}
	return m.gone(trial, 2*time.Minute)
}

// gone waits until a trial is finished, and reads the receipts and the record of its
// sandboxes.
func (m *many) gone(trial string, patience time.Duration) error {
	client := m.client()
	if err := within(patience, func() error {
		found, err := client.GetTrialWithResponse(context.Background(), trial)
		if err == nil && (found.JSON200 == nil || found.JSON200.State != contract.Finished) {
			err = fmt.Errorf("trial %s is not finished: %.300s", trial, found.Body)
		}
		return err
	}); err != nil {
		return err
	}
	receipts, err := client.ListReceiptsWithResponse(context.Background(), trial, nil)
	if err != nil || receipts.JSON200 == nil || len(receipts.JSON200.Items) == 0 {
		return unanswered("receipts", err, receipts)
	}
	var faults error
	for _, r := range receipts.JSON200.Items {
		if r.Left != 0 || len(r.Looks) != 2 || r.LiveAt == nil {
			faults = errors.Join(faults, fmt.Errorf("the receipt says: %+v", r))
		}
		faults = errors.Join(faults, m.moves(r.Lease))
	}
	return faults
}

// empty ends all trials that last.
func (m *many) empty() {
	_, err := together(2, len(m.trials), func(n int) error { return m.end(m.trials[n].trial) })
	m.life.check("ending all trials", err)
}

// report says the figures of the run.
func (m *many) report(streams, boxes int, longest time.Duration) {
	l, r := &m.life, &m.readers
	l.mu.Lock()
	defer l.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	m.t.Logf("figure: %d streams, %d violations", streams, len(l.wrong))
	m.t.Logf("%d sandboxes; with those that came and went %d streams, which told %d events and came back %d times; the longest silence was %s",
		boxes, r.kept.streams, r.kept.events, r.kept.returns, longest.Round(time.Millisecond))
	m.t.Logf("%d extensions, told everywhere in %s at most; %d trials that passed, closed %s after their time at most (%d took more than a second) and gone after %s; %d people who went, whose streams were closed in %s at most (%d took more than a second); %d readers who never read",
		l.extended.n, l.extended.most, l.passed.n, l.late.most, l.late.slow, l.passed.most, l.went.n, l.went.most, l.went.slow, l.deaf.n)
	if len(l.wrong) > 0 {
		m.t.Error("violations are above")
	}
}
