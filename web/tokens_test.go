package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

func TestATokenIsShownOnceAndTakenBack(t *testing.T) {
	r := newRig(t)
	v := r.visitor("official")
	page := v.get("/me/tokens")
	page.shows("main", "You have no tokens")
	bad := v.submit(page, "/me/tokens", nil)
	bad.shows(".govuk-error-summary", "Enter what the token is for")
	bad.shows(".govuk-error-summary", "Select what the token may do")
	made := v.submit(bad, "/me/tokens", url.Values{"name": {"nightly"}, "grants": {"read"}})
	if made.Status != http.StatusOK {
		t.Fatalf("%d %s", made.Status, made.said())
	}
	secret := words(made.one("#secret"))
	if made.Header.Get("Cache-Control") != "no-store" {
		t.Error("the page with the secret may be stored")
	}
	if again := v.get("/me/tokens"); strings.Contains(again.Text, secret) || !strings.Contains(again.said(), "nightly") {
		t.Errorf("the page afterwards: %s", again.said())
	}
	send := func(method, path string) int {
		return r.visitor("").send(method, path, url.Values{}, http.Header{"Authorization": {"Bearer " + secret}, "Accept": {"application/json"}}).Status
	}
	if got := send(http.MethodGet, "/trials"); got != http.StatusOK {
		t.Errorf("the token reads: %d", got)
	}
	if got := send(http.MethodPost, "/me/tokens"); got != http.StatusUnprocessableEntity && got != http.StatusForbidden {
		t.Errorf("the token changes: %d", got)
	}
	signedIn := r.visitor("").post("/sign-in", url.Values{"secret": {secret}})
	if signedIn.Status != http.StatusUnauthorized {
		t.Errorf("the token signs in: %d", signedIn.Status)
	}
	list := v.get("/me/tokens")
	back := v.submit(list, attribute(list.one(`form[action$="/revoke"]`), "action"), nil)
	v.follow(back).shows(".govuk-notification-banner", "taken back")
	if got := send(http.MethodGet, "/trials"); got != http.StatusUnauthorized {
		t.Errorf("taken back: %d", got)
	}
}

func TestSomebodyElsesTokenIsNotThere(t *testing.T) {
	r := newRig(t)
	made, _, err := r.den.AddToken(t.Context(), r.people["official"].Act(), den.NewToken{Name: "x", Grants: den.Grants, Lasts: 1e12})
	r.must(err)
	for _, id := range []string{string(made.ID), "tok_none"} {
		if got := r.visitor("stranger").post("/me/tokens/"+id+"/revoke", url.Values{}); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", id, got.Status)
		}
	}
	if left, err := r.den.Tokens(t.Context(), r.people["official"].Act()); err != nil || len(left) != 1 {
		t.Errorf("left %v %v", left, err)
	}
}
