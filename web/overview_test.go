package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

// novice is a supplier that has just joined, and its person.
func (r *rig) novice(name string) den.Supplier {
	r.Helper()
	ctx := r.Context()
	s, err := r.den.AddSupplier(ctx, den.System(), den.NewOrganisation{Name: name})
	r.must(err)
	who, err := r.den.AddPerson(ctx, den.System(), den.Person{Name: "Nia Novice", Memberships: []den.Membership{{Role: den.SupplierMember, In: s.ID}}, Demo: true})
	r.must(err)
	r.people["novice"] = who
	return s
}

// busy gives Northbridge something in every part of its overview: a sandbox that runs,
// trials before and after the decision, a preflight that failed, challenges.
func (r *rig) busy() {
	r.Helper()
	r.described()
	r.world()
	made := map[string]thing{}
	r.challenges("official", "engineer", made)
	ctx, by := r.Context(), r.people["official"].Act()
	for _, title := range []string{"Appointments at local offices for people who cannot come in office hours", "Reminders"} {
		c, err := r.den.AddChallenge(ctx, by, problem(title))
		r.must(err)
		_, err = r.den.PublishChallenge(ctx, by, c.ID, 0)
		r.must(err)
		if title == "Reminders" {
			_, err = r.den.Invite(ctx, by, c.ID, r.northbridge.ID)
			r.must(err)
		}
	}
}

// A supplier's first page is its overview: what it has, what waits for it, and what came
// of it, each with the next step.
func TestASupplierOpensItsOverviewFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.novice("Novice Works")
	empty := r.visitor("novice").get("/")
	empty.shows("h1", "Novice Works")
	empty.shows("main", "You have no products here yet.")
	empty.shows("main", "None of your products is in a trial now.")
	r.busy()
	engineer := r.visitor("engineer")
	first := engineer.get("/")
	first.shows("h1", "Northbridge Software")
	for _, said := range []string{
		"Time left:", "See its log", "Start it again", "The department invited you to answer.", "It asks for Booking of appointments, which Bookwell offers.",
		"You have answered it.", "How many?", "It waits for an answer.", "It cannot be tried. See what to change.", "See the marks, the reasons and why not higher",
		"Reply to the report",
	} {
		first.shows("main", said)
	}
	path := "/suppliers/" + string(r.northbridge.ID) + "/overview"
	engineer.get(path).shows("main", "Reply to the report")
	for _, hidden := range []string{"A note.", "Because of what I saw.", "It took me three tries"} {
		if strings.Contains(first.Text, hidden) {
			t.Errorf("the overview tells %q", hidden)
		}
	}
	if auditor := r.visitor("auditor").get(path); auditor.Status != http.StatusOK || strings.Contains(auditor.Text, "Reply to the report") || strings.Contains(auditor.Text, "How many?") {
		t.Errorf("the auditor: %d", auditor.Status)
	}
	reply := first.one(`main a[href*="/reply/"]`)
	to := attribute(reply, "href")
	engineer.follow(engineer.submit(engineer.get(to), to, url.Values{"text": {"We have mended the calendar."}}))
	engineer.get("/").shows(".govuk-inset-text", "We have mended the calendar.")
}

func TestChromiumSuppliersPages(t *testing.T) {
	r := newRigWith(t, true)
	r.novice("Novice Works")
	r.busy()
	b := r.browser()
	challenges, err := r.den.Challenges(r.Context(), den.System(), den.ChallengeFilter{State: den.ChallengePublished})
	r.must(err)
	path := "/challenges/" + string(challenges.Items[0].ID)
	for _, width := range []int64{1280, 320} {
		b.width(width)
		for _, one := range []struct{ name, who, path string }{
			{"overview", "engineer", "/"}, {"overview-empty", "novice", "/"}, {"overview-operator", "operator", "/suppliers/" + string(r.northbridge.ID) + "/overview"},
			{"challenges-open", "", "/challenges"}, {"challenge-open", "", path}, {"challenge-answers-fits", "official", path + "/answers"},
			{"product-evidence", "engineer", "/products/" + string(r.bookwell.ID)},
		} {
			b.as(one.who)
			b.open(one.path)
			b.check(fmt.Sprintf("%s-%d", one.name, width))
		}
	}
	b.isQuiet()
}
