package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// EndTrial implements contract.StrictServerInterface.
func (s *scripted) EndTrial(context.Context, contract.EndTrialRequestObject) (contract.EndTrialResponseObject, error) {
	return contract.EndTrial202JSONResponse{Body: s.trial}, nil
}

// CancelTrial implements contract.StrictServerInterface.
func (s *scripted) CancelTrial(context.Context, contract.CancelTrialRequestObject) (contract.CancelTrialResponseObject, error) {
	return contract.CancelTrial200JSONResponse{Body: s.trial}, nil
}

// ChangeTrial implements contract.StrictServerInterface.
func (s *scripted) ChangeTrial(context.Context, contract.ChangeTrialRequestObject) (contract.ChangeTrialResponseObject, error) {
	return contract.ChangeTrial200JSONResponse{Body: s.trial}, nil
}

// ExtendTrial implements contract.StrictServerInterface.
func (s *scripted) ExtendTrial(context.Context, contract.ExtendTrialRequestObject) (contract.ExtendTrialResponseObject, error) {
	return contract.ExtendTrial200JSONResponse{Body: s.trial}, nil
}

// ListTrials implements contract.StrictServerInterface.
func (s *scripted) ListTrials(context.Context, contract.ListTrialsRequestObject) (contract.ListTrialsResponseObject, error) {
	next := "more"
	return contract.ListTrials200JSONResponse{Items: []contract.Trial{s.trial}, Next: &next}, nil
}

// ListReceipts implements contract.StrictServerInterface.
func (s *scripted) ListReceipts(context.Context, contract.ListReceiptsRequestObject) (contract.ListReceiptsResponseObject, error) {
	return contract.ListReceipts200JSONResponse{Items: []contract.Receipt{s.receipt()}}, nil
}

// GetReceipt implements contract.StrictServerInterface.
func (s *scripted) GetReceipt(context.Context, contract.GetReceiptRequestObject) (contract.GetReceiptResponseObject, error) {
	return contract.GetReceipt200JSONResponse(s.receipt()), nil
}

func (s *scripted) receipt() contract.Receipt {
	at := time.Date(2026, 6, 3, 15, 30, 0, 0, time.UTC)
	log := "bye\x1b[2J\n"
	return contract.Receipt{
		Lease: "lea_1", Trial: "tri_1", Product: "prd_1", Reason: "asked", Detail: "Priya Shah asked for it.",
		Found: contract.Inventory{Containers: []string{"a", "b"}, Networks: []string{}, Volumes: []string{"v"}}, Looks: []time.Time{at, at.Add(time.Second)},
		EndedAt: at, Event: 17, LogTail: &log,
	}
}

// GetSandbox implements contract.StrictServerInterface. It is over once its whole log
// was read.
func (s *scripted) GetSandbox(context.Context, contract.GetSandboxRequestObject) (contract.GetSandboxResponseObject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.sandbox
	if s.logs != nil && len(s.logs) <= 1 {
		one.Phase = contract.Phase(den.Ended)
	}
	return contract.GetSandbox200JSONResponse{Body: one}, nil
}

// GetSandboxLog implements contract.StrictServerInterface.
func (s *scripted) GetSandboxLog(context.Context, contract.GetSandboxLogRequestObject) (contract.GetSandboxLogResponseObject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.logs[0]
	if len(s.logs) > 1 {
		s.logs = s.logs[1:]
	}
	return contract.GetSandboxLog200TextResponse(text), nil
}

// EndSandbox implements contract.StrictServerInterface.
func (s *scripted) EndSandbox(context.Context, contract.EndSandboxRequestObject) (contract.EndSandboxResponseObject, error) {
	return contract.EndSandbox202JSONResponse{Body: s.sandbox}, nil
}

// ExtendSandbox implements contract.StrictServerInterface.
func (s *scripted) ExtendSandbox(context.Context, contract.ExtendSandboxRequestObject) (contract.ExtendSandboxResponseObject, error) {
	return contract.ExtendSandbox200JSONResponse{Body: s.sandbox}, nil
}

// PauseSandbox implements contract.StrictServerInterface.
func (s *scripted) PauseSandbox(context.Context, contract.PauseSandboxRequestObject) (contract.PauseSandboxResponseObject, error) {
	return contract.PauseSandbox202JSONResponse{Body: s.sandbox}, nil
}

// ResumeSandbox implements contract.StrictServerInterface.
func (s *scripted) ResumeSandbox(context.Context, contract.ResumeSandboxRequestObject) (contract.ResumeSandboxResponseObject, error) {
	return contract.ResumeSandbox202JSONResponse{Body: s.sandbox}, nil
}

// RestartSandbox implements contract.StrictServerInterface.
func (s *scripted) RestartSandbox(context.Context, contract.RestartSandboxRequestObject) (contract.RestartSandboxResponseObject, error) {
	return contract.RestartSandbox202JSONResponse{Body: s.sandbox}, nil
}

// GetSandboxUse implements contract.StrictServerInterface.
func (s *scripted) GetSandboxUse(context.Context, contract.GetSandboxUseRequestObject) (contract.GetSandboxUseResponseObject, error) {
	return contract.GetSandboxUse200JSONResponse{MemoryBytes: 20 << 20, MemoryLimitBytes: 512 << 20, CpuSeconds: 1.5, Processes: 3, DiskBytes: -1}, nil
}

// ListSandboxes implements contract.StrictServerInterface.
func (s *scripted) ListSandboxes(context.Context, contract.ListSandboxesRequestObject) (contract.ListSandboxesResponseObject, error) {
	return contract.ListSandboxes200JSONResponse{Items: []contract.Sandbox{s.sandbox}}, nil
}

// WatchSandbox implements contract.StrictServerInterface: it ends at once.
func (s *scripted) WatchSandbox(context.Context, contract.WatchSandboxRequestObject) (contract.WatchSandboxResponseObject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ending := s.sandbox
	ending.Phase = contract.Phase(den.Ending)
	s.sandbox.Phase = contract.Phase(den.Ended)
	one, _ := json.Marshal(ending)
	two, _ := json.Marshal(s.sandbox)
	return contract.WatchSandbox200TexteventStreamResponse{Body: io.MultiReader(
		strings.NewReader(fmt.Sprintf("id: 1\nevent: sandbox\ndata: %s\n\n", one)),
		strings.NewReader(fmt.Sprintf("id: 2\nevent: sandbox\ndata: %s\n\n", two)))}, nil
}

// WatchSandboxLog implements contract.StrictServerInterface: it ends at once.
func (s *scripted) WatchSandboxLog(context.Context, contract.WatchSandboxLogRequestObject) (contract.WatchSandboxLogResponseObject, error) {
	return contract.WatchSandboxLog200TexteventStreamResponse{Body: strings.NewReader("id: 1\nevent: log\ndata: \"hello\\n\"\n\n")}, nil
}

// SaveAssessment implements contract.StrictServerInterface.
func (s *scripted) SaveAssessment(_ context.Context, r contract.SaveAssessmentRequestObject) (contract.SaveAssessmentResponseObject, error) {
	submit := r.Body.Submit != nil && *r.Body.Submit
	return contract.SaveAssessment200JSONResponse{Body: contract.Assessment{Trial: r.Id, Entry: r.Entry, Scores: r.Body.Scores, Submitted: submit}}, nil
}

// GetOutcome implements contract.StrictServerInterface.
func (s *scripted) GetOutcome(context.Context, contract.GetOutcomeRequestObject) (contract.GetOutcomeResponseObject, error) {
	return contract.GetOutcome200JSONResponse{Body: s.outcome}, nil
}

// Decide implements contract.StrictServerInterface.
func (s *scripted) Decide(_ context.Context, r contract.DecideRequestObject) (contract.DecideResponseObject, error) {
	out := s.outcome
	out.Decision, out.Why, out.Chosen = &r.Body.Decision, &r.Body.Why, r.Body.Chosen
	return contract.Decide200JSONResponse{Body: out}, nil
}

// AddProduct implements contract.StrictServerInterface.
func (s *scripted) AddProduct(_ context.Context, r contract.AddProductRequestObject) (contract.AddProductResponseObject, error) {
	return contract.AddProduct201JSONResponse{Body: contract.Product{Id: "prd_9", Name: r.Body.Name, Supplier: r.Body.Supplier, Releases: []contract.Release{}}}, nil
}

// AddSupplier implements contract.StrictServerInterface.
func (s *scripted) AddSupplier(_ context.Context, r contract.AddSupplierRequestObject) (contract.AddSupplierResponseObject, error) {
	return contract.AddSupplier201JSONResponse{Body: contract.Supplier{Id: "sup_9", Name: r.Body.Name}}, nil
}

// AddRelease implements contract.StrictServerInterface.
func (s *scripted) AddRelease(_ context.Context, r contract.AddReleaseRequestObject) (contract.AddReleaseResponseObject, error) {
	return contract.AddRelease201JSONResponse{Body: contract.Release{Id: "rel_9", Product: r.Id, Version: r.Body.Version, From: given(r.Body.Image), Port: 8080}}, nil
}

// AddStack implements contract.StrictServerInterface.
func (s *scripted) AddStack(_ context.Context, r contract.AddStackRequestObject) (contract.AddStackResponseObject, error) {
	out := contract.Release{Id: "rel_9", Product: r.Id, Version: r.Body.Version, From: *r.Body.Name, Port: 8080, Services: &[]string{*r.Body.Front, r.Body.Compose}}
	return contract.AddStack201JSONResponse{Body: out}, nil
}

// AddStackArchive implements contract.StrictServerInterface.
func (s *scripted) AddStackArchive(_ context.Context, r contract.AddStackArchiveRequestObject) (contract.AddStackArchiveResponseObject, error) {
	form, err := r.Body.ReadForm(1 << 20)
	if err != nil {
		return nil, err
	}
	var services []string
	for _, name := range []string{"version", "compose", "name", "port"} {
		services = append(services, form.Value[name]...)
	}
	services = append(services, form.File["archive"][0].Filename)
	return contract.AddStackArchive201JSONResponse{Body: contract.Release{Id: "rel_9", Product: r.Id, Services: &services}}, nil
}

// AddReleaseArchive implements contract.StrictServerInterface.
func (s *scripted) AddReleaseArchive(_ context.Context, r contract.AddReleaseArchiveRequestObject) (contract.AddReleaseArchiveResponseObject, error) {
	return contract.AddReleaseArchive201JSONResponse{Body: contract.Release{Id: "rel_9", Product: r.Id, Version: r.Params.Version, Port: 8080}}, nil
}

// ListSchemes implements contract.StrictServerInterface.
func (s *scripted) ListSchemes(context.Context, contract.ListSchemesRequestObject) (contract.ListSchemesResponseObject, error) {
	return contract.ListSchemes200JSONResponse{Items: []contract.Scheme{{Id: "standard", Version: 1, Title: "Old"}, {Id: "standard", Version: 2, Title: "New"}}}, nil
}

// GetScheme implements contract.StrictServerInterface.
func (s *scripted) GetScheme(_ context.Context, r contract.GetSchemeRequestObject) (contract.GetSchemeResponseObject, error) {
	return contract.GetScheme200JSONResponse{Id: r.Scheme, Version: r.Version, Title: "New", Themes: []contract.Theme{{
		Id: "need", Title: "Meets the need",
		Criteria: []contract.Criterion{{Id: "does-the-job", Question: "Does it do the job?", ScoredBy: "people", Weight: 14}},
	}}}, nil
}

// Sweep implements contract.StrictServerInterface.
func (s *scripted) Sweep(_ context.Context, r contract.SweepRequestObject) (contract.SweepResponseObject, error) {
	dry := r.Params.DryRun == nil || *r.Params.DryRun
	left := contract.ImageDue
	if !dry {
		left = contract.ImageRemoved
	}
	return contract.Sweep200JSONResponse{Images: []contract.IdleImage{{Image: "sha256:5ca1ab1e", State: left}}, Items: []contract.Orphan{{Sandbox: "sbx1", Containers: []string{"c"}, Networks: []string{}, Volumes: []string{}, Removed: !dry}}}, nil
}

// GetHost implements contract.StrictServerInterface.
func (s *scripted) GetHost(context.Context, contract.GetHostRequestObject) (contract.GetHostResponseObject, error) {
	return contract.GetHost200JSONResponse{Up: true, Engine: "20.10", InForce: []contract.InForce{{Name: "seccomp", InForce: true, Detail: "d"}, {Name: "disk", Detail: "no quota"}}, Warnings: []string{"No quota."}}, nil
}

// GetMe implements contract.StrictServerInterface.
func (s *scripted) GetMe(context.Context, contract.GetMeRequestObject) (contract.GetMeResponseObject, error) {
	in := "dep_1"
	return contract.GetMe200JSONResponse{Id: "per_1", Name: "Priya Shah", Memberships: []contract.Membership{{Role: "supplier_member", In: &in}}}, nil
}

// ListEvents implements contract.StrictServerInterface.
func (s *scripted) ListEvents(context.Context, contract.ListEventsRequestObject) (contract.ListEventsResponseObject, error) {
	return contract.ListEvents200JSONResponse{Items: []contract.Event{{Seq: 4, Act: "trial.started", ActorName: "Priya Shah", Detail: "The trial started."}}}, nil
}
