package api_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"innovationden/web/api/contract"
)

func TestWhoMayDoWhatToWhat(t *testing.T) {
	w := newWorld(t)
	w.run()
	sides := w.sides()
	front := w.front()
	w.check.deep = false
	asked := 0
	for _, op := range everyOperation(w.check.doc) {
		row, ok := table[op.id]
		if !ok {
			t.Errorf("%s has no row. Add one line to table in web/api/access_table_test.go:\n\t%q: {about: \"running\", done: 200, ours: seeOur, theirs: seeTheir},\nThat is: what it is about, what those get who may, who may with a thing of ours and with one of theirs", op.id, op.id)
			continue
		}
		for _, who := range append([]string{nobody, "no-such-token"}, everybody...) {
			answers := map[string]answer{}
			for _, name := range whose {
				if row.about == "" && name != ours {
					continue
				}
				q := row.ask(op, who, sides[name].things[row.about])
				got := w.ask(q)
				answers[name] = got
				want := row.want(name, who)
				if asked++; got.status != want {
					t.Errorf("%s of %s by %q is %d, not %d: %s", op.id, name, who, got.status, want, cut(got.body))
				}
				byCookie := front.ask(row.ask(op, who, sides[name].things[row.about]))
				if asked++; byCookie.status != want {
					t.Errorf("%s of %s by %q with a cookie is %d, not %d: %s", op.id, name, who, byCookie.status, want, cut(byCookie.body))
				}
			}
			row.alike(t, op.id, who, answers, sides, theirs, unknown)
			row.alike(t, op.id, who, answers, sides, theirs, deleted)
		}
	}
	for op := range table {
		if !slices.ContainsFunc(everyOperation(w.check.doc), func(o operation) bool { return o.id == op }) {
			t.Errorf("the contract has no operation %s", op)
		}
	}
	t.Logf("%d cells", asked)
	w.listsShowNothingOfOthers(t, sides[ours], sides[theirs])
}

func (a access) want(name, who string) int {
	switch {
	case !slices.Contains(everybody, who):
		return 401
	case name == same && who != evaluator && a.ours == scoreOur: // it names nobody, so its department scores it
		return runOur.status(who, a.done)
	case name == ours, name == same && who != evaluator: // who assesses another trial of the department is a stranger to this one
		return a.ours.status(who, a.done)
	case name == same, name == theirs:
		return a.theirs.status(who, a.done)
	}
	return a.unknown.status(who, a.done)
}

func (a access) ask(op operation, who string, about target) question {
	entry := about.entry
	path := strings.NewReplacer("{id}", string(about.id), "{organisation}", string(about.id), "{invitation}", "joi_x", "{seq}", string(about.id), "{share}", string(about.entry), "{entry}", string(entry), "{cited}", string(about.id), "{scheme}", "standard", "{version}", "1", "{form}", "csv", "{person}", "per_x").Replace(op.path)
	q := question{who: who, method: op.method, path: path, header: a.header}
	if a.query != nil {
		q.path += a.query(about)
	}
	if a.body != nil {
		q.body = a.body(about)
	}
	q.path = strings.ReplaceAll(q.path, "{sheet}", "suppliers")
	return q
}

// alike wants that what is not somebody's and what is not there, or not any more,
// cannot be told apart.
func (a access) alike(t *testing.T, op, who string, answers map[string]answer, sides map[string]side, of, gone string) {
	t.Helper()
	other, ok := answers[of]
	if !ok || other.status < 400 || a.theirs.status(who, 0) == 0 || who != nobody && a.theirs.status(who, 0) == 403 && a.unknown.status(who, 0) != 403 {
		return
	}
	none := answers[gone]
	other.header.Del("Date")
	none.header.Del("Date")
	body, there, away := other.body, sides[of].things[a.about], sides[gone].things[a.about]
	body = strings.ReplaceAll(body, "/"+string(there.id), "/"+string(away.id))
	if there.id.Kind() != "" {
		body = strings.ReplaceAll(body, string(there.id), string(away.id))
	}
	if there.entry != "" {
		body = strings.ReplaceAll(body, string(there.entry), string(away.entry))
	}
	if other.status != none.status || body != none.body || !maps.EqualFunc(other.header, none.header, slices.Equal) {
		t.Errorf("%s by %q tells %s from %s:\n%d %v %s\n%d %v %s", op, who, of, gone, other.status, other.header, other.body, none.status, none.header, none.body)
	}
}

// listsShowNothingOfOthers wants in each list what somebody may read, and no more.
func (w *world) listsShowNothingOfOthers(t *testing.T, our, their side) {
	for _, who := range everybody {
		for path, thing := range map[string]string{"/trials": "getTrial", "/sandboxes": "getSandbox"} {
			about := table[thing].about
			body := w.get(who, path+"?limit=1000").is(200).body
			for name, s := range map[string]side{ours: our, theirs: their} {
				shown := strings.Contains(body, fmt.Sprintf(`"id":%q`, s.things[about].id))
				if may := table[thing].want(name, who) == 200; shown != may {
					t.Errorf("%s shows %s %s to %s: %v, not %v", path, name, about, who, shown, may)
				}
			}
		}
		for name, s := range map[string]side{ours: our, theirs: their} {
			page := into[contract.ReceiptPage](w.get(who, "/trials/"+string(s.things["finished"].id)+"/receipts"))
			shown := slices.ContainsFunc(page.Items, func(r contract.Receipt) bool { return r.Lease == string(s.things["ended"].id) })
			if may := table["getReceipt"].want(name, who) == 200; shown != may {
				t.Errorf("the receipt of %s is shown to %s: %v, not %v", name, who, shown, may)
			}
		}
	}
}
