package api_test

import (
	"testing"
	"time"

	"innovationden/web/api/contract"
)

// share lets two people in and one out again.
func (s *story) share() {
	w, ctx := s.w, s.ctx
	link, err := s.official.AddShareWithResponse(ctx, s.trial.Id, nil, contract.NewShare{Link: new(true), For: new("users of the service"), Passcode: new("open sesame")})
	made := told(w, link.JSON201, err, link.Body)
	if made.Secret == nil || made.Url == nil || *made.Url != public+"/visit/"+*made.Secret || !made.Share.Link || made.Share.Passcode == nil {
		s.t.Errorf("the link is %+v", made)
	}
	with := string(w.people[stranger].ID)
	named, err := s.official.AddShareWithResponse(ctx, s.trial.Id, nil, contract.NewShare{With: &with})
	if got := told(w, named.JSON201, err, named.Body); got.Url != nil {
		s.t.Errorf("what is shared with somebody has a link: %+v", got)
	}
	mine, err := s.guest.ListSharedWithResponse(ctx)
	if got := told(w, mine.JSON200, err, mine.Body).Items; len(got) != 1 || len(got[0].Sandboxes) == 0 {
		s.t.Errorf("a guest sees %+v", got)
	}
	taken, err := s.official.TakeShareWithResponse(ctx, s.trial.Id, named.JSON201.Share.Id)
	told(w, taken.JSON200, err, taken.Body)
	mine, err = s.guest.ListSharedWithResponse(ctx)
	if got := told(w, mine.JSON200, err, mine.Body).Items; len(got) != 0 {
		s.t.Errorf("what was taken back is still shown: %+v", got)
	}
	list, err := s.official.ListSharesWithResponse(ctx, s.trial.Id)
	if got := told(w, list.JSON200, err, list.Body).Items; len(got) != 2 || !got[1].Over || got[0].Over {
		s.t.Errorf("the shares are %+v", got)
	}
}

func TestWhatCannotBeSharedIsSaid(t *testing.T) {
	w := newWorld(t)
	w.run()
	path := "/trials/" + string(w.started(1).ID) + "/shares"
	for name, body := range map[string]hash{
		"with nobody": {}, "with two": {"link": true, "with": "per_1", "for": "x"}, "with what is not there": {"with": "per_999"}, "with a trial": {"with": "tri_1"},
		"a short passcode": {"link": true, "for": "x", "passcode": "12345"}, "a passcode of a person": {"with": w.people[stranger].ID, "passcode": "123456"},
		"for nobody": {"link": true}, "in the past": {"link": true, "for": "x", "ends_at": time.Now().Add(-time.Hour)}, "for ever": {"link": true, "for": "x", "ends_at": time.Now().AddDate(1, 0, 0)},
		"another trial's sandbox": {"link": true, "for": "x", "sandbox": "lea_999"},
	} {
		if got := w.post(member, path, body); got.status != 422 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	w.post(member, "/trials/"+string(w.draft(1).ID)+"/shares", hash{"link": true, "for": "x"}).is(409)
}
