package orchestrator

import (
	"context"
	"slices"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// remove keeps what the receipt needs, in the store and before anything is removed,
// and then makes one call to the runtime. What it says afterwards is the first of the
// two looks that find nothing: the runtime lists until nothing is left.
func (o *Orchestrator) remove(ctx context.Context, l den.Lease, seen sight) (*sight, error) {
	o.withdraw(l)
	if l.Found == nil && !seen.found.Empty() {
		o.measureLast(ctx, l)
	}
	found := merge(l.Found, seen.found)
	if l.Found == nil || len(l.Looks) > 0 || !same(*l.Found, *found) {
		tail := l.LogTail
		if tail == "" && !seen.found.Empty() {
			text, err := o.tails(ctx, l, logTail)
			if err != nil {
				o.Log.Info("the log of a sandbox could not be kept", "lease", l.ID, "error", err)
			}
			tail = text
		}
		kept, rev := o.seen(l), l.Rev
		err := o.save(ctx, l, func(tx den.Tx, p *pen, l den.Lease) (err error) {
			l.Found, l.LogTail, l.Looks = found, tail, nil
			l.Tried, l.Used, l.Mails = kept.Tried, kept.Used, kept.Sent
			l, err = p.put(tx, l)
			rev = l.Rev
			return err
		})
		if err != nil {
			return nil, err
		}
		l.Rev = rev
	}
	if stops, ok := o.Runtime.(sandbox.Stopper); ok && l.StopFirst && l.Stopped == nil && !seen.found.Empty() && !l.LiveAt.IsZero() {
		if o.stop(ctx, stops, l) {
			return nil, errMoved
		}
	}
	err := o.act(ctx, removePatience, func(ctx context.Context) error { return o.Runtime.Remove(ctx, sandbox.ID(l.Sandbox)) })
	if err != nil {
		return nil, o.failed(ctx, l, err, "")
	}
	return &sight{Seen: den.Seen{Sight: den.SeenAbsent}, removed: true}, nil
}

// stop asks a product to end by itself, and says whether it kept how that went in the
// lease: then the next step removes it. Where it cannot be asked it is removed at once.
func (o *Orchestrator) stop(ctx context.Context, stops sandbox.Stopper, l den.Lease) bool {
	how := den.Stopping{}
	began := o.now()
	err := o.act(ctx, 2*den.StopGrace, func(ctx context.Context) (err error) {
		how.Killed, err = stops.Stop(ctx, sandbox.ID(l.Sandbox), den.StopGrace)
		return err
	})
	how.Took = o.now().Sub(began)
	if err == nil {
		err = o.save(ctx, l, func(tx den.Tx, p *pen, l den.Lease) error {
			l.Stopped = &how
			_, err := p.put(tx, l)
			return err
		})
	}
	if err != nil {
		o.Log.Info("how a product stops could not be seen", "lease", l.ID, "error", err)
	}
	return err == nil
}

// merge adds what was found to what was found before.
func merge(before *den.Inventory, f sandbox.Found) *den.Inventory {
	all := den.Inventory{}
	if before != nil {
		all = *before
	}
	all.Containers = union(all.Containers, f.Containers)
	all.Networks = union(all.Networks, f.Networks)
	all.Volumes = union(all.Volumes, f.Volumes)
	return &all
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

func same(a, b den.Inventory) bool {
	return slices.Equal(a.Containers, b.Containers) && slices.Equal(a.Networks, b.Networks) && slices.Equal(a.Volumes, b.Volumes)
}
