package den_test

import (
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

// An answer belongs to the release that ran when it was given; a submission gives every
// answer anew, and what was kept before answers had a time counts from the last save.
func TestAnAnswerBelongsToTheReleaseThatRanWhenItWasGiven(t *testing.T) {
	at := func(hour int) den.Stamp { return time.Date(2026, 6, 1, hour, 0, 0, 0, time.UTC) }
	e := den.Entry{Renewals: []den.Renewal{
		{State: den.RequestRefused, DecidedAt: at(8)}, {State: den.RequestAgreed, DecidedAt: at(10)}, {State: den.RequestAgreed, DecidedAt: at(12)}, {State: den.RequestOpen},
	}}
	kept := func(given, saved, submitted den.Stamp) den.Assessment {
		return den.Assessment{Scores: map[string]den.Score{"ease": {At: given}}, SavedAt: saved, SubmittedAt: submitted}
	}
	for name, x := range map[string]struct {
		of   den.Assessment
		want den.Stamp
	}{
		"before the first":                   {kept(at(9), at(13), den.Stamp{}), at(10)},
		"in the moment of the first":         {kept(at(10), at(13), den.Stamp{}), at(10)},
		"between the two":                    {kept(at(11), at(13), den.Stamp{}), at(12)},
		"after the last":                     {kept(at(13), at(13), den.Stamp{}), den.Stamp{}},
		"before, submitted after the last":   {kept(at(9), at(13), at(13)), den.Stamp{}},
		"before, submitted between":          {kept(at(9), at(11), at(11)), at(12)},
		"without a time, saved before":       {kept(den.Stamp{}, at(9), den.Stamp{}), at(10)},
		"without a time, saved after it all": {kept(den.Stamp{}, at(13), den.Stamp{}), den.Stamp{}},
	} {
		if got := e.RenewedSince(x.of.GivenAt("ease")); !got.Equal(x.want) {
			t.Errorf("%s: renewed since at %v, want %v", name, got, x.want)
		}
	}
}
