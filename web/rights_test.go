package web_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"innovationden/orchestrator/den"
	"innovationden/web"
)

// verdict is the status that somebody should get; 0 stands for any that is no refusal.
func (w row) verdict(of, who string) int {
	m := w.ours
	switch {
	case of == sameOf && who == "evaluator" && w.about != "":
		m = w.unrelated()
	case of == sameOf && w.ours.look == scoreOur.look: // it names no evaluators, so the department scores
		if m = (may{look: "auditor"}); w.ours.yes != "" {
			m.yes = ourTop
		}
	case of == theirs && w.their != same:
		m = w.their
	case of == unknown || of == deleted:
		m = w.none
	}
	switch {
	case slices.Contains(strings.Fields(m.yes), who):
		return 0
	case slices.Contains(strings.Fields(m.look), who):
		return http.StatusForbidden
	}
	return http.StatusNotFound
}

// unrelated is what the evaluator may with a trial that it does not assess.
func (w row) unrelated() may {
	if w.their == same {
		return w.ours
	}
	return w.their
}

// cell is one question of the matrix.
type cell struct {
	route          web.Route
	row            row
	of, who, proof string // proof: cookie, token, none, stale cookie, wrong token
}

func (c cell) right() string {
	name := c.route.Method + " " + c.route.Path
	want := 0
	switch {
	case c.proof == "wrong token": // even where the door is open: a program is told
		want = http.StatusUnauthorized
	case slices.Contains(strings.Fields(c.row.ours.yes), "nobody"):
	case c.proof == "none", c.proof == "stale cookie", c.proof == "token" && inBrowser[name]:
		want = http.StatusUnauthorized
	default:
		want = c.row.verdict(c.of, c.who)
	}
	if want == 0 {
		return "in"
	}
	return http.StatusText(want)
}

// answer is what was got, in the words of right.
func (c cell) answer(got *httptest.ResponseRecorder) string {
	isDoor := got.Code == http.StatusUnauthorized || got.Code == http.StatusSeeOther && strings.HasPrefix(got.Header().Get("Location"), "/sign-in")
	isSigning := strings.HasPrefix(c.route.Path, "/sign-") && c.proof != "wrong token"
	switch {
	case isDoor && !isSigning:
		return http.StatusText(http.StatusUnauthorized)
	case got.Code == http.StatusForbidden, got.Code == http.StatusNotFound && !strings.HasPrefix(c.route.Path, "/static"), got.Code >= 500:
		return http.StatusText(got.Code)
	}
	return "in"
}

// TestEveryRouteForEverybody asks every route for a thing of each owner, as everybody,
// by each proof of who it is, and wants what verdicts says: no more, no less.
func TestEveryRouteForEverybody(t *testing.T) {
	r := newRig(t)
	all, people := r.sides(), r.callers()
	asked, wrong := 0, 0
	for _, route := range web.RoutesOf() {
		name := route.Method + " " + route.Path
		w, ok := verdicts[name]
		if !ok {
			t.Errorf("%q has no row. Add one line to verdicts in web/rights_table_test.go:\n\t%q: {\"running\", seeOur, seeTheir, no},\nThat is: what it is about, who may with a thing of ours, with one of theirs, with an id of nothing", name, name)
			continue
		}
		for _, of := range whose {
			if w.about == "" && of != ours {
				continue
			}
			one, ok := all[of][w.about]
			if !ok {
				t.Fatalf("%q is about %q, which sides in web/sides_test.go does not make", name, w.about)
			}
			for _, p := range people {
				c := cell{route, w, of, p.who, p.proof}
				got := r.try(c, p, one)
				asked++
				if c.answer(got) != c.right() {
					wrong++
					if wrong < 40 {
						t.Errorf("%s of %s by %s with %s: %d, want %s\n%.300s", name, of, p.who, p.proof, got.Code, c.right(), read(got))
					}
				}
			}
		}
	}
	for name := range verdicts {
		if !slices.ContainsFunc(web.RoutesOf(), func(route web.Route) bool { return name == route.Method+" "+route.Path }) {
			t.Errorf("verdicts has a row for %q, which is no route", name)
		}
	}
	t.Logf("%d cells, %d wrong", asked, wrong)
	if asked < 5000 {
		t.Errorf("only %d cells were asked, want 5,000 at least", asked)
	}
}

// read is what an answer says, for a person who mends the test.
func read(got *httptest.ResponseRecorder) string {
	root, err := html.Parse(strings.NewReader(got.Body.String()))
	if err != nil {
		return err.Error()
	}
	return words(root)
}

// caller is somebody with a proof of who it is.
type caller struct{ who, proof, header, value string }

func (r *rig) callers() []caller {
	list := []caller{
		{"nobody", "none", "", ""}, {"nobody", "wrong token", "Authorization", "Bearer den_0000"},
		{"nobody", "stale cookie", "Cookie", "den_session=nothing"},
	}
	for _, who := range strings.Fields(all) {
		list = append(list, caller{who, "cookie", "", ""}, caller{who, "token", "Authorization", "Bearer " + r.token(who)})
	}
	return list
}

// try asks one cell. The store keeps nothing of it; a session is made for each change,
// which may end it.
func (r *rig) try(c cell, p caller, about thing) *httptest.ResponseRecorder {
	r.Helper()
	return r.asked(context.WithValue(context.Background(), dryRun{}, true), c, p, about)
}

// keep is try, but the store keeps what changes.
func (r *rig) keep(c cell, p caller, about thing) *httptest.ResponseRecorder {
	r.Helper()
	return r.asked(context.Background(), c, p, about)
}

func (r *rig) asked(ctx context.Context, c cell, p caller, about thing) *httptest.ResponseRecorder {
	r.Helper()
	id := about.id
	path := strings.NewReplacer(":id", string(id), ":entry", string(about.entry), ":name", string(id), ":seq", string(id), ":share", string(about.entry), ":secret", r.link, ":guide", "sandbox", ":form", "csv", "*name", "report-1.json", "*file", "x", ":step", "problem", ":scheme", "standard", ":version", "1", ":cited", string(id), ":evidence", "evi_none", ":person", "per_nobody").Replace(c.route.Path)
	body := ""
	if c.route.Method == http.MethodPost {
		body = url.Values{"rev": {"999999"}, "why": {"Tried."}}.Encode()
	}
	q := httptest.NewRequest(c.route.Method, path, strings.NewReader(body))
	ctx, over := context.WithTimeout(ctx, time.Minute)
	defer over()
	q = q.WithContext(ctx)
	q.Header.Set("Accept", "text/html")
	if body != "" {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	switch p.proof {
	case "cookie":
		q.Header.Set("Cookie", r.cookie(p.who, c.route.Method == http.MethodPost))
	case "none":
	default:
		q.Header.Set(p.header, p.value)
	}
	out := httptest.NewRecorder()
	r.handler.ServeHTTP(&once{out, over}, q)
	if path == "/me/sessions/end" {
		delete(r.cookies, p.who) // it ended with all the others
	}
	return out
}

// once is a reader that leaves after the first part of a stream.
type once struct {
	*httptest.ResponseRecorder
	leave func()
}

func (o *once) Flush() { o.leave() }

// cookie signs somebody in, anew or as before.
func (r *rig) cookie(who string, anew bool) string {
	r.Helper()
	if had := r.cookies[who]; had != "" && !anew {
		return had
	}
	q := httptest.NewRequest(http.MethodPost, "/sign-in", strings.NewReader(url.Values{"person": {string(r.people[who].ID)}}.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	out := httptest.NewRecorder()
	r.handler.ServeHTTP(out, q)
	if out.Code != http.StatusSeeOther || len(out.Result().Cookies()) == 0 {
		r.Fatalf("%s cannot sign in: %d", who, out.Code)
	}
	made := out.Result().Cookies()[0]
	text := made.Name + "=" + made.Value
	if !anew {
		r.cookies[who] = text
	}
	return text
}

// What is not there, what was there and what is not theirs look the same, byte for
// byte but for what they typed themselves.
func TestNotYoursLooksLikeNotThere(t *testing.T) {
	r := newRig(t)
	all := r.sides()
	compared := 0
	for _, route := range web.RoutesOf() {
		w := verdicts[route.Method+" "+route.Path]
		if w.about == "" {
			continue
		}
		for _, p := range r.callers() {
			if w.verdict(theirs, p.who) != http.StatusNotFound || w.verdict(unknown, p.who) != http.StatusNotFound {
				continue
			}
			var first *httptest.ResponseRecorder
			for _, of := range []string{unknown, deleted, theirs} {
				about := all[of][w.about]
				got := r.try(cell{route: route, row: w, of: of, who: p.who, proof: p.proof}, p, about)
				got.Body = bytes.NewBufferString(blank(got.Body.String(), about))
				for name, values := range got.Header() {
					got.Header().Set(name, blank(values[0], about))
				}
				got.Header().Del("X-Request-Id")
				if first == nil {
					first = got
					continue
				}
				compared++
				if got.Code != first.Code || got.Body.String() != first.Body.String() || got.Header().Get("Location") != first.Header().Get("Location") ||
					len(got.Header()) != len(first.Header()) {
					t.Errorf("%s %s by %s with %s tells %s (%d %v) from what is not there (%d %v)", route.Method, route.Path, p.who, p.proof, of, got.Code, got.Header(), first.Code, first.Header())
				}
			}
		}
	}
	for _, paths := range [][2]string{
		{"/open/" + r.nameOf(all[theirs]["live"].id), "/open/no-such-name"},
		{"/record?subject=" + string(all[theirs]["running"].id), "/record?subject=tri_nothing"},
	} {
		v := r.visitor("official")
		other, none := v.get(paths[0]), v.get(paths[1])
		if other.Status != http.StatusNotFound || other.Status != none.Status || other.Text != none.Text {
			t.Errorf("%s: %d, %s: %d, or the text differs", paths[0], other.Status, paths[1], none.Status)
		}
	}
	t.Logf("%d pairs", compared)
}

// blank takes out of an answer what the question itself said.
func blank(text string, about thing) string {
	for _, id := range []den.ID{about.id, about.entry} {
		if id == "" {
			continue
		}
		for _, before := range []string{"/", "%2F"} {
			text = strings.ReplaceAll(text, before+string(id), before+"ID")
		}
		if id.Kind() != "" { // the number of an event is in too many words
			text = strings.ReplaceAll(text, string(id), "ID")
		}
	}
	return text
}

func (r *rig) nameOf(lease den.ID) string {
	s, err := r.den.Sandbox(context.Background(), den.System(), lease)
	r.must(err)
	return s.Name
}

// A row that says less than the den gives is seen: the matrix is not blind.
func TestTheMatrixSeesAHole(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	about := r.side("stranger", r.slotwise, r.harbour.ID, r.releases[1], "")["running"]
	for _, route := range web.RoutesOf() {
		if route.Method+" "+route.Path == "GET /trials/:id" {
			p := caller{who: "auditor", proof: "cookie"}
			c := cell{route, row{"running", seeOur, may{yes: "operator stranger"}, no}, theirs, "auditor", "cookie"}
			if got := c.answer(r.try(c, p, about)); got == c.right() {
				t.Errorf("a row that keeps the auditor out is said to hold: %s", got)
			}
		}
	}
}
