package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox/sample"
)

// How long the sandboxes of a demo that is shown live.
const (
	showFirst  = 15 * time.Minute
	showSecond = 2 * time.Hour
)

// story is one trial from set-up to receipt, by the use cases that people use.
type story struct {
	*house
	products []sample.Product
	releases []den.ID
	offered  []den.ID // products
	cast     cast
	trial    den.TrialView
}

// setUp makes the people, the products and a trial of both as a draft.
func (s *story) setUp(ctx context.Context) error {
	s.products = sample.Products()
	if err := s.people(ctx); err != nil {
		return err
	}
	if err := s.offer(ctx); err != nil {
		return err
	}
	var tasks []string
	for _, t := range sample.Tasks() {
		tasks = append(tasks, t.Title+". "+t.Steps)
	}
	var evaluators []den.ID
	for _, p := range s.cast.evaluators {
		evaluators = append(evaluators, p.ID)
	}
	if err := s.challenge(ctx); err != nil {
		return err
	}
	var err error
	s.trial, err = s.den.ChangeTrial(ctx, s.cast.official.Act(), s.trial.ID, den.NewTrial{
		Name: s.trial.Name, Question: s.trial.Question, Scheme: den.SchemeRef{ID: "first-look", Version: 1},
		Length: s.trial.Length, Tasks: tasks, Releases: s.releases, Evaluators: evaluators,
	})
	return err
}

// launch starts the trial and waits until both products answered.
func (s *story) launch(ctx context.Context) error {
	official := s.cast.official.Act()
	var err error
	if s.trial, err = s.den.StartTrial(ctx, official, s.trial.ID, s.trial.Rev, den.Once{}); err != nil {
		return err
	}
	if err := s.until(ctx, func(l *den.SandboxView) (bool, error) {
		if l.Phase == den.Ending || l.Phase.Final() {
			return false, fmt.Errorf("%s did not start: %s", l.ProductName, l.Say)
		}
		return l.Phase == den.Live, nil
	}); err != nil {
		return err
	}
	last := s.trial.Entries[len(s.trial.Entries)-1].Sandbox
	_, err = s.den.Extend(ctx, official, last.ID, den.Extension{By: showSecond - showFirst, Why: "To look at it a little longer than at the other."})
	return err
}

// until waits until something is so of every sandbox of the trial.
func (s *story) until(ctx context.Context, so func(*den.SandboxView) (bool, error)) error {
	pokes, stop := s.den.Watch(ctx, s.trial.ID)
	defer stop()
	for {
		var err error
		if s.trial, err = s.den.Trial(ctx, s.cast.official.Act(), s.trial.ID); err != nil {
			return err
		}
		left := 0
		for _, e := range s.trial.Entries {
			if e.Sandbox == nil {
				left++
				continue
			}
			done, err := so(e.Sandbox)
			if err != nil {
				return err
			}
			if !done {
				left++
			}
		}
		if left == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %d of %d products: %w", left, len(s.trial.Entries), ctx.Err())
		case <-pokes:
		}
	}
}

// assess records what both evaluators found. The marks follow what the products do:
// see the differences that package sample states and its tests hold.
func (s *story) assess(ctx context.Context) error {
	for n, evaluator := range s.cast.evaluators {
		if _, err := s.den.Declare(ctx, evaluator.Act(), s.trial.ID, den.NewDeclaration{Stake: den.NoStake}); err != nil {
			return fmt.Errorf("declaring interests: %w", err)
		}
		for _, e := range s.trial.Entries {
			scores := map[string]den.Score{}
			for id, found := range findings[e.ProductName] {
				scores[id] = found.score(n)
			}
			_, err := s.den.SaveAssessment(ctx, evaluator.Act(), den.NewAssessment{Trial: s.trial.ID, Entry: e.ID, Scores: scores, Submit: true})
			if err != nil {
				return fmt.Errorf("assessing %s: %w", e.ProductName, err)
			}
		}
	}
	return nil
}

// finding is what the evaluators made of one criterion: a mark each, or not tested.
type finding struct {
	marks  []int
	reason string
}

func (f finding) score(evaluator int) den.Score {
	if f.marks == nil {
		return den.Score{NotTested: true, Reason: f.reason}
	}
	return den.Score{Mark: &f.marks[evaluator], Reason: f.reason}
}

var findings = map[string]map[string]finding{
	"Bookwell": {
		"does-the-job":  {[]int{3, 3}, "Finding, booking and seeing an appointment worked the first time. It cannot be cancelled without phoning the office."},
		"easy-to-use":   {[]int{4, 5}, "Plain labels, and errors that say what to do. Nothing had to be explained."},
		"accessible":    {[]int{5, 4}, "All tasks by keyboard and at 400 % zoom. Errors are listed, linked and announced."},
		"secure":        {nil, "Not part of this first look."},
		"social-value":  {nil, "The supplier was not asked yet."},
		"ai-disclosure": {[]int{4, 4}, "No sign of AI in the tasks, and the supplier's pages say that there is none."},
	},
	"Slotwise": {
		"does-the-job":  {[]int{5, 4}, "All four tasks can be done, cancelling and moving an appointment included."},
		"easy-to-use":   {[]int{3, 2}, "Pretty, but fields have no labels once something is typed, and only the first error is named."},
		"accessible":    {[]int{1, 1}, "Pale text, no visible focus, and free days are told by colour alone."},
		"secure":        {nil, "Not part of this first look."},
		"social-value":  {nil, "The supplier was not asked yet."},
		"ai-disclosure": {[]int{3, 3}, "No sign of AI in the tasks. The supplier's pages do not mention it."},
	},
}

func spoken(d time.Duration) string {
	text := strings.TrimSuffix(d.String(), "0s")
	text = strings.TrimSuffix(text, "0m")
	return strings.NewReplacer("h", " hours", "m", " minutes").Replace(text)
}
