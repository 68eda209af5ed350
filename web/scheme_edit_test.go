package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"innovationden/configs"
	"innovationden/orchestrator/den"
)

// Every field of a criterion is in the form: a scheme that is sent as it was shown is the
// same scheme, and one that is changed in every field is changed in all of them.
func TestASchemeIsMadeAnewFieldByField(t *testing.T) {
	r := newRig(t)
	config, err := configs.Load("", func(string) string { return "" })
	r.must(err)
	v := r.visitor("operator")
	for _, before := range config.Schemes {
		path := "/schemes/" + before.ID + "/1/edit"
		made := v.submit(v.get(path), path, url.Values{"why": {"It is looked at again."}})
		if made.Status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", before.ID, made.Status, made.said())
		}
		after, err := r.den.Scheme(den.SchemeRef{ID: before.ID, Version: 2})
		r.must(err)
		before.Version = 2
		if d := cmp.Diff(before, after, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s sent as it was is another scheme:\n%s", before.ID, d)
		}
	}

	path := "/schemes/first-look/2/edit"
	changes := url.Values{"why": {"A question more."}, "title": {"A second look"}, "summary": {"For two afternoons."}, "weight-0": {"20"}}
	for name, value := range map[string]string{
		"id": "quiet", "theme": "Keeps people calm", "title": "Quiet", "question": "Is it quiet?", "help": "Listen.", "scored": "measurement", "formula": "startup_ms: linear 5 at ≤1000, 0 at ≥30000",
		"weight": "8", "least": "1.5", "most": "12", "minimum": "2", "missing": "exclude", "evidence": "A recording.", "tcop": "1, 13", "standard": "2 14",
		"anchor-0": "Loud.", "anchor-1": "Less loud.", "anchor-2": "Heard.", "anchor-3": "Hardly heard.", "anchor-4": "Quiet.", "anchor-5": "Silent.",
	} {
		what, mark, isAnchor := strings.Cut(name, "-")
		if isAnchor {
			changes.Set(what+"-8-"+mark, value)
		} else {
			changes.Set(name+"-8", value)
		}
	}
	if made := v.submit(v.get(path), path, changes); made.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", made.Status, made.said())
	}
	after, err := r.den.Scheme(den.SchemeRef{ID: "first-look", Version: 3})
	r.must(err)
	two := 2
	want := den.Theme{ID: "theme-6", Title: "Keeps people calm", Criteria: []den.Criterion{{
		ID: "quiet", Title: "Quiet", Question: "Is it quiet?", Help: "Listen.", Anchors: []string{"Loud.", "Less loud.", "Heard.", "Hardly heard.", "Quiet.", "Silent."},
		TechnologyCode: []int{1, 13}, ServiceStandard: []int{2, 14}, ScoredBy: den.ByMeasurement, Formula: "startup_ms: linear 5 at ≤1000, 0 at ≥30000",
		Weight: 8, WeightMin: 1.5, WeightMax: 12, Minimum: &two, Evidence: "A recording.", Missing: den.MissingExclude,
	}}}
	got := after.Themes[len(after.Themes)-1]
	want.ID = got.ID
	if d := cmp.Diff(want, got); d != "" || after.Title != "A second look" || after.Summary != "For two afternoons." || after.Criteria()[0].Weight != 20 {
		t.Errorf("%q, %q:\n%s", after.Title, after.Summary, d)
	}
}

// What is wrong names the field and the question, and nothing that was typed is lost.
func TestAnErrorInASchemeLosesNothing(t *testing.T) {
	r := newRig(t)
	v := r.visitor("operator")
	const path = "/schemes/first-look/1/edit"
	typed := url.Values{
		"title": {"Another look"}, "summary": {"Line one\r\nline two"}, "why": {"Because."}, "weight-1": {"NaN"}, "most-2": {"a lot"}, "minimum-3": {"2.5"}, "tcop-4": {"1; 2"},
		"question-8": {"Is it quiet?"}, "anchor-8-0": {"Loud."}, "scored-8": {"measurement"}, "missing-8": {"zero"},
	}
	wrong := v.submit(v.get(path), path, typed)
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Fatalf("%d", wrong.Status)
	}
	for field, say := range map[string]string{
		"weight-1": "Enter a number for “Weight” of “Easy to use”", "most-2": "of “Accessible”", "minimum-3": "Enter a whole mark from 0 to 5", "tcop-4": "whole numbers with commas", "id-8": "Enter an id",
	} {
		wrong.shows(`.govuk-error-summary a[href="#`+field+`"]`, say)
		if !wrong.has(`details[open] [name="` + field + `"]`) {
			t.Errorf("%s is wrong and hidden", field)
		}
	}
	for field, values := range typed {
		if got := holds(wrong.one(`[name="` + field + `"]`)); got != strings.ReplaceAll(values[0], "\r\n", "\n") {
			t.Errorf("%s was %q and is %q now", field, values[0], got)
		}
	}

	// What only the whole scheme shows to be wrong is said beside the question, by the id that was typed.
	clash := v.submit(v.get(path), path, url.Values{"why": {"Because."}, "id-1": {"Easy"}, "weight-1": {"19"}})
	clash.shows(`.govuk-error-summary a[href="#id-1"]`, "lower-case letters")
	clash.shows(`.govuk-error-summary`, "They add up to 99.")
	if got := holds(clash.one(`[name="id-1"]`)); got != "Easy" {
		t.Errorf("the id is %q now", got)
	}
}
