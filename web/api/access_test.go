package api_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// side is everything that one department has.
type side struct{ things map[string]target }

// target is what an operation is asked about.
type target struct{ id, entry den.ID }

// may says who may do something and who may only see that it is there (403). All
// others get what they get for things that are not there (404).
type may struct{ yes, look string }

// access is one row of the table: who may do an operation to the things of the first
// department and supplier, of the second, and to what is not there.
type access struct {
	about   string // what it is asked about; empty: about nothing in particular
	done    int    // what those get who may: for changes an ETag that is out of date, so that nothing moves
	ours    may
	theirs  may
	unknown may
	body    func(target) any
	query   func(target) string
	header  map[string]string
}

const (
	all    = "operator auditor member approver colleague outsider seller rival evaluator stranger"
	roles  = "operator auditor member approver colleague outsider seller rival" // everybody who holds a role
	ourTop = "operator member approver colleague"
)

var (
	everyone    = may{yes: all}
	withRole    = may{yes: roles}
	seeOur      = may{yes: ourTop + " auditor evaluator"}
	seeTheir    = may{yes: "operator auditor outsider"}
	runOur      = may{ourTop, "auditor evaluator"}
	runTheir    = may{"operator outsider", "auditor"}
	boxOur      = may{yes: ourTop + " auditor evaluator seller"}
	boxTheir    = may{yes: "operator auditor outsider rival"}
	stale       = map[string]string{"If-Match": `"999999"`}
	offerOur    = may{"operator seller", "auditor member approver colleague outsider rival"}
	offerTheir  = may{"operator rival", "auditor member approver colleague outsider seller"}
	offerNobody = may{look: "auditor member approver colleague outsider seller rival"}
)

func fixed(v any) func(target) any { return func(target) any { return v } }

// table is written by hand from the policy. An operation without a row fails the test.
var table = map[string]access{
	"getMe":       {done: 200, ours: everyone},
	"listSchemes": {done: 200, ours: everyone},
	"getScheme":   {done: 200, ours: everyone},
	"listSizes":   {done: 200, ours: everyone},

	"listDepartments": {done: 200, ours: withRole},
	"listSuppliers":   {done: 200, ours: withRole},
	"listProducts":    {done: 200, ours: withRole},
	"listPeople":      {done: 200, ours: may{yes: ourTop + " auditor outsider"}},
	"addDepartment":   {done: 201, ours: may{"operator", "auditor member approver colleague outsider seller rival"}, body: fixed(hash{"name": "New"})},
	"addSupplier":     {done: 201, ours: may{"operator", "auditor member approver colleague outsider seller rival"}, body: fixed(hash{"name": "New"})},
	"getProduct":      {about: "product", done: 200, ours: withRole, theirs: withRole},
	"listReleases":    {about: "product", done: 200, ours: withRole, theirs: withRole},
	"getRelease":      {about: "release", done: 200, ours: withRole, theirs: withRole},
	"addProduct": {
		about: "supplier", done: 422, ours: offerOur, theirs: offerTheir, unknown: may{"operator", offerNobody.look},
		body: func(t target) any { return hash{"name": " ", "supplier": t.id} },
	},
	"addRelease": {
		about: "product", done: 422, ours: offerOur, theirs: offerTheir, unknown: offerNobody,
		body: fixed(hash{"version": "9", "image": "no/such:1"}),
	},
	"addReleaseArchive": {
		about: "product", done: 422, ours: offerOur, theirs: offerTheir, unknown: offerNobody,
		query: func(target) string { return "?version=9" }, body: fixed("no archive"), header: map[string]string{"Content-Type": "application/x-tar"},
	},

	"addStack": {about: "product", done: 422, ours: offerOur, theirs: offerTheir, unknown: offerNobody,
		body: fixed(hash{"version": "9", "compose": "refused"})},
	"addStackArchive": {about: "product", done: 422, ours: offerOur, theirs: offerTheir, unknown: offerNobody,
		body: fixed(stackBody("refused", "no archive")), header: map[string]string{"Content-Type": "multipart/form-data; boundary=edge"}},

	"listTrials":   {done: 200, ours: everyone},
	"addTrial":     {about: "department", done: 422, ours: may{yes: ourTop, look: "auditor"}, theirs: may{yes: "operator outsider", look: "auditor"}, unknown: may{yes: "operator", look: "auditor"}, body: func(t target) any { return hash{"department": t.id, "size": "none"} }},
	"getTrial":     {about: "running", done: 200, ours: seeOur, theirs: seeTheir},
	"watchTrial":   {about: "finished", done: 200, ours: seeOur, theirs: seeTheir},
	"changeTrial":  {about: "draft", done: 412, ours: runOur, theirs: runTheir, body: fixed(hash{}), header: stale},
	"startTrial":   {about: "draft", done: 412, ours: runOur, theirs: runTheir, header: stale},
	"cancelTrial":  {about: "draft", done: 412, ours: runOur, theirs: runTheir, header: stale},
	"endTrial":     {about: "running", done: 412, ours: runOur, theirs: runTheir, header: stale},
	"extendTrial":  {about: "running", done: 412, ours: runOur, theirs: runTheir, header: stale, body: fixed(hash{"by_seconds": 1})},
	"listReceipts": {about: "finished", done: 200, ours: everyone, theirs: everyone, unknown: everyone},

	"getAssessment":  {about: "running", done: 200, ours: may{ourTop + " evaluator", "auditor"}, theirs: runTheir},
	"saveAssessment": {about: "running", done: 412, ours: may{ourTop + " evaluator", "auditor"}, theirs: runTheir, header: stale, body: fixed(hash{"scores": hash{}})},
	"getOutcome":     {about: "finished", done: 200, ours: seeOur, theirs: seeTheir},
	"decide":         {about: "finished", done: 412, ours: runOur, theirs: runTheir, header: stale, body: fixed(hash{"decision": "stop", "why": "x"})},

	"listSandboxes":   {done: 200, ours: everyone},
	"getSandbox":      {about: "live", done: 200, ours: boxOur, theirs: boxTheir},
	"getSandboxUse":   {about: "live", done: 200, ours: boxOur, theirs: boxTheir},
	"getSandboxLog":   {about: "live", done: 200, ours: boxOur, theirs: boxTheir},
	"watchSandboxLog": {about: "ended", done: 200, ours: boxOur, theirs: boxTheir},
	"watchSandbox":    {about: "ended", done: 200, ours: boxOur, theirs: boxTheir},
	"getReceipt":      {about: "ended", done: 200, ours: boxOur, theirs: boxTheir},
	"endSandbox":      {about: "live", done: 412, ours: may{ourTop, "auditor evaluator seller"}, theirs: may{"operator outsider", "auditor rival"}, header: stale},
	"extendSandbox":   {about: "live", done: 412, ours: may{ourTop, "auditor evaluator seller"}, theirs: may{"operator outsider", "auditor rival"}, header: stale, body: fixed(hash{"by_seconds": 1})},
	"pauseSandbox":    {about: "live", done: 412, ours: may{ourTop, "auditor evaluator seller"}, theirs: may{"operator outsider", "auditor rival"}, header: stale},
	"resumeSandbox":   {about: "live", done: 412, ours: may{ourTop, "auditor evaluator seller"}, theirs: may{"operator outsider", "auditor rival"}, header: stale},
	"restartSandbox":  {about: "live", done: 412, ours: may{ourTop + " seller", "auditor evaluator"}, theirs: may{"operator outsider rival", "auditor"}, header: stale},

	"listEvents": {
		about: "running", done: 200, ours: may{yes: ourTop + " auditor"}, theirs: seeTheir, unknown: may{yes: "operator auditor"},
		query: func(t target) string { return "?subject=" + string(t.id) },
	},
	"getHost": {done: 200, ours: may{yes: "operator auditor"}},
	"sweep":   {done: 200, ours: may{"operator", "auditor"}},
}

// status is what somebody should get.
func (m may) status(who string, done int) int {
	switch {
	case slices.Contains(strings.Fields(m.yes), who):
		return done
	case slices.Contains(strings.Fields(m.look), who):
		return 403
	}
	return 404
}

func TestWhoMayDoWhatToWhat(t *testing.T) {
	w := newWorld(t)
	w.run()
	ours, theirs := w.side(member, 2, evaluator), w.side(outsider, 1)
	unknown := side{map[string]target{}}
	for name, one := range ours.things {
		kind, _, _ := strings.Cut(string(one.id), "_")
		unknown.things[name] = target{den.ID(kind + "_999999999999"), "ent_999999999999"}
	}
	w.check.deep = false
	asked := 0
	for _, op := range everyOperation(w.check.doc) {
		row, ok := table[op.id]
		if !ok {
			t.Errorf("%s has no row in the table: say who may do it", op.id)
			continue
		}
		for _, who := range append([]string{nobody, "no-such-token"}, everybody...) {
			answers := map[string]answer{}
			for name, s := range map[string]side{"ours": ours, "theirs": theirs, "unknown": unknown} {
				if row.about == "" && name != "ours" {
					continue
				}
				got := w.ask(row.ask(op, who, s.things[row.about]))
				answers[name] = got
				asked++
				if want := row.want(name, who); got.status != want {
					t.Errorf("%s of %s by %q is %d, not %d: %s", op.id, name, who, got.status, want, cut(got.body))
				}
			}
			row.alike(t, op.id, who, answers, theirs.things[row.about], unknown.things[row.about])
		}
	}
	for op := range table {
		if !slices.ContainsFunc(everyOperation(w.check.doc), func(o operation) bool { return o.id == op }) {
			t.Errorf("the contract has no operation %s", op)
		}
	}
	t.Logf("%d requests", asked)
	w.listsShowNothingOfOthers(t, ours, theirs)
}

func (a access) want(name, who string) int {
	switch {
	case !slices.Contains(everybody, who):
		return 401
	case name == "ours":
		return a.ours.status(who, a.done)
	case name == "theirs":
		return a.theirs.status(who, a.done)
	}
	return a.unknown.status(who, a.done)
}

func (a access) ask(op operation, who string, about target) question {
	entry := about.entry
	path := strings.NewReplacer("{id}", string(about.id), "{entry}", string(entry), "{scheme}", "standard", "{version}", "1").Replace(op.path)
	q := question{who: who, method: op.method, path: path, header: a.header}
	if a.query != nil {
		q.path += a.query(about)
	}
	if a.body != nil {
		q.body = a.body(about)
	}
	return q
}

// alike wants that what is not somebody's and what is not there cannot be told apart.
func (a access) alike(t *testing.T, op, who string, answers map[string]answer, theirs, unknown target) {
	t.Helper()
	other, ok := answers["theirs"]
	if !ok || other.status < 400 || a.theirs.status(who, 0) == 0 || who != nobody && a.theirs.status(who, 0) == 403 && a.unknown.status(who, 0) != 403 {
		return
	}
	none := answers["unknown"]
	other.header.Del("Date")
	none.header.Del("Date")
	body := strings.ReplaceAll(other.body, string(theirs.id), string(unknown.id))
	if theirs.entry != "" {
		body = strings.ReplaceAll(body, string(theirs.entry), string(unknown.entry))
	}
	if other.status != none.status || body != none.body || !maps.EqualFunc(other.header, none.header, slices.Equal) {
		t.Errorf("%s by %q tells theirs from what is not there:\n%d %v %s\n%d %v %s", op, who, other.status, other.header, other.body, none.status, none.header, none.body)
	}
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
		"department": {id: actor.Memberships[0].In}, "": {},
	}}
	_, s.things["draft"] = make(false)
	running, about := make(true)
	s.things["running"], s.things["live"] = about, target{id: running.Entries[0].Lease}
	finished, about := make(true)
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
	_, err := w.o.EndTrial(ctx, actor, finished.ID, "", 0)
	w.must(err)
	for _, e := range finished.Entries {
		w.await(e.Lease, den.Ended)
	}
	return s
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
	_, err := w.o.SaveAssessment(context.Background(), w.act(who), in)
	w.must(err)
}

// listsShowNothingOfOthers wants in each list what somebody may read, and no more.
func (w *world) listsShowNothingOfOthers(t *testing.T, ours, theirs side) {
	for _, who := range everybody {
		for path, thing := range map[string]string{"/trials": "getTrial", "/sandboxes": "getSandbox"} {
			about := table[thing].about
			body := w.get(who, path+"?limit=1000").is(200).body
			for name, s := range map[string]side{"ours": ours, "theirs": theirs} {
				shown := strings.Contains(body, fmt.Sprintf(`"id":%q`, s.things[about].id))
				if may := table[thing].want(name, who) == 200; shown != may {
					t.Errorf("%s shows %s %s to %s: %v, not %v", path, name, about, who, shown, may)
				}
			}
		}
		for name, s := range map[string]side{"ours": ours, "theirs": theirs} {
			page := into[contract.ReceiptPage](w.get(who, "/trials/"+string(s.things["finished"].id)+"/receipts"))
			shown := slices.ContainsFunc(page.Items, func(r contract.Receipt) bool { return r.Lease == string(s.things["ended"].id) })
			if may := table["getReceipt"].want(name, who) == 200; shown != may {
				t.Errorf("the receipt of %s is shown to %s: %v, not %v", name, who, shown, may)
			}
		}
	}
}
