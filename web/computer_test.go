package web_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

const verifier = "a-verifier-that-only-the-command-line-knows-0123"

// wanted is what a command line asks for, with some of it replaced.
func wanted(change url.Values) url.Values {
	sum := sha256.Sum256([]byte(verifier))
	in := url.Values{
		"port": {"45678"}, "state": {"abcdefghijklmnopqrstuvwxyz"}, "challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
		"name": {"laptop"}, "may": {"read", "act"}, "seconds": {"86400"},
	}
	for name, values := range change {
		in[name] = values
	}
	return in
}

// allow lets a computer in and gives the code that goes back to it.
func allow(t *testing.T, v *visitor, do string) url.Values {
	t.Helper()
	page := v.get("/me/computers/new?" + wanted(nil).Encode())
	page.shows("main", "laptop")
	page.shows("main", "Read, Do everything you may")
	away := v.submit(page, "/me/computers", url.Values{"do": {do}})
	refresh := strings.TrimPrefix(away.Header.Get("Refresh"), "0; url=")
	to, err := url.Parse(refresh)
	if err != nil || to.Scheme != "http" || to.Host != "127.0.0.1:45678" || to.Query().Get("state") != wanted(nil).Get("state") {
		t.Fatalf("it goes to %q: %v", refresh, err)
	}
	if away.Header.Get("Cache-Control") != "no-store" || away.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the page with the code has the headers %v", away.Header)
	}
	return to.Query()
}

// fetch brings a code as the command line does, and gives the token.
func (r *rig) fetch(code, verifier string) (status int, token string) {
	got := r.visitor("").send(http.MethodPost, "/sign-in/computer", url.Values{"code": {code}, "verifier": {verifier}}, http.Header{"Accept": {"application/json"}})
	var said struct{ Token string }
	_ = json.Unmarshal([]byte(got.Text), &said)
	return got.Status, said.Token
}

func TestAComputerIsAllowedOnceByWhoHasTheVerifier(t *testing.T) {
	r := newRig(t)
	v := r.visitor("official")
	code := allow(t, v, "allow").Get("code")
	if status, token := r.fetch(code, "another"+verifier); status != http.StatusUnauthorized || token != "" {
		t.Errorf("another verifier: %d", status)
	}
	if status, token := r.fetch(code, verifier); status != http.StatusUnauthorized || token != "" {
		t.Errorf("a code that was brought already: %d", status)
	}
	status, token := r.fetch(allow(t, v, "allow").Get("code"), verifier)
	if status != http.StatusOK {
		t.Fatalf("the right verifier: %d", status)
	}
	who, err := r.den.Who(t.Context(), token)
	if err != nil || who.ID != r.people["official"].ID || who.Granted(den.OfferProduct) && len(who.Grants) != 2 {
		t.Errorf("the token stands for %+v: %v", who, err)
	}
	v.get("/me/tokens").shows("main", "Command line on laptop")
	if back := allow(t, v, "refuse"); back.Get("error") != "access_denied" || back.Get("code") != "" {
		t.Errorf("refused, it goes back with %v", back)
	}
}

// A code that was given to somebody who has left meanwhile gives nothing.
func TestACodeEndsWithTheRights(t *testing.T) {
	r := newRig(t)
	code := allow(t, r.visitor("official"), "allow").Get("code")
	_, err := r.den.SetLeft(t.Context(), den.System(), r.people["official"].ID, true, "")
	r.must(err)
	if status, token := r.fetch(code, verifier); status != http.StatusUnauthorized || token != "" {
		t.Errorf("somebody who has left: %d", status)
	}
}

func TestWhatNoCommandOfOursAsksIsRefused(t *testing.T) {
	r := newRig(t)
	v := r.visitor("official")
	for name, bad := range map[string]url.Values{
		"a port of the system": {"port": {"80"}}, "no port": {"port": {"x"}}, "another host in the port": {"port": {"1@evil.example"}},
		"a short state": {"state": {"abc"}}, "a state with a break": {"state": {"abcdefghijklmnop\r\nX: 1"}},
		"a plain challenge": {"challenge": {verifier}}, "no name": {"name": {" "}}, "a name that turns the text": {"name": {"lap\u202etop"}},
		"a right that there is not": {"may": {"read", "everything"}}, "no right": {"may": nil}, "for ever": {"seconds": {"99999999"}}, "overflowing": {"seconds": {"9223372036854775807"}},
	} {
		if got := v.get("/me/computers/new?" + wanted(bad).Encode()); got.Status != http.StatusBadRequest {
			t.Errorf("%s: the page answers %d", name, got.Status)
		}
		bad.Set("do", "allow")
		if got := v.post("/me/computers", wanted(bad)); got.Status != http.StatusBadRequest || got.Header.Get("Refresh") != "" {
			t.Errorf("%s: the form answers %d %v", name, got.Status, got.Header)
		}
	}
	if got := r.visitor("").get("/me/computers/new?" + wanted(nil).Encode()); got.Status != http.StatusSeeOther || !strings.Contains(got.Header.Get("Location"), "/sign-in") {
		t.Errorf("nobody is asked for somebody's computer: %d %v", got.Status, got.Header)
	}
}
