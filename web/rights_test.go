package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/web"
)

// refusals are the answers by which a person is turned away.
func isRefusal(p *page) bool {
	return p.Status == http.StatusNotFound || p.Status == http.StatusForbidden || p.Status == http.StatusUnauthorized ||
		p.Status == http.StatusSeeOther && strings.HasPrefix(p.Header.Get("Location"), "/sign-in")
}

// owner says to whom what a route is about belongs: by the first word of its path.
func (r *rig) owner(path string) den.Owner {
	w := r.world()
	switch {
	case strings.HasPrefix(path, "/trials/:id"):
		return w.running.Owner()
	case strings.HasPrefix(path, "/sandboxes/:id"), strings.HasPrefix(path, "/open/"):
		o := w.running.Owner()
		o.Suppliers = []den.ID{r.northbridge.ID}
		return o
	case strings.HasPrefix(path, "/products/:id"):
		return den.Owner{Suppliers: []den.ID{r.northbridge.ID}}
	}
	return den.Owner{}
}

// address fills a route's parameters in with what world has made.
func (r *rig) address(path string) string {
	w := r.world()
	trial, lease := string(w.running.ID), string(w.running.Entries[0].Sandbox.ID)
	isOver := slices.ContainsFunc([]string{"/report", "/decide"}, func(end string) bool { return strings.HasSuffix(path, end) })
	switch {
	case strings.Contains(path, "/set-up"), strings.HasSuffix(path, "/start"), strings.HasSuffix(path, "/cancel"):
		trial = string(w.full.ID)
	case isOver:
		trial = string(w.finished.ID)
	case strings.HasSuffix(path, "/receipt"):
		lease = string(w.finished.Entries[0].Sandbox.ID)
	}
	id := trial
	if strings.HasPrefix(path, "/sandboxes") {
		id = lease
	} else if strings.HasPrefix(path, "/products") {
		id = string(r.bookwell.ID)
	}
	return strings.NewReplacer(":id", id, ":entry", string(w.running.Entries[0].ID), ":name", lease, ":guide", "sandbox", "*file", "x").Replace(path)
}

// mayOn says what the policy says of a route. Where a thing is not yet given, the
// right to have any such thing counts.
func (r *rig) mayOn(a den.Actor, route web.Route) bool {
	switch route.Who {
	case web.Anybody, web.Known:
		return true
	case den.SetUpTrial, den.OfferProduct, den.ReadRecord:
		if !strings.Contains(route.Path, ":") {
			if route.Who == den.ReadRecord {
				return a.Has(den.Operator) || a.Has(den.Auditor)
			}
			return slices.ContainsFunc(den.Roles, func(role den.Role) bool { return a.Has(role) && den.Rights[route.Who][role] != "" })
		}
	}
	return den.May(a, route.Who, r.owner(route.Path))
}

// Every role asks for every page that it may not have, and gets nothing; the reading
// pages that it may have, it gets.
func TestEveryRouteForEveryRole(t *testing.T) {
	r := newRig(t)
	r.world()
	nobody := r.visitor("")
	for _, name := range []string{"official", "stranger", "evaluator", "idle", "engineer", "rival", "operator", "auditor"} {
		v, a := r.visitor(name), r.people[name].Act()
		for _, route := range web.RoutesOf() {
			if route.Path == "/sign-out" || strings.HasSuffix(route.Path, "/live") {
				continue
			}
			path, may := r.address(route.Path), r.mayOn(a, route)
			switch {
			case !may:
				if got := v.send(route.Method, path, url.Values{}, nil); !isRefusal(got) {
					t.Errorf("%s may not %s %s, and got %d", name, route.Method, route.Path, got.Status)
				}
			case route.Method == http.MethodGet:
				got := v.get(path)
				if isRefusal(got) && !strings.HasPrefix(route.Path, "/static") && route.Path != "/sign-in" || got.Status >= 500 {
					t.Errorf("%s may %s %s, and got %d: %s", name, route.Method, route.Path, got.Status, got.said())
				}
			}
		}
	}
	for _, route := range web.RoutesOf() {
		got := nobody.send(route.Method, r.address(route.Path), url.Values{}, nil)
		if isOpen := route.Who == web.Anybody; isOpen == isRefusal(got) && !strings.HasPrefix(route.Path, "/static") && !strings.HasPrefix(route.Path, "/sign-") {
			t.Errorf("nobody asks for %s %s and gets %d", route.Method, route.Path, got.Status)
		}
	}
}

// What is not there and what is not theirs look the same, byte for byte but for the
// address and the reference.
func TestNotYoursLooksLikeNotThere(t *testing.T) {
	r := newRig(t)
	trial, stranger := r.trial(), r.visitor("stranger")
	for _, paths := range [][2]string{
		{"/trials/" + string(trial.ID), "/trials/tri_nothing"},
		{"/trials/" + string(trial.ID) + "/live", "/trials/tri_nothing/live"},
		{"/sandboxes/" + string(trial.Entries[0].Sandbox.ID), "/sandboxes/lea_nothing"},
		{"/open/" + string(trial.Entries[0].Sandbox.ID), "/open/lea_nothing"},
		{"/open/" + trial.Entries[0].Sandbox.Name, "/open/no-such-name"},
		{"/record?subject=" + string(trial.ID), "/record?subject=tri_nothing"},
	} {
		theirs, none := stranger.get(paths[0]), stranger.get(paths[1])
		if theirs.Status != http.StatusNotFound || theirs.Status != none.Status || theirs.Text != none.Text {
			t.Errorf("%s: %d, %s: %d, or the text differs", paths[0], theirs.Status, paths[1], none.Status)
		}
	}
}
