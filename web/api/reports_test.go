package api_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/report"
	"innovationden/web/api/contract"
)

// forms writes the forms that need no proofs.
type forms struct{}

func (forms) Make(_ context.Context, form den.Form, r den.Report, _ den.Enclosed) (den.Document, error) {
	return report.Write(form, r, report.Publisher{Name: "Den", Prefix: "ocds-000000", Public: "https://den.example"})
}

func TestAReportIsHadInEachForm(t *testing.T) {
	w := newWorld(t)
	w.run()
	s := w.side(member, 2, evaluator)
	trial := s.things["finished"].id
	var r den.Report
	if err := json.Unmarshal([]byte(w.get(member, "/trials/"+string(trial)+"/report").is(200).body), &r); err != nil {
		t.Fatal(err)
	}
	if r.Standard != den.ReportStandard || r.Trial.ID != trial || len(r.Totals) != 2 || r.Totals[0].Rank != 1 || len(r.Receipts) != 2 || r.Record.Head.Size == 0 {
		t.Errorf("%+v", r)
	}
	for form, begins := range map[string]string{"json": "{", "csv": "trial,part,item", "ods": "PK", "ocds": "{"} {
		got := w.get(member, "/trials/"+string(trial)+"/report/"+form).is(200)
		if !strings.HasPrefix(got.body, begins) || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment; filename=report-tri_") {
			t.Errorf("%s begins with %q: %v", form, cut(got.body[:min(20, len(got.body))]), got.header)
		}
		if form == "ods" {
			if _, err := zip.NewReader(bytes.NewReader([]byte(got.body)), int64(len(got.body))); err != nil {
				t.Error(err)
			}
		}
	}
	w.get(member, "/trials/"+string(trial)+"/report/pdf").is(400)
	w.get(member, "/trials/"+string(s.things["running"].id)+"/report").is(409)
}

// report reads the report after the decision, as a document and as a file.
func (s *story) report() {
	w, ctx := s.w, s.ctx
	got, err := s.official.GetReportWithResponse(ctx, s.trial.Id)
	w.must(err)
	var r den.Report
	w.must(json.Unmarshal(got.Body, &r))
	if r.Decision == nil || r.Decision.Why != "It was easier." || r.Totals[0].Entry != r.Decision.Chosen {
		s.t.Errorf("the report says %+v", r.Decision)
	}
	sheet, err := s.official.GetReportFileWithResponse(ctx, s.trial.Id, contract.GetReportFileParamsFormCsv)
	w.must(err)
	if !bytes.Contains(sheet.Body, []byte("It was easier.")) {
		s.t.Errorf("the sheet is %s", sheet.Body)
	}
	shown, err := s.official.PublishReportWithResponse(ctx, s.trial.Id, &contract.PublishReportParams{}, contract.NewPublication{Parts: []string{"finding", "scores"}, Why: "Others can use it."})
	w.must(err)
	if shown.JSON200 == nil || bytes.Contains(shown.Body, []byte("It was easier.")) {
		s.t.Errorf("the register shows %s", shown.Body)
	}
	listed, err := s.vendor.ListRegisterWithResponse(ctx, nil)
	if got := told(w, listed.JSON200, err, listed.Body); len(got.Items) != 1 || got.Items[0].Trial != s.trial.Id {
		s.t.Errorf("the register is %+v", got)
	}
	one, err := s.guest.GetRegisteredWithResponse(ctx, s.trial.Id)
	if got := told(w, one.JSON200, err, one.Body); len(got.Own) != 0 || bytes.Contains(one.Body, []byte("It was easier.")) {
		s.t.Errorf("a guest reads %s", one.Body)
	}
	kept, err := s.guest.GetRegisteredFileWithResponse(ctx, s.trial.Id, contract.GetRegisteredFileParamsForm("csv"))
	if w.must(err); !bytes.HasPrefix(kept.Body, []byte("trial,part,item")) {
		s.t.Errorf("a guest keeps %s", kept.Body)
	}
	beside, err := s.vendor.CompareTrialsWithResponse(ctx, &contract.CompareTrialsParams{Trials: []string{s.trial.Id, s.trial.Id}})
	w.must(err)
	if beside.JSON200 == nil || len(beside.JSON200.Trials) != 2 || bytes.Contains(beside.Body, []byte("It was easier.")) {
		s.t.Errorf("a supplier compares %s", beside.Body)
	}
	s.overview()
}

// overview is how a supplier finds its own entry in a published report, replies to it,
// and finds its reply again.
func (s *story) overview() {
	w, ctx := s.w, s.ctx
	look := func() (found []contract.OverviewTrial) {
		v, err := s.vendor.GetOverviewWithResponse(ctx, string(w.suppliers[0].ID))
		for _, t := range told(w, v.JSON200, err, v.Body).Trials {
			if t.Trial == s.trial.Id && t.Published {
				found = append(found, t)
			}
		}
		return found
	}
	own := look()
	if len(own) == 0 {
		s.t.Fatal("the supplier does not find its published trial")
	}
	said, err := s.vendor.ReplyToReportWithResponse(ctx, s.trial.Id, own[0].Entry, contract.NewReply{Text: "Mended since."})
	told(w, said.JSON200, err, said.Body)
	if again := look(); again[0].Reply == nil || *again[0].Reply != "Mended since." {
		s.t.Errorf("the reply is not in the overview: %+v", again)
	}
	product, err := s.vendor.GetProductWithResponse(ctx, own[0].Product)
	if got := told(w, product.JSON200, err, product.Body); got.Evidence == nil {
		s.t.Error("a product tells nothing of its evidence")
	}
}
