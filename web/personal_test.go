package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

// An operator sees where others typed the name before they remove it, as text and not as
// markup, and afterwards where it was left, without it. The person sees none of it.
func TestARemovalShowsTheTextsThatNameSomebody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ctx, someone := t.Context(), r.people["evaluator"]
	loud := strings.ToUpper(someone.Name)
	c, err := r.den.AddChallenge(ctx, r.people["official"].Act(), den.NewChallenge{Title: "A list", Problem: "Ask <b>" + loud + "</b> & co."})
	r.must(err)
	operator, own := r.visitor("operator"), r.visitor("evaluator")
	path := "/people/" + string(someone.ID) + "/data/remove"
	operator.get("/people/"+string(someone.ID)+"/data").shows(`main a[href="`+path+`"]`, "Remove")
	before := operator.get(path)
	before.shows(`main a[href="/challenges/`+string(c.ID)+`"]`, "Challenge: the problem")
	before.shows(".den-mentions", "Ask <b>"+loud+"</b> & co.")
	before.shows(".den-mentions", "Its department can change it.")
	mine := own.get("/me/data/remove")
	mine.shows("main", "Operators are shown where")
	if strings.Contains(mine.Text, "A list") || strings.Contains(mine.Text, "den-mentions") {
		t.Error("who removes their own data is shown what others typed")
	}
	unsure := operator.send(http.MethodPost, path, url.Values{}, nil)
	if unsure.shows(".govuk-error-summary", "sure"); unsure.Status != http.StatusUnprocessableEntity || !strings.Contains(unsure.Text, "den-mentions") {
		t.Errorf("who is not sure is shown %d", unsure.Status)
	}
	done := operator.send(http.MethodPost, path, url.Values{"sure": {"yes"}, "why": {"They asked."}}, nil)
	if done.Status != http.StatusSeeOther || !strings.HasPrefix(done.Header.Get("Location"), path) {
		t.Fatalf("removed: %d %s", done.Status, done.Header.Get("Location"))
	}
	after := operator.get(path)
	after.shows(`main a[href="/challenges/`+string(c.ID)+`"]`, "Challenge: the problem")
	after.shows("main", "Texts that were left")
	if strings.Contains(after.Text, loud) || strings.Contains(after.Text, someone.Name) || strings.Contains(after.Text, `name="sure"`) {
		t.Error("afterwards the page names them, or asks once more")
	}
	if got := r.visitor("auditor").get(path); got.Status != http.StatusForbidden {
		t.Errorf("an auditor: %d", got.Status)
	}
}

// The question before a removal and what is left after it, wide and narrow, with texts that
// have no place to break.
func TestChromiumRemovalOfPersonalData(t *testing.T) {
	r := newRig(t)
	ctx, someone := t.Context(), r.people["evaluator"]
	for _, text := range []string{"Ask " + someone.Name + " for it.", strings.Repeat("verylong", 30) + " " + someone.Name + " " + strings.Repeat("verylong", 30), "A person in question."} {
		_, err := r.den.AddChallenge(ctx, r.people["official"].Act(), den.NewChallenge{Title: "A list", Problem: text})
		r.must(err)
	}
	b := r.browser()
	path := "/people/" + string(someone.ID) + "/data"
	look := func(name, at string) {
		for _, width := range []int64{1280, 320} {
			b.width(width)
			b.open(at)
			b.check(fmt.Sprintf("%s-%d", name, width))
		}
	}
	b.as("evaluator")
	look("remove-mine", "/me/data/remove")
	b.as("operator")
	look("remove-data", path)
	look("remove-asked", path+"/remove")
	b.until(`document.querySelectorAll('.den-mentions > li').length >= 3`)
	_, err := r.den.RemovePersonalData(ctx, r.people["operator"].Act(), den.RemovalOrder{Person: someone.ID, Sure: true})
	r.must(err)
	look("remove-done", path+"/remove")
	look("remove-done-data", path)
	b.isQuiet()
}
