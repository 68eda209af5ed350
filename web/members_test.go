package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

func TestAMemberInvitesSomebodyByALink(t *testing.T) {
	r := newRig(t)
	path := "/departments/" + string(r.department.ID) + "/members"
	v := r.visitor("official")
	page := v.get(path)
	page.shows("h1", "People of Department for Local Services")
	v.submit(page, path, url.Values{"role": {"member"}}).shows(".govuk-error-summary", "Enter whom the invitation is for")
	made := v.submit(page, path, url.Values{"for": {"Grace"}, "role": {"member"}})
	link := words(made.one("#link"))
	if !strings.HasPrefix(link, r.server.URL+"/join?link=den_") {
		t.Fatalf("the link is %q", link)
	}
	link = strings.TrimPrefix(link, r.server.URL)
	if again := v.get(path); strings.Contains(again.Text, link[len("/join?link="):]) || !strings.Contains(again.said(), "Grace") {
		t.Errorf("the page afterwards: %s", again.said())
	}

	nobody := r.visitor("")
	first := nobody.get(link)
	first.shows("main", "You are invited by Person official to be a member of Department for Local Services")
	form := nobody.get(attribute(first.one("main a.govuk-button"), "href"))
	in := nobody.submit(form, "/sign-in", url.Values{"person": {string(r.people["newcomer"].ID)}})
	joined := nobody.follow(nobody.submit(nobody.follow(in), "/join", nil))
	joined.shows(".govuk-notification-banner", "You have joined")
	nobody.get(path).shows("table", "Person newcomer (you)")
	if got := nobody.get(link); got.Status != http.StatusGone {
		t.Errorf("the link again: %d", got.Status)
	}

	row := v.get(path)
	out := v.submit(row, path+"/"+string(r.people["newcomer"].ID)+"/roles", nil)
	v.follow(out).shows(".govuk-notification-banner", "has changed")
	if got := nobody.get(path); got.Status != http.StatusNotFound {
		t.Errorf("who was taken out: %d", got.Status)
	}
}

func TestTheOperatorMakesAnAuditorAndLetsNobodyInWhoHasLeft(t *testing.T) {
	r := newRig(t)
	v := r.visitor("operator")
	made := v.submit(v.get("/people/members"), "/people/members", url.Values{"for": {"Aud"}, "role": {"auditor"}})
	link := strings.TrimPrefix(words(made.one("#link")), r.server.URL)
	new := r.visitor("newcomer")
	new.follow(new.submit(new.get(link), "/join", nil))
	if got := new.get("/people"); got.Status != http.StatusOK {
		t.Errorf("an auditor reads: %d", got.Status)
	}
	v.follow(v.submit(v.get("/people"), "/people/"+string(r.people["newcomer"].ID)+"/left", nil)).shows(".govuk-notification-banner", "no longer sign in")
	if got := new.get("/people"); got.Status != http.StatusSeeOther {
		t.Errorf("who has left reads: %d", got.Status)
	}
	if who, err := r.den.Person(t.Context(), r.people["newcomer"].ID); den.KindOf(err) != den.Unknown {
		t.Errorf("%+v %v", who, err)
	}
}
