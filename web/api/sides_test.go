package api_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web"
	"innovationden/web/gateway"
)

// The sides: whose the things are that an operation is asked about. The second of the
// department's own was set up by a colleague and without the evaluator.
const (
	ours    = "ours"
	same    = "same"
	theirs  = "theirs"
	unknown = "unknown"
	deleted = "deleted"
)

var whose = []string{ours, same, theirs, unknown, deleted}

func (w *world) sides() map[string]side {
	w.t.Helper()
	s := map[string]side{
		ours: w.side(member, 2, evaluator), same: w.side(colleague, 2), theirs: w.side(outsider, 1), deleted: w.side(member, 2, evaluator),
		unknown: {map[string]target{}},
	}
	w.forget(s[deleted])
	s[deleted].things["event"] = target{id: "888888"} // no event is ever removed
	for name, one := range s[ours].things {
		if name == "event" {
			s[unknown].things[name] = target{id: "999999"}
			continue
		}
		kind, _, _ := strings.Cut(string(one.id), "_")
		s[unknown].things[name] = target{den.ID(kind + "_999999999999"), "ent_999999999999"}
	}
	return s
}

// forget takes the records of a side out of the store. What is shared by all sides is
// not its own: of that it gets ids that are not there.
func (w *world) forget(s side) {
	w.t.Helper()
	w.must(w.db.Update(context.Background(), func(tx den.Tx) error {
		for name, one := range s.things {
			switch one.id.Kind() {
			case den.KindLease:
			case den.KindRequest:
				if err := tx.Requests().Delete(one.id); err != nil {
					return err
				}
			case den.KindDelivery:
				if err := tx.Deliveries().Delete(one.id); err != nil {
					return err
				}
			case den.KindTrial:
				if err := forgetTrial(tx, one.id); err != nil {
					return err
				}
			default:
				s.things[name] = target{den.ID(string(one.id.Kind()) + "_000000000000"), one.entry}
			}
		}
		return nil
	}))
}

func forgetTrial(tx den.Tx, id den.ID) error {
	leases, err := tx.Leases().List(den.Query{Index: den.LeasesByTrial, Key: string(id)})
	if err != nil {
		return err
	}
	for _, l := range leases.Items {
		if err := errors.Join(tx.Leases().Delete(l.ID), tx.Receipts().Delete(l.ID)); err != nil {
			return err
		}
	}
	return tx.Trials().Delete(id)
}

// side makes everything that the table asks about for the department of somebody: a
// trial in each state. Its first product is the one at from.
func (w *world) side(who string, n int, evaluators ...string) side {
	w.t.Helper()
	ctx, actor := context.Background(), w.act(who)
	from := 2 - n // ours: both products; theirs: the second
	in := den.NewTrial{Question: "Which?"}
	for _, r := range w.releases[from:] {
		in.Releases = append(in.Releases, r.ID)
	}
	for _, e := range evaluators {
		in.Evaluators = append(in.Evaluators, w.people[e].ID)
	}
	make := func(start bool) (den.TrialView, target) {
		v, err := w.o.AddTrial(ctx, actor, in)
		w.must(err)
		if start {
			v, err = w.o.StartTrial(ctx, actor, v.ID, 0, den.Once{})
			w.must(err)
			for _, e := range v.Entries {
				w.await(e.Lease, den.Live)
			}
		}
		return v, target{v.ID, v.Entries[0].ID}
	}
	s := side{map[string]target{
		"product": {id: w.products[from].ID}, "release": {id: w.releases[from].ID}, "supplier": {id: w.suppliers[from].ID},
		"preflight":  {id: w.preflown(w.releases[from].ID)},
		"department": {id: actor.Memberships[0].In}, "person": {id: w.people[who].ID}, "token": {id: "tok_" + w.people[who].ID[4:]}, "": {},
	}}
	_, s.things["draft"] = make(false)
	s.things["delivery"] = target{id: w.delivery()}
	running, about := make(true)
	s.things["running"], s.things["live"] = about, target{id: running.Entries[0].Lease}
	s.things["approval"] = target{id: w.approval(running)}
	finished, about := make(true)
	events, err := w.o.Events(ctx, den.System(), den.Filter{Subject: running.ID, Limit: 1})
	w.must(err)
	shared, _, err := w.o.AddShare(ctx, actor, den.NewShare{Trial: running.ID, With: w.people[stranger].ID})
	w.must(err)
	_, err = w.o.TakeShare(ctx, actor, running.ID, shared.ID, "")
	w.must(err)
	s.things["share"] = target{running.ID, shared.ID}
	s.things["event"] = target{id: den.ID(fmt.Sprintf("%06d", events.Items[0].Seq))}
	s.things["finished"], s.things["ended"] = about, target{id: finished.Entries[0].Lease}
	judges := evaluators
	if len(judges) == 0 {
		judges = []string{who}
	}
	for _, e := range finished.Entries {
		for _, j := range judges {
			w.submit(j, finished, e.ID)
		}
	}
	_, err = w.o.EndTrial(ctx, actor, finished.ID, "", 0)
	w.must(err)
	for _, e := range finished.Entries {
		w.await(e.Lease, den.Ended)
	}
	w.challenges(who, s)
	return s
}

// approval is a request of the seller's for more time, which cannot be: everybody who
// decides may decide on it.
func (w *world) approval(v den.TrialView) den.ID {
	w.t.Helper()
	r := den.Request{
		ID: w.id(den.KindRequest), Kind: den.RequestExtension, State: den.RequestOpen, Department: v.Department, Trial: v.ID,
		Lease: v.Entries[0].Lease, AskedBy: w.people[seller].ID, AskedAt: time.Now(), LapsesAt: time.Now().Add(time.Hour), Until: v.EndsAt.Add(time.Hour),
	}
	w.must(w.db.Update(context.Background(), func(tx den.Tx) error { _, err := tx.Requests().Put(r); return err }))
	return r.ID
}

// delivery is a notice that was sent.
func (w *world) delivery() den.ID {
	w.t.Helper()
	d := den.Delivery{ID: w.id(den.KindDelivery), Person: w.people[member].ID, Channel: den.ByMail, State: den.DeliverySent, MadeAt: time.Now()}
	w.must(w.db.Update(context.Background(), func(tx den.Tx) error { _, err := tx.Deliveries().Put(d); return err }))
	return d.ID
}

// challenges makes a draft of a challenge, a published one with a question that waits,
// and one that a supplier has answered.
func (w *world) challenges(who string, s side) {
	w.t.Helper()
	ctx, actor, from := context.Background(), w.act(who), w.act(seller)
	if who == outsider {
		from = w.act(rival)
	}
	in := den.NewChallenge{
		Title: "Booking", Problem: "People call.", People: "Parents.", Success: "Nobody calls.", Capabilities: []string{"appointments"},
		Timetable: den.Timetable{AnswersUntil: time.Now().Add(24 * time.Hour)},
	}
	open := func() den.ChallengeView {
		v, err := w.o.AddChallenge(ctx, actor, in)
		w.must(err)
		v, err = w.o.PublishChallenge(ctx, actor, v.ID, 0)
		w.must(err)
		return v
	}
	draft, err := w.o.AddChallenge(ctx, actor, in)
	w.must(err)
	asked, answered := open(), open()
	q, err := w.o.Ask(ctx, from, den.NewQuestion{Challenge: asked.ID, Text: "How many?"})
	w.must(err)
	i, err := w.o.ShowInterest(ctx, from, den.NewInterest{Challenge: answered.ID, Advice: "Ask for less."})
	w.must(err)
	s.things["challenge-answered"] = target{id: answered.ID}
	s.things["challenge-draft"], s.things["challenge"], s.things["question"], s.things["interest"] = target{id: draft.ID}, target{id: asked.ID}, target{id: q.ID}, target{id: i.ID}
}

// submit finishes somebody's assessment of an entry.
func (w *world) submit(who string, v den.TrialView, entry den.ID) {
	w.t.Helper()
	in := den.NewAssessment{Trial: v.ID, Entry: entry, Submit: true, Scores: map[string]den.Score{}}
	for _, c := range v.Scheme.Criteria() {
		if c.ScoredBy == den.ByPeople {
			in.Scores[c.ID] = den.Score{Mark: new(4), Reason: "Tried it."}
		}
	}
	_, err := w.o.Declare(context.Background(), w.act(who), v.ID, den.NewDeclaration{Stake: den.NoStake})
	w.must(err)
	_, err = w.o.SaveAssessment(context.Background(), w.act(who), in)
	w.must(err)
}

// front is the same API behind the real door, asked by people who signed in with a
// browser.
type front struct {
	w       *world
	handler http.Handler
	cookies map[string]string
}

func (w *world) front() front {
	w.t.Helper()
	visits := gateway.NewVisits(gateway.VisitRules{Clock: time.Now, Random: rand.Reader})
	log := slog.New(slog.DiscardHandler)
	door, err := gateway.New(gateway.Options{
		Routes: gateway.NewTable(), Visitors: visits, Dialer: nowhere{}, Domain: "localhost", Control: "http://den.example", Clock: time.Now, Log: log,
	})
	w.must(err)
	f := front{w: w, cookies: map[string]string{}}
	f.handler, err = web.New(web.Config{
		Den: w.o, Sessions: web.NewSessions(w.db.Sessions(), false), Gateway: door, Visits: visits, Public: "http://den.example",
		Zone: time.UTC, Now: time.Now, Log: log, Mount: w.api.Mount,
	})
	w.must(err)
	for _, who := range everybody {
		q := httptest.NewRequest("POST", "/sign-in", strings.NewReader(url.Values{"person": {string(w.people[who].ID)}}.Encode()))
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		out := httptest.NewRecorder()
		f.handler.ServeHTTP(out, q)
		if out.Code != http.StatusSeeOther || len(out.Result().Cookies()) == 0 {
			w.t.Fatalf("%s cannot sign in: %d", who, out.Code)
		}
		f.cookies[who] = out.Result().Cookies()[0].String()
	}
	return f
}

func (f front) ask(q question) answer {
	r := q.request()
	r.Header.Del("Authorization")
	if cookie, ok := f.cookies[q.who]; ok {
		r.Header.Set("Cookie", cookie)
	}
	out := httptest.NewRecorder()
	f.handler.ServeHTTP(out, r)
	return answer{t: f.w.t, status: out.Code, header: out.Header(), body: out.Body.String()}
}

// nowhere is a gateway's way to sandboxes where there are none.
type nowhere struct{}

func (nowhere) Dial(context.Context, string, int) (net.Conn, error) { return nil, io.EOF }

// preflown tries a release, and waits until that is over.
func (w *world) preflown(release den.ID) den.ID {
	w.t.Helper()
	ctx := context.Background()
	v, err := w.o.Preflight(ctx, den.System(), den.NewPreflight{Release: release})
	w.must(err)
	pokes, stop := w.o.Watch(ctx, v.ID)
	defer stop()
	for v.State == den.PreflightRunning {
		<-pokes
		v, err = w.o.PreflightOf(ctx, den.System(), v.ID)
		w.must(err)
	}
	return v.ID
}
