package api_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/ledger"
	"innovationden/web/api/contract"
)

// prove takes an event and its proof away, and checks them as somebody would who has
// nothing of the den but its key.
func (s *story) prove(seq int64) {
	w, ctx := s.w, s.ctx
	one, err := s.official.GetEventWithResponse(ctx, seq)
	e := told(w, one.JSON200, err, one.Body)
	proof, err := s.official.GetProofWithResponse(ctx, seq)
	told(w, proof.JSON200, err, proof.Body)
	key, err := s.judge.GetRecordKeyWithResponse(ctx)
	public := told(w, key.JSON200, err, key.Body)
	var p den.Proof
	w.must(json.Unmarshal(proof.Body, &p))
	got, signed, err := ledger.Proof(p).Check(public.Public)
	if err != nil || !signed || string(got.ID) != e.Id || got.Say != e.Detail {
		s.t.Errorf("the proof of %+v shows %+v, signed %v: %v", e, got, signed, err)
	}
	if public.Fingerprint != ledger.Fingerprint(public.Public) {
		s.t.Errorf("the fingerprint is %s", public.Fingerprint)
	}
	point, err := s.ops.GetCheckpointWithResponse(ctx)
	c, err := ledger.OpenCheckpoint(told(w, point.JSON200, err, point.Body).Note, public.Public)
	if err != nil || c.Head.Size < p.Head.Size {
		s.t.Errorf("the checkpoint is %+v: %v", c, err)
	}
}

func TestTheRecordIsNarrowed(t *testing.T) {
	w := newWorld(t)
	w.run()
	running := w.started(1)
	count := func(who, query string) int {
		return len(into[contract.EventPage](w.get(who, "/events?limit=1000&"+query).is(200)).Items)
	}
	whole := count(operator, "")
	since := url.QueryEscape(time.Now().Add(time.Hour).Format(time.RFC3339))
	before := url.QueryEscape(time.Now().Add(-time.Hour).Format(time.RFC3339))
	for query, want := range map[string]int{
		"since=" + since: 0, "before=" + before: 0, "since=" + before: whole, "before=" + since: whole, "act=none": 0,
		"act=trial.started": 1, "act=person.&actor=den": len(everybody), "act=trial.started&actor=den": 0,
	} {
		if got := count(auditor, query); got != want {
			t.Errorf("%s gives %d of %d, not %d", query, got, whole, want)
		}
	}
	if got := count(member, "actor="+string(w.people[member].ID)); got == 0 {
		t.Error("nobody sees what they did themselves")
	}
	w.get(member, "/events?actor="+string(w.people[colleague].ID)).is(404)
	w.get(outsider, "/events?subject="+string(running.ID)).is(404)
	// A supplier sees what became of its product, and nothing of the department.
	seen := w.get(seller, "/events?subject="+string(w.suppliers[0].ID)).is(200)
	if strings.Contains(seen.body, `"act":"trial.`) || strings.Contains(seen.body, `"act":"lease.`) || !strings.Contains(seen.body, "release.added") {
		t.Errorf("the supplier sees %s", seen.body)
	}
	w.get(rival, "/events?subject="+string(w.suppliers[0].ID)).is(404)
	if all := w.get(operator, "/events?act=trial.&limit=1"); strings.Contains(all.body, "person.added") {
		t.Errorf("a narrowed page holds %s", all.body)
	}
}
