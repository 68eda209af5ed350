package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func TestTheLogOfAPreflightKeepsItsLines(t *testing.T) {
	var out bytes.Buffer
	k := &client{std: streams{out: &out}}
	k.tellPreflight(contract.Preflight{Id: "pre_1", State: contract.PreflightState(den.PreflightFailed), Log: new("Traceback:\n  File \"app.py\"\n\x1b[31mKeyError\n")})
	if !strings.Contains(out.String(), "Traceback:\n  File \"app.py\"\n[31mKeyError\n") {
		t.Errorf("it says %q", &out)
	}
}

// GetRetention implements contract.StrictServerInterface.
func (s *scripted) GetRetention(context.Context, contract.GetRetentionRequestObject) (contract.GetRetentionResponseObject, error) {
	return contract.GetRetention200JSONResponse{Rules: []contract.RetentionRule{{Name: "repeats", KeepSeconds: 12 * 3600}, {Name: "logs", KeepSeconds: 365 * 86400}, {Name: "people"}}}, nil
}

func TestWhatIsKeptForLessThanADayIsNotKeptForNone(t *testing.T) {
	newScripted(t).play(t, "retention").want(t, exitDone, "repeats  12 hours", "logs     365 days", "people   for ever")
}
