package orchestrator_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
)

// Whatever parts a department publishes, the techmap shows others exactly what of the
// product stands in them, and nothing where names are left out or it is taken back.
func TestTheTechmapShowsWhatWasPublishedAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withWords, func(c *orchestrator.Config) { c.Open, c.OpenTechmap = true, true })
		ctx := t.Context()
		r.run()
		v := r.finished(decidedTrial(t, r))
		vendor := r.person("Sam", den.SupplierMember, r.supplier.ID)
		other, err := r.o.AddDepartment(ctx, den.System(), den.NewOrganisation{Name: "Other"})
		r.must(err)
		strangers := map[string]den.Actor{
			"nobody": {}, "another department": {ID: "per_o", Memberships: []den.Membership{{Role: den.Member, In: other.ID}}},
			"another supplier": {ID: "per_r", Memberships: []den.Membership{{Role: den.SupplierMember, In: "sup_rival"}}},
		}
		sees := func(stage string, parts []den.Part) {
			has := func(p den.Part) bool { return slices.Contains(parts, p) }
			for name, who := range strangers {
				k := r.known(who)
				if !has(den.PartNames) {
					if k.Tried != 1 || len(k.Trials) != 0 {
						t.Fatalf("%s, %v: %s sees %+v", stage, parts, name, k)
					}
					continue
				}
				if k.Tried != 1 || len(k.Trials) != 2 {
					t.Fatalf("%s, %v: %s sees %+v", stage, parts, name, k)
				}
				chosen := 0
				for _, one := range k.Trials {
					if one.Chosen {
						chosen++
					}
					if !one.Published || one.Name != v.Name || one.Version == "" || one.Measured != has(den.PartFacts) || one.Launch > 0 != has(den.PartFacts) ||
						one.Ranked != has(den.PartFinding) || one.Total > 0 != has(den.PartFinding) || one.Decision != "" != has(den.PartDecision) || one.Reply != "" {
						t.Fatalf("%s, %v: %s sees %+v", stage, parts, name, one)
					}
				}
				if chosen > 0 != has(den.PartDecision) {
					t.Fatalf("%s, %v: %s sees %d chosen", stage, parts, name, chosen)
				}
			}
			for _, one := range r.known(vendor).Trials { // its own facts, whatever is published
				if !one.Measured || one.Published != has(den.PartNames) || one.Ranked != (has(den.PartNames) && has(den.PartFinding)) {
					t.Fatalf("%s, %v: the supplier sees %+v", stage, parts, one)
				}
			}
			for _, one := range r.known(r.member).Trials {
				if !one.Measured || !one.Ranked || one.Decision == "" {
					t.Fatalf("%s, %v: its department sees %+v", stage, parts, one)
				}
			}
		}
		sees("before", nil)
		for set := 1; set < 1<<len(den.Parts); set++ {
			var parts []den.Part
			for i, p := range den.Parts {
				if set>>i&1 == 1 {
					parts = append(parts, p)
				}
			}
			_, err := r.o.Publish(ctx, r.member, v.ID, den.NewPublication{Parts: parts, Why: "Others can use it."})
			r.must(err)
			sees("published", parts)
		}
		_, err = r.o.ReplyTo(ctx, vendor, v.ID, den.NewReply{Entry: v.Entries[0].ID, Text: "Mended since."})
		r.must(err)
		if !slices.ContainsFunc(r.known(den.Actor{}).Trials, func(k den.KnownTrial) bool { return k.Reply == "Mended since." }) {
			t.Error("the supplier's reply does not stand beside the evidence")
		}
		_, err = r.o.WithdrawReport(ctx, r.member, v.ID, "A figure was wrong.", 0)
		r.must(err)
		sees("taken back", nil)
	})
}

// finished is a trial whose products ran, and were removed.
func (r *rig) finished(v den.TrialView) den.TrialView {
	r.t.Helper()
	for _, e := range v.Entries {
		r.phase(e.Lease, den.Live, time.Minute)
	}
	v, err := r.o.EndTrial(r.t.Context(), r.member, v.ID, "Seen enough.", 0)
	r.must(err)
	for _, e := range v.Entries {
		r.phase(e.Lease, den.Ended, time.Minute)
	}
	return v
}

// Where the register is closed, the techmap is no way around it.
func TestAnOpenTechmapDoesNotOpenTheRegister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withWords, func(c *orchestrator.Config) { c.OpenTechmap = true })
		ctx := t.Context()
		r.run()
		v := r.finished(decidedTrial(t, r))
		_, err := r.o.Publish(ctx, r.member, v.ID, den.NewPublication{Parts: den.Parts, Why: "Others can use it."})
		r.must(err)
		rival := den.Actor{ID: "per_r", Memberships: []den.Membership{{Role: den.SupplierMember, In: "sup_rival"}}}
		if k := r.known(den.Actor{}); k.Tried != 1 || len(k.Trials) != 0 {
			t.Errorf("nobody reads %+v", k)
		}
		if k := r.known(rival); len(k.Trials) != 2 || !k.Trials[0].Published {
			t.Errorf("who is signed in reads %+v", k)
		}
	})
}
