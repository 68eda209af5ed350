package web_test

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"sync"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// shown is one page in one state, for one person.
type shown struct{ name, who, path, press string }

// world is what the pages of everyPage are about, made once for each rig.
type world struct {
	once                 sync.Once
	draft, full, running den.TrialView
	finished, failed     den.TrialView
	starting, queued     den.TrialView
	weighed              den.TrialView // its panel is agreeing on marks
	tied                 den.TrialView // its products share first place
	renewed              den.TrialView // a newer release took a place after the evaluator had begun
	bare                 den.Product   // without a release
	proposed             string        // the address of a proposed release
	link                 string        // of a share of running
	passed, flawed       den.ID        // preflights that are over
	waits                den.ID        // one in the queue
	exhibit              den.ID        // a file beside a score of running
	event                string        // the number of the start of running
}

// allPages is every page in every state. The empty ones come first: what the others are
// about is made only when somebody has gone through them.
func (r *rig) allPages() iter.Seq[shown] {
	return func(yield func(shown) bool) {
		for _, list := range []func() []shown{r.emptyPages, r.everyPage} {
			for _, one := range list() {
				if !yield(one) {
					return
				}
			}
		}
	}
}

// emptyPages lists what a den shows in which nothing has happened: they are for before the
// first call of everyPage.
func (r *rig) emptyPages() []shown {
	return []shown{
		{"home-empty", "official", "/", ""}, {"home-empty-evaluator", "evaluator", "/", ""}, {"home-empty-engineer", "engineer", "/", ""},
		{"trials-empty", "official", "/trials", ""}, {"host-empty", "operator", "/host", ""}, {"challenges-empty", "official", "/challenges", ""},
		{"register-empty", "official", "/register", ""}, {"compare-trials-empty", "official", "/compare", ""}, {"approvals-empty", "official", "/approvals", ""},
		{"notices-empty", "evaluator", "/notices", ""}, {"techmap-compare-empty", "official", "/techmap/compare", ""},
	}
}

// everyPage lists every page in every other state: full, wrong, over. The first call makes
// what they show.
func (r *rig) everyPage() []shown {
	r.Helper()
	var all []shown
	w := r.world()
	draft, running, finished := "/trials/"+string(w.draft.ID), "/trials/"+string(w.running.ID), "/trials/"+string(w.finished.ID)
	box, gone := "/sandboxes/"+string(w.running.Entries[0].Sandbox.ID), "/sandboxes/"+string(w.finished.Entries[0].Sandbox.ID)
	other := "/sandboxes/" + string(w.running.Entries[1].Sandbox.ID)
	assess := "/entries/" + string(w.running.Entries[0].ID) + "/assess"
	product := "/products/" + string(r.bookwell.ID)
	const send = `document.querySelector('main form[method=post]').requestSubmit()`
	all = append(all, r.accountPages()...)
	all = append(all, r.pushPages()...)
	all = append(all, r.assessPages()...)
	all = append(all, r.measuredPages()...)
	all = append(all,
		shown{"sign-in", "", "/sign-in", ""}, shown{"sign-in-wrong", "", "/sign-in", `document.querySelector('#secret').form.requestSubmit()`},
		shown{"sign-in-link", "", "/sign-in?link=den_x", ""}, shown{"not-found", "", "/nothing", ""}, shown{"help", "", "/help", ""}, shown{"api-docs", "", "/api/docs", ""},
		shown{"not-found-known", "official", "/trials/tri_none", ""}, shown{"denied", "auditor", draft + "/set-up", ""},
		shown{"home-official", "official", "/", ""}, shown{"home-evaluator", "evaluator", "/", ""}, shown{"home-engineer", "engineer", "/", ""},
		shown{"trials", "official", "/trials", ""}, shown{"trials-state", "official", "/trials?state=cancelled", ""},
		shown{"trial-new", "official", "/trials/new", ""}, shown{"trial-new-wrong", "official", "/trials/new", send}, shown{"trial-new-operator", "operator", "/trials/new", ""},
		shown{"set-up", "official", draft + "/set-up", ""}, shown{"set-up-about", "official", draft + "/set-up/about", ""},
		shown{"set-up-products", "official", draft + "/set-up/products", ""}, shown{"set-up-products-wrong", "official", draft + "/set-up/products", send},
		shown{"set-up-scheme", "official", draft + "/set-up/scheme", ""}, shown{"set-up-weights", "official", draft + "/set-up/weights", ""},
		shown{"set-up-weights-wrong", "official", draft + "/set-up/weights", `document.querySelector('main input[inputmode]').value = 'x'; ` + send},
		shown{"set-up-tasks", "official", draft + "/set-up/tasks", ""}, shown{"set-up-measuring", "official", draft + "/set-up/measuring", ""}, shown{"set-up-people", "official", draft + "/set-up/people", ""},
		shown{"set-up-ways", "official", "/trials/" + string(w.full.ID) + "/set-up/ways", ""}, shown{"set-up-ways-none", "official", draft + "/set-up/ways", ""},
		shown{"set-up-data", "official", "/trials/" + string(w.full.ID) + "/set-up/data", ""}, shown{"set-up-data-none", "official", draft + "/set-up/data", ""},
		shown{"mails", "official", box + "/mails", ""}, shown{"mails-none", "official", gone + "/mails", ""},
		shown{"set-up-size", "official", draft + "/set-up/size", ""}, shown{"set-up-size-wrong", "official", draft + "/set-up/size", `document.querySelector('#length').value = 'soon'; ` + send},
		shown{"set-up-check", "official", "/trials/" + string(w.full.ID) + "/set-up/check", ""}, shown{"cancel", "official", draft + "/cancel", ""},
		shown{"set-up-check-wrong", "official", draft + "/set-up/check", send},
		shown{"trial", "official", running, ""}, shown{"trial-evaluator", "evaluator", running, ""}, shown{"trial-auditor", "auditor", running, ""},
		shown{"trial-finished", "official", finished, ""}, shown{"trial-failed", "official", "/trials/" + string(w.failed.ID), ""},
		shown{"trial-done", "official", running + "?done=start", ""}, shown{"trial-draft-auditor", "auditor", draft, ""},
		shown{"trial-starting", "official", "/trials/" + string(w.starting.ID), ""}, shown{"trial-queued", "official", "/trials/" + string(w.queued.ID), ""},
		shown{"sandbox-queued", "engineer", "/sandboxes/" + string(w.queued.Entries[0].Sandbox.ID), ""},
		shown{"trial-extend", "official", running + "/extend", ""}, shown{"trial-extend-wrong", "official", running + "/extend", send}, shown{"trial-end", "official", running + "/end", ""},
		shown{"report", "official", finished + "/report", ""}, shown{"report-decided", "auditor", finished + "/report", ""},
		shown{"report-tied", "official", "/trials/" + string(w.tied.ID) + "/report", ""},
		shown{"report-none", "official", running + "/report", ""},
		shown{"publish", "official", finished + "/publish", ""}, shown{"publish-preview", "official", finished + "/publish?part=finding&part=scores", ""},
		shown{"publish-wrong", "official", finished + "/publish?part=finding", `document.querySelector('main form[method=post]').requestSubmit()`},
		shown{"register", "engineer", "/register", ""}, shown{"registered", "engineer", "/register/" + string(w.finished.ID), ""},
		shown{"reply", "engineer", "/register/" + string(w.finished.ID) + "/reply/" + string(w.finished.Entries[0].ID), ""},
		shown{"decide", "official", finished + "/decide", ""}, shown{"decide-wrong", "official", finished + "/decide", `document.querySelector('#why').value = ''; ` + send},
		shown{"assess", "evaluator", running + assess, ""}, shown{"assess-wrong", "evaluator", running + assess, `document.querySelector('main form button[value=submit]').click()`},
		shown{"assess-submitted", "evaluator", finished + "/entries/" + string(w.finished.Entries[0].ID) + "/assess", ""},
		shown{"sandbox", "official", box, ""}, shown{"sandbox-engineer", "engineer", box, ""}, shown{"sandbox-gone", "official", gone, ""},
		shown{"sandbox-failed", "engineer", "/sandboxes/" + string(w.failed.Entries[0].Sandbox.ID), ""},
		shown{"sandbox-end", "official", box + "/end", ""}, shown{"sandbox-extend", "official", box + "/extend", ""}, shown{"sandbox-restart", "engineer", box + "/restart", ""},
		shown{"sandbox-pause", "official", box + "/pause", ""}, shown{"receipt", "official", gone + "/receipt", ""}, shown{"receipt-none", "official", box + "/receipt", ""},
		shown{"record-trial", "official", "/record?subject=" + string(w.finished.ID), ""}, shown{"record", "auditor", "/record", ""},
		shown{"shares", "official", running + "/shares", ""}, shown{"shares-none", "official", "/trials/" + string(w.starting.ID) + "/shares", ""},
		shown{"shares-wrong", "official", running + "/shares", `document.querySelector("main form[action$=shares]").requestSubmit()`}, shown{"shares-over", "official", finished + "/shares", ""},
		shown{"shared", "newcomer", "/shared", ""}, shown{"shared-none", "rival", "/shared", ""},
		shown{"visit", "", "/visit/" + w.link, ""}, shown{"visit-wrong", "", "/visit/" + w.link, `document.querySelector('main form button[name=sandbox]').click()`},
		shown{"record-narrow", "auditor", "/record?act=trial.&actor=" + string(r.people["official"].ID), ""}, shown{"record-none", "auditor", "/record?act=none", ""},
		shown{"record-wrong", "auditor", "/record?since-day=40&since-month=2&since-year=2026", ""}, shown{"record-mine", "engineer", "/record?actor=" + string(r.people["engineer"].ID), ""},
		shown{"event", "auditor", "/record/" + w.event, ""}, shown{"event-official", "official", "/record/" + w.event, ""}, shown{"record-key", "", "/record/key", ""}, shown{"record-key-auditor", "auditor", "/record/key", ""},
		shown{"products", "engineer", "/products", ""}, shown{"product", "engineer", product, ""}, shown{"product-none", "official", "/products/" + string(w.bare.ID), ""},
		shown{"product-new", "engineer", "/products/new", ""}, shown{"product-new-wrong", "operator", "/products/new", send},
		shown{"release", "engineer", product + "/releases/new", ""}, shown{"release-wrong", "engineer", product + "/releases/new", send},
		shown{"renewals", "official", w.proposed, ""}, shown{"renewals-wrong", "official", w.proposed, send}, shown{"renewals-waits", "engineer", w.proposed, ""},
		shown{"renewals-none", "official", other + "/renewals", ""}, shown{"renewals-offer", "rival", other + "/renewals", ""}, shown{"renewals-offer-wrong", "rival", other + "/renewals", send},
		shown{"host", "operator", "/host", ""}, shown{"host-auditor", "auditor", "/host", ""}, shown{"host-sandboxes", "operator", "/host/sandboxes", ""}, shown{"host-sandboxes-none", "operator", "/host/sandboxes?phase=paused", ""}, shown{"sweep", "operator", "/host/sweep", ""}, shown{"profiles", "operator", "/host/profiles", ""}, shown{"profiles-wrong", "operator", "/host/profiles/cpu?seconds=99", ""},
		shown{"department-new", "operator", "/departments/new", ""}, shown{"supplier-new-wrong", "operator", "/suppliers/new", send},
	)
	for _, guide := range []string{"civil-servant", "challenges", "evaluator", "ten-minutes", "supplier", "operator", "auditor", "sandbox", "who-may-do-what", "accessibility", "read-a-report", "load-test"} {
		all = append(all, shown{"help-" + guide, "", "/help/" + guide, ""})
	}
	return all
}

// world makes the trials once.
func (r *rig) world() *world {
	r.made.once.Do(func() {
		w, ctx, by := &r.made, context.Background(), r.people["official"].Act()
		draft := func(name string, releases ...den.ID) den.TrialView {
			t, err := r.den.AddTrial(ctx, by, den.NewTrial{Name: name, Question: "Is it quick?", Releases: releases})
			r.must(err)
			return t
		}
		w.draft, w.full = draft("A draft with a long name that has to go on the next line"), draft("A draft that is complete", r.releases...)
		_, err := r.den.CancelTrial(ctx, by, draft("A draft that was dropped").ID, "", 0)
		r.must(err)
		_, err = r.den.SetScenario(ctx, by, w.full.ID, den.NewScenario{Name: "people.csv", From: strings.NewReader("name\nAda\n")})
		r.must(err)
		w.weighed = r.weigh()
		w.tied = r.tied()
		w.renewed = r.end(r.renewed())
		w.running = r.trial()
		w.exhibit = r.exhibits(w.running)
		w.proposed = r.proposed(w.running, "2.0")
		second, err := r.den.Release(ctx, den.System(), r.releases[1])
		r.must(err)
		_, err = r.den.AddRelease(ctx, den.System(), den.NewRelease{Product: second.Product, Version: "3.1", Image: second.From, Notes: "It is quicker."})
		r.must(err)
		asked := []den.ID{r.people["evaluator"].ID, r.people["slow"].ID}
		_, err = r.den.Amend(ctx, by, w.running.ID, den.NewAmendment{Evaluators: &asked, Why: "One more person has time."})
		r.must(err)
		events, err := r.den.Events(ctx, den.System(), den.Filter{Subject: w.running.ID, Act: "trial.started"})
		r.must(err)
		w.event = strconv.FormatUint(events.Items[0].Seq, 10)
		_, w.link, err = r.den.AddShare(ctx, by, den.NewShare{Trial: w.running.ID, Link: true, For: "users of the booking service, 7 June", Passcode: "open sesame"})
		r.must(err)
		for _, with := range []den.ID{r.people["newcomer"].ID, r.elsewhere.ID} {
			_, _, err = r.den.AddShare(ctx, by, den.NewShare{Trial: w.running.ID, Lease: w.running.Entries[0].Sandbox.ID, With: with})
			r.must(err)
		}
		w.finished = r.trial()
		r.score(w.finished, "evaluator")
		_, err = r.den.SetPrice(ctx, by, w.finished.ID, den.NewPrice{Entry: w.finished.Entries[0].ID, Pence: 1_234_567, Basis: "Three years for 50 people"})
		r.must(err)
		_, err = r.den.LockConsensus(ctx, by, w.finished.ID, den.NewLock{ByMeans: true, Why: "There was one evaluator."})
		r.must(err)
		_, err = r.den.Decide(ctx, by, w.finished.ID, den.NewDecision{Decision: den.Proceed, Why: "It did what we need.", Chosen: w.finished.Entries[1].ID})
		r.must(err)
		_, err = r.den.Publish(ctx, by, w.finished.ID, den.NewPublication{Parts: den.Parts, Why: "Others can use it."})
		r.must(err)
		_, err = r.den.ReplyTo(ctx, r.people["rival"].Act(), w.finished.ID, den.NewReply{Entry: w.finished.Entries[1].ID, Text: "We have mended the calendar."})
		r.must(err)
		r.measure(w.finished)
		w.finished = r.end(w.finished)
		w.failed = r.failing()
		w.passed, w.flawed = r.landed(r.preflight(r.releases[0])), r.landed(r.preflight(w.failed.Entries[0].Release))
		w.starting, w.queued = r.waiting()
		r.must(r.store.Update(ctx, func(tx den.Tx) error {
			_, err := tx.Loads().Put(r.loadTest(w.starting, den.LoadRunning))
			if err == nil {
				_, err = tx.Loads().Put(r.loadTest(w.queued, den.LoadInterrupted))
			}
			return err
		}))
		w.waits = r.preflight(r.releases[0])
		r.clockPutBack(w.running.Entries[0].Sandbox.ID)
		w.bare, err = r.den.AddProduct(ctx, den.System(), den.NewProduct{Supplier: r.harbour.ID, Name: "Not out yet"})
		r.must(err)
	})
	return &r.made
}

// failing is a trial whose product ends at once.
func (r *rig) failing() den.TrialView {
	ctx, by := context.Background(), r.people["official"].Act()
	r.runtime.AddImage(sandbox.Image{Names: []string{"broken:1"}, Ports: []int{8080}}, fake.Behaviour{
		Exits: true, ExitCode: 3, Log: "cannot open /etc/broken.conf: no such file or directory\n",
	})
	release, err := r.den.AddRelease(ctx, den.System(), den.NewRelease{Product: r.bookwell.ID, Version: "2.0-broken", Image: "broken:1"})
	r.must(err)
	t, err := r.den.AddTrial(ctx, by, den.NewTrial{Name: "A product that fails", Question: "Why?", Releases: []den.ID{release.ID}})
	r.must(err)
	_, err = r.den.StartTrial(ctx, by, t.ID, 0, den.Once{})
	r.must(err)
	return r.until(t.ID, func(t den.TrialView) bool { return t.State == den.TrialFinished })
}

// waiting is a trial whose products never answer and take the last room, and one that
// stands in the queue behind it.
func (r *rig) waiting() (starting, queued den.TrialView) {
	ctx, by := context.Background(), r.people["official"].Act()
	var releases []den.ID
	for _, name := range []string{"silent:1", "silent:2"} {
		r.runtime.AddImage(sandbox.Image{Names: []string{name}, Ports: []int{8080}}, fake.Behaviour{NeverListens: true})
		release, err := r.den.AddRelease(ctx, den.System(), den.NewRelease{Product: r.bookwell.ID, Version: name, Image: name})
		r.must(err)
		releases = append(releases, release.ID)
	}
	begin := func(name string, phase den.Phase) den.TrialView {
		t, err := r.den.AddTrial(ctx, by, den.NewTrial{Name: name, Question: "Will they start?", Releases: releases})
		r.must(err)
		_, err = r.den.StartTrial(ctx, by, t.ID, 0, den.Once{})
		r.must(err)
		return r.until(t.ID, func(t den.TrialView) bool {
			return t.Entries[0].Sandbox.Phase == phase && t.Entries[1].Sandbox.Phase == phase
		})
	}
	return begin("Products that take their time", den.Starting), begin("Products in the queue", den.Requested)
}
