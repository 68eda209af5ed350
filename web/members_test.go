package web_test

import (
	"fmt"
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

// Of many people a page shows some, and the others are on the next ones or found by name.
func TestPeopleAreFoundByNameAndPageByPage(t *testing.T) {
	r := newRig(t)
	for n := range 120 {
		_, err := r.den.AddPerson(t.Context(), den.System(), den.Person{
			Name: fmt.Sprintf("Colleague %03d", n), Email: fmt.Sprintf("c%03d@example.com", n), Memberships: []den.Membership{{Role: den.Member, In: r.department.ID}},
		})
		r.must(err)
	}
	for who, path := range map[string]string{"operator": "/people", "official": "/departments/" + string(r.department.ID) + "/members"} {
		v := r.visitor(who)
		seen, page := map[string]bool{}, v.get(path)
		for pages := 1; ; pages++ {
			rows := page.all("table.den-stack tbody th")
			for _, row := range rows {
				if seen[words(row)] {
					t.Errorf("%s is on two pages", words(row))
				}
				seen[words(row)] = true
			}
			if len(rows) > 50 || pages > 10 {
				t.Fatalf("%s: %d on page %d", path, len(rows), pages)
			}
			next := page.all(`a[rel="next"]`)
			if len(next) == 0 {
				break
			}
			page = v.get(attribute(next[0], "href"))
		}
		if len(seen) < 120 {
			t.Errorf("%s shows %d people on its pages", path, len(seen))
		}
		found := v.get(path + "?q=colleague+077")
		if rows := found.all("table.den-stack tbody th"); len(rows) != 1 || !strings.Contains(words(rows[0]), "Colleague 077") || attribute(found.one("#q"), "value") != "colleague 077" {
			t.Errorf("%s by name: %s", path, found.said())
		}
		v.get(path+"?q=c077@example.com").shows("table.den-stack", "Colleague 077")
		v.get(path+"?q=zzz").shows("main", "Nobody is called so")
	}
}
