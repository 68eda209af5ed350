package orchestrator_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"innovationden/orchestrator/den"
)

// pagesOf goes through a list of people from page to page.
func pagesOf(r *rig, list func(den.Filter) (den.Page[den.Person], error), f den.Filter) (names []string, pages int) {
	r.t.Helper()
	for {
		page, err := list(f)
		r.must(err)
		pages++
		for _, one := range page.Items {
			names = append(names, one.Name)
		}
		if f.After = page.Next; page.Next == "" {
			return names, pages
		}
	}
}

// However many people a den has, a page of them reads no more than it looks at, and all
// pages together leave nobody out.
func TestAListOfPeopleReadsAPageAtATime(t *testing.T) {
	const strangers, looked = 6_000, 2_500
	synctest.Test(t, func(t *testing.T) {
		var n *reads
		r := newRig(t, countReads(&n))
		ctx := t.Context()
		olu := r.person("Olu", den.Operator, "")
		colleagues := map[string]bool{}
		r.must(r.db.Update(ctx, func(tx den.Tx) (err error) {
			for i := 0; i < strangers && err == nil; i++ {
				p := den.Person{ID: r.id(den.KindPerson), Name: fmt.Sprint("Stranger ", i), Email: fmt.Sprintf("s%d@example.com", i), Left: i%1000 == 1}
				if i%1000 == 0 {
					p.Name, p.Memberships = fmt.Sprint("Colleague ", i), []den.Membership{{Role: den.Member, In: r.department.ID}}
					colleagues[p.Name] = true
				}
				_, err = tx.People().Put(p)
			}
			return err
		}))
		members := func(f den.Filter) (den.Page[den.Person], error) {
			v, err := r.o.Members(ctx, r.member, r.department.ID, f)
			return den.Page[den.Person]{Items: v.People, Next: v.Next}, err
		}
		everybody := func(f den.Filter) (den.Page[den.Person], error) { return r.o.Everybody(ctx, olu, f) }
		people := func(f den.Filter) (den.Page[den.Person], error) { return r.o.People(ctx, r.member, f) }
		for name, c := range map[string]struct {
			list func(den.Filter) (den.Page[den.Person], error)
			f    den.Filter
			most int
		}{
			"everybody": {everybody, den.Filter{}, 60}, "who can be asked": {people, den.Filter{Limit: 20}, 30},
			"members": {members, den.Filter{}, looked + 10}, "a name": {everybody, den.Filter{Text: "stranger 5998"}, looked + 10},
		} {
			_, beside := n.of(func() {
				_, err := c.list(c.f)
				r.must(err)
			})
			if beside["people"] == 0 || beside["people"] > c.most {
				t.Errorf("a page of %s reads %d people, not %d at most", name, beside["people"], c.most)
			}
		}
		for name, c := range map[string]struct {
			list func(den.Filter) (den.Page[den.Person], error)
			f    den.Filter
			want int
		}{
			"everybody": {everybody, den.Filter{Limit: 1000}, strangers + 2}, "who can be asked": {people, den.Filter{Limit: 1000}, strangers + 2 - 6},
			"the members": {members, den.Filter{}, len(colleagues) + 1}, "two words": {everybody, den.Filter{Text: " 4000 COLL "}, 1},
			"a part of an address": {everybody, den.Filter{Text: "s17@"}, 1},
		} {
			names, pages := pagesOf(r, c.list, c.f)
			slices.Sort(names)
			if len(names) != c.want || len(slices.Compact(names)) != c.want || pages < 2 {
				t.Errorf("%s: %d on %d pages, not %d", name, len(names), pages, c.want)
			}
		}
	})
}

// Who may not read all people finds somebody by an address only if they know the whole of it.
func TestASearchSpellsOutNoAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := context.Background()
		olu := r.person("Olu", den.Operator, "")
		r.must(r.db.Update(ctx, func(tx den.Tx) error {
			_, err := tx.People().Put(den.Person{ID: r.id(den.KindPerson), Name: "Grace Hopper", Email: "Grace.H@navy.example", Memberships: []den.Membership{{Role: den.Member, In: r.department.ID}}})
			return err
		}))
		for text, want := range map[string][3]int{ // everybody for the operator, people and members for a member
			"navy": {1, 0, 0}, "grace.h@navy.exampl": {1, 0, 0}, " GRACE.H@navy.example": {1, 1, 1}, "hop gra": {1, 1, 1}, "hopper navy": {1, 0, 0}, "nobody": {0, 0, 0},
		} {
			f := den.Filter{Text: text}
			all, err := r.o.Everybody(ctx, olu, f)
			r.must(err)
			people, err := r.o.People(ctx, r.member, f)
			r.must(err)
			members, err := r.o.Members(ctx, r.member, r.department.ID, f)
			r.must(err)
			if got := [3]int{len(all.Items), len(people.Items), len(members.People)}; got != want {
				t.Errorf("%q finds %v, not %v", text, got, want)
			}
		}
		seller := r.person("Sel", den.SupplierMember, r.supplier.ID)
		if _, err := r.o.Everybody(ctx, r.member, den.Filter{Text: "grace"}); den.KindOf(err) != den.NotFound && den.KindOf(err) != den.Denied {
			t.Errorf("a member sees everybody: %v", err)
		}
		if _, err := r.o.People(ctx, seller, den.Filter{Text: "grace"}); err == nil {
			t.Error("a supplier sees people")
		}
		if _, err := r.o.Members(ctx, seller, r.department.ID, den.Filter{Text: "grace"}); err == nil {
			t.Error("a supplier sees a department's people")
		}
		if _, err := r.o.Organisation(ctx, seller, r.department.ID); den.KindOf(err) != den.NotFound {
			t.Errorf("a supplier sees what a department's people may do: %v", err)
		}
	})
}
