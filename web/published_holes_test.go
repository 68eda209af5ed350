package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/web"
)

// The holes that were published of systems like this one, each by its name.

// A proxy's headers, sent by anybody, do not make somebody else of a visitor, nor the
// den another host: https://example.org is not where a redirect or a link leads.
func TestHoleForgedHeadersOfAProxy(t *testing.T) {
	r := newRig(t)
	forged := http.Header{
		"X-Forwarded-For": {"127.0.0.1"}, "X-Forwarded-Host": {"evil.example"}, "X-Forwarded-Proto": {"https"}, "Forwarded": {"for=127.0.0.1;host=evil.example"},
		"X-Real-Ip": {"127.0.0.1"}, "X-Forwarded-User": {"operator"}, "X-Remote-User": {"operator"}, "X-Original-Url": {"/host"}, "X-Rewrite-Url": {"/host"}, "X-Http-Method-Override": {"POST"},
	}
	plain, sent := r.visitor("official").get("/"), r.visitor("official").send(http.MethodGet, "/", nil, forged)
	if plain.said() != sent.said() || strings.Contains(sent.Text, "evil.example") {
		t.Error("the headers of a proxy change the page")
	}
	got := r.visitor("").send(http.MethodGet, "/host", nil, forged)
	if got.Status != http.StatusSeeOther || strings.Contains(got.Header.Get("Location"), "evil") || got.Header.Get("Strict-Transport-Security") != "" {
		t.Errorf("nobody with forged headers: %d %v", got.Status, got.Header)
	}
	// The origin of a form is compared with the den's own address, not with what a header says.
	cross := r.visitor("operator").send(http.MethodPost, "/departments", url.Values{"name": {"Forged"}}, http.Header{"Origin": {"http://evil.example"}, "X-Forwarded-Host": {"evil.example"}})
	if cross.Status != http.StatusForbidden {
		t.Errorf("a form of another origin: %d", cross.Status)
	}
}

// The id of a lease in the place of a host label is nobody's address, for its owner too,
// and a label that is spelled otherwise is the same one or none.
func TestHoleIDInTheHostLabel(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	v := r.visitor("official")
	lease := trial.Entries[0].Sandbox
	address, cookie := v.into(v.get("/open/" + string(lease.ID)))
	if got := v.at(address, cookie); got.Status != http.StatusOK { // the control
		t.Fatalf("its own address: %d", got.Status)
	}
	for _, label := range []string{
		string(lease.ID), strings.ReplaceAll(string(lease.ID), "_", "-"), lease.Sandbox, string(trial.ID), trial.Entries[1].Sandbox.Name,
		lease.Name + ".evil", "evil." + lease.Name, lease.Name + "-", "x" + lease.Name,
	} {
		if got := v.at("http://"+label+".localhost/", cookie); got.Status == http.StatusOK && strings.Contains(got.Text, "This is ") {
			t.Errorf("the label %q opens a product", label)
		}
	}
}

// A page of one sandbox opens a WebSocket to another with the visitor's cookies: all are
// one site, so only the origin tells.
func TestHoleSiblingSandboxWebSocket(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	v := r.visitor("official")
	address, cookie := v.into(v.get("/open/" + string(trial.Entries[0].Sandbox.ID)))
	sibling := strings.Replace(address, trial.Entries[0].Sandbox.Name, trial.Entries[1].Sandbox.Name, 1)
	for origin, may := range map[string]bool{strings.TrimSuffix(address, "/"): true, strings.TrimSuffix(sibling, "/"): false, "null": false, "http://localhost": false} {
		u, err := url.Parse(address)
		r.must(err)
		q, err := http.NewRequestWithContext(context.Background(), http.MethodGet, r.server.URL+"/socket", nil)
		r.must(err)
		q.Host = u.Host
		for name, value := range map[string]string{
			"Cookie": cookie, "Origin": origin, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
		} {
			q.Header.Set(name, value)
		}
		answer, err := v.client.Do(q)
		r.must(err)
		_ = answer.Body.Close()
		if isIn := answer.StatusCode == http.StatusSwitchingProtocols; isIn != may {
			t.Errorf("a WebSocket from %s: %d", origin, answer.StatusCode)
		}
	}
}

// A link, a picture or a prefetch starts nothing and ends nothing: no GET of the den
// changes its records.
func TestHoleCreationByALink(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	all := r.sides()
	before := r.head()
	for _, route := range web.RoutesOf() {
		if route.Method != http.MethodGet {
			continue
		}
		w := verdicts["GET "+route.Path]
		c := cell{route: route, row: w, of: ours, who: "operator", proof: "cookie"}
		r.keep(c, caller{who: "operator", proof: "cookie"}, all[ours][w.about])
	}
	if after := r.head(); after.Size != before.Size {
		events, err := r.den.Events(context.Background(), den.System(), den.Filter{Newest: true, Limit: int(after.Size - before.Size)})
		r.must(err)
		for _, e := range events.Items {
			if e.Actor == r.people["operator"].ID && e.Act != "person.signed_in" {
				t.Errorf("a GET did this: %s %s", e.Act, e.Say)
			}
		}
	}
	for _, path := range []string{"/trials", "/trials/" + string(all[ours]["draft"].id) + "/start", "/sandboxes/" + string(all[ours]["live"].id) + "/end?confirm=1", "/departments?name=Linked"} {
		r.visitor("operator").get(path)
	}
	for lease, phase := range map[den.ID]den.Phase{all[ours]["live"].id: den.Live, all[theirs]["live"].id: den.Live} {
		if s, err := r.den.Sandbox(context.Background(), den.System(), lease); err != nil || s.Phase != phase {
			t.Errorf("after links %s is %s: %v", lease, s.Phase, err)
		}
	}
	if draft, err := r.den.Trial(context.Background(), den.System(), all[ours]["draft"].id); err != nil || draft.State != den.TrialDraft {
		t.Errorf("after links the draft is %s: %v", draft.State, err)
	}
}

// head is the state of the record.
func (r *rig) head() (head den.Head) {
	r.must(r.store.View(context.Background(), func(tx den.Tx) (err error) {
		head, err = tx.Head()
		return err
	}))
	return head
}

// A product sets a cookie for the domain above it, to plant a session or to be sent
// along to its siblings: the gateway lets none of that out, and the den takes none of it.
func TestHoleCookieOfAProductForTheParentDomain(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	v := r.visitor("official")
	address, cookie := v.into(v.get("/open/" + string(trial.Entries[0].Sandbox.ID)))
	got := v.at(address+"cookies", cookie)
	if got.Status != http.StatusOK {
		t.Fatalf("the product: %d", got.Status)
	}
	kept := strings.Join(got.Header.Values("Set-Cookie"), "; ")
	if strings.Contains(strings.ToLower(kept), "domain") || !strings.Contains(kept, "own=1") || strings.Contains(kept, "den_") {
		t.Errorf("what the product sets is %q", kept)
	}
	// Planted by whatever way, it is nobody's session, and a sign-in makes a new one.
	planted := r.visitor("").send(http.MethodGet, "/trials", nil, http.Header{"Cookie": {"den_session=planted; den_visit=planted"}})
	if planted.Status != http.StatusSeeOther {
		t.Errorf("a planted session: %d", planted.Status)
	}
	in := r.visitor("").send(http.MethodPost, "/sign-in", url.Values{"person": {string(r.people["official"].ID)}}, http.Header{"Cookie": {"den_session=planted"}})
	if set := in.Header.Get("Set-Cookie"); in.Status != http.StatusSeeOther || strings.Contains(set, "planted") || strings.Contains(strings.ToLower(set), "domain") {
		t.Errorf("a sign-in with a planted session: %d %q", in.Status, set)
	}
}
