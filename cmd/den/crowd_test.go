package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"innovationden/web/api/contract"
)

// promise is what a den answered about a trial. It may not be forgotten.
type promise struct {
	trial, what string
	data        string    // SHA-256 of the trial's data
	until       time.Time // when it ends
}

// crowd is people who launch, change and end trials at the same time, each one trial
// after the other, and what the den answered them.
type crowd struct {
	s       *served
	release string
	mu      sync.Mutex
	heard   []promise
	leave   context.CancelFunc
	all     sync.WaitGroup
}

// newCrowd has so many people work until dismiss.
func newCrowd(s *served, release string, people int) *crowd {
	c := &crowd{s: s, release: release}
	var ctx context.Context
	ctx, c.leave = context.WithCancel(context.Background())
	s.t.Cleanup(c.dismiss)
	for n := range people {
		client := s.client()
		c.all.Go(func() {
			for round := 0; ctx.Err() == nil; round++ {
				if err := c.work(ctx, client, fmt.Sprintf("person %d, round %d", n, round)); err != nil && ctx.Err() == nil {
					s.t.Errorf("person %d, round %d: %v", n, round, err)
					return
				}
			}
		})
	}
	return c
}

// dismiss lets everybody go and waits for them.
func (c *crowd) dismiss() {
	c.leave()
	c.all.Wait()
}

func (c *crowd) note(a promise) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = append(c.heard, a)
}

// soFar is what was answered until now.
func (c *crowd) soFar() []promise {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]promise{}, c.heard...)
}

// work takes one trial from its draft to its end.
func (c *crowd) work(ctx context.Context, client *contract.ClientWithResponses, name string) error {
	draft, err := client.AddTrialWithResponse(ctx, nil, c.s.newTrial(time.Hour, c.release))
	if err != nil || draft.JSON201 == nil {
		return unanswered("a draft", err, draft)
	}
	id := draft.JSON201.Id
	c.note(promise{trial: id, what: "drafted"})
	data, err := client.SetTrialDataWithBodyWithResponse(ctx, id, &contract.SetTrialDataParams{Name: "data.txt"}, "application/octet-stream", strings.NewReader(name))
	if err != nil || data.JSON200 == nil {
		return unanswered("data", err, data)
	}
	c.note(promise{trial: id, what: "given data", data: data.JSON200.Data.Sha256})
	started, err := client.StartTrialWithResponse(ctx, id, nil)
	if err != nil || started.JSON202 == nil {
		return unanswered("a start", err, started)
	}
	c.note(promise{trial: id, what: "started"})
	if err := within(time.Minute, func() error {
		box, err := c.s.box(id)
		if ctx.Err() == nil && (err != nil || box.Phase != contract.PhaseLive) {
			return errors.Join(err, fmt.Errorf("it is %s: %s", box.Phase, box.Detail))
		}
		return nil
	}); err != nil || ctx.Err() != nil {
		return err
	}
	hour, why := int64(3600), "We are not done."
	longer, err := client.ExtendTrialWithResponse(ctx, id, nil, contract.Extension{BySeconds: &hour, Why: &why})
	if err != nil || longer.JSON200 == nil {
		return unanswered("more time", err, longer)
	}
	c.note(promise{trial: id, what: "extended", until: *longer.JSON200.Entries[0].Sandbox.EndsAt})
	ended, err := client.EndTrialWithResponse(ctx, id, nil, contract.Reason{})
	if err != nil || ended.JSON202 == nil {
		return unanswered("an end", err, ended)
	}
	c.note(promise{trial: id, what: "ended"})
	return nil
}

func unanswered(what string, err error, got interface{ Status() string }) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s is answered with %s", what, got.Status())
}

// holds says whether an answer is still true.
func (s *served) holds(a promise) error {
	found, err := s.client().GetTrialWithResponse(context.Background(), a.trial)
	if err != nil || found.StatusCode() != http.StatusOK {
		return errors.Join(err, fmt.Errorf("trial %s was %s and is lost: %s", a.trial, a.what, found.Body))
	}
	t, kept := found.JSON200, true
	box := t.Entries[0].Sandbox
	switch a.what {
	case "given data":
		kept = t.Data != nil && t.Data.Sha256 == a.data
	case "started":
		kept = t.State != contract.Draft && box != nil
	case "extended":
		kept = box != nil && box.EndsAt != nil && !box.EndsAt.Before(a.until)
	case "ended":
		kept = box != nil && (box.EndAsked != nil || box.Phase == contract.PhaseEnding || box.Phase == contract.PhaseEnded)
	}
	if !kept {
		return fmt.Errorf("trial %s was %s, which is lost: %s", a.trial, a.what, found.Body)
	}
	return nil
}
