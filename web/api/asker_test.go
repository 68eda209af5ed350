package api_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// No answer of the API, to anybody who may not read the whole record, says who asked a
// question, though that person's supplier does nothing else. Who asked is told that it
// did, by nothing but "mine".
func TestNoAnswerSaysWhoAsked(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	firm, err := w.o.AddSupplier(ctx, den.System(), den.NewOrganisation{Name: "Quiet Quince Ltd"})
	w.must(err)
	w.person("quenby", den.Membership{Role: den.SupplierMember, In: firm.ID})
	secrets := []string{string(w.people["quenby"].ID), string(firm.ID), "quenby"}
	s := side{map[string]target{}}
	w.challenges(member, s)
	at := "/challenges/" + string(s.things["challenge"].id)
	q := into[contract.Question](w.post("quenby", at+"/questions", hash{"text": "How many offices?"}))
	if !q.Mine || given(q.Asked) != "How many offices?" {
		t.Errorf("who asked is answered %+v", q)
	}
	paths := []string{at, at + "/pack", at + "/pack/text", at + "/notice", at + "/fits", "/challenges", "/events?subject=" + string(s.things["challenge"].id),
		"/events?subject=" + q.Id, "/events?subject=" + string(w.department.ID), "/events?actor=" + url.QueryEscape(secrets[0])}
	read := 0
	look := func(when string) {
		for _, who := range everybody {
			for _, path := range paths {
				isRecord := strings.HasPrefix(path, "/events") && (who == operator || who == auditor)
				got := w.get(who, path)
				if got.status == 200 {
					read++
				}
				if slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(got.body, s) && !strings.Contains(path, s) }) && !isRecord {
					t.Errorf("%s, %s says to %s who asked: %s", when, path, who, cut(got.body))
				}
			}
		}
	}
	look("before the answer")
	w.must(second(w.o.AnswerQuestion(ctx, w.act(member), den.ID(q.Id), den.NewAnswer{Said: "How many?", Answer: "Forty."})))
	look("after the answer")
	if read < 80 {
		t.Errorf("only %d answers were read", read)
	}
	if got := w.get(auditor, "/events?subject="+q.Id); !strings.Contains(got.body, secrets[0]) {
		t.Errorf("the control: the auditor does not find who asked: %s", cut(got.body))
	}
	if v := into[contract.Challenge](w.get(rival, at)); len(v.Questions) != 1 || given(v.Questions[0].Said) != "How many?" || v.Questions[0].Asked != nil || v.Questions[0].Mine {
		t.Errorf("another supplier reads %+v", v.Questions)
	}
}

func second[T any](_ T, err error) error { return err }

func given[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
