package orchestrator_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"innovationden/orchestrator/den"
)

// askers is a den with two people of two suppliers who may ask, and those who must not
// learn which of them did.
type askers struct {
	*rig
	sellers  [2]den.Actor
	watchers map[string]den.Actor
	history  []den.ID // challenges
}

func newAskers(t testing.TB) *askers {
	a := &askers{rig: newRig(t, withWords), watchers: map[string]den.Actor{}}
	ctx := context.Background()
	for n, name := range []string{"Quiet Quince Ltd", "Silent Sorrel Ltd"} {
		s, err := a.o.AddSupplier(ctx, den.System(), den.NewOrganisation{Name: name})
		a.must(err)
		a.sellers[n] = a.person([]string{"Quenby", "Sorcha"}[n], den.SupplierMember, s.ID)
	}
	elsewhere, err := a.o.AddDepartment(ctx, den.System(), den.NewOrganisation{Name: "Elsewhere"})
	a.must(err)
	a.watchers["member"] = a.member
	a.watchers["approver"] = a.person("Ben", den.Approver, a.department.ID)
	a.watchers["outsider"] = a.person("Odd", den.Member, elsewhere.ID)
	a.watchers["rival"] = a.person("Rae", den.SupplierMember, a.supplier.ID)
	a.watchers["evaluator"] = a.person("Eve", den.Evaluator, "tri_none")
	return a
}

// move is one thing that happens to a challenge; who asks is not part of it.
type move struct {
	what string
	n    int
}

func (a *askers) do(m move, asker den.Actor) {
	ctx := context.Background()
	id := a.history[0]
	waiting := a.waiting(id)
	switch m.what {
	case "ask":
		_, err := a.o.Ask(ctx, asker, den.NewQuestion{Challenge: id, Text: "How many offices are there?"})
		a.allowed(err)
	case "answer":
		if len(waiting) > 0 {
			_, err := a.o.AnswerQuestion(ctx, a.member, waiting[m.n%len(waiting)], den.NewAnswer{Answer: "Forty."})
			a.allowed(err)
		}
	case "change":
		v, err := a.o.Challenge(ctx, a.member, id)
		a.must(err)
		in := problem()
		in.Timetable, in.Constraints, in.Why = v.Timetable, strings.Repeat("x", m.n+1), "Because."
		_, err = a.o.ChangeChallenge(ctx, a.member, id, in)
		a.allowed(err)
	case "interest":
		_, err := a.o.ShowInterest(ctx, a.watchers["rival"], den.NewInterest{Challenge: id, Advice: "Ask first."})
		a.allowed(err)
	case "close":
		_, err := a.o.CloseChallenge(ctx, a.member, id, "", 0)
		a.allowed(err)
	}
}

// allowed fails for what is not an answer to a person.
func (a *askers) allowed(err error) {
	a.t.Helper()
	if k := den.KindOf(err); k != "" && k != den.Conflict {
		a.t.Fatal(err)
	}
}

func (a *askers) waiting(id den.ID) []den.ID {
	v, err := a.o.Challenge(context.Background(), a.member, id)
	a.must(err)
	var ids []den.ID
	for _, q := range v.Questions {
		if !q.Answered() {
			ids = append(ids, q.ID)
		}
	}
	return ids
}

// seen is everything that an actor can read of a den, as text.
func (a *askers) seen(actor den.Actor) string {
	ctx := context.Background()
	id := a.history[0]
	var all []any
	add := func(v any, err error) {
		all = append(all, v, den.KindOf(err))
	}
	v, err := a.o.Challenge(ctx, actor, id)
	add(v, err)
	page, err := a.o.Challenges(ctx, actor, den.ChallengeFilter{})
	add(page, err)
	pack, err := a.o.ChallengePack(ctx, actor, id)
	add(pack, err)
	fits, err := a.o.Fits(ctx, actor, id)
	add(fits, err)
	home, err := a.o.Home(ctx, actor)
	add(home, err)
	subjects := []den.ID{"", id, a.department.ID}
	for _, q := range v.Questions {
		subjects = append(subjects, q.ID)
	}
	for _, s := range a.sellers {
		subjects = append(subjects, s.ID, s.Memberships[0].In)
		events, err := a.o.Events(ctx, actor, den.Filter{Actor: s.ID})
		add(events, err)
	}
	for _, s := range subjects {
		events, err := a.o.Events(ctx, actor, den.Filter{Subject: s})
		add(events, err)
	}
	text, err := json.Marshal(all)
	a.must(err)
	return string(text)
}

// Whatever happens: two dens that differ only in who asked look the same, to the last
// byte, to everybody but who asked and those who may read the whole record.
func TestNobodyCanTellWhoAsked(t *testing.T) {
	told := false
	rapid.Check(t, func(rt *rapid.T) {
		moves := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) move {
			return move{rapid.SampledFrom([]string{"ask", "ask", "answer", "answer", "change", "interest", "close"}).Draw(rt, "what"), rapid.IntRange(0, 3).Draw(rt, "n")}
		}), 1, 8).Draw(rt, "moves")
		who := rapid.SliceOfN(rapid.IntRange(0, 1), len(moves), len(moves)).Draw(rt, "who")
		var views [2]map[string]string
		for world := range views {
			synctest.Test(t, func(t *testing.T) {
				a := newAskers(t)
				a.history = []den.ID{a.published(problem()).ID}
				for n, m := range moves {
					a.do(m, a.sellers[(who[n]+world)%2])
				}
				views[world] = map[string]string{}
				for name, actor := range a.watchers {
					views[world][name] = a.seen(actor)
					for _, s := range a.sellers {
						if strings.Contains(views[world][name], s.Name) || strings.Contains(views[world][name], string(s.ID)) {
							rt.Fatalf("%s reads of %s", name, s.Name)
						}
					}
				}
				root := a.person("Root", den.Auditor, "")
				views[world]["auditor"] = a.seen(root)
			})
		}
		for name, first := range views[0] {
			if name != "auditor" && first != views[1][name] {
				rt.Fatalf("%s can tell who asked:\n%s\n%s", name, first, views[1][name])
			}
		}
		asked := slices.ContainsFunc(moves, func(m move) bool { return m.what == "ask" })
		told = told || asked && views[0]["auditor"] != views[1]["auditor"]
	})
	if !told {
		t.Error("the control failed: not even an auditor can tell who asked, so the test sees nothing")
	}
}
