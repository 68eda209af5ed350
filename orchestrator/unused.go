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

// due takes over which images nothing needs now, and gives those that nothing has needed
// since longer than grace and that have not left yet.
func (u *unused) due(idle map[string]bool, known int, now time.Time, grace time.Duration) (due []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.known = known
	maps.DeleteFunc(u.since, func(image string, _ time.Time) bool { return !idle[image] })
	maps.DeleteFunc(u.left, func(image string, _ bool) bool { return !idle[image] })
	for _, image := range slices.Sorted(maps.Keys(idle)) {
		since, seen := u.since[image]
		switch {
		case !seen:
			u.since[image] = now
		case now.Sub(since) >= grace && !u.left[image]:
			due = append(due, image)
		}
	}
	return due
}

func (u *unused) gone(image string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.left[image] = true
}

// mostLeaving bounds how many images leave in one go, so that the engine has time for
// people.
const mostLeaving = 20

// leaveUnused lets images leave the engine that nothing has needed for the grace. Only what
// was pushed to the den leaves, because only that can be brought back: the next launch does.
// What is removed is the den's own name of the image; an image that has other names, or
// that a container uses, stays. A launch that finds its image gone brings it back, so a
// launch at the same moment comes to no harm.
func (o *Orchestrator) leaveUnused(ctx context.Context) {
	if o.ImageGrace <= 0 {
		return
	}
	o.leaveStrays(ctx)
	if o.Pushes == nil {
		return
	}
	idle, known, err := o.idleImages(ctx)
	if err != nil {
		o.Log.Warn("unused images not looked for", "error", err)
		return
	}
	due := o.unused.due(idle, known, o.now(), o.ImageGrace)
	for _, image := range due[:min(len(due), mostLeaving)] {
		if err := o.ask(ctx, removePatience, func(ctx context.Context) error { return o.Images.Drop(ctx, image) }); err != nil {
			o.Log.Info("an unused image stays", "image", image, "error", err)
			continue
		}
		o.unused.gone(image)
		o.Log.Info("an unused image left the engine", "image", image)
	}
}

// leaveStrays lets images leave the engine that are kept there in the den's name, while no
// release was made of them for the grace: their archive was refused, or nobody heard that
// it had arrived, and then the den or the engine went away. Nothing is a stray that is
// being brought in just now.
func (o *Orchestrator) leaveStrays(ctx context.Context) {
	if !o.bringing.TryLock() {
		return
	}
	defer o.bringing.Unlock()
	strays, err := o.strayImages(ctx)
	if err != nil {
		o.Log.Warn("images that no release is made of were not looked for", "error", err)
		return
	}
	due := o.strays.due(strays, 0, o.now(), o.ImageGrace)
	for _, image := range due[:min(len(due), mostLeaving)] {
		if err := o.ask(ctx, removePatience, func(ctx context.Context) error { return o.Images.Drop(ctx, image) }); err != nil {
			o.Log.Info("an image that no release is made of stays", "image", image, "error", err)
			if silent(err) {
				return // whoever brings something in waits for this
			}
			continue
		}
		o.Log.Info("an image that no release is made of left the engine", "image", image)
	}
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
	idle = map[string]bool{}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		needed, err := neededReleases(tx)
		if err != nil {
			return err
		}
		all, err := every(tx.Releases(), den.Query{})
		if err != nil {
			return err
		}
		stays := map[string]bool{}
		for _, r := range all {
			for _, image := range r.EveryImage() {
				_, pushed := r.Pushed[image]
				idle[image] = idle[image] || pushed
				stays[image] = stays[image] || !pushed || needed[r.ID]
			}
		}
		for image, pushed := range idle {
			if pushed {
				known++
			}
			if !pushed || stays[image] {
				delete(idle, image)
			}
		}
		return nil
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
