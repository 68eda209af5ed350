package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/web/api"
	"innovationden/web/api/contract"
)

func TestARepeatedCreateGivesTheSameThing(t *testing.T) {
	w := newWorld(t)
	product := "/products/" + string(w.products[0].ID) + "/releases"
	for i, c := range []struct {
		who, path   string
		body, other hash
	}{
		{operator, "/departments", hash{"name": "A"}, hash{"name": "B"}},
		{operator, "/suppliers", hash{"name": "A"}, hash{"name": "B"}},
		{seller, "/products", hash{"name": "A", "supplier": w.suppliers[0].ID}, hash{"name": "B", "supplier": w.suppliers[0].ID}},
		{seller, product, hash{"version": "5", "image": oneImage}, hash{"version": "6", "image": oneImage}},
		{member, "/trials", hash{"name": "A"}, hash{"name": "B"}},
	} {
		t.Run(c.path, func(t *testing.T) {
			key := map[string]string{"Idempotency-Key": fmt.Sprintf("key-%d", i)}
			send := func(who string, body hash) answer {
				a := w.ask(question{who, "POST", c.path, body, key})
				a.t = t
				return a
			}
			first := send(c.who, c.body).is(201)
			again := send(c.who, c.body).is(201)
			if first.body != again.body || first.header.Get("Location") != again.header.Get("Location") {
				t.Errorf("the repeat answered\n%snot\n%s", again.body, first.body)
			}
			send(c.who, c.other).says(422, "/Idempotency-Key: This Idempotency-Key was used for another request. Use a new one for each request.")
			if c.path == "/trials" {
				if theirs := send(colleague, c.body).is(201); theirs.body == first.body {
					t.Error("two people share a key")
				}
			}
		})
	}
	if n := len(into[contract.DepartmentPage](w.get(member, "/departments")).Items); n != 3 {
		t.Errorf("there are %d departments", n)
	}
}

func TestAStartThatIsRepeatedStartsOnce(t *testing.T) {
	w := newWorld(t)
	path := "/trials/" + string(w.draft(2).ID) + "/start"
	key := map[string]string{"Idempotency-Key": "go"}
	first := into[contract.Trial](w.ask(question{member, "POST", path, nil, key}).is(202))
	again := into[contract.Trial](w.ask(question{member, "POST", path, nil, key}).is(202))
	if first.Entries[0].Sandbox.Id != again.Entries[0].Sandbox.Id {
		t.Error("a repeat asked for other sandboxes")
	}
	w.post(member, path, nil).says(409, "This trial is running already, so its set-up is locked.")
	if n := len(into[contract.SandboxPage](w.get(member, "/sandboxes")).Items); n != 2 {
		t.Errorf("there are %d sandboxes", n)
	}
}

func TestAChangeHoldsOnlyForWhatWasRead(t *testing.T) {
	w := newWorld(t)
	path := "/trials/" + string(w.draft(1).ID)
	tag := w.get(member, path).is(200).header.Get("ETag")
	change := func(who, match string) answer {
		return w.ask(question{who, "PUT", path, hash{"name": "By " + who}, map[string]string{"If-Match": match}})
	}
	second := change(colleague, tag).is(200).header.Get("ETag")
	if second == tag {
		t.Errorf("the ETag is still %s", tag)
	}
	stale := "Somebody changed this meanwhile. Look at it again, then make your change."
	change(member, tag).says(412, stale)
	change(member, `"0"`).says(412, "If-Match must be the ETag that you read. Read it again, then send the change with its new ETag.")
	if got := into[contract.Trial](w.get(member, path)); got.Name != "By "+colleague {
		t.Errorf("the name is %q", got.Name)
	}
	for _, match := range []string{second, "W/" + bump(t, second), "*", ""} {
		change(member, match).is(200)
	}
	for _, op := range []string{"/start", "/cancel"} {
		w.ask(question{member, "POST", path + op, nil, map[string]string{"If-Match": tag}}).says(412, stale)
	}
}

// bump is the ETag after one more change.
func bump(t *testing.T, tag string) string {
	n, err := strconv.Atoi(strings.Trim(tag, `"`))
	if err != nil {
		t.Fatal(err)
	}
	return strconv.Quote(strconv.Itoa(n + 1))
}

func TestWhatWasNeverSavedHasNoETag(t *testing.T) {
	w := newWorld(t)
	w.run()
	v := w.started(1)
	path := "/trials/" + string(v.ID) + "/entries/" + string(v.Entries[0].ID) + "/assessment"
	if tag := w.get(evaluator, path).is(200).header.Get("ETag"); tag != "" {
		t.Errorf("the ETag is %s", tag)
	}
	w.ask(question{evaluator, "PUT", "/trials/" + string(v.ID) + "/declaration", hash{"interest": "none"}, nil}).is(200)
	tag := w.ask(question{evaluator, "PUT", path, hash{"scores": hash{}, "note": "one"}, nil}).is(200).header.Get("ETag")
	save := func(note string) answer {
		return w.ask(question{evaluator, "PUT", path, hash{"scores": hash{}, "note": note}, map[string]string{"If-Match": tag}})
	}
	save("two").is(200)
	save("three").is(412)
}

func TestAWalkGivesEachThingOnceWhileOthersAreAdded(t *testing.T) {
	w := newWorld(t)
	want := map[string]bool{}
	for i := range 30 {
		want[into[contract.Department](w.post(operator, "/departments", hash{"name": fmt.Sprintf("Department %d", i)})).Id] = true
	}
	seen, after := map[string]int{}, ""
	for pages := 0; ; pages++ {
		page := into[contract.DepartmentPage](w.get(member, "/departments?limit=7&after="+after).is(200))
		for _, d := range page.Items {
			seen[d.Id]++
		}
		w.post(operator, "/departments", hash{"name": "Added meanwhile"}).is(201)
		if page.Next == nil || pages > 20 {
			break
		}
		after = *page.Next
	}
	for id := range want {
		if seen[id] != 1 {
			t.Errorf("%s was given %d times", id, seen[id])
		}
	}
	for id, n := range seen {
		if n > 1 {
			t.Errorf("%s was given %d times", id, n)
		}
	}
}

func TestListsAreNarrowedByWhatIsAsked(t *testing.T) {
	w := newWorld(t)
	w.run()
	draft, running := w.draft(1), w.started(2)
	ids := func(who, query string) []string {
		var out []string
		for _, t := range into[contract.TrialPage](w.get(who, "/trials"+query).is(200)).Items {
			out = append(out, t.Id)
		}
		return out
	}
	both := []string{string(draft.ID), string(running.ID)}
	for query, want := range map[string][]string{
		"": both, "?newest=true": {both[1], both[0]}, "?state=draft": both[:1], "?state=running": both[1:], "?state=cancelled": nil,
		"?department=" + string(w.department.ID): both, "?department=" + string(w.other.ID): nil, "?limit=1": both[:1],
	} {
		if got := ids(member, query); !slices.Equal(got, want) {
			t.Errorf("%q gives %v, not %v", query, got, want)
		}
	}
	if got := ids(outsider, ""); got != nil {
		t.Errorf("another department sees %v", got)
	}
	sandboxes := func(who, query string) int {
		return len(into[contract.SandboxPage](w.get(who, "/sandboxes"+query).is(200)).Items)
	}
	for query, want := range map[string]int{"": 2, "?trial=" + string(running.ID): 2, "?trial=" + string(draft.ID): 0, "?phase=live": 2, "?phase=ended": 0, "?newest=true&limit=1": 1} {
		if got := sandboxes(member, query); got != want {
			t.Errorf("%q gives %d sandboxes, not %d", query, got, want)
		}
	}
	if got := sandboxes(seller, ""); got != 1 {
		t.Errorf("a supplier sees %d sandboxes", got)
	}
	if got := len(into[contract.ProductPage](w.get(rival, "/products?supplier="+string(w.suppliers[1].ID)).is(200)).Items); got != 1 {
		t.Errorf("the supplier has %d products", got)
	}
	about := into[contract.EventPage](w.get(member, "/events?newest=true&subject="+string(running.ID)).is(200)).Items
	if len(about) < 4 || about[0].Seq < about[1].Seq {
		t.Errorf("the record of the trial is %+v", about)
	}
	for _, e := range into[contract.EventPage](w.get(operator, "/events?actor="+string(w.people[member].ID)).is(200)).Items {
		if e.Actor != string(w.people[member].ID) {
			t.Errorf("the event is by %s", e.ActorName)
		}
	}
}

// What a product prints is a stranger's: it is text and stays text.
func TestALogIsNothingButText(t *testing.T) {
	w := newWorld(t)
	w.run()
	v := w.started(1)
	path := "/sandboxes/" + string(v.Entries[0].Lease) + "/log"
	a := w.get(member, path).is(200)
	if a.body != "ready <script>alert(1)</script>\n" || a.header.Get("Content-Type") != "text/plain; charset=utf-8" || a.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the log is %q with %v", a.body, a.header)
	}
	if a := w.get(member, path+"?bytes=5").is(200); a.body != "ipt>\n" {
		t.Errorf("five bytes of the end are %q", a.body)
	}
}

func TestWhoMayNotSignInAnyMoreIsNobody(t *testing.T) {
	w := newWorld(t)
	w.get(member, "/me").is(200)
	w.leave(member)
	w.get(member, "/me").is(401)
}

// leave has somebody lose the right to sign in; roles takes them away.
func (w *world) leave(nick string) { w.change(nick, func(p *den.Person) { p.Left = true }) }

func (w *world) change(nick string, how func(*den.Person)) {
	w.t.Helper()
	w.must(w.db.Update(context.Background(), func(tx den.Tx) error {
		p, err := tx.People().Get(w.people[nick].ID)
		if err != nil {
			return err
		}
		how(&p)
		_, err = tx.People().Put(p)
		return err
	}))
}

func TestTheReferenceTellsEverything(t *testing.T) {
	ref, err := api.ReadReference()
	if err != nil {
		t.Fatal(err)
	}
	doc := readDocument(t)
	operations := 0
	for _, g := range ref.Groups {
		for _, op := range g.Operations {
			operations++
			if op.Summary == "" || len(op.Answers) < 2 {
				t.Errorf("%s is not told: %+v", op.ID, op)
			}
			for _, p := range op.Parameters {
				if !p.Kind.Known() {
					t.Errorf("%s: the kind of %s is not told", op.ID, p.Name)
				}
			}
		}
	}
	if want := len(everyOperation(doc)); operations != want {
		t.Errorf("%d operations are told of %d", operations, want)
	}
	for _, m := range ref.Models {
		for _, f := range m.Fields {
			if !f.Kind.Known() {
				t.Errorf("%s: the kind of %s is not told", m.Name, f.Name)
			}
		}
	}
	if len(ref.Models) != len(doc.Components.Schemas) {
		t.Errorf("%d models are told of %d", len(ref.Models), len(doc.Components.Schemas))
	}
}

func TestTheContractIsServedToAnybody(t *testing.T) {
	w := newWorld(t)
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/api/openapi.json", nil))
	a := answer{t, recorder.Code, recorder.Header(), recorder.Body.String()}
	if a.is(200); a.header.Get("Content-Type") != "application/json" || into[hash](a)["openapi"] != "3.1.0" {
		t.Errorf("it is %v: %s", a.header, cut(a.body))
	}
}
