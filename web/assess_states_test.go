package web_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"

	"innovationden/orchestrator/den"
)

// assessPages are those of how a trial is scored, from its protocol to the summary.
func (r *rig) assessPages() []shown {
	r.Helper()
	w := r.world()
	weighed, finished, running, draft := "/trials/"+string(w.weighed.ID), "/trials/"+string(w.finished.ID), "/trials/"+string(w.running.ID), "/trials/"+string(w.draft.ID)
	interest, evidence := weighed+"/interests/"+string(r.people["keen"].ID), "/entries/"+string(w.running.Entries[0].ID)+"/evidence"
	const send = `document.querySelector('main form[method=post]').requestSubmit()`
	const first = "/schemes/first-look/1"
	return []shown{
		{"declare", "slow", running + "/declare", ""}, {"declare-wrong", "slow", running + "/declare", send}, {"declare-before", "slow", running + "/entries/" + string(w.running.Entries[0].ID) + "/assess", ""},
		{"declared", "evaluator", running + "/declare", ""},
		{"interests", "official", weighed + "/interests", ""}, {"interests-own", "evaluator", weighed + "/interests", ""}, {"interests-none", "official", "/trials/" + string(w.starting.ID) + "/interests", ""},
		{"interest", "official", interest, ""}, {"interest-wrong", "official", interest, `document.querySelector('#why').value = ''; ` + send},
		{"interest-decided", "official", weighed + "/interests/" + string(r.people["second"].ID), ""},
		{"prices", "official", weighed + "/prices", ""}, {"prices-none", "official", running + "/prices", ""}, {"prices-locked", "official", finished + "/prices", ""},
		{"prices-nothing", "official", running + "/prices", send}, {"prices-wrong", "official", running + "/prices", `document.querySelector('main input[inputmode]').value = 'x'; ` + send},
		{"protocol", "official", weighed + "/protocol", ""}, {"protocol-draft", "official", draft + "/protocol", ""}, {"protocol-blind", "slow", weighed + "/protocol", ""},
		{"amend", "official", weighed + "/amend", ""}, {"amend-wrong", "official", weighed + "/amend", `document.querySelector('main input[inputmode]').value = 'x'; ` + send},
		{"consensus", "official", weighed + "/consensus", ""}, {"consensus-own", "evaluator", weighed + "/consensus", ""}, {"consensus-none", "official", running + "/consensus", ""},
		{"consensus-locked", "auditor", finished + "/consensus", ""}, {"consensus-early", "slow", weighed + "/consensus", ""},
		{"consensus-wrong", "official", weighed + "/consensus", `document.querySelector('main textarea').value = ''; document.querySelector('main select').value = '3'; ` + send},
		{"lock", "official", weighed + "/consensus/lock", ""}, {"lock-wrong", "official", weighed + "/consensus/lock", send}, {"lock-means", "official", weighed + "/consensus/lock", `document.querySelector('main input[value=means]').click(); ` + send},
		{"schemes", "official", "/schemes", ""}, {"scheme", "official", first, ""}, {"scheme-operator", "operator", first, ""},
		{"scheme-edit", "operator", first + "/edit", ""}, {"scheme-edit-wrong", "operator", first + "/edit", `document.querySelector('#title').value = ''; document.querySelector('#weight-1').value = 'x'; ` + send},
		{"summary", "engineer", finished + "/entries/" + string(w.finished.Entries[0].ID) + "/summary", ""}, {"summary-none", "official", running + "/entries/" + string(w.running.Entries[0].ID) + "/summary", ""},
		{"summary-chosen", "official", finished + "/entries/" + string(w.finished.Entries[1].ID) + "/summary", ""},
		{"evidence", "evaluator", running + evidence + "?criterion=" + w.running.Scheme.Criteria()[0].ID, ""}, {"evidence-wrong", "evaluator", running + evidence, send},
		{"evidence-remove", "evaluator", running + evidence + "/" + string(w.exhibit) + "/remove", ""}, {"evidence-remove-wrong", "evaluator", running + evidence + "/" + string(w.exhibit) + "/remove", send},
		{"evidence-none", "evaluator", running + "/entries/" + string(w.running.Entries[1].ID) + "/evidence", ""},
		{"assess-renewed", "evaluator", "/trials/" + string(w.renewed.ID) + "/entries/" + string(w.renewed.Entries[0].ID) + "/assess", ""},
		{"assess-evidence", "evaluator", running + "/entries/" + string(w.running.Entries[0].ID) + "/assess", ""},
	}
}

// weigh is a blind trial that was scored and is being agreed on: two evaluators differ,
// one has an interest that nobody decided about, one has not declared.
func (r *rig) weigh() den.TrialView {
	r.Helper()
	ctx, by := context.Background(), r.people["official"].Act()
	var evaluators []den.ID
	for _, name := range []string{"second", "keen", "slow"} {
		who, err := r.den.AddPerson(ctx, den.System(), den.Person{Name: "Person " + name, Demo: true})
		r.must(err)
		r.people[name] = who
		evaluators = append(evaluators, who.ID)
	}
	t, err := r.den.AddTrial(ctx, by, den.NewTrial{
		Name: "Booking without a name", Question: "Which of the two do people understand without help?", Scheme: den.SchemeRef{ID: "first-look", Version: 1}, Releases: r.releases,
		Evaluators: append(evaluators, r.people["evaluator"].ID), Tasks: []string{"Book a room for Tuesday"}, Rule: "The highest total, if it is above the least.", Blind: true,
	})
	r.must(err)
	t, err = r.den.StartTrial(ctx, by, t.ID, 0, den.Once{})
	r.must(err)
	t = r.until(t.ID, func(t den.TrialView) bool {
		return t.Entries[0].Sandbox.Phase == den.Live && t.Entries[1].Sandbox.Phase == den.Live
	})
	declare := func(name string, stake den.Stake, text string) {
		_, err := r.den.Declare(ctx, r.people[name].Act(), t.ID, den.NewDeclaration{Stake: stake, Text: text})
		r.must(err)
	}
	declare("second", den.PerceivedStake, "My sister worked for a supplier until last year.\nI do not know which products are theirs.")
	_, err = r.den.DecideInterest(ctx, by, t.ID, r.people["second"].ID, den.NewConsequence{Consequence: den.GoOn, Why: "It was a year ago, and the names are hidden."})
	r.must(err)
	declare("keen", den.ActualStake, "I own shares of a company that makes calendars.")
	tasks := []string{"Book a room for Tuesday", "Cancel it again"}
	_, err = r.den.Amend(ctx, by, t.ID, den.NewAmendment{Tasks: &tasks, Why: "Nobody had thought of what happens after the booking."})
	r.must(err)
	r.score(t, "evaluator")
	r.scoreBy(t, "second", 3)
	_, err = r.den.SetPrice(ctx, by, t.ID, den.NewPrice{Entry: t.Entries[0].ID, Pence: 1_234_500, Basis: "Three years for 50 people"})
	r.must(err)
	mark := 4
	_, err = r.den.SaveConsensus(ctx, by, t.ID, den.NewConsensus{Agreed: map[den.ID]map[string]den.Agreed{t.Entries[0].ID: {t.Scheme.Criteria()[0].ID: {Mark: &mark, Reason: "We all saw it work."}}}})
	r.must(err)
	_, err = r.den.Dissent(ctx, r.people["second"].Act(), t.ID, den.NewDissent{Entry: t.Entries[0].ID, Criterion: t.Scheme.Criteria()[0].ID, Text: "It did not work at the first try."})
	r.must(err)
	return r.end(t)
}

// scoreBy submits marks of an evaluator who may score, from one that is given.
func (r *rig) scoreBy(t den.TrialView, who string, from int) {
	r.Helper()
	for n, e := range t.Entries {
		scores := map[string]den.Score{}
		for k, c := range t.Scheme.Criteria() {
			m := (from + n + k) % 6
			if c.ScoredBy == den.ByPeople {
				scores[c.ID] = den.Score{Mark: &m, Reason: "It took me three tries, and then it was quick."}
			}
		}
		_, err := r.den.SaveAssessment(context.Background(), r.people[who].Act(), den.NewAssessment{Trial: t.ID, Entry: e.ID, Scores: scores, Submit: true})
		r.must(err)
	}
}

// exhibits keeps a picture, a file and a stretch of the log beside a score, and names the file.
func (r *rig) exhibits(t den.TrialView) den.ID {
	r.Helper()
	grey := image.NewGray(image.Rect(0, 0, 40, 30))
	grey.Set(1, 1, color.White)
	var picture bytes.Buffer
	r.must(png.Encode(&picture, grey))
	add := func(kind den.EvidenceKind, name string, content io.Reader) den.ID {
		kept, err := r.den.AddEvidence(context.Background(), r.people["evaluator"].Act(), den.NewEvidence{
			Trial: t.ID, Entry: t.Entries[0].ID, Criterion: t.Scheme.Criteria()[0].ID, Kind: kind, Name: name, Content: content, From: 1, To: 2,
		})
		r.must(err)
		return kept.ID
	}
	add(den.Picture, "the-form.png", &picture)
	file := add(den.File, "a-file-with-a-name-that-is-much-too-long-for-a-narrow-screen-2026-06-03.txt", strings.NewReader("What I typed."))
	add(den.LogStretch, "", nil)
	return file
}
