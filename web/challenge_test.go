package web_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/web"
)

// asked is a den in which somebody of a supplier without products has asked twice: one
// question was answered, one waits.
func asked(t *testing.T) (r *rig, all map[string]thing, secrets []string) {
	r = newRig(t)
	ctx := context.Background()
	firm, err := r.den.AddSupplier(ctx, den.System(), den.NewOrganisation{Name: "Quiet Quince Ltd"})
	r.must(err)
	quenby, err := r.den.AddPerson(ctx, den.System(), den.Person{Name: "Quenby Quince", Memberships: []den.Membership{{Role: den.SupplierMember, In: firm.ID}}, Demo: true})
	r.must(err)
	r.people["asker"] = quenby
	all = map[string]thing{}
	r.challenges("official", "engineer", all)
	for n := range 2 {
		q, err := r.den.Ask(ctx, quenby.Act(), den.NewQuestion{Challenge: all["challenge"].id, Text: []string{"How many offices?", "How many desks?"}[n]})
		r.must(err)
		all["question"] = thing{id: q.ID}
		if n == 0 {
			_, err = r.den.AnswerQuestion(ctx, r.people["official"].Act(), q.ID, den.NewAnswer{Answer: "Forty."})
			r.must(err)
		}
	}
	return r, all, []string{"Quenby", "Quince", string(quenby.ID), string(firm.ID)}
}

// No page and no file of challenges, whoever opens it, names who asked; an auditor finds
// it in the record, which is the control.
func TestNoPageSaysWhoAsked(t *testing.T) {
	r, all, secrets := asked(t)
	read := 0
	for _, who := range []string{"official", "approver", "stranger", "engineer", "rival", "idle", "operator", "auditor"} {
		v := r.visitor(who)
		paths := []string{"/", "/record?subject=" + string(all["challenge"].id), "/record?subject=" + string(r.department.ID)}
		for _, route := range web.RoutesOf() {
			name := route.Method + " " + route.Path
			about := verdicts[name].about
			isOurs := strings.HasPrefix(route.Path, "/challenges") || strings.HasPrefix(route.Path, "/questions") || strings.HasPrefix(route.Path, "/interests")
			if route.Method == http.MethodGet && isOurs {
				paths = append(paths, strings.NewReplacer(":id", string(all[about].id), ":step", "problem").Replace(route.Path))
			}
		}
		for _, path := range paths {
			got := v.get(path)
			if got.Status == http.StatusOK {
				read++
			}
			said := regexp.MustCompile(`(?s)<select.*?</select>`).ReplaceAllString(got.Text, "") // everybody can be chosen there
			for _, secret := range secrets {
				if strings.Contains(said, secret) && !strings.Contains(path, secret) {
					t.Errorf("%s reads %q at %s", who, secret, path)
				}
			}
		}
	}
	if read < 60 {
		t.Errorf("only %d pages were read", read)
	}
	if got := r.visitor("auditor").get("/record?subject=" + string(all["question"].id)); !strings.Contains(got.Text, "Quenby") {
		t.Errorf("the control: the auditor does not find who asked: %s", got.said())
	}
	if got := r.visitor("official").get("/record?subject=" + string(all["question"].id)); got.Status != http.StatusNotFound {
		t.Errorf("the department reads the record of a question: %d %s", got.Status, got.said())
	}
}

// A challenge goes its way without JavaScript, and keeps what was typed where it is wrong.
func TestAChallengeWithoutJavaScript(t *testing.T) {
	r := newRig(t)
	official, engineer := r.visitor("official"), r.visitor("engineer")
	wrong := official.submit(official.get("/challenges/new"), "/challenges", nil)
	wrong.shows(`.govuk-error-summary a[href="#title"]`, "Enter what you would call the problem")
	made := official.submit(wrong, "/challenges", url.Values{"title": {"Parking permits"}})
	list := official.follow(made)
	list.shows(".govuk-task-list", "What is the problem?")
	path := strings.TrimSuffix(made.Header.Get("Location"), "/set-up")
	refused := official.post(path+"/publish", url.Values{})
	refused.shows(`.govuk-error-summary a[href="`+path+`/set-up/plan"]`, "Enter until when suppliers can answer")
	late := official.submit(official.get(path+"/set-up/plan"), path+"/set-up/plan", url.Values{"answers-day": {"31"}, "answers-month": {"2"}, "answers-year": {"2045"}})
	late.shows(`.govuk-error-summary a[href="#answers-day"]`, "")
	if late.Status != http.StatusUnprocessableEntity || attribute(late.one("#answers-day"), "value") != "31" {
		t.Errorf("a day that is none: %d", late.Status)
	}
	for step, typed := range map[string]url.Values{
		"problem": {"problem": {"People queue.\r\nFor hours."}}, "people": {"people": {"9,000."}}, "success": {"success": {"Five minutes."}},
		"limits": {"data": {"agreed"}, "agreed": {"As our officer agreed."}, "low": {"1000"}},
		"plan":   {"answers-day": {"1"}, "answers-month": {"3"}, "answers-year": {"2045"}},
	} {
		official.follow(official.submit(official.get(path+"/set-up/"+step), path+"/set-up/"+step, typed))
	}
	saved := official.post(path+"/set-up/people/autosave", url.Values{"people": {"9,000 residents."}})
	if saved.Status != http.StatusNoContent || saved.Header.Get("Den-Revision") == "" {
		t.Errorf("a form that saves itself: %d", saved.Status)
	}
	if got := engineer.get(path); got.Status != http.StatusNotFound {
		t.Errorf("a supplier reads a draft: %d", got.Status)
	}
	check := official.get(path + "/check")
	official.follow(official.submit(check, path+"/publish", nil)).shows("main", "9,000 residents.")
	if got := official.post(path+"/set-up/people/autosave", url.Values{"people": {"Others."}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("what is published saves itself: %d", got.Status)
	}
	empty := engineer.submit(engineer.get(path+"/interest"), path+"/interest", nil)
	empty.shows(".govuk-error-summary", "Choose a product, or give advice.")
	engineer.follow(engineer.submit(empty, path+"/interest", url.Values{"products": {string(r.bookwell.ID)}})).shows("main", "Bookwell")
	answers := official.get(path + "/answers")
	none := official.submit(answers, path+"/trial", nil)
	none.shows(`.govuk-error-summary a[href="#products"]`, "Select at least one product")
	trial := official.submit(none, path+"/trial", url.Values{"products": {string(r.bookwell.ID)}})
	again := official.submit(none, path+"/trial", url.Values{"products": {string(r.bookwell.ID)}})
	if trial.Header.Get("Location") == "" || trial.Header.Get("Location") != again.Header.Get("Location") {
		t.Errorf("a trial that is sent twice: %q, %q", trial.Header.Get("Location"), again.Header.Get("Location"))
	}
	official.follow(trial).shows("main", "1 product")
	official.get(path).shows("main", "Closed")
	text := engineer.get(path + "/pack/text")
	if !strings.HasPrefix(text.Header.Get("Content-Disposition"), "attachment") || !strings.Contains(text.Text, "As our officer agreed.") {
		t.Errorf("the pack: %v %s", text.Header, text.Text)
	}
}

// Who belongs to several suppliers says first whose answer it is, finds what each answered,
// and takes back one of them without the other.
func TestAnswersOfSeveralSuppliersAreKeptApart(t *testing.T) {
	r := newRig(t)
	both, err := r.den.AddPerson(t.Context(), den.System(), den.Person{Name: "Person both", Demo: true, Memberships: []den.Membership{
		{Role: den.SupplierMember, In: r.northbridge.ID}, {Role: den.SupplierMember, In: r.harbour.ID},
	}})
	r.must(err)
	r.people["both"] = both
	open, err := r.den.AddChallenge(t.Context(), r.people["official"].Act(), problem("Parking permits"))
	r.must(err)
	_, err = r.den.PublishChallenge(t.Context(), r.people["official"].Act(), open.ID, 0)
	r.must(err)
	path, person := "/challenges/"+string(open.ID), r.visitor("both")
	interest := path + "/interest"
	first, second := "?supplier="+string(r.northbridge.ID), "?supplier="+string(r.harbour.ID)

	choice := person.get(interest)
	choice.shows(`main a[href="`+interest+first+`"]`, "Northbridge Software")
	choice.shows(`main a[href="`+interest+second+`"]`, "Harbour & Finch")
	for of, advice := range map[string]string{first: "Ask parents.", second: "Ask clerks."} {
		sent := person.submit(person.get(interest+of), interest+of, url.Values{"advice": {advice}})
		person.follow(sent).shows("main", advice)
	}
	if again := person.get(interest + first).one(`textarea[name="advice"]`); words(again) != "Ask parents." {
		t.Errorf("what was answered is not there to change: %q", words(again))
	}
	person.get(path).shows(`main a[href="`+interest+`/take-back`+second+`"]`, "Take your answer back")
	taken := person.submit(person.get(interest+"/take-back"+second), interest+"/take-back"+second, nil)
	left := person.follow(taken)
	if left.shows("main", "Ask parents."); strings.Contains(left.Text, "Ask clerks.") {
		t.Errorf("the answer that was taken back is shown: %s", left.said())
	}
	if got := person.get(interest + "/take-back"); !strings.Contains(got.Text, "Go back to the challenge") {
		t.Errorf("nobody said whose answer to take back: %d %s", got.Status, got.said())
	}
}
