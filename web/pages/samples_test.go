package pages

import (
	"maps"
	"testing"
	"time"

	"innovationden/web/view"
)

// A page that cannot be shown is found here, not by its first visitor: the templates
// that are tried are those that are built in.
func TestEveryPageCanBeShown(t *testing.T) {
	v, err := view.New(view.Config{Pages: templates, Zone: time.UTC, Now: func() time.Time { return time.Time{} }})
	if err != nil {
		t.Fatal(err)
	}
	all := samples()
	maps.Copy(all, challengeSamples())
	if err := v.Try(all); err != nil {
		t.Error(err)
	}
	delete(all, "home")
	if v.Try(all) == nil {
		t.Error("a page without a sample is not seen")
	}
}

// challengeSamples are what each page of challenges is tried with.
func challengeSamples() map[string]view.Page {
	return map[string]view.Page{
		"challenge":          challengePage{},
		"challenge-answers":  challengeAnswersPage{},
		"challenge-ask":      challengeAskPage{},
		"challenge-check":    challengeCheckPage{},
		"challenge-interest": challengeInterestPage{},
		"challenge-new":      newChallengePage{},
		"challenge-notice":   noticePage{},
		"challenge-pack":     packPage{},
		"challenge-question": challengeQuestionPage{},
		"challenge-set-up":   challengeSetUpPage{},
		"challenge-step":     challengeStepPage{},
		"challenge-thank":    challengeThankPage{},
		"challenges":         challengesPage{},
	}
}
