package orchestrator

import (
	"context"
	"fmt"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

const (
	preflightSlack   = 5 * time.Minute // what a preflight may take beside its two starts
	preflightCaption = "preflight"
)

// Preflight tries a release in a sealed sandbox. Conflict where one is under way.
func (o *Orchestrator) Preflight(ctx context.Context, actor den.Actor, in den.NewPreflight) (v den.PreflightView, err error) {
	if err := o.mayPreflight(ctx, actor, in); err != nil {
		return v, err
	}
	if err := o.usable(ctx); err != nil {
		return v, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		id, err := p.answered(tx, in.Once)
		if err != nil {
			return err
		}
		if id == "" {
			r, err := tx.Releases().Get(in.Release)
			if err != nil {
				return missing(err)
			}
			if id, err = p.preflight(tx, r); err != nil {
				return err
			}
			if err := p.answer(tx, in.Once, id); err != nil {
				return err
			}
		}
		one, err := tx.Preflights().Get(id)
		if err != nil {
			return err
		}
		v, err = o.preflightView(tx, actor, one)
		return err
	})
	return v, err
}

func (o *Orchestrator) mayPreflight(ctx context.Context, actor den.Actor, in den.NewPreflight) error {
	return o.Store.View(ctx, func(tx den.Tx) error {
		r, err := mayOffer(tx, actor, in.Release)
		if err != nil {
			return err
		}
		return fresh(in.Rev, r.Rev)
	})
}

// preflight asks for a sandbox of a release, without a trial.
func (p *pen) preflight(tx den.Tx, r den.Release) (den.ID, error) {
	last, err := lastPreflight(tx, r.ID)
	if err != nil {
		return "", err
	}
	if last != nil && last.State == den.PreflightRunning {
		return "", den.Refuse(den.Conflict, "Release %s is being tried already. Wait until that is over.", r.Version)
	}
	name, err := p.name(tx)
	if err != nil {
		return "", err
	}
	length := 2*p.o.StartPatience + preflightSlack
	one := den.Preflight{
		ID: p.id(den.KindPreflight), Release: r.ID, Product: r.Product, Supplier: r.Supplier, Lease: p.id(den.KindLease),
		AskedBy: p.by.ID, State: den.PreflightRunning, StartedAt: p.now,
	}
	if _, err := tx.Preflights().Put(one); err != nil {
		return "", err
	}
	_, err = p.record(tx, den.Event{
		Act: "preflight.started", Subject: one.ID, About: []den.ID{r.ID, r.Product, r.Supplier},
		Say: fmt.Sprintf("Release %s is tried in a sealed sandbox.", r.Version),
	})
	if err != nil {
		return "", err
	}
	size := p.o.preflightSize()
	taken, err := p.o.roomNow(tx)
	if err != nil {
		return "", err
	}
	queued, err := tx.Leases().Count(den.Query{Index: den.LeasesByPhase, Key: string(den.Requested)})
	if err != nil {
		return "", err
	}
	return one.ID, p.begin(tx, den.Lease{
		ID: one.Lease, Preflight: one.ID, Supplier: r.Supplier, Product: r.Product, Release: r.ID, AskedBy: p.by.ID,
		Name: name, Size: size, Port: r.Port, Path: r.Path, Services: r.Services, StopFirst: true,
		Phase: den.Requested, RequestedAt: p.now, AgreedAt: p.now,
		EndsAt: p.now.Add(length), LatestEnd: p.now.Add(length), DueAt: p.now.Add(length),
	}, queued == 0 && taken.fits(size))
}

// preflightSize is what a release is tried in: the largest size that takes no more than a
// quarter of the host's memory, so that a product that needs much can be tried at all and
// people's sandboxes still have room. At least the size that a trial gets by itself.
func (o *Orchestrator) preflightSize() string {
	best, _ := o.size(o.DefaultSize)
	h := o.host.Load()
	if h == nil || h.host.Memory <= 0 {
		return best.Name
	}
	const part = 4
	for _, s := range o.Config.Sizes {
		if s.Memory > best.Memory && s.Memory <= h.host.Memory/part {
			best = s
		}
	}
	return best.Name
}

// passPreflights takes every preflight that is under way as far as it can go now.
func (o *Orchestrator) passPreflights(ctx context.Context, _ time.Time) error {
	var running []den.Preflight
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		running, err = every(tx.Preflights(), den.Query{Index: den.PreflightsByState, Key: string(den.PreflightRunning)})
		return err
	})
	for _, one := range running {
		if err == nil {
			err = o.stepPreflight(ctx, one)
		}
	}
	return err
}

func (o *Orchestrator) stepPreflight(ctx context.Context, one den.Preflight) error {
	var l den.Lease
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		l, err = tx.Leases().Get(one.Lease)
		return err
	})
	if err != nil {
		return err
	}
	act := one.Next(l)
	var use sandbox.Use
	switch act {
	case den.PreflightWait:
		return nil
	case den.PreflightMeasure:
		err := o.ask(ctx, lookPatience, func(ctx context.Context) (err error) {
			use, err = o.Runtime.Use(ctx, sandbox.ID(l.Sandbox))
			return err
		})
		if err != nil {
			o.Log.Info("a preflight could not be measured yet", "preflight", one.ID, "error", err)
			return nil
		}
	case den.PreflightAgain, den.PreflightEnd:
	}
	return unlessMoved(o.save(ctx, l, func(tx den.Tx, p *pen, l den.Lease) error {
		now, err := tx.Preflights().Get(one.ID)
		if err != nil || now.Rev != one.Rev {
			return err
		}
		return p.take(tx, now, l, act, use)
	}))
}

// take makes one step of a preflight.
func (p *pen) take(tx den.Tx, one den.Preflight, l den.Lease, act den.PreflightAct, use sandbox.Use) error {
	switch act {
	case den.PreflightMeasure:
		one.Measured, one.Memory, one.Launch, one.First = true, use.Memory, l.Launch, l.Sandbox
		p.topics = append(p.topics, one.ID)
		p.leases[l.ID] = true // the pass comes back for the next step
		_, err := tx.Preflights().Put(one)
		return err
	case den.PreflightAgain:
		one.Again, one.AgainAt = true, p.now
		if _, err := tx.Preflights().Put(one); err != nil {
			return err
		}
		p.nudges = append(p.nudges, l.ID)
		return p.move(tx, l, den.Starting, "", "The product is starting a second time, from nothing.")
	case den.PreflightEnd:
		return p.askEnd(tx, l, "The preflight has seen what it wanted to see.")
	case den.PreflightWait:
	}
	return nil
}

func unlessMoved(err error) error {
	if err == errMoved { //nolint:errorlint // it is never wrapped
		return nil
	}
	return err
}

// preflown closes a preflight whose sandbox is gone.
func (p *pen) preflown(tx den.Tx, l den.Lease) error {
	one, err := tx.Preflights().Get(l.Preflight)
	if err != nil {
		return err
	}
	r, err := tx.Releases().Get(one.Release)
	if err != nil {
		return err
	}
	name, err := p.product(tx, l)
	if err != nil {
		return err
	}
	one.Checks = one.Stand(r, l)
	one.State, one.EndedAt = one.Verdict(one.Checks, l), p.now
	if _, err := tx.Preflights().Put(one); err != nil {
		return err
	}
	e := den.Event{Act: "preflight." + string(one.State), Subject: one.ID, About: []den.ID{r.ID, r.Product, r.Supplier}}
	n := den.Notice{To: one.Supplier, Subject: one.ID, Kind: den.NoticePreflight}
	switch one.State {
	case den.PreflightPassed:
		e.Say = fmt.Sprintf("Release %s passed its preflight.", r.Version)
		n.Title, n.Say = fmt.Sprintf("Release %s of %s is ready for trials", r.Version, name), "It passed its preflight."
	case den.PreflightFailed:
		e.Say = fmt.Sprintf("Release %s failed its preflight.", r.Version)
		n.Title, n.Say = fmt.Sprintf("Release %s of %s failed its preflight", r.Version, name), firstFault(one.Checks)
	case den.PreflightBrokenOff, den.PreflightRunning:
		e.Say = fmt.Sprintf("The preflight of release %s was broken off.", r.Version)
		n.Title, n.Say = fmt.Sprintf("The preflight of release %s of %s was broken off", r.Version, name), "It says nothing about the release. Start it again."
	}
	if _, err := p.record(tx, e); err != nil {
		return err
	}
	return p.notice(tx, n)
}

// firstFault is what a failed preflight failed on.
func firstFault(checks []den.Checked) string {
	for _, c := range checks {
		if c.State == den.CheckFailed {
			return c.Say
		}
	}
	return ""
}

// lastPreflight is the newest preflight of a release; nil where it has none.
func lastPreflight(tx den.Tx, release den.ID) (*den.Preflight, error) {
	found, err := tx.Preflights().List(den.Query{Index: den.PreflightsByRelease, Key: string(release), Newest: true, Limit: 1})
	if err != nil || len(found.Items) == 0 {
		return nil, err
	}
	return &found.Items[0], nil
}

// preflightFaults refuses releases whose last preflight failed.
func preflightFaults(tx den.Tx, releases []den.Release) error {
	var faults den.Faults
	for _, r := range releases {
		last, err := lastPreflight(tx, r.ID)
		if err != nil {
			return err
		}
		if last != nil && last.State == den.PreflightFailed {
			faults.Add(den.Bad("releases", "Choose another release than %s: it failed its preflight. %s", r.Version, firstFault(last.Checks)))
		}
	}
	return faults.Err()
}

// PreflightOf reads one. NotFound. What the product printed is for its supplier and the
// operator alone.
func (o *Orchestrator) PreflightOf(ctx context.Context, actor den.Actor, id den.ID) (v den.PreflightView, err error) {
	var l den.Lease
	err = o.readTechmap(ctx, actor, func(tx den.Tx) error {
		one, err := tx.Preflights().Get(id)
		if err != nil {
			return missing(err)
		}
		if l, err = tx.Leases().Get(one.Lease); err != nil {
			return err
		}
		v, err = o.preflightView(tx, actor, one)
		return err
	})
	if err != nil || !v.May[den.OfferProduct] {
		return v, err
	}
	v.Log = l.LogTail
	if l.Phase == den.Live || l.Phase == den.Starting && l.Sandbox != "" {
		if text, err := o.tails(ctx, l, logTail); err == nil {
			v.Log = text
		}
	}
	return v, nil
}

// Preflights lists those of one release, the newest first.
func (o *Orchestrator) Preflights(ctx context.Context, actor den.Actor, release den.ID) (all []den.PreflightView, err error) {
	err = o.readTechmap(ctx, actor, func(tx den.Tx) error {
		if _, err := tx.Releases().Get(release); err != nil {
			return missing(err)
		}
		page, err := tx.Preflights().List(den.Query{Index: den.PreflightsByRelease, Key: string(release), Newest: true, Limit: pageLimit})
		for _, one := range page.Items {
			v, err := o.preflightView(tx, actor, one)
			if err != nil {
				return err
			}
			all = append(all, v)
		}
		return err
	})
	return all, err
}

func (o *Orchestrator) preflightView(tx den.Tx, actor den.Actor, one den.Preflight) (v den.PreflightView, err error) {
	r, err := tx.Releases().Get(one.Release)
	if err != nil {
		return v, err
	}
	l, err := tx.Leases().Get(one.Lease)
	if err != nil {
		return v, err
	}
	product, err := tx.Products().Get(one.Product)
	if err != nil {
		return v, err
	}
	supplier, err := tx.Suppliers().Get(one.Supplier)
	if err != nil {
		return v, err
	}
	v.Preflight, v.ProductName, v.SupplierName, v.Version, v.Phase = one, product.Name, supplier.Name, r.Version, l.Phase
	v.Checks = one.Stand(r, l)
	if l.Phase == den.Requested {
		if v.Place, err = o.placeOf(tx, l); err != nil {
			return v, err
		}
	}
	v.May = rights(actor, den.Owner{Suppliers: []den.ID{one.Supplier}}, den.OfferProduct)
	return v, nil
}
