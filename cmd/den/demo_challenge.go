package main

import (
	"context"
	"fmt"
	"time"

	"innovationden/orchestrator/den"
)

// challenge tells what came before the trial: a problem is published, a supplier asks,
// the department answers to all, both suppliers answer with a product, and a trial of
// both is made in one step.
func (s *story) challenge(ctx context.Context) error {
	official := s.cast.official.Act()
	c, err := s.publish(ctx, official)
	if err != nil {
		return err
	}
	q, err := s.den.Ask(ctx, s.cast.engineers[0].Act(), den.NewQuestion{
		Challenge: c.ID, Text: "How many offices are there, and do they all offer the same appointments?",
	})
	if err != nil {
		return err
	}
	_, err = s.den.AnswerQuestion(ctx, official, q.ID, den.NewAnswer{
		Answer: "There are 40 offices. All register births; 12 of them also offer other appointments. A trial needs two offices only.",
	})
	if err != nil {
		return err
	}
	advice := []string{
		"Ask for appointments that people can cancel by themselves: it frees a tenth of them.",
		"Let people see the free days of a whole month. Our users change their minds twice before they book.",
	}
	for n, engineer := range s.cast.engineers {
		i, err := s.den.ShowInterest(ctx, engineer.Act(), den.NewInterest{Challenge: c.ID, Products: []den.ID{s.offered[n]}, Advice: advice[n]})
		if err != nil {
			return fmt.Errorf("answering the challenge: %w", err)
		}
		if n == 0 {
			if _, err := s.den.Thank(ctx, official, i.ID, "For telling us how much cancelling matters. It is one of the tasks of the trial.", 0); err != nil {
				return err
			}
		}
	}
	s.trial, err = s.den.TryChallenge(ctx, official, den.NewAttempt{Challenge: c.ID, Products: s.offered})
	return err
}

func (s *story) publish(ctx context.Context, official den.Actor) (den.ChallengeView, error) {
	now, day := time.Now(), 24*time.Hour
	c, err := s.den.AddChallenge(ctx, official, den.NewChallenge{
		Title:       "Booking appointments at local offices",
		Problem:     "To register a birth, parents have to call one of our offices and agree on a time. Half of the calls are not answered at the first try, and one appointment in seven is not kept.",
		People:      "60,000 parents a year, in their first weeks with a child, and 85 colleagues who answer the telephone.",
		Success:     "Can people find, make, see and cancel an appointment to register a birth by themselves, with whatever help they need?",
		Constraints: "It must work on an old telephone, with a screen reader, and without an account.",
		Timetable: den.Timetable{
			QuestionsUntil: now.Add(7 * day), AnswersUntil: now.Add(14 * day), TrialFrom: now.Add(21 * day), TrialFor: showFirst,
		},
		Budget: den.Budget{Low: 2_000_000, High: 6_000_000}, Capabilities: []string{"appointments", "notifications"},
	})
	if err != nil {
		return c, err
	}
	return s.den.PublishChallenge(ctx, official, c.ID, c.Rev)
}
