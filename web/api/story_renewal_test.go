package api_test

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// renew has a supplier propose a new release in a trial that runs: it withdraws it, is
// refused, and is agreed with, ways out included.
func (s *story) renew() {
	w := s.w
	made, err := w.o.AddRelease(context.Background(), den.System(), den.NewRelease{
		Product: w.products[0].ID, Version: "9.0", Image: w.releases[0].From, Notes: "Maps.", Asks: den.Ways{Out: []den.Way{{Host: "maps.example.org", Port: 443}}},
	})
	w.must(err)
	before := w.started(1)
	lease := string(before.Entries[0].Sandbox.ID)
	propose := func() {
		s.t.Helper()
		v, err := s.vendor.ProposeRenewalWithResponse(s.ctx, lease, nil, contract.NewRenewal{Release: string(made.ID), Why: "It shows maps."})
		if got := told(w, v.JSON200, err, v.Body); got.Items[0].State != contract.ApprovalOpen || len(got.Offers) != 0 {
			s.t.Errorf("proposed it is %+v", got)
		}
	}
	offers, err := s.vendor.ListRenewalsWithResponse(s.ctx, lease)
	if got := told(w, offers.JSON200, err, offers.Body); len(got.Items) != 0 || len(got.Offers) == 0 || got.Current != lease {
		s.t.Errorf("the supplier could propose %+v", got)
	}
	propose()
	back, err := s.vendor.WithdrawRenewalWithResponse(s.ctx, lease, nil)
	if got := told(w, back.JSON200, err, back.Body); got.Items[0].State != contract.ApprovalWithdrawn {
		s.t.Errorf("withdrawn it is %+v", got)
	}
	propose()
	no, err := s.official.RefuseRenewalWithResponse(s.ctx, lease, nil, contract.Because{Why: "Not now."})
	if got := told(w, no.JSON200, err, no.Body); got.Items[0].State != contract.ApprovalRefused || *got.Items[0].Reason != "Not now." {
		s.t.Errorf("refused it is %+v", got)
	}
	propose()
	shut, err := s.official.AgreeRenewalWithResponse(s.ctx, lease, nil, contract.RenewalDecision{Why: "People need maps."})
	w.must(err)
	if shut.StatusCode() != 422 {
		s.t.Errorf("agreed to without its way out: %d %s", shut.StatusCode(), shut.Body)
	}
	yes, err := s.official.AgreeRenewalWithResponse(s.ctx, lease, nil, contract.RenewalDecision{
		Why: "People need maps.", Opens: &contract.Ways{Out: &[]string{"maps.example.org:443"}},
	})
	got := told(w, yes.JSON200, err, yes.Body)
	if one := got.Items[0]; got.Current == lease || one.State != contract.ApprovalAgreed || one.Now.Version != "9.0" || one.Was.Version != "1.0" {
		s.t.Errorf("agreed to it is %+v", got)
	}
	w.await(den.ID(got.Current), den.Live)
	ended, err := s.official.EndSandboxWithResponse(s.ctx, got.Current, nil, contract.Reason{})
	told(w, ended.JSON202, err, ended.Body)
}
