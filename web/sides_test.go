package web_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"innovationden/orchestrator/den"
)

// thing is what a route is asked about: its id, and that of one of its entries.
type thing struct{ id, entry den.ID }

// sides are the things of whom a route can be asked about, by whose and by name.
// "ours" belong to the department of official, with the evaluator; "same" to the same
// department, set up by a colleague without an evaluator; "theirs" to another
// department and the other supplier; "unknown" never were; "deleted" were.
type sides map[string]map[string]thing

const (
	ours    = "ours"
	sameOf  = "same"
	theirs  = "theirs"
	unknown = "unknown"
	deleted = "deleted"
)

var whose = []string{ours, sameOf, theirs, unknown, deleted}

func (r *rig) sides() sides {
	r.Helper()
	s := sides{
		ours:    r.side("official", r.bookwell, r.northbridge.ID, r.releases[0], "evaluator"),
		sameOf:  r.side("colleague", r.bookwell, r.northbridge.ID, r.releases[0], ""),
		theirs:  r.side("stranger", r.slotwise, r.harbour.ID, r.releases[1], ""),
		deleted: r.gone(),
	}
	s[unknown] = map[string]thing{}
	s[deleted]["event"] = thing{id: "888888"} // no event is ever removed
	for name, one := range s[ours] {
		nothing := thing{}
		switch {
		case name == "event":
			nothing.id = "999999"
		case one.id != "":
			nothing = thing{den.ID(string(one.id.Kind()) + "_999999999999"), "ent_999999999999"}
		}
		s[unknown][name] = nothing
	}
	return s
}

// side makes one of each thing for the department of somebody.
func (r *rig) side(who string, product den.Product, supplier, release den.ID, evaluator string) map[string]thing {
	r.Helper()
	in := den.NewTrial{
		Name: "A trial of " + who, Question: "Which one?", Scheme: den.SchemeRef{ID: "first-look", Version: 1}, Releases: []den.ID{release},
	}
	judge := who
	if evaluator != "" {
		in.Evaluators, judge = []den.ID{r.people[evaluator].ID}, evaluator
	}
	flight := r.preflown(release) // while there is room: the trials below fill the host
	draft := r.set(who, in, false)
	finished := r.set(who, in, true)
	r.score(finished, judge)
	_, err := r.den.EndTrial(context.Background(), r.people[who].Act(), finished.ID, "Enough.", 0)
	r.must(err)
	r.until(finished.ID, func(t den.TrialView) bool { return t.State == den.TrialFinished })
	_, err = r.den.Decide(context.Background(), r.people[who].Act(), finished.ID, den.NewDecision{Decision: den.Stop, Route: den.RouteNone, Why: "Enough."})
	r.must(err)
	_, err = r.den.Publish(context.Background(), r.people[who].Act(), finished.ID, den.NewPublication{Parts: den.Parts, Why: "Others can use it."})
	r.must(err)
	running := r.set(who, in, true)
	approval, delivery := r.approval(running), r.delivery()
	events, err := r.den.Events(context.Background(), den.System(), den.Filter{Subject: running.ID, Limit: 1})
	r.must(err)
	someone, err := r.den.AddPerson(context.Background(), den.System(), den.Person{Name: "Someone", Memberships: r.people[who].Memberships})
	r.must(err)
	share, _, err := r.den.AddShare(context.Background(), r.people[who].Act(), den.NewShare{Trial: running.ID, With: r.people["newcomer"].ID, Lease: running.Entries[0].Sandbox.ID})
	r.must(err)
	_, err = r.den.TakeShare(context.Background(), r.people[who].Act(), running.ID, share.ID, "")
	r.must(err)
	_, link, err := r.den.AddShare(context.Background(), r.people[who].Act(), den.NewShare{Trial: running.ID, Link: true, For: "users of the service"})
	r.must(err)
	if r.link == "" {
		r.link = link
	}
	made := map[string]thing{
		"share": {running.ID, share.ID},
		"event": {id: den.ID(fmt.Sprintf("%06d", events.Items[0].Seq))},
		"":      {}, "draft": about(draft), "running": about(running), "finished": about(finished), "published": about(finished),
		"live": {id: running.Entries[0].Sandbox.ID}, "ended": {id: finished.Entries[0].Sandbox.ID},
		"product": {id: product.ID}, "release": {id: release}, "supplier": {id: supplier}, "preflight": {id: flight},
		"department": {id: r.people[who].Memberships[0].In}, "person": {id: r.people[who].ID}, "someone": {id: someone.ID}, "token": {id: "tok_somebody"},
		"approval": {id: approval}, "delivery": {id: delivery},
	}
	seller := "engineer"
	if supplier == r.harbour.ID {
		seller = "rival"
	}
	r.challenges(who, seller, made)
	return made
}

// challenges makes a draft of a challenge, and a published one with a question that
// waits and an answer of a supplier.
func (r *rig) challenges(who, seller string, made map[string]thing) {
	r.Helper()
	ctx, by := context.Background(), r.people[who].Act()
	draft, err := r.den.AddChallenge(ctx, by, problem("A draft of "+who))
	r.must(err)
	open, err := r.den.AddChallenge(ctx, by, problem("A challenge of "+who))
	r.must(err)
	_, err = r.den.PublishChallenge(ctx, by, open.ID, 0)
	r.must(err)
	q, err := r.den.Ask(ctx, r.people[seller].Act(), den.NewQuestion{Challenge: open.ID, Text: "How many?"})
	r.must(err)
	i, err := r.den.ShowInterest(ctx, r.people[seller].Act(), den.NewInterest{Challenge: open.ID, Advice: "Ask for less."})
	r.must(err)
	made["challenge-draft"], made["challenge"], made["question"], made["interest"] = thing{id: draft.ID}, thing{id: open.ID}, thing{id: q.ID}, thing{id: i.ID}
}

// problem is a complete challenge.
func problem(title string) den.NewChallenge {
	now := time.Now()
	return den.NewChallenge{
		Title: title, Problem: "People call us to book.", People: "60,000 parents a year.", Success: "Nobody has to call.",
		Timetable: den.Timetable{AnswersUntil: now.Add(10 * 24 * time.Hour), TrialFrom: now.Add(20 * 24 * time.Hour), TrialFor: time.Hour},
		Budget:    den.Budget{Low: 1_000_000, High: 5_000_000}, Capabilities: []string{"appointments"},
	}
}

// approval is a request for more time of somebody who is none of those who ask.
func (r *rig) approval(v den.TrialView) den.ID {
	r.Helper()
	q := den.Request{
		ID: den.ID("req_" + string(v.ID)), Kind: den.RequestExtension, State: den.RequestOpen, Department: v.Department, Trial: v.ID,
		Lease: v.Entries[0].Sandbox.ID, AskedBy: "per_none", AskedAt: time.Now(), LapsesAt: time.Now().Add(time.Hour),
	}
	r.must(r.raw.Update(context.Background(), func(tx den.Tx) error { _, err := tx.Requests().Put(q); return err }))
	return q.ID
}

// delivery is a notice that could not be sent.
func (r *rig) delivery() den.ID {
	r.Helper()
	d := den.Delivery{ID: den.ID(fmt.Sprintf("dlv_%d", time.Now().UnixNano())), Channel: den.ByMail, State: den.DeliveryDead, MadeAt: time.Now()}
	r.must(r.raw.Update(context.Background(), func(tx den.Tx) error { _, err := tx.Deliveries().Put(d); return err }))
	return d.ID
}

func about(t den.TrialView) thing { return thing{t.ID, t.Entries[0].ID} }

// set sets a trial up, and has it run where it is to.
func (r *rig) set(who string, in den.NewTrial, start bool) den.TrialView {
	r.Helper()
	t, err := r.den.AddTrial(context.Background(), r.people[who].Act(), in)
	r.must(err)
	if !start {
		return t
	}
	_, err = r.den.StartTrial(context.Background(), r.people[who].Act(), t.ID, 0, den.Once{})
	r.must(err)
	return r.until(t.ID, func(t den.TrialView) bool {
		return !slices.ContainsFunc(t.Entries, func(e den.EntryView) bool { return e.Sandbox == nil || e.Sandbox.Phase != den.Live })
	})
}

// preflown tries a release, and waits until that is over.
func (r *rig) preflown(release den.ID) den.ID {
	r.Helper()
	ctx := context.Background()
	v, err := r.den.Preflight(ctx, den.System(), den.NewPreflight{Release: release})
	r.must(err)
	pokes, stop := r.den.Watch(ctx, v.ID)
	defer stop()
	for v.State == den.PreflightRunning {
		<-pokes
		v, err = r.den.PreflightOf(ctx, den.System(), v.ID)
		r.must(err)
	}
	return v.ID
}

// gone makes one of each thing and takes its record out of the store.
func (r *rig) gone() map[string]thing {
	r.Helper()
	ctx := context.Background()
	product := r.offer(r.northbridge, "Gonewell", "A product that is not there any more.")
	release := r.releases[len(r.releases)-1]
	r.releases = r.releases[:len(r.releases)-1]
	made := r.side("official", product, r.northbridge.ID, release, "evaluator")
	_, err := r.den.EndTrial(ctx, den.System(), made["running"].id, "", 0)
	r.must(err)
	r.until(made["running"].id, func(t den.TrialView) bool { return t.State == den.TrialFinished })
	department, err := r.den.AddDepartment(ctx, den.System(), den.NewOrganisation{Name: "Department of Nowhere"})
	r.must(err)
	supplier, err := r.den.AddSupplier(ctx, den.System(), den.NewOrganisation{Name: "Gone & Sons"})
	r.must(err)
	person, err := r.den.AddPerson(ctx, den.System(), den.Person{Name: "Somebody gone"})
	r.must(err)
	made["department"], made["supplier"], made["person"] = thing{id: department.ID}, thing{id: supplier.ID}, thing{id: person.ID}
	made["someone"] = made["person"]
	r.must(r.raw.Update(ctx, func(tx den.Tx) error {
		for _, d := range []struct {
			from  interface{ Delete(den.ID) error }
			names []string
		}{
			{tx.Trials(), []string{"draft", "running", "finished"}}, {tx.Leases(), []string{"live", "ended"}}, {tx.Receipts(), []string{"live", "ended"}},
			{tx.Products(), []string{"product"}}, {tx.Releases(), []string{"release"}}, {tx.Departments(), []string{"department"}},
			{tx.Suppliers(), []string{"supplier"}}, {tx.People(), []string{"person"}},
			{tx.Challenges(), []string{"challenge", "challenge-draft"}}, {tx.Questions(), []string{"question"}}, {tx.Interests(), []string{"interest"}},
			{tx.Preflights(), []string{"preflight"}},
			{tx.Requests(), []string{"approval"}}, {tx.Deliveries(), []string{"delivery"}},
		} {
			for _, name := range d.names {
				if err := d.from.Delete(made[name].id); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	return made
}

// token gives somebody a token for programs.
func (r *rig) token(who string) string {
	r.Helper()
	text := secret()
	sum := sha256.Sum256([]byte(text))
	r.must(r.raw.Update(context.Background(), func(tx den.Tx) error {
		_, err := tx.Tokens().Put(den.Token{Hash: hex.EncodeToString(sum[:]), ID: den.ID("tok_" + who), Person: r.people[who].ID, Name: "for a test"})
		return err
	}))
	return text
}

// dryRun marks the requests of which the store keeps nothing.
type dryRun struct{}

// drySays is how a change ends that was allowed and is not kept.
var drySays = den.Refuse(den.Conflict, "This was only tried. Nothing was kept.")

// dryStore has changes made and thrown away where the request is only tried, so that
// each cell of the matrix finds everything as it was.
type dryStore struct{ den.Store }

func (s dryStore) Update(ctx context.Context, change func(den.Tx) error) error {
	if ctx.Value(dryRun{}) == nil {
		return s.Store.Update(ctx, change)
	}
	return s.Store.Update(ctx, func(tx den.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		return drySays
	})
}
