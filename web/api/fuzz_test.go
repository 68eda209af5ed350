package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
	"innovationden/web/api"
)

// hurried ends streams at once, for tests that read every answer to its end.
func hurried(c *api.Config) { c.Pace, c.MaxArchive = api.Pace{Lasts: time.Millisecond}, 1<<16 }

// lived is a world with things of two departments in every state, and an inventor
// that knows all of them.
func lived(t testing.TB, seed uint64) (*world, *inventor) {
	w := newWorld(t, hurried)
	w.run()
	w.check.deep = false
	w.engine.AddArchive([]byte("archive"), sandbox.Image{Ports: []int{8080}}, fake.Behaviour{})
	i := newInventor(seed, w.check.doc)
	for _, s := range []side{w.side(member, 2, evaluator), w.side(outsider, 1)} {
		for name, one := range s.things {
			kind := map[string]string{
				"draft": "trials", "running": "trials", "finished": "trials", "live": "sandboxes", "ended": "sandboxes",
				"product": "products", "release": "releases", "approval": "approvals", "delivery": "deliveries", "share": "shares",
				"challenge": "challenges", "challenge-draft": "challenges", "challenge-answered": "challenges", "question": "questions", "interest": "interests",
			}[name]
			if kind != "" {
				i.learn(kind, string(one.id))
				i.learn(strings.TrimSuffix(strings.Replace(kind, "sandboxes", "subject", 1), "s"), string(one.id))
			}
			if name == "finished" {
				i.learn("decided", string(one.id))
			}
			if one.entry != "" {
				i.of[string(one.entry)] = string(one.id)
				i.learn("entry", string(one.entry))
				i.learn("chosen", string(one.entry))
			}
		}
	}
	for _, id := range []string{string(w.department.ID), string(w.other.ID)} {
		i.learn("department", id)
	}
	for _, id := range []string{"den", string(w.department.ID), string(w.other.ID), string(w.suppliers[0].ID)} {
		i.learn("organisation", id)
	}
	i.learn("departments", string(w.other.ID)) // the rules of ours have to let new trials begin
	for _, s := range w.suppliers {
		i.learn("supplier", string(s.ID))
		i.learn("suppliers", string(s.ID))
	}
	for _, p := range w.people {
		i.learn("evaluator", string(p.ID))
		i.learn("actor", string(p.ID))
		i.learn("person", string(p.ID))
	}
	for _, c := range w.o.Schemes()[0].Criteria() {
		if c.ScoredBy == den.ByPeople {
			i.learn("criterion", c.ID)
		}
	}
	for _, s := range w.o.Schemes() {
		i.learn("scheme", s.ID)
	}
	for _, id := range w.o.Vocabulary().IDs()[:5] {
		i.learn("capabilities", id)
	}
	for _, size := range []string{"small", "small", "small", "none"} {
		i.learn("size", size)
	}
	return w, i
}

// learnFrom keeps the ids and cursors of an answer.
func (i *inventor) learnFrom(q question, a answer) {
	var v struct {
		ID, Next string
		Entries  []struct {
			ID      string
			Sandbox struct{ ID string }
		}
	}
	if a.status >= 300 || json.Unmarshal([]byte(a.body), &v) != nil {
		return
	}
	if v.Next != "" {
		i.learn("next", v.Next)
	}
	parts := strings.FieldsFunc(q.path, func(r rune) bool { return r == '/' || r == '?' })
	what := parts[0]
	if what == "challenges" && strings.Count(q.path, "/") > 2 {
		what = "drafts of " + parts[0] // trials that are not to crowd the others out
	}
	if v.ID != "" && a.status == http.StatusCreated && what != "products" && what != "suppliers" && what != "departments" {
		i.learn(what, v.ID)
	}
	for _, e := range v.Entries {
		i.of[e.ID] = v.ID
		i.learn("entry", e.ID)
		if e.Sandbox.ID != "" {
			i.learn("sandboxes", e.Sandbox.ID)
		}
	}
}

// Ten thousand requests, from right to wild, by everybody, about everybody's things:
// no answer is a failure of ours, and every one is what the contract says.
func TestContractFuzz(t *testing.T) {
	const requests, troubled = 12_000, 1_500
	seed := uint64(1)
	if s, err := strconv.ParseUint(os.Getenv("DEN_FUZZ_SEED"), 10, 64); err == nil {
		seed = s
	}
	w, i := lived(t, seed)
	w.o.Loads = idle{}
	t.Logf("seed %d; DEN_FUZZ_SEED sets another", seed)
	i.done = func(op string) bool { return w.check.successes(op) > 0 }
	asked := func(what string, mayBeDown bool) {
		q := i.request()
		a := w.ask(q)
		i.learnFrom(q, a)
		if a.status >= 500 && (!mayBeDown || a.status != 503 && a.status != 507) {
			t.Fatalf("%s: %+v answers %d: %s", what, q, a.status, cut(a.body))
		}
	}
	least := map[int]int{200: 1500, 201: 100, 202: 50, 400: 500, 403: 100, 404: 500, 409: 50, 412: 20, 415: 10, 422: 500, 503: 10, 507: 1}
	rare := func() bool {
		for status, n := range least {
			if status < 500 && w.check.count[status] < n { // the others come with trouble
				return true
			}
		}
		return false
	}
	// Chance and the time that sandboxes take decide what is reached: it goes on, at most as
	// long again, while an operation is missing or an answer is rare.
	const calm = requests - troubled
	for n := 0; n < calm || n < 2*calm && (rare() || len(w.missed(i)) > 0); n++ {
		if n%300 == 0 {
			w.bringBack()
			w.another(i)
			w.seed(i, n/300)
		}
		asked(fmt.Sprint("request ", n), false)
	}
	for n := range troubled {
		w.trouble(i)
		asked(fmt.Sprint("request in trouble ", n), true)
	}
	w.engine.Heal()
	t.Logf("answers: %v", w.check.count)
	for status, n := range least {
		if w.check.count[status] < n {
			t.Errorf("only %d answers are %d: the fuzzer does not reach far", w.check.count[status], status)
		}
	}
	if missed := w.missed(i); len(missed) > 0 {
		t.Errorf("never answered with success: %v", missed)
	}
}

// missed are the operations that never answered with success.
func (w *world) missed(i *inventor) (missed []string) {
	for _, op := range i.ops {
		if w.check.successes(op.id) == 0 {
			missed = append(missed, op.id)
		}
	}
	return missed
}

// another starts a trial in place of those that the requests have ended.
func (w *world) another(i *inventor) {
	v, err := w.o.StartTrial(context.Background(), w.act(member), w.draft(2).ID, 0, den.Once{})
	w.must(err)
	_, err = w.o.Declare(context.Background(), w.act(evaluator), v.ID, den.NewDeclaration{Stake: den.NoStake})
	w.must(err)
	i.learn("trials", string(v.ID))
	for range 4 { // drafts are soon started or cancelled
		i.learn("trials", string(w.draft(1).ID))
	}
	for range 3 { // and so are challenges
		s := side{map[string]target{}}
		w.challenges(member, s)
		for name, kind := range map[string]string{"challenge": "challenges", "challenge-draft": "challenges", "challenge-answered": "challenges", "question": "questions", "interest": "interests"} {
			i.learn(kind, string(s.things[name].id))
		}
	}
	for _, e := range v.Entries {
		i.of[string(e.ID)] = string(v.ID)
		i.learn("sandboxes", string(e.Lease))
		i.learn("entry", string(e.ID))
	}
}

// trouble has the engine be down now and then, or full.
func (w *world) trouble(i *inventor) {
	switch i.r.IntN(20) {
	case 0:
		w.engine.EngineDown(true)
	case 1, 2:
		w.engine.Heal()
	case 3:
		w.engine.FailNext("image", errFull)
		w.post(operator, "/products/"+string(w.products[0].ID)+"/releases", hash{"version": fmt.Sprint("full-", i.r.Int()), "image": oneImage})
	case 4:
		w.engine.FailNext(pick(i, fake.Verbs()...), nil)
	}
}

// The control: a checker that sees nothing proves nothing.
func TestTheCheckerSeesWrongAnswers(t *testing.T) {
	good := `{"type":"about:blank","title":"T","status":404,"detail":"Check the address again.","instance":"/api/v1/me"}`
	for name, c := range map[string]struct {
		status     int
		kind, body string
		right      bool
	}{
		"a right answer":           {200, "application/json", `{"id":"a","name":"b","memberships":[]}`, true},
		"a right refusal":          {404, "application/problem+json", good, true},
		"a field is missing":       {200, "application/json", `{"id":"a","name":"b"}`, false},
		"a field of another type":  {200, "application/json", `{"id":1,"name":"b","memberships":[]}`, false},
		"another type":             {200, "text/html", `{"id":"a","name":"b","memberships":[]}`, false},
		"a status unheard of":      {202, "application/json", `{"id":"a","name":"b","memberships":[]}`, false},
		"a failure":                {500, "application/problem+json", strings.Replace(good, "404", "500", 1), false},
		"another status inside":    {403, "application/problem+json", good, false},
		"no sentence":              {404, "application/problem+json", strings.Replace(good, "Check the address again.", "eof", 1), false},
		"a refusal that is no doc": {404, "text/plain", "404 page not found", false},
	} {
		for _, deep := range []bool{true, false} {
			k := &checker{t: t, doc: readDocument(t), deep: deep, done: map[string]int{}, count: map[int]int{}}
			fast := *k.doc
			fast.OpenAPI = "3.0.3"
			k.fast = &fast
			engine := gin.New()
			engine.Use(k.watch)
			engine.GET(api.Base+"/me", func(g *gin.Context) {
				g.Header("X-Content-Type-Options", "nosniff")
				g.Header("Cache-Control", "no-store")
				g.Data(c.status, c.kind, []byte(c.body))
			})
			engine.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, api.Base+"/me", nil))
			if seen := len(k.faults()) > 0; seen == c.right {
				t.Errorf("%s (deep %v): %v", name, deep, k.faults())
			}
		}
	}
}

func FuzzRequest(f *testing.F) {
	w, i := lived(f, 1)
	for range 200 {
		q := i.request()
		body, _ := q.body.(string)
		n := slices.IndexFunc(i.ops, func(o operation) bool { return o.method == q.method })
		f.Add(uint8(n), uint8(i.r.IntN(len(everybody))), strings.TrimPrefix(q.path, "/"), q.header["If-Match"], q.header["Idempotency-Key"], "application/json", body)
	}
	f.Fuzz(func(t *testing.T, op, who uint8, path, match, key, kind, body string) {
		r, err := http.NewRequestWithContext(context.Background(), i.ops[int(op)%len(i.ops)].method, "http://den"+api.Base+"/"+path, strings.NewReader(body))
		if err != nil {
			return // not a request that can be sent
		}
		r.Header = http.Header{"Authorization": {"Bearer " + everybody[int(who)%len(everybody)]}, "Content-Type": {kind}, "If-Match": {match}, "Idempotency-Key": {key}}
		before := len(w.check.faults())
		recorder := httptest.NewRecorder()
		w.handler.ServeHTTP(recorder, r)
		if recorder.Code >= 500 {
			t.Errorf("it answers %d: %s", recorder.Code, cut(recorder.Body.String()))
		}
		for _, fault := range w.check.faults()[before:] {
			t.Error(fault)
		}
	})
}
