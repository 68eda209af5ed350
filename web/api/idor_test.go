package api_test

import (
	"slices"
	"strings"
	"testing"
)

// borrowed is one id in a query or a body that is replaced by somebody else's: who asks,
// about what of its own, and the request with the id of the other side. Those in paths
// are what TestWhoMayDoWhatToWhat asks; host labels are the gateway's.
type borrowed struct {
	who   string
	about string
	send  func(own target, other side) any // a body, or the query as a text that begins with "?"
	empty bool                             // it may be answered, and must then hold nothing of the other side
}

// idFields is every id of the contract that does not stand in a path.
var idFields = map[string]borrowed{
	"listApprovals department":   {who: member, empty: true, send: func(_ target, o side) any { return "?department=" + string(o.things["department"].id) }},
	"listApprovals trial":        {who: member, empty: true, send: func(_ target, o side) any { return "?trial=" + string(o.things["running"].id) }},
	"listEvents actor":           {who: member, send: func(_ target, o side) any { return "?actor=" + string(o.things["person"].id) }},
	"listEvents subject":         {who: member, send: func(_ target, o side) any { return "?subject=" + string(o.things["running"].id) }},
	"listSandboxes trial":        {who: member, empty: true, send: func(_ target, o side) any { return "?trial=" + string(o.things["running"].id) }},
	"listTrials department":      {who: member, empty: true, send: func(_ target, o side) any { return "?department=" + string(o.things["department"].id) }},
	"listChallenges department":  {who: member, empty: true, send: func(_ target, o side) any { return "?department=" + string(o.things["department"].id) }},
	"takeBackInterest supplier":  {who: seller, about: "challenge", send: func(_ target, o side) any { return "?supplier=" + string(o.things["supplier"].id) }},
	"askChallenge supplier":      {who: seller, about: "challenge", send: func(_ target, o side) any { return hash{"text": "Whose?", "supplier": o.things["supplier"].id} }},
	"showInterest supplier":      {who: seller, about: "challenge", send: func(_ target, o side) any { return hash{"advice": "Ours.", "supplier": o.things["supplier"].id} }},
	"showInterest products":      {who: seller, about: "challenge", send: func(_ target, o side) any { return hash{"advice": "Ours.", "products": []any{o.things["product"].id}} }},
	"addProduct supplier":        {who: seller, send: func(_ target, o side) any { return hash{"name": "Not ours", "supplier": o.things["supplier"].id} }},
	"addSupplier department":     {who: member, send: func(_ target, o side) any { return hash{"name": "New", "department": o.things["department"].id} }},
	"addChallenge department":    {who: member, send: func(_ target, o side) any { return hash{"title": "Theirs", "department": o.things["department"].id} }},
	"changeChallenge department": {who: member, about: "challenge-draft", empty: true, send: func(_ target, o side) any { return hash{"department": o.things["department"].id} }},
	"addTrial department": {who: member, send: func(_ target, o side) any {
		return hash{"question": "Theirs?", "department": o.things["department"].id}
	}},
	"changeTrial department": {who: member, about: "draft", send: func(_ target, o side) any { return hash{"department": o.things["department"].id} }},
	"addShare sandbox":       {who: member, about: "running", send: func(_ target, o side) any { return hash{"link": true, "for": "x", "sandbox": o.things["live"].id} }},
	"decide chosen": {who: member, about: "finished", send: func(_ target, o side) any {
		return hash{"decision": "proceed", "why": "x", "chosen": o.things["finished"].entry}
	}},
	"dissent entry": {who: member, about: "finished", send: func(_ target, o side) any {
		return hash{"entry": o.things["finished"].entry, "criterion": "ease", "reason": "x"}
	}},
}

// common are the ids that everybody may name who may do the operation, and the words
// that are no ids.
var common = strings.Fields(`
	addTrial/releases changeTrial/releases tryChallenge/products listProducts/supplier inviteSupplier/supplier
	addTrial/evaluators changeTrial/evaluators amendTrial/evaluators addTrial/chair changeTrial/chair amendTrial/chair addShare/with
	readNotices/ids
	addChallenge/because changeChallenge/because addChallenge/capabilities changeChallenge/capabilities listChallenges/capability
	addRelease/version addStack/front addStack/version addReleaseArchive/version addTrial/size changeTrial/size dissent/criterion addEvidence/criterion
	setRules/ask_sizes setRules/sizes listEvents/act getSandboxLog/service watchSandboxLog/service`)

// TestEveryIDReplacedBySomebodyElses names a thing of the other side wherever the
// contract takes an id, in requests that are right otherwise.
func TestEveryIDReplacedBySomebodyElses(t *testing.T) {
	w := newWorld(t)
	w.run()
	sides := w.sides()
	person := w.people[outsider].ID
	sides[theirs].things["person"] = target{id: person}
	w.check.deep = false
	for _, op := range everyOperation(w.check.doc) {
		for _, field := range w.idsOf(op) {
			name := op.id + " " + field
			row, ok := idFields[name]
			if !ok && slices.Contains(common, op.id+"/"+field) {
				continue
			}
			if !ok {
				t.Errorf("%q takes an id or a word. Add it to idFields in web/api/idor_test.go with a request that names somebody else's, or to common there where anybody may name it", name)
				continue
			}
			own := sides[ours].things[row.about]
			q := question{who: row.who, method: op.method, path: strings.ReplaceAll(op.path, "{id}", string(own.id))}
			switch sent := row.send(own, sides[theirs]).(type) {
			case string:
				q.path += sent
			default:
				q.body = sent
			}
			got := w.ask(q)
			isRefused := slices.Contains([]int{403, 404, 409, 412, 422}, got.status)
			if !isRefused && !(row.empty && got.status == 200) {
				t.Errorf("%s with somebody else's is %d: %s", name, got.status, cut(got.body))
			}
			if row.empty && op.method != "GET" && strings.Contains(got.body, string(sides[theirs].things["department"].id)) {
				t.Errorf("%s gives it to somebody else: %s", name, cut(got.body))
			}
			if row.empty && strings.Contains(got.body, string(sides[theirs].things["running"].id)) {
				t.Errorf("%s shows what is somebody else's: %s", name, cut(got.body))
			}
		}
	}
}

// idsOf are the short words that an operation takes in its query and body.
func (w *world) idsOf(op operation) []string {
	var names []string
	of := w.check.doc.Paths.Value(op.path).GetOperation(op.method)
	const longest = 64
	for _, p := range of.Parameters {
		if most := p.Value.Schema.Value.MaxLength; p.Value.In == "query" && p.Value.Name != "after" && most != nil && *most == longest {
			names = append(names, p.Value.Name)
		}
	}
	if of.RequestBody == nil {
		return names
	}
	for _, m := range of.RequestBody.Value.Content {
		for name, s := range m.Schema.Value.Properties {
			v := s.Value
			if v.Items != nil {
				v = v.Items.Value
			}
			if v.MaxLength != nil && *v.MaxLength == longest {
				names = append(names, name)
			}
		}
	}
	return names
}
