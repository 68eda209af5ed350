package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

// PublishChallenge shows a draft to every supplier. Invalid with every fault at once
// where it is not complete.
func (o *Orchestrator) PublishChallenge(ctx context.Context, actor den.Actor, id den.ID, rev int64) (v den.ChallengeView, err error) {
	return o.stepChallenge(ctx, actor, id, rev, func(tx den.Tx, p *pen, c den.Challenge) (den.Challenge, error) {
		faults := o.lacks(c, p.now)
		if err := faults.Err(); c.State == den.ChallengeDraft && err != nil {
			return c, err
		}
		return p.step(tx, c, den.StepPublish, den.Event{
			Act: "challenge.published", Say: fmt.Sprintf("%s published the challenge %q.", departmentName(tx, c), c.Title),
		})
	})
}

// CloseChallenge takes no more questions and answers.
func (o *Orchestrator) CloseChallenge(ctx context.Context, actor den.Actor, id den.ID, why string, rev int64) (v den.ChallengeView, err error) {
	return o.stepChallenge(ctx, actor, id, rev, func(tx den.Tx, p *pen, c den.Challenge) (den.Challenge, error) {
		return o.close(tx, p, c, why)
	})
}

// WithdrawChallenge gives a challenge up. Those who follow it are told why.
func (o *Orchestrator) WithdrawChallenge(ctx context.Context, actor den.Actor, id den.ID, why string, rev int64) (v den.ChallengeView, err error) {
	return o.stepChallenge(ctx, actor, id, rev, func(tx den.Tx, p *pen, c den.Challenge) (den.Challenge, error) {
		why = strings.TrimSpace(why)
		if why == "" && c.IsPublic() {
			return c, den.Bad("why", "Enter why the challenge is withdrawn, for everybody who follows it.")
		}
		say := fmt.Sprintf("The challenge %q was withdrawn.", called(c))
		c, err := p.step(tx, c, den.StepWithdraw, den.Event{Act: "challenge.withdrawn", Say: say, Why: why})
		if err != nil || !c.IsPublic() {
			return c, err
		}
		return c, o.tellFollowers(tx, p, c, den.NoticeChallenge, say+" "+why)
	})
}

func (o *Orchestrator) stepChallenge(ctx context.Context, actor den.Actor, id den.ID, rev int64,
	do func(den.Tx, *pen, den.Challenge) (den.Challenge, error),
) (v den.ChallengeView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		c, err := mayChallenge(tx, actor, id, den.SetUpChallenge)
		if err != nil {
			return err
		}
		if err := fresh(rev, c.Rev); err != nil {
			return err
		}
		if c, err = do(tx, p, c); err != nil {
			return err
		}
		v, err = o.challengeView(tx, actor, c.ID)
		return err
	})
	return v, err
}

// close ends the time for questions and answers, whoever asked for it.
func (o *Orchestrator) close(tx den.Tx, p *pen, c den.Challenge, why string) (den.Challenge, error) {
	say := fmt.Sprintf("The challenge %q was closed to questions and answers.", c.Title)
	c, err := p.step(tx, c, den.StepClose, den.Event{Act: "challenge.closed", Say: say, Why: strings.TrimSpace(why)})
	if err != nil {
		return c, err
	}
	return c, o.tellFollowers(tx, p, c, den.NoticeChallenge, say)
}

// step moves a challenge with its event, to which it adds what that is about. Conflict
// where it may not happen now.
func (p *pen) step(tx den.Tx, c den.Challenge, step den.ChallengeStep, e den.Event) (den.Challenge, error) {
	to, ok := c.Take(step, p.now)
	if !ok {
		return c, den.Refuse(den.Conflict, "This challenge is %s now, so that cannot be done.", inWords(c.State))
	}
	to, err := tx.Challenges().Put(to)
	if err != nil {
		return to, err
	}
	e.Subject, e.About = to.ID, []den.ID{to.Department}
	if step == den.StepPublish {
		e.After = told(to)
	}
	_, err = p.record(tx, e)
	return to, err
}

func inWords(s den.ChallengeState) string {
	switch s {
	case den.ChallengeDraft:
		return "a draft"
	case den.ChallengePublished:
		return "published"
	case den.ChallengeClosed:
		return "closed"
	case den.ChallengeInTrial:
		return "in a trial"
	case den.ChallengeOutcome:
		return "decided"
	case den.ChallengeWithdrawn:
		return "withdrawn"
	}
	return string(s)
}

func departmentName(tx den.Tx, c den.Challenge) string {
	d, err := tx.Departments().Get(c.Department)
	if err != nil {
		return "The department"
	}
	return d.Name
}

// followers are the suppliers that were invited or have answered.
func followers(tx den.Tx, c den.Challenge) (all []den.ID, err error) {
	for _, i := range c.Invited {
		all = append(all, i.Supplier)
	}
	interests, err := every(tx.Interests(), den.Query{Index: den.InterestsByChallenge, Key: string(c.ID)})
	for _, i := range interests {
		if i.Stands() && !slices.Contains(all, i.Supplier) {
			all = append(all, i.Supplier)
		}
	}
	return all, err
}

// tellFollowers puts a notice for every supplier that follows a challenge.
func (o *Orchestrator) tellFollowers(tx den.Tx, p *pen, c den.Challenge, kind den.NoticeKind, say string) error {
	to, err := followers(tx, c)
	if err != nil {
		return err
	}
	for _, one := range to {
		if err := p.notice(tx, den.Notice{To: one, Subject: c.ID, Kind: kind, Title: c.Title, Say: say}); err != nil {
			return err
		}
	}
	return nil
}

// passChallenges closes what is due: the time for answers is over.
func (o *Orchestrator) passChallenges(ctx context.Context, now time.Time) error {
	var due []den.Challenge
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		due, err = every(tx.Challenges(), den.Query{Index: den.ChallengesByDue, Until: now})
		return err
	})
	if err != nil {
		return err
	}
	for _, one := range due {
		err := o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
			c, err := tx.Challenges().Get(one.ID)
			if err != nil || !c.IsOver(p.now) {
				return err
			}
			_, err = o.close(tx, p, c, "The time for answers is over.")
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// challengeTried moves the challenge of a trial that starts.
func (o *Orchestrator) challengeTried(tx den.Tx, p *pen, t den.Trial) error {
	return o.followTrial(tx, p, t, den.StepTry, den.Event{Act: "challenge.tried", Say: "A trial of it started."})
}

// challengeDecided moves the challenge of a trial that was decided.
func (o *Orchestrator) challengeDecided(tx den.Tx, p *pen, t den.Trial, d den.Decision) error {
	return o.followTrial(tx, p, t, den.StepDecide, den.Event{Act: "challenge.decided", Say: fmt.Sprintf("A trial of it was decided: %s.", decided(d))})
}

// followTrial does nothing where the trial has no challenge, or one that goes its own
// way: a withdrawn challenge keeps no trial from going on.
func (o *Orchestrator) followTrial(tx den.Tx, p *pen, t den.Trial, step den.ChallengeStep, e den.Event) error {
	if t.Challenge == "" {
		return nil
	}
	c, err := tx.Challenges().Get(t.Challenge)
	if err != nil {
		return err
	}
	if _, ok := c.State.After(step); !ok {
		return nil
	}
	if step == den.StepDecide {
		c.Outcome = e.Say
	}
	if c, err = p.step(tx, c, step, e); err != nil {
		return err
	}
	return o.tellFollowers(tx, p, c, den.NoticeChallenge, e.Say)
}
