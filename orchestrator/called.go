package orchestrator

import (
	"context"
	"fmt"
	"slices"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// called finds an image on the engine that somebody names for a supplier. An image that is
// called by its id alone, or as the den calls it, was brought in by somebody: other
// suppliers know its id from the techmap, and for them there is no such image. Errors:
// sandbox.ErrNoImage.
func (o *Orchestrator) called(ctx context.Context, actor den.Actor, supplier den.ID, name string) (i sandbox.Image, err error) {
	err = o.ask(ctx, lookPatience, func(ctx context.Context) error {
		i, err = o.Images.Image(ctx, name)
		return err
	})
	if err != nil || isNamed(i, name) || den.May(actor, den.AddOrganisation, den.Owner{}) {
		return i, err
	}
	var of []den.Release
	err = o.Store.View(ctx, func(tx den.Tx) error {
		of, err = every(tx.Releases(), den.Query{Index: den.ReleasesByImage, Key: i.ID})
		return err
	})
	if err == nil && len(of) > 0 && !slices.ContainsFunc(of, func(r den.Release) bool { return r.Supplier == supplier }) {
		return sandbox.Image{}, fmt.Errorf("%w: %s", sandbox.ErrNoImage, name)
	}
	return i, err
}

// isNamed says whether an image has a name on the engine that whoever runs the engine gave
// it.
func isNamed(i sandbox.Image, name string) bool {
	return !sandbox.Kept(name) &&
		(slices.Contains(i.Digests, name) || slices.ContainsFunc(i.Names, func(n string) bool { return tagged(n) == tagged(name) }))
}
