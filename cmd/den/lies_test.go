package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

// deceived is a den whose engine can lie.
type deceived struct {
	*served
	between *between
	release string
	product string // whose release that is
	program []byte
}

func newDeceived(t *testing.T, program []byte) *deceived {
	b := newBetween(t)
	d := &deceived{served: newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1", "DEN_SANDBOXES_IMAGE_GRACE=1s"), between: b, program: program}
	d.host = b.host
	d.start()
	d.release = d.offer(product(t, program, "serve"))
	known, err := d.client().GetReleaseWithResponse(t.Context(), d.release)
	d.answered(err, known != nil && known.JSON200 != nil, func() []byte { return known.Body })
	d.product = known.JSON200.Product
	must(t, d.onlyCells(0))
	return d
}

// places are the calls of a life: of each the first two and the last.
func (d *deceived) places(t *testing.T, life string) []lie {
	t.Helper()
	listener := d.between.tells(lie{life: life})
	must(t, lives[life](d, time.Hour))
	last := map[string]lie{}
	all := listener.calls()
	for _, l := range all {
		last[l.call] = l
	}
	return slices.DeleteFunc(all, func(l lie) bool { return l.nth > 2 && l != last[l.call] })
}

// deceive goes through a life with one lie, and says what was left, lost or untrue. Every
// other plain one ends by time.
func (d *deceived) deceive(l lie) error {
	liar := d.between.tells(l)
	defer d.between.tells(lie{})
	d.between.mute.Store(l.nth%2 == 0) // then no event of the engine helps
	length := time.Hour
	if len(l.call+l.way)%2 == 1 {
		length = 3 * time.Second
	}
	err := lives[l.life](d, length)
	select {
	case <-d.ended:
		err = errors.Join(err, errors.New("the den is gone"))
	default:
	}
	if err == nil && !liar.told.Load() {
		return errNotTold
	}
	return err
}

var errNotTold = errors.New("this time there was no such call")

// through launches, asks for the end unless the time is short, and holds the den to what
// it said, and to nothing living longer than its end and a minute.
func (d *deceived) through(length time.Duration) error {
	ctx, client := context.Background(), d.client()
	const patience = 2 * time.Minute
	var heard account
	draft, err := client.AddTrialWithResponse(ctx, nil, d.newTrial(length, d.release))
	if err != nil || draft.JSON201 == nil {
		return fmt.Errorf("no draft: %w", errors.Join(err, errors.New(string(draft.Body))))
	}
	heard.trial = draft.JSON201.Id
	if err := within(patience, func() error {
		started, err := client.StartTrialWithResponse(ctx, heard.trial, nil)
		if err == nil && started.JSON202 == nil {
			err = fmt.Errorf("the start is answered with %s", started.Body)
		}
		return err
	}); err != nil {
		return err
	}
	heard.started = true
	if err := within(patience, func() error {
		box, err := d.box(heard.trial)
		heard.live = heard.live || box.LiveAt != nil
		if err == nil && !heard.live && box.Phase != contract.PhaseEnding && box.Phase != contract.PhaseEnded {
			err = fmt.Errorf("it is %s: %s", box.Phase, box.Detail)
		}
		return err
	}); err != nil {
		return err
	}
	if length > time.Minute {
		if ended, err := client.EndTrialWithResponse(ctx, heard.trial, nil, contract.Reason{}); err != nil || ended.StatusCode() >= 500 {
			return fmt.Errorf("the end is answered with %s: %w", ended.Body, err)
		} else if ended.JSON202 != nil {
			heard.ended = true
		}
	}
	var box contract.Sandbox
	if err := within(patience, func() (err error) {
		if box, err = d.box(heard.trial); err == nil && box.Phase != contract.PhaseEnded {
			err = fmt.Errorf("it is %s: %s", box.Phase, box.Detail)
		}
		return err
	}); err != nil {
		return err
	}
	if late := box.EndedAt.Sub(*box.EndsAt); late > time.Minute {
		return fmt.Errorf("it lived %s longer than it might", late)
	}
	if box.Reason == contract.EndReasonFailed && box.Detail == "" {
		return errors.New("it failed and does not say why")
	}
	return d.settle(heard)
}

// someLies takes one call for each way, spread over them.
func someLies(places []lie) (all []lie) {
	for n, way := range lieWays {
		if way == "hang" || way == "stall" { // these wait for time-outs of half a minute
			continue
		}
		l := places[n*7%len(places)]
		l.way = way
		all = append(all, l)
	}
	return all
}

// The engine lies at one call of a launch or a removal: it refuses, loses, cuts, delays or
// makes something up. Nothing is left, the record tells the truth, and nothing lives on.
// Here each way is tried at one call; make chaos goes through all of them.
func TestAnEngineThatLiesOnce(t *testing.T) {
	t.Parallel()
	if text := os.Getenv("DEN_LIES"); text != "" { // way@call@nth@life: this one alone
		part := strings.Split(text, "@")
		if len(part) != 4 || lives[part[3]] == nil {
			t.Fatalf("no such lie: %s", text)
		}
		nth, err := strconv.Atoi(part[2])
		must(t, err)
		lied(t, func(*deceived) []lie { return []lie{{call: part[1], nth: nth, way: part[0], life: part[3]}} })
		return
	}
	lied(t, func(d *deceived) []lie { return someLies(d.places(t, plain)) })
}

// lied goes through the lies and says the command that tells one again. After a violation
// it goes on with another den, so that one hides no other.
func lied(t *testing.T, choose func(*deceived) []lie) {
	t.Helper()
	program := program(t)
	d := newDeceived(t, program)
	told, slowest := map[string]int{}, time.Duration(0)
	for _, l := range choose(d) {
		began := time.Now()
		err := d.deceive(l)
		switch {
		case errors.Is(err, errNotTold):
			t.Logf("%s: %v", l, err)
			continue
		case err != nil:
			t.Log("figure: 1 lies, 1 violations")
			t.Errorf("%s: %v\n%s\nAgain: DEN_LIES=%q go test -count=1 -v -run '^TestAnEngineThatLiesOnce$' ./cmd/den", l, err, d.log, l)
			d.stop()
			d = newDeceived(t, program)
			continue
		}
		told[l.way]++
		slowest = max(slowest, time.Since(began))
	}
	sum := 0
	for n := range maps.Values(told) {
		sum += n
	}
	if sum == 0 && !t.Failed() {
		t.Error("no lie was told")
	}
	t.Logf("figure: %d lies, 0 violations", sum)
	t.Logf("%d lies: nothing left, nothing untrue; the slowest took %s; %v", sum, slowest.Round(time.Millisecond), told)
}

// The control: an engine that always says that it removed a container, and that nothing of
// that sandbox is there, and keeps it. The den must believe it, and the oracles, which
// ask the engine itself, must not.
func TestTheOraclesOfALieSeeWhatIsLeft(t *testing.T) {
	t.Parallel()
	d := newDeceived(t, program(t))
	d.between.liar.Store(&liar{count: map[string]int{}, always: func(call string, r *http.Request) bool {
		return call == "DELETE /containers/X" || call == "GET /containers/json" && strings.Contains(r.URL.RawQuery, "innovationden.sandbox")
	}})
	d.host, d.patience = os.Getenv("DOCKER_HOST"), 10*time.Second
	err := d.through(time.Hour)
	if err == nil || !strings.Contains(err.Error(), "the engine has") {
		t.Errorf("a container was kept, and they say %v", err)
	}
	t.Logf("figure: 1 lies, 1 violations: %v", err)
}
