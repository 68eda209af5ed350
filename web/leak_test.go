package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web"
)

// sweep asks every page and every answer of the API that can be read, about everything
// that a trial has, as one person, and finds where a text is told. It is for whoever
// adds something that must stay hidden for a while: give it the texts, and a control
// that finds them later.
type sweep struct {
	*rig
	paths []string
}

// newSweep knows every address that reads, with the ids of a trial filled in.
func (r *rig) newSweep(t den.TrialView) *sweep {
	r.Helper()
	s := &sweep{rig: r}
	var all []string
	for _, route := range web.RoutesOf() {
		if route.Method == http.MethodGet {
			all = append(all, route.Path)
		}
	}
	all = append(all, r.apiPaths()...)
	ids := []string{string(t.ID)}
	entries, names := []string{}, []string{}
	for _, e := range t.Entries {
		ids, entries, names = append(ids, string(e.Sandbox.ID)), append(entries, string(e.ID)), append(names, e.Sandbox.Name)
	}
	events, err := r.den.Events(context.Background(), den.System(), den.Filter{Subject: t.ID, Limit: 1000})
	r.must(err)
	var seqs []string
	for _, e := range events.Items {
		seqs = append(seqs, fmt.Sprint(e.Seq))
	}
	for _, path := range all {
		s.paths = append(s.paths, fill(path, map[string][]string{
			"id": ids, "entry": entries, "name": append(names, ids[1:]...), "seq": seqs, "guide": {"evaluator"}, "form": {"csv", "json", "ods", "ocds"},
			"person": {string(r.people["evaluator"].ID)}, "scheme": {"first-look"}, "version": {"1"}, "evidence": {"evi_none"}, "cited": {ids[0]}, "step": {"problem"}, "*name": {"x"}, "*file": {"x"},
		})...)
	}
	s.paths = append(s.paths, "/record?subject="+ids[0], "/record?subject="+ids[1], "/record?subject="+string(r.department.ID), "/api/v1/events?subject="+ids[0],
		"/api/v1/events?subject="+ids[1], "/suppliers/"+string(r.northbridge.ID)+"/overview", "/suppliers/"+string(r.harbour.ID)+"/overview",
		"/api/v1/suppliers/"+string(r.northbridge.ID)+"/overview", "/products/"+string(r.bookwell.ID), "/api/v1/products/"+string(r.bookwell.ID), "/api/v1/sandboxes?supplier="+string(r.northbridge.ID), "/api/v1/sandboxes?trial="+ids[0])
	return s
}

// apiPaths are those of the contract that read.
func (r *rig) apiPaths() []string {
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	r.must(json.Unmarshal([]byte(r.visitor("operator").get("/api/openapi.json").Text), &doc))
	var all []string
	for path, verbs := range doc.Paths {
		if _, reads := verbs["get"]; reads {
			all = append(all, "/api/v1"+path)
		}
	}
	slices.Sort(all)
	return all
}

// fill puts every value into every parameter of a path: ":id" or "{id}".
func fill(path string, with map[string][]string) []string {
	for name, values := range with {
		for _, form := range []string{":" + name, "{" + name + "}", name} {
			at := strings.Index(path, form)
			if at < 0 || form == name && name[0] != '*' {
				continue
			}
			var out []string
			for _, v := range values {
				out = append(out, fill(path[:at]+v+path[at+len(form):], with)...)
			}
			return out
		}
	}
	return []string{path}
}

// uninvolved is a supplier that has nothing to do with the trial: what names it too is a
// list of everybody in the den, and tells nothing of the trial.
const uninvolved = "Quiet Waters Systems"

// find asks everything as somebody, and says which texts stand in which answers. What
// an outsider reads at the same address is open to everybody and no leak.
func (s *sweep) find(who string, texts ...string) (found []string, asked int) {
	s.Helper()
	for _, path := range s.paths {
		answer := s.read(who, path)
		asked++
		for _, text := range texts {
			if strings.Contains(answer, text) && !strings.Contains(answer, uninvolved) && !strings.Contains(s.read("idle", path), text) {
				found = append(found, path+" tells "+who+" "+text)
			}
		}
	}
	return found, asked
}

// read is a page or an answer whole: headers, where it sends to, and body. A stream is
// left after its first part.
func (s *sweep) read(who, path string) string {
	s.Helper()
	ctx, over := context.WithTimeout(context.WithValue(context.Background(), dryRun{}, true), 10*time.Second)
	defer over()
	q := httptest.NewRequest(http.MethodGet, path, nil).WithContext(ctx)
	q.Header.Set("Cookie", s.cookie(who, false))
	if !strings.HasPrefix(path, "/api/") {
		q.Header.Set("Accept", "text/html")
	}
	out := httptest.NewRecorder()
	s.handler.ServeHTTP(&once{out, over}, q)
	return fmt.Sprint(out.Header()) + out.Body.String()
}

// names are what a blind trial hides.
var names = []string{"Bookwell", "Slotwise", "Northbridge", "Harbour"}

// blindTrial starts a trial that hides names: a member of the department and two others
// assess it, and somebody else enters the prices.
func (r *rig) blindTrial() den.TrialView {
	r.Helper()
	ctx, by := context.Background(), r.people["official"].Act()
	t, err := r.den.AddTrial(ctx, by, den.NewTrial{
		Name: "Booking, blind", Question: "Can people book without calling us?", Scheme: den.SchemeRef{ID: "standard", Version: 1}, Blind: true, Releases: r.releases,
		Evaluators: []den.ID{r.people["evaluator"].ID, r.people["colleague"].ID, r.people["newcomer"].ID}, Tasks: []string{"Book a room"},
	})
	r.must(err)
	_, err = r.den.StartTrial(ctx, by, t.ID, 0, den.Once{})
	r.must(err)
	v := r.until(t.ID, func(t den.TrialView) bool {
		return !slices.ContainsFunc(t.Entries, func(e den.EntryView) bool { return e.Sandbox == nil || e.Sandbox.Phase != den.Live })
	})
	for n, e := range v.Entries {
		_, err := r.den.SetPrice(ctx, by, t.ID, den.NewPrice{Entry: e.ID, Pence: int64(77123400 + n), Basis: "Seventy seven envelopes"})
		r.must(err)
	}
	return v
}

// marks submits somebody's scores for every product, with a reason of their own.
func (r *rig) marks(t den.TrialView, who string, by int, reason string) {
	r.Helper()
	ctx := context.Background()
	for n, e := range t.Entries {
		scores := map[string]den.Score{}
		for k, c := range t.Scheme.Criteria() {
			if c.ScoredBy != den.ByPeople {
				continue
			}
			m := min(max((n+k)%4+by, 0), den.TopMark)
			scores[c.ID] = den.Score{Mark: &m, Reason: reason}
			if k == 1 && n == 1 {
				scores[c.ID] = den.Score{NotTested: true, Reason: reason}
			}
		}
		_, err := r.den.SaveAssessment(ctx, r.people[who].Act(), den.NewAssessment{Trial: t.ID, Entry: e.ID, Scores: scores, Submit: true})
		r.must(err)
	}
}

// Nobody reads what the rules hide before its time: names in a blind trial, what others
// gave before one's own is submitted, prices before the marks are locked. Afterwards the
// same sweep finds all of it, or it could find nothing.
func TestNobodyReadsWhatIsHiddenBeforeItsTime(t *testing.T) {
	r := newRig(t)
	ctx := context.Background()
	_, err := r.den.AddSupplier(ctx, den.System(), den.NewOrganisation{Name: uninvolved})
	r.must(err)
	trial := r.blindTrial()
	prices := []string{"77123400", "771,234", "771234.00", "771234"}
	evaluators := []string{"evaluator", "colleague", "newcomer"}
	everybody := strings.Fields(all)
	asked := 0
	hides := func(stage string, who []string, texts ...string) {
		t.Helper()
		s := r.newSweep(trial)
		for _, one := range who {
			found, n := s.find(one, texts...)
			asked += n
			for _, leak := range found {
				t.Errorf("%s: %s", stage, leak)
			}
		}
	}
	hides("at the start", evaluators, names...)
	hides("at the start", []string{"official", "operator", "auditor", "engineer"}, prices...)

	for _, who := range evaluators {
		stake := den.NewDeclaration{Stake: den.NoStake}
		if who == "newcomer" {
			stake = den.NewDeclaration{Stake: den.PerceivedStake, Text: "A cousin worked there."}
		}
		_, err := r.den.Declare(ctx, r.people[who].Act(), trial.ID, stake)
		r.must(err)
	}
	_, err = r.den.DecideInterest(ctx, r.people["official"].Act(), trial.ID, r.people["newcomer"].ID, den.NewConsequence{Consequence: den.GoOn, Why: "Long ago."})
	r.must(err)
	r.marks(trial, "evaluator", 0, "Seen by the first alone")
	hides("after the first", []string{"colleague", "newcomer"}, append(names, "Seen by the first alone")...)

	r.marks(trial, "colleague", 0, "Seen by the second")
	r.marks(trial, "newcomer", 2, "Seen by the third")
	hides("before the lock", evaluators, names...)
	hides("before the lock", everybody, prices...)

	v, err := r.den.Consensus(ctx, r.people["official"].Act(), trial.ID)
	r.must(err)
	agreed := map[den.ID]map[string]den.Agreed{}
	outliers := 0
	for _, e := range v.Entries {
		agreed[e.Entry.ID] = map[string]den.Agreed{}
		for _, one := range e.Criteria {
			a := den.Agreed{Reason: "Talked through."}
			for _, s := range one.Scores {
				if s.Outlier {
					outliers++
				}
				if a.Mark == nil && s.Mark != nil {
					a.Mark = s.Mark
				}
			}
			a.NotTested = a.Mark == nil
			agreed[e.Entry.ID][one.Criterion.ID] = a
		}
	}
	if outliers == 0 {
		t.Error("the third evaluator is two marks apart, and nobody is told")
	}
	_, err = r.den.SaveConsensus(ctx, r.people["official"].Act(), trial.ID, den.NewConsensus{Agreed: agreed})
	r.must(err)
	hides("agreed", evaluators, append(names, prices...)...)
	_, err = r.den.LockConsensus(ctx, r.people["official"].Act(), trial.ID, den.NewLock{})
	r.must(err)

	s := r.newSweep(trial)
	for _, want := range [][]string{names[:1], {"Seen by the first alone"}, {"771,234"}} {
		if found, _ := s.find("evaluator", want...); len(found) == 0 {
			t.Errorf("after the lock %q is told nowhere: this sweep could find nothing", want)
		}
	}
	t.Logf("%d answers were read", asked)
}
