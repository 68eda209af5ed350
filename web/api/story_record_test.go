package api_test

import (
	"innovationden/web/api/contract"
)

// look reads the record and the host.
func (s *story) look() {
	w, ctx := s.w, s.ctx
	record, err := s.official.ListEventsWithResponse(ctx, &contract.ListEventsParams{Subject: &s.trial.Id, Limit: new(int32(200))})
	acts := map[string]bool{}
	for _, e := range told(w, record.JSON200, err, record.Body).Items {
		acts[e.Act] = true
	}
	for _, act := range []string{"trial.added", "trial.changed", "trial.started", "lease.live", "lease.extended", "assessment.submitted", "trial.decided", "lease.ended", "trial.finished"} {
		if !acts[act] {
			s.t.Errorf("the record does not have %s: %v", act, acts)
		}
	}
	s.prove(told(w, record.JSON200, err, record.Body).Items[0].Seq)
	host, err := s.ops.GetHostWithResponse(ctx)
	if got := told(w, host.JSON200, err, host.Body); !got.Up || *got.RecordSize == 0 {
		s.t.Errorf("the host is %+v", got)
	}
	made, err := s.ops.MakeBackupWithResponse(ctx)
	if got := told(w, made.JSON201, err, made.Body); got.Where == "" {
		s.t.Errorf("the backup is %+v", got)
	}
	taken, err := s.ops.GetBackupWithResponse(ctx)
	w.must(err)
	if string(taken.Body) != "a backup" {
		s.t.Errorf("the backup holds %q", taken.Body)
	}
	swept, err := s.ops.SweepWithResponse(ctx, nil)
	if got := told(w, swept.JSON200, err, swept.Body); len(got.Items) != 0 {
		s.t.Errorf("the sweep found %+v", got.Items)
	}
	got, err := s.official.GetTrialWithResponse(ctx, s.trial.Id)
	told(w, got.JSON200, err, got.Body)
}
