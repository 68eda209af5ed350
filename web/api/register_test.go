package api_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/web/api"
	"innovationden/web/api/contract"
)

// inRegister has a department publish a report: decided on, with the parts that are given.
func (w *world) inRegister(who string, trial den.ID, parts ...den.Part) {
	w.t.Helper()
	ctx, by := context.Background(), w.act(who)
	_, err := w.o.Decide(ctx, by, trial, den.NewDecision{Decision: den.Stop, Why: "canary-decision"})
	w.must(err)
	_, err = w.o.Publish(ctx, by, trial, den.NewPublication{Parts: parts, Why: "canary-why"})
	w.must(err)
}

// The register is read through the API as it is on its pages: the latest first, page by
// page, what is published and nothing else, by everybody who is known; and by anybody
// where the operator opened it.
func TestTheRegister(t *testing.T) {
	for name, open := range map[string]bool{"closed": false, "open": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *api.Config) { c.Open = open })
			w.o.Open = open
			w.run()
			first, second := w.side(member, 2, evaluator).things["finished"], w.side(outsider, 1).things["finished"]
			if got := into[contract.RegisterPage](w.get(stranger, "/register")); len(got.Items) != 0 || got.Next != nil {
				t.Errorf("before anything was published: %+v", got)
			}
			w.inRegister(member, first.id, den.PartFinding, den.PartScores)
			w.inRegister(outsider, second.id, den.PartNames)
			_, err := w.o.ReplyTo(t.Context(), w.act(rival), second.id, den.NewReply{Entry: second.entry, Text: "<b>Mended.</b>"})
			w.must(err)
			readers := slices.Clone(everybody)
			if open {
				readers = append(readers, nobody)
			}
			for _, who := range readers {
				w.registerAs(who, first, second)
			}
			one := "/register/" + string(second.id)
			compared := "/comparison?trials=" + string(first.id) + "," + string(second.id)
			if !open {
				for _, path := range []string{"/register", one, one + "/csv", compared} {
					w.get(nobody, path).is(401)
				}
			} else if w.get(nobody, compared).is(200); !strings.Contains(w.get(nobody, "/register?limit=0").is(400).body, "limit") {
				t.Error("nobody is told nothing of a wrong limit")
			}
			for _, path := range []string{"/trials", "/people", "/trials/" + string(first.id) + "/report", "/host", "/trials/" + string(first.id) + "/citable"} {
				w.get(nobody, path).is(401)
			}
			w.get(rival, one+"/bundle").is(400)
			_, err = w.o.WithdrawReport(t.Context(), w.act(outsider), second.id, "A figure was wrong.", 0)
			w.must(err)
			w.get(rival, one).is(404)
			w.get(rival, one+"/csv").is(404)
			if got := into[contract.RegisterPage](w.get(rival, "/register")); len(got.Items) != 1 || got.Items[0].Trial != string(first.id) {
				t.Errorf("after one was taken back: %+v", got.Items)
			}
		})
	}
}

// registerAs reads all of the register, as one person or nobody.
func (w *world) registerAs(who string, first, second target) {
	w.t.Helper()
	page := into[contract.RegisterPage](w.get(who, "/register?limit=1"))
	if len(page.Items) != 1 || page.Items[0].Trial != string(second.id) || page.Next == nil || page.Items[0].Finding != nil || page.Items[0].DepartmentName != w.other.Name {
		w.t.Fatalf("the first page of %q is %+v", who, page)
	}
	page = into[contract.RegisterPage](w.get(who, "/register?limit=1&after="+escaped(*page.Next)))
	if len(page.Items) != 1 || page.Items[0].Trial != string(first.id) || page.Items[0].Finding == nil || !slices.Equal(page.Items[0].Parts, []string{"finding", "scores"}) {
		w.t.Errorf("the second page of %q is %+v", who, page)
	}
	shown := w.get(who, "/register/"+string(second.id)).is(200)
	v := into[contract.Registered](shown)
	if len(v.Replies) != 1 || v.Replies[0].Text != "<b>Mended.</b>" || v.Replies[0].EntryName == "" || len(v.Own) != map[bool]int{true: 1}[who == rival] {
		w.t.Errorf("what %q reads is %+v", who, v)
	}
	for _, path := range []string{"/register", "/register/" + string(first.id), "/register/" + string(first.id) + "/json", "/register/" + string(first.id) + "/csv", "/register/" + string(first.id) + "/ocds"} {
		got := w.get(who, path).is(200)
		for _, hidden := range []string{"canary", w.products[0].Name, w.suppliers[0].Name, string(w.people[member].ID), string(w.people[evaluator].ID)} {
			if strings.Contains(got.body, hidden) {
				w.t.Errorf("%s shows %q to %q: %s", path, hidden, who, cut(got.body))
			}
		}
	}
	if got := w.get(who, "/register/"+string(first.id)+"/csv").is(200); !strings.HasPrefix(got.body, "trial,part,item") || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment; filename=") {
		w.t.Errorf("the sheet is %v %s", got.header, cut(got.body))
	}
}

// What may be open is what the contract says needs no sign-in, and nothing else.
func TestTheContractNamesWhatNeedsNoSignIn(t *testing.T) {
	var said []string
	for _, op := range everyOperation(readDocument(t)) {
		if op.spec.Security == nil {
			continue
		}
		for _, one := range *op.spec.Security {
			if len(one) == 0 {
				said = append(said, op.method+" "+api.Base+strings.NewReplacer("{", ":", "}", "").Replace(op.path))
			}
		}
	}
	want := api.Readers()
	slices.Sort(said)
	slices.Sort(want)
	if !slices.Equal(said, want) || len(said) == 0 {
		t.Errorf("the contract says %v, the door lets in %v", said, want)
	}
}
