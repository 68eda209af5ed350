package main

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

// Images that do not do what they should, brought in and started through the API: each
// ends with its reason, on the API and on the command line, and leaves nothing.
func TestABadImageEndsWithItsReasonAndLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1", "DEN_SANDBOXES_START_BY=3s")
	s.start()
	program := program(t)
	trials := map[string]string{}
	say := map[string]string{
		"exit":      "The product stopped by itself before it answered. It ended with code 3. The last it printed: “giving up”.",
		"never":     "The product did not start in time. It listens on no port. Make it listen on port 8080.",
		"elsewhere": "The product did not start in time. It listens on port 9090, not on 8080. Add a release that names port 9090.",
		"silent":    "The product did not start in time. It takes connections on port 8080, but does not answer HTTP there.",
		"no-such":   `The product stopped by itself before it answered. It ended with code 2. The last it printed: “there is no mode "no-such"”.`,
	}
	for mode := range say {
		trials[mode] = s.begin(time.Hour, s.offer(product(t, program, mode)))
	}
	for mode, trial := range trials {
		box := s.becomes(trial, contract.PhaseEnded)
		if box.Reason != contract.EndReasonFailed || !strings.HasPrefix(box.Detail, say[mode]) {
			t.Errorf("%s: it ended for the reason %q and says\n%q, not\n%q", mode, box.Reason, box.Detail, say[mode])
		}
		if out, _ := s.command("sandbox", "show", box.Id); !strings.Contains(strings.Join(strings.Fields(out), " "), say[mode]) {
			t.Errorf("%s: den sandbox show says %s", mode, out)
		}
		if err := s.settle(account{trial: trial, started: true}); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
	}
}

// A product that ignores SIGTERM is gone as quickly as any other.
func TestAProductThatIgnoresSIGTERMIsGoneInTime(t *testing.T) {
	t.Parallel()
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1")
	s.start()
	trial := s.begin(time.Hour, s.offer(product(t, program(t), "stubborn")))
	s.becomes(trial, contract.PhaseLive)
	began := time.Now()
	ended, err := s.client().EndTrialWithResponse(context.Background(), trial, nil, contract.Reason{})
	s.answered(err, ended != nil && ended.JSON202 != nil, func() []byte { return ended.Body })
	s.becomes(trial, contract.PhaseEnded)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
	must(t, s.settle(account{trial: trial, started: true, live: true, ended: true}))
}

func TestBadWishesAreRefusedInWords(t *testing.T) {
	t.Parallel()
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=0")
	s.start()
	release := s.offer(product(t, program(t), "serve"))
	ctx, client := context.Background(), s.client()
	say := func(what string, body []byte, status int, err error, want string) {
		t.Helper()
		if err != nil || status != http.StatusUnprocessableEntity || !bytes.Contains(body, []byte(want)) {
			t.Errorf("%s: %d %s %v", what, status, body, err)
		}
	}
	size := s.newTrial(time.Hour, release)
	giant := "giant"
	size.Size = &giant
	added, err := client.AddTrialWithResponse(ctx, nil, size)
	say("unknown size", added.Body, added.StatusCode(), err, "Choose a size: small, medium or large.")
	added, err = client.AddTrialWithResponse(ctx, nil, s.newTrial(31*24*time.Hour, release))
	say("too long", added.Body, added.StatusCode(), err, "Enter a length of at most 30 days.")
	none := []string{"rel_none"}
	missing := s.newTrial(time.Hour)
	missing.Releases = &none
	added, err = client.AddTrialWithResponse(ctx, nil, missing)
	say("no such release", added.Body, added.StatusCode(), err, "techmap")

	products, err := client.ListProductsWithResponse(ctx, nil)
	must(t, err)
	image, err := client.AddReleaseWithResponse(ctx, products.JSON200.Items[0].Id, nil, contract.NewRelease{Version: "2", Image: new("nobody/no-such-image:1")})
	must(t, err)
	say("no such image", image.Body, image.StatusCode(), err, `There is no image \"nobody/no-such-image:1\" on the engine. Check the name, or give an archive that docker save wrote.`)
	torn, err := client.AddReleaseArchiveWithBodyWithResponse(ctx, products.JSON200.Items[0].Id,
		&contract.AddReleaseArchiveParams{Version: "3"}, "application/x-tar", strings.NewReader("this is no archive"))
	must(t, err)
	say("no archive", torn.Body, torn.StatusCode(), err, "docker save writes")
	found, err := s.found()
	if err != nil || len(found) > 0 {
		t.Errorf("the engine has %+v, %v", found, err)
	}
}
