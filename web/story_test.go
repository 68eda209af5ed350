package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

// A civil servant and an evaluator do the whole of a trial, without JavaScript.
func TestAWholeTrialWithoutJavaScript(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	official := r.visitor("official")

	home := official.get("/")
	home.shows("h1", "What needs you")
	home.shows("main", "Nothing needs you now")
	about := official.get("/trials/new")
	wrong := official.submit(about, "/trials", url.Values{"question": {"Is it quick?"}})
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Fatalf("a trial without a name: %d", wrong.Status)
	}
	wrong.shows("title", "Error: ")
	wrong.shows(`.govuk-error-summary a[href="#name"]`, "Enter a name for the trial")
	wrong.shows("textarea#question", "Is it quick?")

	made := official.submit(wrong, "/trials", url.Values{"name": {"Booking appointments"}})
	list := official.follow(made)
	base := strings.TrimSuffix(made.Header.Get("Location"), "/set-up")
	if list.has(`a[href$="/set-up/check"]`) {
		t.Error("a trial without products can be checked")
	}
	step := func(name string, typed url.Values) *page {
		t.Helper()
		shown := official.get(base + "/set-up/" + name)
		return official.follow(official.submit(shown, base+"/set-up/"+name, typed))
	}
	nothing := official.submit(official.get(base+"/set-up/products"), base+"/set-up/products", nil)
	nothing.shows(`.govuk-error-summary a[href="#releases"]`, "Select at least one product")
	step("products", url.Values{"releases": {string(r.releases[0]), string(r.releases[1])}})
	step("scheme", url.Values{"scheme": {"first-look.1"}})
	step("weights", nil)
	step("tasks", url.Values{"tasks": {"Book a room\r\n\r\nCancel it\r\n"}})
	step("people", url.Values{"evaluators": {string(r.people["evaluator"].ID)}})
	list = step("size", url.Values{"length": {"3 days"}})
	list.shows(".govuk-task-list", "2 products")
	list.shows(".govuk-task-list", "3 days")
	list.shows("#step-tasks-status", "Completed")
	list.shows("#step-data-status", "Optional")

	check := official.get(base + "/set-up/check")
	check.shows("main", "2 products start as soon as you select")
	check.shows("main", "Nothing in them can reach the internet.")
	check.shows("dd", "Book a room")
	started := official.submit(check, base+"/start", nil)
	again := official.submit(check, base+"/start", nil)
	if started.Status != 303 || again.Status != 303 {
		t.Errorf("a start that is sent twice: %d, then %d %s", started.Status, again.Status, again.said())
	}
	id := den.ID(strings.TrimPrefix(base, "/trials/"))
	trial := r.until(id, ready)
	running := official.get(base + "?done=start")
	running.shows(".govuk-notification-banner--success", "The trial has started")
	running.shows("main", "Do not enter real people’s data")
	if got := len(running.all(".den-column")); got != 2 {
		t.Errorf("%d columns, want 2", got)
	}
	running.shows(".den-column .govuk-tag--green", "Ready")

	told := official.get("/")
	// Both products open, each at its own address.
	for _, e := range trial.Entries {
		told.shows(`main dt a[href="/sandboxes/`+string(e.Sandbox.ID)+`"]`, e.ProductName+" is ready")
		opened := official.get("/open/" + string(e.Sandbox.ID))
		enter, err := url.Parse(opened.Header.Get("Location"))
		if err != nil || opened.Status != 303 || !strings.HasPrefix(enter.Host, e.Sandbox.Name+".localhost") {
			t.Fatalf("open: %d %q", opened.Status, opened.Header.Get("Location"))
		}
		if got := r.throughGateway(enter); got != "This is "+e.ProductName {
			t.Errorf("the product says %q", got)
		}
		look := official.get("/sandboxes/" + string(e.Sandbox.ID))
		look.shows("main", "90 MB of")
		if held := strings.Contains(look.Text, "made to wait"); held != (e.ProductName != "Bookwell") {
			t.Errorf("%s: that its log is held back is said: %t", e.ProductName, held)
		}
	}

	r.assessInPages(trial)
	report := official.get(base + "/report")
	report.shows("main", "What we found")
	report.shows("table", "Bookwell")
	report.shows("dl", "Because of what I saw")
	decide := official.get(base + "/decide")
	wrongDecision := official.submit(decide, base+"/decide", url.Values{"decision": {"proceed"}, "why": {"It is quick."}})
	wrongDecision.shows(".govuk-error-summary", "Choose the product to proceed with")
	wrongDecision.shows("textarea", "It is quick.")
	decided := official.follow(official.submit(wrongDecision, base+"/decide", url.Values{"chosen": {string(trial.Entries[0].ID)}}))
	decided.shows("main", "Proceed: Bookwell")

	asked := official.get(base + "/end")
	asked.shows("h1", "End Booking appointments now?")
	ended := official.follow(official.submit(asked, base+"/end", url.Values{"why": {"We have seen enough."}}))
	ended.shows(".govuk-notification-banner", "being removed")
	trial = r.until(id, func(t den.TrialView) bool { return t.State == den.TrialFinished })
	receipt := official.get("/sandboxes/" + string(trial.Entries[0].Sandbox.ID) + "/receipt")
	receipt.shows("h1", "Removed at ")
	receipt.shows("h1", "m on ") // the day, for who reads it later
	receipt.shows("main", "We looked twice and found nothing left.")
	official.get("/record?subject="+string(id)).shows("td", "We have seen enough.")
}

func ready(t den.TrialView) bool {
	for _, e := range t.Entries {
		if e.Sandbox == nil || e.Sandbox.Phase != den.Live {
			return false
		}
	}
	return len(t.Entries) > 0
}

// throughGateway enters a sandbox with a ticket and reads its first page.
func (r *rig) throughGateway(enter *url.URL) string {
	r.Helper()
	v := r.visitor("")
	request := func(path string, cookies []*http.Cookie) *http.Response {
		q, err := http.NewRequestWithContext(r.Context(), http.MethodGet, r.server.URL+path, nil)
		r.must(err)
		q.Host = enter.Host
		for _, c := range cookies {
			q.AddCookie(c)
		}
		q.Header.Set("Accept", "text/html")
		got, err := v.client.Do(q)
		r.must(err)
		r.Cleanup(func() { _ = got.Body.Close() })
		return got
	}
	entered := request(enter.RequestURI(), nil)
	return readAll(r.TB, request("/", entered.Cookies()))
}

// assessInPages has the evaluator score both products.
func (r *rig) assessInPages(trial den.TrialView) {
	r.Helper()
	evaluator := r.visitor("evaluator")
	evaluator.get("/").shows("main", "2 products to score")
	before := evaluator.get(fmt.Sprintf("/trials/%s/entries/%s/assess", trial.ID, trial.Entries[0].ID))
	declare := evaluator.follow(before) // nobody scores before
	evaluator.follow(evaluator.submit(declare, fmt.Sprintf("/trials/%s/declare", trial.ID), url.Values{"interest": {"none"}}))
	for _, e := range trial.Entries {
		path := fmt.Sprintf("/trials/%s/entries/%s/assess", trial.ID, e.ID)
		form := evaluator.get(path)
		typed := url.Values{"do": {"submit"}}
		first := ""
		for _, c := range trial.Scheme.Criteria() {
			if c.ScoredBy != den.ByPeople {
				continue
			}
			typed.Set("reason-"+c.ID, "Because of what I saw.")
			if first == "" {
				first = c.ID
				continue
			}
			typed.Set("mark-"+c.ID, "4")
		}
		half := evaluator.submit(form, path, typed)
		half.shows(`.govuk-error-summary a[href="#mark-`+first+`"]`, "Choose a mark")
		if len(half.all(`input[type=radio][checked]`)) == 0 {
			r.Error("marks were lost by an error")
		}
		typed.Set("mark-"+first, "0")
		done := evaluator.follow(evaluator.submit(half, path, typed))
		done.shows(".govuk-notification-banner", "submitted")
		evaluator.get(path).shows("main", "They cannot change any more")
	}
}

// Without JavaScript a page looks again by itself only where its reader asked for it,
// and only as long as something starts.
func TestAPageRefreshesItselfOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w, v := r.world(), r.visitor("official")
	starting, queued, running := "/trials/"+string(w.starting.ID), "/trials/"+string(w.queued.ID), "/trials/"+string(w.running.ID)
	for path, want := range map[string]string{
		starting: "", starting + "?update=yes": "3", queued + "?update=yes": "3", running: "", running + "?update=yes": "",
	} {
		if got := v.get(path).Header.Get("Refresh"); got != want {
			t.Errorf("%s refreshes after %q, want %q", path, got, want)
		}
	}
	v.get(starting).shows(".den-column", "Starting The product is starting.")
	v.get(queued).shows(".den-column", "Queued Number 1 in the queue")
	v.get(queued).shows(".den-column", "Queued Number 2 in the queue")
}

// The record says lengths and sentences as people do, also those of the den itself.
func TestTheRecordReadsAsPeopleWrite(t *testing.T) {
	r := newRig(t)
	ctx, v := context.Background(), r.trial()
	_, _, err := r.den.InviteMember(ctx, den.System(), den.NewJoinLink{In: v.Department, Role: den.Member, For: "Grace", Lasts: time.Hour})
	r.must(err)
	auditor := r.visitor("auditor")
	auditor.get("/record").shows("td", "The den invited Grace.")
	started, err := r.den.Events(ctx, den.System(), den.Filter{Subject: v.ID, Act: "trial.started"})
	r.must(err)
	auditor.get(fmt.Sprintf("/record/%d", started.Items[0].Seq)).shows("td", den.Spell(v.Length))
}
