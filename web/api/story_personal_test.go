package api_test

import (
	"strings"

	"innovationden/web/api/contract"
)

// personal has two people read what is kept about them and removes it: one by
// themselves, one by the operator. What they did stays.
func (s *story) personal() {
	w, ctx := s.w, s.ctx
	mine, err := s.guest.GetMyDataWithResponse(ctx)
	if told(w, mine.JSON200, err, mine.Body); !strings.Contains(string(mine.Body), w.people[stranger].Name) {
		s.t.Errorf("the guest's data is %s", mine.Body)
	}
	unsure, err := s.guest.RemoveMyDataWithResponse(ctx, &contract.RemoveMyDataParams{})
	if w.must(err); unsure.StatusCode() != 422 {
		s.t.Errorf("who is not sure is told %s", unsure.Body)
	}
	gone, err := s.guest.RemoveMyDataWithResponse(ctx, &contract.RemoveMyDataParams{Sure: new(true), Why: new("I have left.")})
	if got := told(w, gone.JSON200, err, gone.Body); got.Names == 0 {
		s.t.Errorf("removed was %+v", got)
	}
	if got := gone.JSON200.Left; len(got.Items) != 0 || got.LookedAt == 0 {
		s.t.Errorf("who removes their own is told of %+v", got)
	}
	who := w.people[evaluator]
	s.named(who.Name)
	read, err := s.ops.GetPersonalDataWithResponse(ctx, string(who.ID))
	if told(w, read.JSON200, err, read.Body); !strings.Contains(string(read.Body), who.Name) {
		s.t.Errorf("the evaluator's data is %s", read.Body)
	}
	taken, err := s.ops.RemovePersonalDataWithResponse(ctx, string(who.ID), &contract.RemovePersonalDataParams{Sure: new(true)})
	if got := told(w, taken.JSON200, err, taken.Body).Left; got.Whole == 0 || len(got.Items) == 0 {
		s.t.Errorf("left are %+v", got)
	}
	left, err := s.ops.ListMentionsWithResponse(ctx, string(who.ID))
	if got := told(w, left.JSON200, err, left.Body); int(got.Whole) != int(taken.JSON200.Left.Whole) || strings.Contains(string(left.Body), `"excerpt"`) {
		s.t.Errorf("afterwards it is said: %s", left.Body)
	}
	record, err := s.ops.ListEventsWithResponse(ctx, &contract.ListEventsParams{Limit: new(int32(200)), Actor: new(string(who.ID))})
	if got := told(w, record.JSON200, err, record.Body); len(got.Items) == 0 || strings.Contains(string(record.Body), who.Name) {
		s.t.Errorf("the record says %s", record.Body)
	}
	kept, err := s.ops.GetRetentionWithResponse(ctx)
	if got := told(w, kept.JSON200, err, kept.Body); len(got.Rules) == 0 {
		s.t.Errorf("the rules are %+v", got)
	}
}

// named has somebody type a name into a challenge, and the operator find it there.
func (s *story) named(name string) {
	w, ctx := s.w, s.ctx
	made, err := s.official.AddChallengeWithResponse(ctx, nil, contract.NewChallenge{Title: new("A list"), Problem: new("Ask <b>" + strings.ToUpper(name) + "</b> for the list.")})
	challenge := told(w, made.JSON201, err, made.Body)
	found, err := s.ops.ListMentionsWithResponse(ctx, string(w.people[name].ID))
	got := told(w, found.JSON200, err, found.Body)
	for _, m := range got.Items {
		if m.Field == "Challenge.Problem" && m.Record == challenge.Id {
			if !strings.Contains(*m.Excerpt, strings.ToUpper(name)) || *m.Path != "/challenges/"+challenge.Id || m.Withheld || m.Part {
				s.t.Errorf("what was found is %+v", m)
			}
			return
		}
	}
	s.t.Errorf("the challenge was not found: %+v", got)
}
