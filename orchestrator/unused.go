package orchestrator

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"innovationden/orchestrator/den"
)

// unused remembers since when nothing needs an image that can be brought back, and which
// have left the engine. It begins anew with each start of the den: then an image stays at
// most one grace longer.
type unused struct {
	mu    sync.Mutex
	since map[string]time.Time
	left  map[string]bool
	known int // images that were pushed and that releases are made of
}

// back says that an image was brought into the engine again.
func (u *unused) back(image string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.left, image)
	delete(u.since, image)
}

// counts says how many pushed images releases are made of, and how many of those left.
func (u *unused) counts() (known, left int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.known, len(u.left)
}

// knows says how many images there are that could be idle.
func (u *unused) knows(known int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.known = known
}

// note takes over which images nothing needs now.
func (u *unused) note(idle map[string]bool, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	maps.DeleteFunc(u.since, func(image string, _ time.Time) bool { return !idle[image] })
	maps.DeleteFunc(u.left, func(image string, _ bool) bool { return !idle[image] })
	for image := range idle {
		if _, seen := u.since[image]; !seen {
			u.since[image] = now
		}
	}
}

// standing says of images that nothing needs, and that have not left, since when that is
// so and what is due: what nothing has needed for longer than grace. It changes nothing.
func (u *unused) standing(idle map[string]bool, pushed bool, now time.Time, grace time.Duration) (all []den.IdleImage) {
	u.mu.Lock()
	defer u.mu.Unlock()
	due := 0
	for _, image := range slices.Sorted(maps.Keys(idle)) {
		if u.left[image] {
			continue
		}
		one := den.IdleImage{Image: image, Pushed: pushed, Since: now, State: den.ImageYoung}
		if since, seen := u.since[image]; seen {
			one.Since = since
		}
		if now.Sub(one.Since) >= grace {
			one.State = den.ImageDue
			if due++; due > mostLeaving {
				one.State = den.ImageLater
			}
		}
		all = append(all, one)
	}
	return all
}

func (u *unused) gone(image string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.left[image] = true
}

// mostLeaving bounds how many images leave in one go, so that the engine has time for
// people.
const mostLeaving = 20

// leaveUnused is the scheduled part of a sweep that is about images.
func (o *Orchestrator) leaveUnused(ctx context.Context) {
	if _, err := o.sweepImages(ctx, false); err != nil && ctx.Err() == nil {
		o.Log.Warn("images that nothing needs were not looked for, or not all", "error", err)
	}
}

// sweepImages lets images leave the engine that nothing has needed for the grace, and says
// what it found. A dry run changes nothing, not even since when something is not needed.
// What is removed is the den's own name of an image; an image that has other names, or that
// a container uses, stays.
//
// First those that are kept there in the den's name while no release is made of them: their
// archive was refused, or nobody heard that it had arrived, and then the den or the engine
// went away. Nothing is removed of these while something is being brought in. Then those
// that were pushed to the den, because these can be brought back: a launch that finds its
// image gone does so, and one at the same moment comes to no harm.
func (o *Orchestrator) sweepImages(ctx context.Context, dryRun bool) ([]den.IdleImage, error) {
	if o.ImageGrace <= 0 {
		return nil, nil
	}
	all, err := o.sweepStrays(ctx, dryRun)
	if err != nil || o.Pushes == nil {
		return all, err
	}
	idle, known, err := o.idleImages(ctx)
	if err != nil {
		return all, err
	}
	o.unused.knows(known)
	return append(all, o.dropIdle(ctx, &o.unused, idle, dryRun)...), nil
}

func (o *Orchestrator) sweepStrays(ctx context.Context, dryRun bool) ([]den.IdleImage, error) {
	if !dryRun {
		if !o.bringing.TryLock() {
			return nil, nil
		}
		defer o.bringing.Unlock()
	}
	strays, err := o.strayImages(ctx)
	if err != nil {
		return nil, err
	}
	return o.dropIdle(ctx, &o.strays, strays, dryRun), nil
}

// dropIdle lets what is due of the idle images leave the engine. Where the engine is silent
// the rest stays for the next time: whoever brings something in may wait for this.
func (o *Orchestrator) dropIdle(ctx context.Context, u *unused, idle map[string]bool, dryRun bool) []den.IdleImage {
	now, pushed := o.now(), u == &o.unused
	if !dryRun {
		u.note(idle, now)
	}
	all := u.standing(idle, pushed, now, o.ImageGrace)
	if dryRun {
		return all
	}
	away := false
	for i := range all {
		one := &all[i]
		if one.State != den.ImageDue {
			continue
		}
		if away {
			one.State = den.ImageStays
			continue
		}
		err := o.ask(ctx, removePatience, func(ctx context.Context) error { return o.Images.Drop(ctx, one.Image) })
		if err != nil {
			one.State = den.ImageStays
			o.Log.Info("an image that nothing needs stays", "image", one.Image, "pushed", pushed, "error", err)
			away = silent(err)
			continue
		}
		one.State = den.ImageRemoved
		if pushed {
			u.gone(one.Image) // it is not looked for on the engine
		}
		o.Log.Info("an image that nothing needs left the engine", "image", one.Image, "pushed", pushed)
	}
	return all
}

// strayImages lists first and reads the records afterwards, as the sweep does.
func (o *Orchestrator) strayImages(ctx context.Context) (map[string]bool, error) {
	var kept []string
	err := o.ask(ctx, listPatience, func(ctx context.Context) (err error) {
		kept, err = o.Images.Keeps(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	strays := map[string]bool{}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		for _, image := range kept {
			n, err := tx.Releases().Count(den.Query{Index: den.ReleasesByImage, Key: image})
			if err != nil {
				return err
			}
			if n == 0 {
				strays[image] = true
			}
		}
		return nil
	})
	return strays, err
}

// idleImages are the images of releases that nothing needs now and that can be brought
// back, and how many can be.
func (o *Orchestrator) idleImages(ctx context.Context) (idle map[string]bool, known int, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		needed, err := neededReleases(tx)
		if err == nil {
			idle, known, err = o.madeOf.idle(tx, needed)
		}
		return err
	})
	return idle, known, err
}

// neededReleases are those that a lease which is not over, a warm instance or a draft is
// made of. A preflight has a lease.
func neededReleases(tx den.Tx) (map[den.ID]bool, error) {
	needed := map[den.ID]bool{}
	for _, phase := range []den.Phase{den.Requested, den.Starting, den.Live, den.Paused, den.Ending} {
		leases, err := every(tx.Leases(), den.Query{Index: den.LeasesByPhase, Key: string(phase)})
		if err != nil {
			return nil, err
		}
		for _, l := range leases {
			needed[l.Release] = true
		}
	}
	cells, err := every(tx.Cells(), den.Query{})
	if err != nil {
		return nil, err
	}
	for _, c := range cells {
		needed[c.Release] = true
	}
	drafts, err := tx.Trials().List(den.Query{Index: den.TrialsByState, Key: string(den.TrialDraft), Newest: true, Limit: warmLooked})
	for _, t := range drafts.Items {
		for _, e := range t.Entries {
			needed[e.Release] = true
		}
	}
	return needed, err
}
