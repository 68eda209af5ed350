package api_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// recipe is a right request about a thing in the right state: who asks, the parts of its
// path and query, and its body. The inventor asks along it, and spoils some of it.
type recipe struct {
	who   string
	parts hash // by the parameter's name
	query string
	body  any // a hash, or the text of a form
}

// offer keeps what can be done to things that are in the right state now; the latest few
// of each operation, because every state passes.
func (i *inventor) offer(op string, r recipe) {
	const most = 6
	all := append(i.recipes[op], r)
	i.recipes[op] = all[max(0, len(all)-most):]
}

// along makes a request of a recipe; wild says how many parts in a hundred are wrong.
func (i *inventor) along(op operation, r recipe, wild int) question {
	q := question{who: r.who, method: op.method, path: op.path, header: map[string]string{}}
	if i.chance(wild / 2) {
		q.who = pick(i, everybody...)
	}
	for _, name := range slices.Sorted(maps.Keys(r.parts)) {
		v := fmt.Sprint(r.parts[name])
		if i.chance(wild / 2) {
			v = pick(i, append(slices.Clone(hostile), i.all...)...)
		}
		q.path = strings.ReplaceAll(q.path, "{"+name+"}", escaped(v))
	}
	q.path += r.query
	body, isHash := r.body.(hash)
	if !isHash {
		if text, ok := r.body.(string); ok {
			q.header["Content-Type"], q.body = "multipart/form-data; boundary=edge", text
			if op.spec.RequestBody.Value.Content.Get("application/octet-stream") != nil {
				q.header["Content-Type"] = "application/octet-stream"
			}
		}
		return q
	}
	spoilt := hash{}
	fields := op.spec.RequestBody.Value.Content.Get("application/json").Schema.Value.Properties
	for _, name := range slices.Sorted(maps.Keys(body)) {
		spoilt[name] = body[name]
		if i.chance(wild) {
			spoilt[name] = i.value(fields[name].Value, name, 100)
		}
	}
	q.body = spoilt
	return q
}

// seed brings things into each state that an operation wants, and offers what can be
// done to them.
func (w *world) seed(i *inventor, round int) {
	w.t.Helper()
	w.seedMembers(i)
	w.seedRunning(i, round)
	w.seedPanel(i, round)
	w.seedRenewals(i, round)
	w.seedOffers(i, round)
	w.seedMore(i)
}

// seedMembers offers the changes of members.
func (w *world) seedMembers(i *inventor) {
	ctx, home := context.Background(), string(w.department.ID)
	invite := func(whom string) (den.JoinLink, string) {
		for {
			j, secret, err := w.o.InviteMember(ctx, den.System(), den.NewJoinLink{In: w.department.ID, Role: den.Member, For: whom, Lasts: time.Hour})
			if den.KindOf(err) != den.Conflict {
				w.must(err)
				return j, secret
			}
			w.withdrawAll()
		}
	}
	_, secret := invite("Sam")
	spare, _ := invite("Nobody")
	who := string(w.people[colleague].ID)
	i.offer("listMembers", recipe{who: member, parts: hash{"organisation": home}})
	i.offer("changeMember", recipe{who: operator, parts: hash{"organisation": home, "person": who}, body: hash{"add": []string{"approver"}}})
	i.offer("removeMember", recipe{who: member, parts: hash{"organisation": home, "person": who}})
	i.offer("inviteMember", recipe{who: member, parts: hash{"organisation": home}, body: hash{"for": "Robin", "role": "member", "lasts_seconds": 3600}})
	i.offer("withdrawInvitation", recipe{who: member, parts: hash{"organisation": home, "invitation": spare.ID}})
	i.offer("acceptInvitation", recipe{who: stranger, body: hash{"secret": secret}})
	i.offer("setLeft", recipe{who: operator, parts: hash{"id": w.people[stranger].ID}, body: hash{"left": i.chance(50)}})
}

// bringBack gives everybody the roles that they began with: the requests take people out
// and let them leave.
func (w *world) bringBack() {
	w.must(w.db.Update(context.Background(), func(tx den.Tx) error {
		for _, was := range w.people {
			now, err := tx.People().Get(was.ID)
			if err != nil {
				return err
			}
			if !now.Left && slices.Equal(now.Memberships, was.Memberships) {
				continue
			}
			now.Left, now.Memberships = false, was.Memberships
			if _, err := tx.People().Put(now); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (w *world) withdrawAll() {
	v, err := w.o.Members(context.Background(), den.System(), w.department.ID, den.Filter{})
	w.must(err)
	for _, j := range v.Links {
		w.must(w.o.TakeBackInvitation(context.Background(), den.System(), j.ID))
	}
}

// seedRunning offers what is done to a trial that runs: to share it, to give it more
// time, to decide on who has an interest, on a request, and on a notice that was given up.
func (w *world) seedRunning(i *inventor, round int) {
	ctx := context.Background()
	v, err := w.o.StartTrial(ctx, w.act(member), w.draft(1).ID, 0, den.Once{})
	w.must(err)
	shared, _, err := w.o.AddShare(ctx, w.act(member), den.NewShare{Trial: v.ID, With: w.people[stranger].ID})
	w.must(err)
	_, err = w.o.Declare(ctx, w.act(evaluator), v.ID, den.NewDeclaration{Stake: den.PerceivedStake, Text: "A friend works there."})
	w.must(err)
	dead := den.Delivery{ID: w.id(den.KindDelivery), Person: w.people[member].ID, Channel: den.ByMail, State: den.DeliveryDead, MadeAt: time.Now(), DoneAt: time.Now(), Said: "No such mailbox."}
	w.must(w.db.Update(ctx, func(tx den.Tx) error { _, err := tx.Deliveries().Put(dead); return err }))
	i.offer("addShare", recipe{who: member, parts: hash{"id": v.ID}, body: hash{"link": true, "for": "Users of the service"}})
	i.offer("startLoad", recipe{who: member, parts: hash{"id": v.ID}})
	i.offer("takeShare", recipe{who: member, parts: hash{"id": v.ID, "share": shared.ID}})
	i.offer("extendTrial", recipe{who: member, parts: hash{"id": v.ID}, body: hash{"by_seconds": 60, "why": "A late evaluator."}})
	i.offer("decideInterest", recipe{who: member, parts: hash{"id": v.ID, "person": w.people[evaluator].ID}, body: hash{"decision": "continue", "why": "A friend is no relative."}})
	i.offer("refuse", recipe{who: operator, parts: hash{"id": w.approval(v)}, body: hash{"why": fmt.Sprint("Not this month, ", round)}})
	i.offer("agree", recipe{who: operator, parts: hash{"id": w.approval(v)}, body: hash{"why": "Go ahead."}})
	i.offer("retryDelivery", recipe{who: operator, parts: hash{"id": dead.ID}})
}

// seedPanel has a panel come one step further each round: marks that are in, agreed on,
// locked, and a decision that is published.
func (w *world) seedPanel(i *inventor, round int) {
	ctx, official := context.Background(), w.act(member)
	v, err := w.o.StartTrial(ctx, official, w.draft(2).ID, 0, den.Once{})
	w.must(err)
	agreed, lines := map[den.ID]map[string]den.Agreed{}, hash{}
	for _, e := range v.Entries {
		w.submit(evaluator, v, e.ID)
		agreed[e.ID] = map[string]den.Agreed{}
		of := hash{}
		for _, c := range v.Scheme.Criteria() {
			if c.ScoredBy == den.ByPeople {
				agreed[e.ID][c.ID] = den.Agreed{Mark: new(4), Reason: "All saw it."}
				of[c.ID] = hash{"mark": 4, "reason": "All saw it."}
			}
		}
		lines[string(e.ID)] = of
	}
	first := v.Entries[0].ID
	criterion := slices.Sorted(maps.Keys(agreed[first]))[0]
	about := hash{"id": v.ID}
	i.offer("listCitable", recipe{who: member, parts: about})
	i.offer("saveConsensus", recipe{who: member, parts: about, body: hash{"agreed": lines}})
	i.offer("dissent", recipe{who: evaluator, parts: about, body: hash{"entry": first, "criterion": criterion, "text": "It was worse."}})
	if round%2 == 0 {
		return
	}
	_, err = w.o.SaveConsensus(ctx, official, v.ID, den.NewConsensus{Agreed: agreed})
	w.must(err)
	i.offer("dissent", recipe{who: evaluator, parts: about, body: hash{"entry": first, "criterion": criterion, "text": "It was worse."}})
	i.offer("lockConsensus", recipe{who: member, parts: about, body: hash{}})
	if round%4 == 1 {
		return
	}
	_, err = w.o.LockConsensus(ctx, official, v.ID, den.NewLock{})
	w.must(err)
	_, err = w.o.Decide(ctx, official, v.ID, den.NewDecision{Decision: den.Stop, Why: "Neither was easy."})
	w.must(err)
	i.offer("getSummary", recipe{who: member, parts: hash{"id": v.ID, "entry": first}})
	i.offer("publishReport", recipe{who: member, parts: about, body: hash{"parts": []string{"finding", "scores"}, "why": "Others ask the same."}})
	_, err = w.o.Publish(ctx, official, v.ID, den.NewPublication{Parts: []den.Part{den.PartFinding}, Why: "Others ask the same."})
	w.must(err)
	i.offer("replyToReport", recipe{who: seller, parts: hash{"id": v.ID, "entry": first}, body: hash{"text": "We have mended it."}})
	i.offer("getRegistered", recipe{who: rival, parts: about})
	i.offer("getRegisteredFile", recipe{who: stranger, parts: hash{"id": v.ID, "form": "csv"}})
	if w.published = append(w.published, string(v.ID)); len(w.published) > 1 {
		before := w.published[len(w.published)-2]
		i.offer("cite", recipe{who: member, parts: hash{"id": v.ID, "cited": before}, body: hash{"why": "The same product."}})
		_, err = w.o.Cite(ctx, official, den.ID(before), den.NewCitation{Trial: v.ID, Why: "The same product."})
		w.must(err)
		i.offer("uncite", recipe{who: member, parts: hash{"id": before, "cited": v.ID}, body: hash{"why": "It differs too much."}})
		i.offer("compareTrials", recipe{who: auditor, query: "?trials=" + strings.Join(w.published[len(w.published)-2:], ",")})
	}
}

// seedOffers offers what suppliers bring, and a scheme.
func (w *world) seedOffers(i *inventor, round int) {
	ctx, product := context.Background(), hash{"id": w.products[0].ID}
	w.engine.AddArchive([]byte("two"), sandbox.Image{Names: []string{"come:along"}, Ports: []int{8080}}, fake.Behaviour{})
	i.offer("addStack", recipe{who: seller, parts: product, body: hash{"version": fmt.Sprint("4.", round), "compose": "web " + oneImage}})
	body := strings.Replace(stackBody("web come:along", "two"), "5.0", fmt.Sprint("5.", round), 1)
	i.offer("addStackArchive", recipe{who: seller, parts: product, body: body})
	of := hash{"id": w.releases[0].ID}
	i.offer("addSBOM", recipe{who: seller, parts: of, body: shortSBOM})
	i.offer("getSBOM", recipe{who: member, parts: of})
	i.offer("getSBOMFile", recipe{who: member, parts: of})
	tried, err := w.o.Preflights(ctx, den.System(), w.releases[0].ID)
	w.must(err)
	i.offer("getPreflight", recipe{who: seller, parts: hash{"id": tried[0].ID}})
	i.offer("addScheme", recipe{who: operator, body: hash{"id": fmt.Sprint("short-", round), "title": "Short", "themes": []hash{{
		"id": "all", "title": "All", "criteria": []hash{{
			"id": "works", "title": "Works", "question": "Does it work?", "scored_by": "people", "weight": 100, "weight_min": 0, "weight_max": 100, "missing": "interval",
			"anchors": []string{"No.", "Hardly.", "Partly.", "Mostly.", "Nearly.", "Yes."},
		}},
	}}}})
	var sheet strings.Builder
	w.must(w.o.ExportTechmap(ctx, w.act(operator), den.ProductSheet, &sheet))
	i.offer("importSheet", recipe{who: operator, parts: hash{"sheet": "products"}, body: hash{"csv": sheet.String()}})
	token, _, err := w.o.AddToken(ctx, w.act(colleague), den.NewToken{Name: "nightly", Grants: []den.Grant{den.GrantRead}, Lasts: time.Hour})
	w.must(err)
	i.offer("revokeToken", recipe{who: colleague, parts: hash{"id": token.ID}})
}

// seedMore offers to ask for more time than a department lets anybody take, and to see
// what an evaluator attached.
func (w *world) seedMore(i *inventor) {
	ctx := context.Background()
	_, err := w.o.SetRules(ctx, den.System(), den.Rules{Department: w.other.ID, Longest: 24 * time.Hour}, 0)
	w.must(err)
	v, err := w.o.AddTrial(ctx, w.act(outsider), den.NewTrial{Question: "Which?", Releases: []den.ID{w.releases[1].ID}, Evaluators: []den.ID{w.people[evaluator].ID}, Length: time.Hour})
	w.must(err)
	v, err = w.o.StartTrial(ctx, w.act(outsider), v.ID, 0, den.Once{})
	w.must(err)
	_, err = w.o.Declare(ctx, w.act(evaluator), v.ID, den.NewDeclaration{Stake: den.NoStake})
	w.must(err)
	until := time.Now().Add(48 * time.Hour).Format(time.RFC3339)
	i.offer("askForMore", recipe{who: outsider, parts: hash{"id": v.Entries[0].Lease}, body: hash{"until": until, "why": "A second session."}})
	e, err := w.o.AddEvidence(ctx, w.act(evaluator), den.NewEvidence{Trial: v.ID, Entry: v.Entries[0].ID, Kind: den.File, Name: "seen.txt", Content: strings.NewReader("What I saw.")})
	w.must(err)
	again, err := w.o.AddEvidence(ctx, w.act(evaluator), den.NewEvidence{Trial: v.ID, Entry: v.Entries[0].ID, Kind: den.File, Name: "seen.txt", Content: strings.NewReader("What I saw.")})
	w.must(err)
	i.offer("removeEvidence", recipe{who: evaluator, parts: hash{"id": v.ID, "entry": v.Entries[0].ID, "evidence": again.ID}, body: hash{"why": "It is there twice."}})
	i.offer("getEvidence", recipe{who: evaluator, parts: hash{"id": v.ID, "evidence": e.ID}})
}
