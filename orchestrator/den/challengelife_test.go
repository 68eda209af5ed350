package den

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWhatMayHappenToAChallenge(t *testing.T) {
	for name, c := range map[string]struct {
		from ChallengeState
		step ChallengeStep
		to   ChallengeState // empty: refused
	}{
		"a draft is published":                     {ChallengeDraft, StepPublish, ChallengePublished},
		"a draft can be dropped":                   {ChallengeDraft, StepWithdraw, ChallengeWithdrawn},
		"a draft has no answers to close":          {ChallengeDraft, StepClose, ""},
		"nothing is tried before it was published": {ChallengeDraft, StepTry, ""},
		"a published one closes":                   {ChallengePublished, StepClose, ChallengeClosed},
		"it is published once":                     {ChallengePublished, StepPublish, ""},
		"nothing is tried while suppliers answer":  {ChallengePublished, StepTry, ""},
		"a closed one goes into a trial":           {ChallengeClosed, StepTry, ChallengeInTrial},
		"a closed one does not open again":         {ChallengeClosed, StepPublish, ""},
		"a second trial may start beside":          {ChallengeInTrial, StepTry, ChallengeInTrial},
		"a decided trial is its outcome":           {ChallengeInTrial, StepDecide, ChallengeOutcome},
		"a decision may be made anew":              {ChallengeOutcome, StepDecide, ChallengeOutcome},
		"it may be tried again after an outcome":   {ChallengeOutcome, StepTry, ChallengeInTrial},
		"an outcome cannot be withdrawn":           {ChallengeOutcome, StepWithdraw, ""},
		"what was withdrawn stays so":              {ChallengeWithdrawn, StepPublish, ""},
	} {
		t.Run(name, func(t *testing.T) {
			to, ok := c.from.After(c.step)
			if ok != (c.to != "") || to != c.to {
				t.Errorf("%s after %s is %q, %v", c.from, c.step, to, ok)
			}
		})
	}
}

// Whatever happens in whatever order: a challenge follows the picture, what is final
// stays, it is published once, it is due only while it is published, and nobody can
// ask or answer in any state but that.
func TestAChallengeFollowsThePicture(t *testing.T) {
	steps := []ChallengeStep{StepPublish, StepClose, StepTry, StepDecide, StepWithdraw, "nonsense"}
	rapid.Check(t, func(rt *rapid.T) {
		c := Challenge{State: ChallengeDraft, Timetable: Timetable{
			QuestionsUntil: in(time.Duration(rapid.IntRange(-5, 50).Draw(rt, "questions")) * time.Hour),
			AnswersUntil:   in(time.Duration(rapid.IntRange(-5, 50).Draw(rt, "answers")) * time.Hour),
		}}
		now, published := noon, 0
		for range rapid.IntRange(0, 20).Draw(rt, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 12).Draw(rt, "hours")) * time.Hour)
			before := c
			after, ok := c.Take(rapid.SampledFrom(steps).Draw(rt, "step"), now)
			switch {
			case !ok && !same(after, before):
				rt.Fatalf("a refused step changed %+v into %+v", before, after)
			case ok && before.State.Final():
				rt.Fatalf("%s is final and went on to %s", before.State, after.State)
			case ok && after.State != before.State && !slices.Contains(before.State.Next(), after.State):
				rt.Fatalf("%s is not shown after %s", after.State, before.State)
			case after.State == ChallengePublished && before.State != ChallengePublished:
				published++
			case !before.ClosedAt.IsZero() && !after.ClosedAt.Equal(before.ClosedAt):
				rt.Fatalf("it closed twice: %+v, %+v", before, after)
			}
			c = after
			if published > 1 || c.PublishedAt.IsZero() == (published == 1) {
				rt.Fatalf("published %d times, at %s", published, c.PublishedAt)
			}
			if !c.DueAt.IsZero() != (c.State == ChallengePublished) {
				rt.Fatalf("%s is due at %s", c.State, c.DueAt)
			}
			open := c.TakesQuestions(now) || c.TakesAnswers(now)
			if open && (c.State != ChallengePublished || c.IsOver(now)) || c.TakesQuestions(now) && !c.TakesAnswers(now) {
				rt.Fatalf("%s takes questions or answers when it must not: %+v", c.State, c)
			}
		}
	})
}

func same(a, b Challenge) bool {
	return a.State == b.State && a.PublishedAt.Equal(b.PublishedAt) && a.ClosedAt.Equal(b.ClosedAt) && a.DueAt.Equal(b.DueAt)
}

func TestCapabilitiesInCommon(t *testing.T) {
	c := Challenge{Capabilities: []string{"booking", "reminders", "payments"}}
	if got := c.InCommon([]string{"payments", "maps", "booking", "booking"}); !slices.Equal(got, []string{"booking", "payments"}) {
		t.Errorf("in common: %v", got)
	}
	if got := c.InCommon(nil); got != nil {
		t.Errorf("nothing in common: %v", got)
	}
}
