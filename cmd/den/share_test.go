package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

// AddShare implements contract.StrictServerInterface.
func (s *scripted) AddShare(context.Context, contract.AddShareRequestObject) (contract.AddShareResponseObject, error) {
	return contract.AddShare201JSONResponse{Body: contract.MadeShare{Share: contract.Share{Id: "sha_1", EndsAt: time.Now().Add(time.Hour)}, Secret: new("only-once"), Url: new("https://den.example.org/visit/only-once")}}, nil
}

// A link leads to where people reach the den, however the command reached it: on the den's
// own machine that is an address which nobody else can open.
func TestALinkThatIsPrintedOnceIsWhole(t *testing.T) {
	s := newScripted(t)
	add := []string{"share", "add", "tri_1", "--link", "--for", "users"}
	env := map[string]string{"DEN_URL": s.URL, "DEN_TOKEN": goodToken}
	for name, args := range map[string][]string{"by the environment": add, "by a flag": append(add, "--den", s.URL+"/")} {
		p := playWith(t.Context(), nil, env, "", args...)
		p.want(t, exitDone)
		if got := strings.TrimSpace(p.out); got != "https://den.example.org/visit/only-once" {
			t.Errorf("%s: the link is %q", name, got)
		}
	}
}
