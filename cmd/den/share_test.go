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
	return contract.AddShare201JSONResponse{Body: contract.MadeShare{Share: contract.Share{Id: "sha_1", EndsAt: time.Now().Add(time.Hour)}, Secret: new("only-once")}}, nil
}

func TestALinkThatIsPrintedOnceIsWhole(t *testing.T) {
	s := newScripted(t)
	add := []string{"share", "add", "tri_1", "--link", "--for", "users"}
	env := map[string]string{"DEN_URL": s.URL, "DEN_TOKEN": goodToken}
	for name, args := range map[string][]string{"by the environment": add, "by a flag": append(add, "--den", s.URL+"/")} {
		p := playWith(t.Context(), nil, env, "", args...)
		p.want(t, exitDone)
		if got := strings.TrimSpace(p.out); got != s.URL+"/visit/only-once" {
			t.Errorf("%s: the link is %q", name, got)
		}
	}
}
