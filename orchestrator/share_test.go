package orchestrator_test

import (
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// To work on a passcode takes the processor a while, so it is done for nobody who may not
// share, and for nothing that cannot be shared. Each begins with a secret.
func TestNoPasscodeIsWorkedOnForWhoMayNotShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		drawn := 0
		r := newRig(t, func(c *orchestrator.Config) {
			of := c.Secret
			c.Secret = func() string { drawn++; return of() }
		})
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		other, err := r.o.AddDepartment(t.Context(), den.System(), den.NewOrganisation{Name: "Elsewhere"})
		r.must(err)
		outsider, seller := r.person("Out", den.Member, other.ID), r.person("Sel", den.SupplierMember, r.supplier.ID)
		good := den.NewShare{Trial: v.Trial.ID, Link: true, For: "users", Passcode: "open sesame"}
		short, none := good, good
		short.Passcode, none.Trial = "12345", "tri_none"
		for name, c := range map[string]struct {
			who  den.Actor
			in   den.NewShare
			want den.Refusal
		}{
			"who has no part in it": {outsider, good, den.NotFound}, "a supplier": {seller, good, den.NotFound}, "nobody": {den.Actor{}, good, den.Unknown},
			"a short one": {r.member, short, den.Invalid}, "of no trial": {r.member, none, den.NotFound},
		} {
			before := drawn
			if _, _, err := r.o.AddShare(t.Context(), c.who, c.in); den.KindOf(err) != c.want || drawn != before {
				t.Errorf("%s: %v, not %q; %d secrets were drawn", name, err, c.want, drawn-before)
			}
		}
		before := drawn
		if _, secret, err := r.o.AddShare(t.Context(), r.member, good); err != nil || secret == "" || drawn == before {
			t.Errorf("a member: %q, %v; %d secrets were drawn", secret, err, drawn-before)
		}
	})
}
