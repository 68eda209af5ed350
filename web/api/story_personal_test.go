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
	who := w.people[evaluator]
	read, err := s.ops.GetPersonalDataWithResponse(ctx, string(who.ID))
	if told(w, read.JSON200, err, read.Body); !strings.Contains(string(read.Body), who.Name) {
		s.t.Errorf("the evaluator's data is %s", read.Body)
	}
	taken, err := s.ops.RemovePersonalDataWithResponse(ctx, string(who.ID), &contract.RemovePersonalDataParams{Sure: new(true)})
	told(w, taken.JSON200, err, taken.Body)
	record, err := s.ops.ListEventsWithResponse(ctx, &contract.ListEventsParams{Limit: new(int32(200)), Actor: new(string(who.ID))})
	if got := told(w, record.JSON200, err, record.Body); len(got.Items) == 0 || strings.Contains(string(record.Body), who.Name) {
		s.t.Errorf("the record says %s", record.Body)
	}
	kept, err := s.ops.GetRetentionWithResponse(ctx)
	if got := told(w, kept.JSON200, err, kept.Body); len(got.Rules) == 0 {
		s.t.Errorf("the rules are %+v", got)
	}
}
