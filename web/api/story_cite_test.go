package api_test

import (
	"net/http"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// cite has another trial of the department find something, and the decision stand on it.
func (s *story) cite() {
	w, ctx, id := s.w, s.ctx, s.trial.Id
	other, err := w.o.StartTrial(ctx, w.act(member), w.draft(1).ID, 0, den.Once{})
	w.must(err)
	w.await(other.Entries[0].Lease, den.Live)
	w.submit(evaluator, other, other.Entries[0].ID)
	_, err = w.o.EndTrial(ctx, w.act(member), other.ID, "", 0)
	w.must(err)
	found, err := s.official.ListCitableWithResponse(ctx, id, &contract.ListCitableParams{Text: new(other.Name)})
	could := told(w, found.JSON200, err, found.Body)
	if len(could.Items) != 1 || could.Items[0].Trial != string(other.ID) || could.Items[0].Published || len(could.Items[0].Differs) == 0 {
		s.t.Fatalf("what may be cited is %+v", could)
	}
	made, err := s.official.CiteWithResponse(ctx, id, string(other.ID), contract.NewCitation{Why: "canary-cite"})
	if got := told(w, made.JSON200, err, made.Body); got.Cites == nil || len(*got.Cites) != 1 || *(*got.Cites)[0].Why != "canary-cite" || len((*got.Cites)[0].Differs) == 0 {
		s.t.Errorf("the decision cites %+v", got.Cites)
	}
	hidden, err := s.vendor.GetOutcomeWithResponse(ctx, id)
	w.must(err)
	if strings.Contains(string(hidden.Body), "canary-cite") || strings.Contains(string(hidden.Body), string(other.ID)) {
		s.t.Errorf("the supplier reads of a trial that is not theirs: %s", hidden.Body)
	}
	for _, form := range []string{"json", "csv", "ocds"} {
		file, err := s.official.GetReportFileWithResponse(ctx, id, contract.GetReportFileParamsForm(form))
		w.must(err)
		if text := string(file.Body); file.StatusCode() != http.StatusOK || !strings.Contains(text, string(other.ID)) {
			s.t.Errorf("%s does not name what is cited: %d", form, file.StatusCode())
		}
	}
	gone, err := s.official.UnciteWithResponse(ctx, id, string(other.ID), contract.NewRemoval{Why: "It differs too much."})
	if got := told(w, gone.JSON200, err, gone.Body); got.Cites != nil {
		s.t.Errorf("the decision still cites %+v", got.Cites)
	}
}
