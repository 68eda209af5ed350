package orchestrator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// AddRelease adds one deployable version of a product. Its image is on the engine
// already, or comes in an archive; it is kept by its id from then on.
func (o *Orchestrator) AddRelease(ctx context.Context, actor den.Actor, in den.NewRelease) (r den.Release, err error) {
	product, before, err := o.offering(ctx, actor, in)
	if err != nil || before.ID != "" {
		return before, err
	}
	r, err = o.described(in, product)
	if err != nil {
		return r, err
	}
	if in.Archive != nil {
		over, err := o.uploads.begin(product.Supplier)
		if err != nil {
			return r, err
		}
		defer over()
	}
	o.bringing.RLock()
	defer o.bringing.RUnlock()
	if in.Compose != "" {
		return o.addStack(ctx, actor, in, product, r)
	}
	image, from, err := o.image(ctx, actor, in, product)
	if err != nil {
		return r, err
	}
	if err := imaged(&r, image, in, from); err != nil {
		o.dropUnused(ctx, image.ID, in)
		return r, err
	}
	err = o.act(ctx, listPatience, func(ctx context.Context) error { return o.Images.Keep(ctx, image.ID) })
	if err != nil {
		return r, imageFault(err, in)
	}
	r, err = o.putRelease(ctx, actor, in, product, r)
	if err != nil {
		o.dropUnused(ctx, image.ID, in)
	}
	return r, err
}

// putRelease writes a release whose images are kept.
func (o *Orchestrator) putRelease(ctx context.Context, actor den.Actor, in den.NewRelease, product den.Product, r den.Release) (den.Release, error) {
	of, seen := den.Query{Index: den.ReleasesByProduct, Key: string(in.Product)}, 0
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		if seen, err = tx.Releases().Count(of); err == nil && freeVersion(tx, in) != nil {
			seen = -1 // or the same request was answered before
		}
		return err
	})
	if err != nil {
		return r, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		id, err := p.answered(tx, in.Once)
		if err != nil {
			return err
		}
		if id != "" {
			r, err = tx.Releases().Get(id)
			return err
		}
		if now, err := tx.Releases().Count(of); err != nil || now != seen { // none is ever taken away
			if err := errors.Join(err, freeVersion(tx, in)); err != nil {
				return err
			}
		}
		r.ID, r.CreatedAt = p.id(den.KindRelease), p.now
		if r, err = tx.Releases().Put(r); err != nil {
			return err
		}
		if o.Preflown || len(r.Pushed) > 0 {
			if _, err := p.preflight(tx, r); err != nil {
				return err
			}
		}
		return p.added(tx, in.Once, den.Event{
			Act: "release.added", Subject: r.ID, About: []den.ID{product.ID, product.Supplier},
			Say: fmt.Sprintf("Release %s of %s was added.", r.Version, product.Name),
		})
	})
	return r, err
}

// offering reads the product and asks whether the actor may offer it. Where the same
// request was answered before, it reads that answer.
func (o *Orchestrator) offering(ctx context.Context, actor den.Actor, in den.NewRelease) (product den.Product, before den.Release, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		product, err = tx.Products().Get(in.Product)
		if den.KindOf(err) == den.NotFound {
			product, err = den.Product{}, nil
		}
		if err != nil {
			return err
		}
		if err := allow(actor, den.OfferProduct, den.ReadTechmap, den.Owner{Suppliers: []den.ID{product.Supplier}}); err != nil {
			return err
		}
		id, err := (&pen{by: actor}).answered(tx, in.Once)
		if err != nil {
			return err
		}
		if id != "" {
			before, err = tx.Releases().Get(id)
			return err
		}
		if product.ID == "" {
			return den.Bad("product", "Choose a product from the techmap.")
		}
		return freeVersion(tx, in)
	})
	return product, before, err
}

func freeVersion(tx den.Tx, in den.NewRelease) error {
	all, err := every(tx.Releases(), den.Query{Index: den.ReleasesByProduct, Key: string(in.Product)})
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.Version == strings.TrimSpace(in.Version) {
			return den.Bad("version", "Enter another version. Release %s of this product is there already and never changes.", r.Version)
		}
	}
	return nil
}

// described checks everything that can be checked without the image.
func (o *Orchestrator) described(in den.NewRelease, product den.Product) (den.Release, error) {
	r := den.Release{
		Product: product.ID, Supplier: product.Supplier, Version: strings.TrimSpace(in.Version),
		Port: in.Port, Path: in.Path, Profile: in.Profile, Env: in.Env, Asks: in.Asks,
		Notes: plainText(in.Notes), Needs: plainText(in.Needs),
	}
	if r.Path == "" {
		r.Path = "/"
	}
	if in.Compose != "" {
		r.Compose, r.ComposeName = in.Compose, cmp.Or(strings.TrimSpace(in.ComposeName), "compose.yaml")
		r.Profile = cmp.Or(r.Profile, string(sandbox.Standard))
	}
	if r.Profile == "" {
		r.Profile = string(sandbox.Strict)
	}
	var faults den.Faults
	faults.Add(wants("version", "the version of the release, such as 1.4", r.Version, nameLength))
	faults.Add(within("notes", "what is new", r.Notes, textLength))
	faults.Add(within("needs", "what data it needs", r.Needs, textLength))
	switch {
	case in.Compose != "" && in.Image != "":
		faults.Add(den.Bad("image", "Leave the name of an image out. The compose file names its images."))
	case in.Compose != "" && len(in.Env) > 0:
		faults.Add(den.Bad("env", "Write the variables into the compose file, under environment of the service that needs them."))
	case in.Compose == "" && in.Front != "":
		faults.Add(den.Bad("front", "Leave the service out. Only a compose file has services."))
	case in.Compose != "" && in.Pushed != "":
		faults.Add(den.Bad("pushed", "Leave the tag out. The compose file names its images."))
	case in.Compose == "" && given(in) != 1:
		faults.Add(den.Bad("image", "Choose what you pushed, enter the name of an image on the engine, or give an archive that docker save wrote: one of the three."))
	}
	if in.Port < 0 || in.Port > 65535 {
		faults.Add(den.Bad("port", "Enter a port between 1 and 65535."))
	}
	if !strings.HasPrefix(r.Path, "/") || strings.ContainsAny(r.Path, " \r\n\t") || len(r.Path) > textLength {
		faults.Add(den.Bad("path", "Enter a path that starts with \"/\" and has no spaces."))
	}
	if r.Profile != string(sandbox.Strict) && r.Profile != string(sandbox.Standard) {
		faults.Add(den.Bad("profile", "Choose the profile strict or standard."))
	}
	var ways *den.Error
	if errors.As(in.Asks.Check(), &ways) {
		faults = append(faults, ways.All()...)
	}
	for _, e := range in.Env {
		if name, _, ok := strings.Cut(e, "="); !ok || name == "" || strings.ContainsRune(e, 0) {
			faults.Add(den.Bad("env", "Enter each variable as NAME=value."))
			break
		}
	}
	return r, faults.Err()
}

// plainText is a text of several lines as a form sends it, with one kind of line end.
func plainText(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) }

// given counts the places that an image is said to come from.
func given(in den.NewRelease) (n int) {
	for _, yes := range []bool{in.Image != "", in.Archive != nil, in.Pushed != ""} {
		if yes {
			n++
		}
	}
	return n
}

// image brings the image in and says where it came from.
func (o *Orchestrator) image(ctx context.Context, actor den.Actor, in den.NewRelease, product den.Product) (i sandbox.Image, from string, err error) {
	if in.Pushed != "" {
		i, from, err = o.pushedImage(ctx, product, in.Pushed)
		return i, from, imageFault(err, in)
	}
	if in.Archive == nil {
		i, err = o.called(ctx, actor, product.Supplier, in.Image)
		return i, in.Image, imageFault(err, in)
	}
	loaded, err := o.Images.Load(ctx, in.Archive, in.ArchiveSize)
	if err != nil {
		return i, "", imageFault(err, in)
	}
	if len(loaded) != 1 {
		err = den.Bad("archive", "Save one image into the archive. This one has %d.", len(loaded))
		for _, one := range loaded {
			o.dropUnused(ctx, one.ID, in)
		}
		return i, "", err
	}
	return loaded[0], "an archive", nil
}

func imageFault(err error, in den.NewRelease) error {
	field := "image"
	switch {
	case in.Archive != nil:
		field = "archive"
	case in.Pushed != "":
		field = "pushed"
	}
	var bad *den.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &bad):
		return err
	case errors.Is(err, sandbox.ErrNoImage) && in.Archive != nil:
		bad = den.Refuse(den.Busy, "The engine did not keep the image. Give the archive again.")
	case errors.Is(err, sandbox.ErrNoImage):
		bad = den.Bad(field, "There is no image %q on the engine. Check the name, or give an archive that docker save wrote.", in.Image)
	case errors.Is(err, sandbox.ErrImage):
		bad = den.Bad(field, "This image cannot be run here: %s.", plain(err))
	case errors.Is(err, sandbox.ErrFull):
		bad = den.Refuse(den.Full, "The den has no room for an image of this size just now, and kept nothing of it. Try again in some minutes, and tell the operator of the den if that does not help.")
	case silent(err):
		bad = den.Refuse(den.Down, "The engine that keeps the images does not answer. Try again in a few minutes.")
	default:
		bad = den.Bad(field, "The image could not be read. Check that it is what docker save wrote.")
	}
	bad.Err = err
	return bad
}

// imaged takes over what the image says.
func imaged(r *den.Release, i sandbox.Image, in den.NewRelease, from string) error {
	r.Image, r.From, r.Volumes, r.SizeBytes = i.ID, from, i.Volumes, i.Size
	if len(i.Digests) > 0 {
		_, r.Digest, _ = strings.Cut(i.Digests[0], "@")
	}
	if in.Pushed != "" {
		_, r.Digest, _ = strings.Cut(from, "@")
		r.Pushed = map[string]string{i.ID: from}
	}
	var faults den.Faults
	if len(i.Reserved) > 0 {
		faults.Add(den.Bad("image", "Remove the labels %s from the image. They belong to the den.", strings.Join(i.Reserved, ", ")))
	}
	if n := len(i.Volumes); n > sandbox.MaxVolumes {
		faults.Add(den.Bad("image", "Remove volumes from the image. It declares %d, at most %d are possible.", n, sandbox.MaxVolumes))
	}
	for _, v := range i.Volumes {
		if err := sandbox.CheckVolume(path.Clean(v)); err != nil {
			faults.Add(den.Bad("image", "Remove the volume %q from the image. The engine itself provides that place.", v))
		}
	}
	if in.Port == 0 {
		switch len(i.Ports) {
		case 1:
			r.Port = i.Ports[0]
		case 0:
			faults.Add(den.Bad("port", "Enter the port that the product answers on. Its image declares none."))
		default:
			faults.Add(den.Bad("port", "Enter the port that the product answers on. Its image declares %s.", listed(i.Ports)))
		}
	}
	return faults.Err()
}

// dropUnused takes our tag off an image that was brought in and no release uses.
func (o *Orchestrator) dropUnused(ctx context.Context, image string, in den.NewRelease) {
	if in.Image != "" || image == "" {
		return
	}
	used := 0
	err := o.Store.View(context.WithoutCancel(ctx), func(tx den.Tx) (err error) {
		used, err = tx.Releases().Count(den.Query{Index: den.ReleasesByImage, Key: image})
		return err
	})
	if err != nil || used > 0 {
		return
	}
	if err := o.ask(ctx, removePatience, func(ctx context.Context) error { return o.Images.Drop(ctx, image) }); err != nil {
		o.Log.Warn("an image that nothing uses stayed", "image", image, "error", err)
	}
}
