package web_test

import (
	"fmt"
	"testing"
	"time"

	"innovationden/orchestrator/bolt"
	"innovationden/orchestrator/den"
)

// crowd is n trials of one product each, of 40 departments and 300 suppliers, and ten
// events a trial. Nine of ten trials are finished, none runs, and 20,000 people assess.
type crowd struct{ n int }

const (
	crowdDepartments = 40
	crowdSuppliers   = 300
	crowdEvaluators  = 20_000
	crowdEvents      = 10 // of each trial
)

var firstLook = den.SchemeRef{ID: "first-look", Version: 1}

// crowded names the nth thing of a kind. It sorts before all that a rig makes.
func crowded(k den.Kind, n int) den.ID { return den.ID(fmt.Sprintf("%s_-%025d", k, n)) }

// people are those who look: everybody's trials, those of a department of many, of
// one that is new, of one evaluator, and of one supplier.
func (c crowd) people() map[string]den.Person {
	all := map[string]den.Person{}
	for n, one := range []struct {
		name string
		in   []den.Membership
	}{
		{"operator", []den.Membership{{Role: den.Operator}}},
		{"official", []den.Membership{{Role: den.Member, In: crowded(den.KindDepartment, 0)}, {Role: den.Approver, In: crowded(den.KindDepartment, 0)}}},
		{"newcomer", []den.Membership{{Role: den.Member, In: crowded(den.KindDepartment, crowdDepartments)}}},
		{"evaluator", nil},
		{"engineer", []den.Membership{{Role: den.SupplierMember, In: crowded(den.KindSupplier, 0)}}},
	} {
		all[one.name] = den.Person{ID: crowded(den.KindPerson, n), Name: "Person " + one.name, Memberships: one.in, Demo: true}
	}
	return all
}

func (c crowd) trial(n int) den.Trial {
	evaluator := crowded(den.KindPerson, 3+n%crowdEvaluators)
	at := c.at(n)
	t := den.Trial{
		ID: crowded(den.KindTrial, n), Department: crowded(den.KindDepartment, n%crowdDepartments), Name: fmt.Sprintf("Booking appointments, round %d", n),
		Question: "Can people book without calling us?", State: den.TrialFinished, Scheme: firstLook, Size: "small", Length: den.Span(72 * time.Hour),
		Tasks: []string{"Book a room for Tuesday", "Cancel it again"}, Evaluators: []den.ID{evaluator},
		CreatedBy: crowded(den.KindPerson, 1), CreatedAt: at, StartedAt: at, EndsAt: at.Add(time.Hour), ClosedAt: at.Add(time.Hour),
		Entries: []den.Entry{{ID: crowded(den.KindEntry, n), Label: "Product 1", Release: crowded(den.KindRelease, n%crowdSuppliers), Product: crowded(den.KindProduct, n%crowdSuppliers),
			Supplier: crowded(den.KindSupplier, n%crowdSuppliers), Lease: crowded(den.KindLease, n)}},
	}
	t.Tried = []den.ID{t.Entries[0].Product}
	if n%10 == 3 {
		t.State, t.Tried = den.TrialCancelled, nil
	}
	return t
}

// at is when a trial was: one after the other, to two years ago at most.
func (c crowd) at(n int) den.Stamp {
	return time.Now().UTC().Truncate(time.Second).Add(-time.Duration(c.n-n) * (2 * 365 * 24 * time.Hour / time.Duration(c.n)))
}

func (c crowd) lease(n int) den.Lease {
	t := c.trial(n)
	e := t.Entries[0]
	return den.Lease{
		ID: e.Lease, Trial: t.ID, Entry: e.ID, Department: t.Department, Supplier: e.Supplier, Product: e.Product, Release: e.Release, AskedBy: t.CreatedBy,
		Name: fmt.Sprintf("quiet-river-%d", n), Size: t.Size, Port: 8080, Path: "/", Sandbox: fmt.Sprintf("s%09d", n), Phase: den.Ended, Reason: "time",
		RequestedAt: t.StartedAt, AgreedAt: t.StartedAt, StartingAt: t.StartedAt, LiveAt: t.StartedAt, EndsAt: t.EndsAt, EndedAt: t.EndsAt,
	}
}

// fill makes a data file of the crowd.
func (c crowd) fill(b *testing.B, path string) {
	b.Helper()
	db, err := bolt.Open(path, bolt.Options{Now: time.Now, NoSync: true, Reserve: -1})
	if err != nil {
		b.Fatal(err)
	}
	err = db.Update(b.Context(), c.organisations)
	const batch = 2000
	for from := 0; from < c.n && err == nil; from += batch {
		err = db.Update(b.Context(), func(tx den.Tx) (err error) {
			for n := from; n < min(from+batch, c.n) && err == nil; n++ {
				err = c.put(tx, n)
			}
			return err
		})
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
}

func (c crowd) organisations(tx den.Tx) error {
	for n := range crowdDepartments + 1 {
		if _, err := tx.Departments().Put(den.Department{ID: crowded(den.KindDepartment, n), Name: fmt.Sprintf("Department %d", n)}); err != nil {
			return err
		}
	}
	for n := range crowdSuppliers {
		s := den.Supplier{ID: crowded(den.KindSupplier, n), Name: fmt.Sprintf("Supplier %d", n)}
		p := den.Product{ID: crowded(den.KindProduct, n), Supplier: s.ID, Name: fmt.Sprintf("Bookwell %d", n), Summary: "Appointments for small offices."}
		r := den.Release{ID: crowded(den.KindRelease, n), Product: p.ID, Supplier: s.ID, Version: "1.0", Image: fmt.Sprintf("sha256:%064d", n), Port: 8080, Path: "/"}
		if _, err := tx.Repositories().Put(den.Repository{Name: den.ID(fmt.Sprintf("supplier-%d/bookwell", n)), Product: p.ID, Supplier: s.ID}); err != nil {
			return err
		}
		if _, err := tx.Suppliers().Put(s); err != nil {
			return err
		}
		if _, err := tx.Products().Put(p); err != nil {
			return err
		}
		if _, err := tx.Releases().Put(r); err != nil {
			return err
		}
	}
	for _, who := range c.people() {
		if _, err := tx.People().Put(who); err != nil {
			return err
		}
	}
	return nil
}

// put writes one trial and what belongs to it.
func (c crowd) put(tx den.Tx, n int) error {
	t, l := c.trial(n), c.lease(n)
	if _, err := tx.Trials().Put(t); err != nil {
		return err
	}
	if _, err := tx.Leases().Put(l); err != nil {
		return err
	}
	_, err := tx.Receipts().Put(den.Receipt{Lease: l.ID, Trial: t.ID, Department: t.Department, Supplier: l.Supplier, Product: l.Product, Sandbox: l.Sandbox, Reason: l.Reason, LiveAt: l.LiveAt, EndedAt: l.EndedAt})
	for e := 0; e < crowdEvents && err == nil; e++ {
		subject := t.ID
		if e%2 == 1 {
			subject = l.ID
		}
		_, err = tx.Record(den.Event{
			ID: crowded(den.KindEvent, n*crowdEvents+e), At: t.StartedAt, Actor: t.CreatedBy, Name: "Person official", Act: "lease.live",
			Subject: subject, About: []den.ID{t.ID, t.Department}, Say: "The product answers at its address.",
		})
	}
	return err
}
