package api_test

import (
	"net/http"
	"strings"

	"innovationden/web/api/contract"
)

// exhibits has the evaluator keep a file and a line of the log, once each, and read them
// again; nobody else sees them before the scores.
func (s *story) exhibits(entry string) {
	w, ctx, id := s.w, s.ctx, s.trial.Id
	const saw = "The form lost what I typed."
	keep := func() contract.Evidence {
		kept, err := s.judge.AddEvidenceWithBodyWithResponse(ctx, id, entry, &contract.AddEvidenceParams{
			Kind: contract.AddEvidenceParamsKindFile, Name: new("notes.txt"), IdempotencyKey: new("evidence-1"),
		}, "application/octet-stream", strings.NewReader(saw))
		return told(w, kept.JSON201, err, kept.Body)
	}
	first := keep()
	if again := keep(); again.Id != first.Id {
		s.t.Errorf("it is kept twice: %s and %s", first.Id, again.Id)
	}
	line, err := s.judge.AddEvidenceWithBodyWithResponse(ctx, id, entry, &contract.AddEvidenceParams{
		Kind: contract.AddEvidenceParamsKindLog, From: new(int32(1)), To: new(int32(1)),
	}, "application/octet-stream", http.NoBody)
	told(w, line.JSON201, err, line.Body)
	none, err := s.judge.AddEvidenceWithBodyWithResponse(ctx, id, entry, &contract.AddEvidenceParams{Kind: contract.AddEvidenceParamsKindPicture}, "application/octet-stream", strings.NewReader(saw))
	w.must(err)
	if none.StatusCode() != http.StatusUnprocessableEntity {
		s.t.Errorf("a text passes as a picture: %d", none.StatusCode())
	}
	all, err := s.judge.ListEvidenceWithResponse(ctx, id, entry)
	if got := told(w, all.JSON200, err, all.Body); len(got.Items) != 2 || got.Items[0].Id != first.Id || got.Items[0].Name != "notes.txt" || got.Items[1].Kind != contract.EvidenceKindLog {
		s.t.Errorf("what is kept is %+v", got)
	}
	read, err := s.judge.GetEvidenceWithResponse(ctx, id, first.Id)
	w.must(err)
	if string(read.Body) != saw || !strings.Contains(read.HTTPResponse.Header.Get("Content-Disposition"), "notes.txt") {
		s.t.Errorf("what was kept is %q %v", read.Body, read.HTTPResponse.Header)
	}
	bare, err := s.judge.RemoveEvidenceWithResponse(ctx, id, entry, line.JSON201.Id, contract.NewRemoval{Why: " "})
	w.must(err)
	if bare.StatusCode() != http.StatusUnprocessableEntity {
		s.t.Errorf("removed without a reason: %d", bare.StatusCode())
	}
	left, err := s.judge.RemoveEvidenceWithResponse(ctx, id, entry, line.JSON201.Id, contract.NewRemoval{Why: "The line says nothing."})
	if got := told(w, left.JSON200, err, left.Body); len(got.Items) != 1 || got.Items[0].Id != first.Id {
		s.t.Errorf("what is left is %+v", got)
	}
	gone, err := s.judge.GetEvidenceWithResponse(ctx, id, line.JSON201.Id)
	w.must(err)
	if gone.StatusCode() != http.StatusNotFound {
		s.t.Errorf("what was removed is read: %d", gone.StatusCode())
	}
	for name, other := range map[string]*contract.ClientWithResponses{"the department": s.official, "the supplier": s.vendor} {
		hidden, err := other.GetEvidenceWithResponse(ctx, id, first.Id)
		w.must(err)
		if hidden.StatusCode() != http.StatusNotFound {
			s.t.Errorf("%s reads it before the scores: %d", name, hidden.StatusCode())
		}
	}
}
