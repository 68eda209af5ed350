package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

func (s *scripted) ListDeliveries(_ context.Context, r contract.ListDeliveriesRequestObject) (contract.ListDeliveriesResponseObject, error) {
	page := contract.DeliveryPage{Items: []contract.Delivery{}}
	if r.Params.State == nil || *r.Params.State == contract.DeliveryDead {
		page.Items = append(page.Items, s.unsent(contract.DeliveryDead))
	}
	return contract.ListDeliveries200JSONResponse(page), nil
}

func (s *scripted) RetryDelivery(context.Context, contract.RetryDeliveryRequestObject) (contract.RetryDeliveryResponseObject, error) {
	return contract.RetryDelivery200JSONResponse(s.unsent(contract.DeliveryWaits)), nil
}

func (*scripted) unsent(state contract.DeliveryState) contract.Delivery {
	return contract.Delivery{
		Id: "dlv_1", PersonName: new("Priya Shah"), Channel: contract.ByMail, State: state, Title: new("A budget is nearly used"),
		Tries: 12, Detail: new("The mail relay refuses the address."), MadeAt: time.Date(2026, 6, 3, 9, 0, 0, 0, time.UTC),
	}
}

func TestANoticeThatCouldNotBeSentIsTriedAgain(t *testing.T) {
	s := newScripted(t)
	s.play(t, "notice", "unsent").want(t, exitDone, "dlv_1", "Priya Shah", "A budget is nearly used  12 ", "The mail relay refuses the address.")
	s.play(t, "notice", "unsent", "--waiting").want(t, exitDone, "There are none.")
	s.play(t, "notice", "retry", "dlv_1").want(t, exitDone, "It is tried again now.")
	s.play(t, "notice", "retry", "dlv_1", "--json").want(t, exitDone, `"state":"waits"`)
	if got := s.heard(http.MethodPost, "/host/deliveries/dlv_1/retry"); len(got) != 2 {
		t.Errorf("it asked %v", got)
	}
	s.refuse["POST /host/deliveries/dlv_1/retry"] = problemDoc(409, "Only what was given up can be tried again. This one was sent.")
	s.play(t, "notice", "retry", "dlv_1").want(t, exitFailed, "This one was sent.")
	s.play(t, "notice", "retry").want(t, exitUsage, "give the command the id of what could not be sent")
	s.play(t, "__complete", "notice", "retry", "").want(t, exitDone, "dlv_1", "A budget is nearly used")
}
