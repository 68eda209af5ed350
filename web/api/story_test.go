package api_test

import (
	"context"
	"testing"

	"innovationden/web/api/contract"
)

// The whole of the main job, through the client that programs get, on real sockets.
// It does every operation of the contract at least once, and every one succeeds.
func TestTheWholeStoryThroughTheGeneratedClient(t *testing.T) {
	w := newWorld(t)
	w.run()
	url := w.serve().URL
	ctx := context.Background()
	ops, official, judge, vendor := client(w, url, operator), client(w, url, member), client(w, url, evaluator), client(w, url, seller)
	s := &story{w: w, url: url, t: t, ctx: ctx, ops: ops, official: official, judge: judge, vendor: vendor, guest: client(w, url, stranger)}
	s.tokens()
	s.members()
	s.offer()
	s.setUp()
	s.live()
	s.share()
	s.assess()
	s.panel()
	s.decide()
	s.summaries()
	s.report()
	s.cite()
	s.renew()
	s.end()
	s.look()
	s.approve()
	s.challenge()
	s.personal()
	for _, op := range everyOperation(w.check.doc) {
		if w.check.successes(op.id) == 0 {
			t.Errorf("no test has seen %s succeed", op.id)
		}
	}
}

type story struct {
	w                                   *world
	t                                   *testing.T
	url                                 string
	ctx                                 context.Context
	ops, official, judge, vendor, guest *contract.ClientWithResponses

	releases []string
	trial    contract.Trial
	events   <-chan event // of the trial
	box      <-chan event // of its first sandbox
}
