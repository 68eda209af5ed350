package orchestrator

import (
	"context"
	"errors"
	"slices"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

const (
	logDefault = 64 << 10 // bytes
	logMost    = 1 << 20
)

// Sandboxes lists the sandboxes that the actor may see.
func (o *Orchestrator) Sandboxes(ctx context.Context, actor den.Actor, f den.Filter) (page den.Page[den.SandboxView], err error) {
	if !actor.Known() {
		return page, allowNothing(actor)
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		q, err := leaseQuery(tx, actor, f)
		if err != nil {
			return err
		}
		page, err = gather(tx.Leases(), q, func(l den.Lease) (v den.SandboxView, ok bool, err error) {
			if !matches(l, f) || l.Preflight != "" && !seesAll(actor) {
				return v, false, nil
			}
			t, err := trialOf(tx, l.Trial)
			if err != nil || !den.May(actor, den.ReadSandbox, leaseOwner(l, t)) {
				return v, false, err
			}
			v, err = o.sandboxViewOf(tx, actor, l, t)
			asksWhose := f.Supplier != "" || f.Product != "" // the answer would tell
			return v, err == nil && !(v.Veiled && asksWhose), err
		})
		return err
	})
	return page, err
}

func matches(l den.Lease, f den.Filter) bool {
	return (f.Trial == "" || l.Trial == f.Trial) && (f.Department == "" || l.Department == f.Department) &&
		(f.Supplier == "" || l.Supplier == f.Supplier) && (f.Product == "" || l.Product == f.Product) &&
		(f.Phase == "" || l.Phase == f.Phase)
}

// leaseQuery chooses the index that leaves the least to be read in vain. Of those who do
// not see everything it lists what is theirs, unless few can be in the phase.
func leaseQuery(tx den.Tx, actor den.Actor, f den.Filter) (q den.Query, err error) {
	q = den.Query{Newest: f.Newest, After: f.After, Limit: f.Limit}
	switch {
	case f.Trial != "":
		q.Index, q.Key = den.LeasesByTrial, string(f.Trial)
	case slices.Contains(unfinishedPhases, f.Phase), f.Phase != "" && f.Department == "" && f.Supplier == "" && seesAll(actor):
		q.Index, q.Key = den.LeasesByPhase, string(f.Phase)
	case f.Department != "" && (seesAll(actor) || slices.Contains(departments(actor), f.Department)):
		q.Index, q.Key = den.LeasesByDepartment, string(f.Department)
	case f.Supplier != "" && (seesAll(actor) || actor.Is(den.SupplierMember, f.Supplier)):
		q.Index, q.Key = den.LeasesBySupplier, string(f.Supplier)
	case seesAll(actor):
	default:
		q.Any, err = ownLeases(tx, actor)
	}
	return q, err
}

// ownLeases are the lists of the leases that an actor may read who does not see all: of
// departments, of suppliers, and of each trial that the actor assesses.
func ownLeases(tx den.Tx, actor den.Actor) ([]den.Ask, error) {
	assessor := den.Actor{ID: actor.ID, Memberships: slices.DeleteFunc(slices.Clone(actor.Memberships), func(m den.Membership) bool { return m.Role != den.Evaluator })}
	trials, err := every(tx.Trials(), den.Query{Any: readable(assessor, den.Filter{})})
	if err != nil {
		return nil, err
	}
	var asks []den.Ask
	for _, t := range trials {
		asks = append(asks, den.Ask{Index: den.LeasesByTrial, Key: string(t.ID)})
	}
	for _, own := range departments(actor) {
		asks = append(asks, den.Ask{Index: den.LeasesByDepartment, Key: string(own)})
	}
	for _, own := range actor.In(den.SupplierMember) {
		asks = append(asks, den.Ask{Index: den.LeasesBySupplier, Key: string(own)})
	}
	return append(asks, den.Ask{Index: den.LeasesByTrial, Key: string(actor.ID)}), nil // never none: that would be all
}

// Sandbox reads one by its lease. NotFound.
func (o *Orchestrator) Sandbox(ctx context.Context, actor den.Actor, id den.ID) (v den.SandboxView, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		v, err = o.sandboxView(tx, actor, id)
		return err
	})
	return v, err
}

func (o *Orchestrator) sandboxView(tx den.Tx, actor den.Actor, id den.ID) (den.SandboxView, error) {
	l, t, err := mayLease(tx, actor, id, den.ReadSandbox)
	if err != nil {
		return den.SandboxView{}, err
	}
	return o.sandboxViewOf(tx, actor, l, t)
}

// origin is what runs in a sandbox, and whose it is.
type origin struct {
	product  den.Product
	supplier den.Supplier
	release  den.Release
}

func originOf(tx den.Tx, product, supplier, release den.ID) (of origin, err error) {
	if of.product, err = tx.Products().Get(product); err != nil {
		return of, err
	}
	if of.supplier, err = tx.Suppliers().Get(supplier); err != nil {
		return of, err
	}
	of.release, err = tx.Releases().Get(release)
	return of, err
}

func (o *Orchestrator) sandboxViewOf(tx den.Tx, actor den.Actor, l den.Lease, t den.Trial) (den.SandboxView, error) {
	of, err := originOf(tx, l.Product, l.Supplier, l.Release)
	if err != nil {
		return den.SandboxView{}, err
	}
	return o.sandboxViewFrom(tx, actor, l, t, of)
}

// sandboxViewFrom is sandboxViewOf where the origin of the lease was read already.
func (o *Orchestrator) sandboxViewFrom(tx den.Tx, actor den.Actor, l den.Lease, t den.Trial, of origin) (v den.SandboxView, err error) {
	v.Lease, v.TrialName = l, t.Name
	if !l.Phase.Final() {
		v.Lease = byTheClock(l)
	}
	if l.Preflight != "" {
		v.TrialName = preflightCaption
	}
	v.ProductName, v.SupplierName, v.Version, v.Asks = of.product.Name, of.supplier.Name, of.release.Version, of.release.Asks
	if !l.Phase.Final() && l.Phase != den.Ending {
		v.URL = o.Address(l.Name)
	}
	if l.Phase == den.Requested {
		if v.Place, err = o.placeOf(tx, l); err != nil {
			return v, err
		}
	}
	seen := o.seen(l)
	v.Tried, v.Used, v.Mails = seen.Tried, seen.Used, seen.Sent
	v.May = rights(actor, leaseOwner(l, t), den.OpenSandbox, den.RunSandbox, den.ShareSandbox, den.RestartSandbox)
	hides, err := veilOf(tx, actor, t)
	if err != nil || hides == nil {
		return v, err
	}
	return hides.sandbox(v), nil
}

// Logs reads the end of what a product printed: a stranger's text. Once the sandbox
// is being removed it is what was kept of it.
func (o *Orchestrator) Logs(ctx context.Context, actor den.Actor, id den.ID, limit int) ([]byte, error) {
	return o.ServiceLogs(ctx, actor, id, "", limit)
}

// ServiceLogs is Logs for one service of a stack; without a name it is the service that
// answers. What was kept is of all of them. Invalid for a service that is not there.
func (o *Orchestrator) ServiceLogs(ctx context.Context, actor den.Actor, id den.ID, name string, limit int) ([]byte, error) {
	l, err := o.readLease(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := o.openLog(ctx, actor, l.Trial); err != nil {
		return nil, err
	}
	if name == "" {
		name = frontOf(l)
	}
	if name != frontOf(l) && !slices.Contains(l.Services, name) {
		return nil, den.Bad("service", "Choose a service of this sandbox: %s.", or(append([]string{frontOf(l)}, l.Services[min(1, len(l.Services)):]...)))
	}
	if limit <= 0 {
		limit = logDefault
	}
	limit = min(limit, logMost)
	if l.Phase == den.Ending || l.Phase.Final() || l.Sandbox == "" {
		return []byte(l.LogTail[max(0, len(l.LogTail)-limit):]), nil
	}
	text, err := o.tailOf(ctx, l, name, limit)
	switch {
	case errors.Is(err, sandbox.ErrGone):
		return nil, nil
	case err != nil:
		return nil, engineDown(err)
	}
	return []byte(text), nil
}

// Use measures what a sandbox uses now. Conflict where it does not run.
func (o *Orchestrator) Use(ctx context.Context, actor den.Actor, id den.ID) (use den.SandboxUse, err error) {
	l, err := o.readLease(ctx, actor, id)
	if err != nil {
		return use, err
	}
	if l.Phase != den.Live && l.Phase != den.Paused {
		return use, den.Refuse(den.Conflict, "The product does not run. It is %s.", l.Phase)
	}
	var seen sandbox.Use
	err = o.ask(ctx, lookPatience, func(ctx context.Context) error {
		seen, err = o.Runtime.Use(ctx, sandbox.ID(l.Sandbox))
		return err
	})
	if err != nil {
		return use, engineDown(err)
	}
	return den.SandboxUse{
		Memory: seen.Memory, MemoryLimit: seen.MemoryLimit, CPU: seen.CPU, Pids: seen.Pids,
		Disk: seen.Disk, OOMs: seen.OOMs, LogHeld: seen.LogHeld, At: o.now(),
	}, nil
}

func (o *Orchestrator) readLease(ctx context.Context, actor den.Actor, id den.ID) (l den.Lease, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		l, _, err = mayLease(tx, actor, id, den.ReadSandbox)
		return err
	})
	return l, err
}

func engineDown(err error) error {
	return &den.Error{Kind: den.Down, Err: err, Say: "The engine that runs the sandboxes does not answer. Try again in a few minutes."}
}
