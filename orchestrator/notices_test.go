package orchestrator_test

import (
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

func TestNoticesAreReadByEachPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		boss := r.approver()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		page, err := r.o.Notices(t.Context(), boss, den.Filter{})
		r.must(err)
		if len(page.Items) != 1 || page.Items[0].IsRead {
			t.Fatalf("told %+v", page.Items)
		}
		left, err := r.o.ReadNotices(t.Context(), boss, []den.ID{page.Items[0].ID})
		r.must(err)
		if n, _ := r.o.Unread(t.Context(), r.member); left != 0 || n != 1 {
			t.Errorf("the reader has %d left, the other %d", left, n)
		}
		outsider, err := r.o.AddPerson(t.Context(), den.System(), den.Person{Name: "Eve"})
		r.must(err)
		if _, err := r.o.ReadNotices(t.Context(), outsider.Act(), []den.ID{page.Items[0].ID}); den.KindOf(err) != den.NotFound {
			t.Errorf("somebody else reads it: %v", err)
		}
		elapse(time.Second)
		if left, err := r.o.ReadNotices(t.Context(), r.member, nil); err != nil || left != 0 {
			t.Errorf("all read leaves %d, %v", left, err)
		}
	})
}
