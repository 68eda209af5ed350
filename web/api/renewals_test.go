package api_test

import (
	"context"
	"fmt"

	"innovationden/orchestrator/den"
)

// seedRenewals offers what is done to a release that is proposed in a running trial.
func (w *world) seedRenewals(i *inventor, round int) {
	ctx := context.Background()
	r, err := w.o.AddRelease(ctx, den.System(), den.NewRelease{Product: w.products[0].ID, Version: fmt.Sprint("1.", round+1), Image: w.releases[0].From})
	w.must(err)
	for _, op := range []string{"", "withdrawRenewal", "agreeRenewal", "refuseRenewal"} {
		v, err := w.o.StartTrial(ctx, w.act(member), w.draft(1).ID, 0, den.Once{})
		w.must(err)
		lease := v.Trial.Entries[0].Lease
		if op == "" {
			i.offer("proposeRenewal", recipe{who: seller, parts: hash{"id": lease}, body: hash{"release": r.ID, "why": "It is quicker."}})
			continue
		}
		_, err = w.o.Propose(ctx, w.act(seller), lease, den.NewRenewal{Release: r.ID, Why: "It is quicker."})
		if den.KindOf(err) == den.Conflict { // its department’s rules make the start wait
			continue
		}
		w.must(err)
		one := recipe{who: member, parts: hash{"id": lease}, body: hash{"why": "It was slow."}}
		if op == "withdrawRenewal" {
			one.who, one.body = seller, nil
		}
		i.offer(op, one)
	}
}
