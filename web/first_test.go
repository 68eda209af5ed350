package web_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
)

// Two people, or one at two places, open a form while nothing is saved yet. Who is second
// does not overwrite what the first has saved, and is told.
func TestWhoSavesSecondDoesNotOverwriteTheFirst(t *testing.T) {
	r := newRig(t)
	ctx, trial := context.Background(), r.trial()
	open, err := r.den.AddChallenge(ctx, r.people["official"].Act(), problem("A challenge"))
	r.must(err)
	_, err = r.den.PublishChallenge(ctx, r.people["official"].Act(), open.ID, 0)
	r.must(err)
	evaluator, declare := r.visitor("evaluator"), "/trials/"+string(trial.ID)+"/declare"
	evaluator.follow(evaluator.submit(evaluator.get(declare), declare, url.Values{"interest": {"none"}}))
	for name, c := range map[string]struct {
		who   string
		path  string
		field string
		texts [2]string
	}{
		"rules":      {who: "official", path: "/departments/" + string(r.department.ID) + "/rules", field: "most", texts: [2]string{"3", "5"}},
		"assessment": {who: "evaluator", path: "/trials/" + string(trial.ID) + "/entries/" + string(trial.Entries[0].ID) + "/assess", field: "note", texts: [2]string{"First.", "Second."}},
		"answer":     {who: "engineer", path: "/challenges/" + string(open.ID) + "/interest", field: "advice", texts: [2]string{"First.", "Second."}},
	} {
		t.Run(name, func(t *testing.T) {
			one, other := r.visitor(c.who), r.visitor(c.who)
			first, second := one.get(c.path), other.get(c.path)
			if first.has(`a[href$="/take-back"]`) {
				t.Error("what is not there can be taken back")
			}
			if got := one.submit(first, c.path, url.Values{c.field: {c.texts[0]}}); got.Status != http.StatusSeeOther {
				t.Fatalf("the first: %d %s", got.Status, got.said())
			}
			got := other.submit(second, c.path, url.Values{c.field: {c.texts[1]}})
			if got.Status == http.StatusSeeOther {
				t.Errorf("the second: %d %s", got.Status, got.said())
			}
			got.shows(".govuk-error-summary", "Somebody else changed this while you had it open")
			if kept := holds(one.get(c.path).one(`[name="` + c.field + `"]`)); kept != c.texts[0] {
				t.Errorf("what is kept is %q", kept)
			}
			again := other.submit(got, c.path, url.Values{c.field: {c.texts[1]}})
			if again.Status != http.StatusSeeOther {
				t.Errorf("who saw that cannot save: %d %s", again.Status, again.said())
			}
		})
	}
}

// A form that is shown again because something in it is wrong is still about what was
// there when it was opened: what somebody else saved meanwhile is not overwritten.
func TestAFormThatIsCorrectedDoesNotOverwriteWhatOthersSaved(t *testing.T) {
	r := newRig(t)
	path := "/departments/" + string(r.department.ID) + "/rules"
	one, other := r.visitor("official"), r.visitor("official")
	first, second := one.get(path), other.get(path)
	wrong := other.submit(second, path, url.Values{"most": {"many"}})
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Fatalf("a number that is none: %d", wrong.Status)
	}
	if got := one.submit(first, path, url.Values{"most": {"3"}}); got.Status != http.StatusSeeOther {
		t.Fatalf("the first: %d %s", got.Status, got.said())
	}
	wrong = other.submit(wrong, path, url.Values{"most": {"more"}})
	got := other.submit(wrong, path, url.Values{"most": {"5"}})
	got.shows(".govuk-error-summary", "Somebody else changed this while you had it open")
	if kept := holds(one.get(path).one(`[name="most"]`)); kept != "3" {
		t.Errorf("what is kept is %q", kept)
	}
	if again := other.submit(got, path, url.Values{"most": {"5"}}); again.Status != http.StatusSeeOther {
		t.Errorf("who saw that cannot save: %d %s", again.Status, again.said())
	}
}
