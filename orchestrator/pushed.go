package orchestrator

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// Pushes is where suppliers push images to. It is safe for use by many goroutines.
type Pushes interface {
	// Tags lists what was pushed to a repository, the newest first.
	Tags(ctx context.Context, repository string) ([]den.Push, error)
	// Resolve says which digest a tag names; a digest names itself. NotFound.
	Resolve(ctx context.Context, repository, tag string) (digest string, err error)
	// Save writes an image as `docker save` does, of the platform that runs here.
	// sandbox.ErrImage with the reason where it cannot be one.
	Save(ctx context.Context, repository, digest string, to io.Writer) error
}

// Pushed lists what was pushed for a product, the newest first, for those who may make
// releases of it.
func (o *Orchestrator) Pushed(ctx context.Context, actor den.Actor, product den.ID) (all []den.Push, err error) {
	repository := ""
	var releases []den.Release
	err = o.readTechmap(ctx, actor, func(tx den.Tx) error {
		p, err := tx.Products().Get(product)
		if err != nil {
			return missing(err)
		}
		if err := allow(actor, den.OfferProduct, den.ReadTechmap, den.Owner{Suppliers: []den.ID{p.Supplier}}); err != nil {
			return err
		}
		if repository, err = repositoryOf(tx, product); err != nil {
			return err
		}
		releases, err = every(tx.Releases(), den.Query{Index: den.ReleasesByProduct, Key: string(product)})
		return err
	})
	if err != nil || repository == "" || o.Pushes == nil {
		return nil, err
	}
	if all, err = o.Pushes.Tags(ctx, repository); err != nil {
		return nil, err
	}
	for i := range all {
		for _, r := range releases {
			if slices.Contains(r.EveryPushed(), repository+"@"+all[i].Digest) {
				all[i].Releases = append(all[i].Releases, r.Version)
			}
		}
	}
	return all, nil
}

// pushedImage brings a pushed image into the engine, by its digest.
func (o *Orchestrator) pushedImage(ctx context.Context, product den.Product, tag string) (i sandbox.Image, at string, err error) {
	repository := ""
	err = o.Store.View(ctx, func(tx den.Tx) error {
		repository, err = repositoryOf(tx, product.ID)
		return err
	})
	if err != nil {
		return i, "", err
	}
	if o.Pushes == nil || repository == "" {
		return i, "", den.Bad("pushed", "Nobody can push to this den. Give an archive that docker save wrote.")
	}
	name, digest, whole := strings.Cut(tag, "@")
	if !whole {
		digest = strings.TrimPrefix(name[strings.LastIndex(name, "/")+1:], repository[strings.LastIndex(repository, "/")+1:]+":")
	}
	digest, err = o.Pushes.Resolve(ctx, repository, digest)
	if den.KindOf(err) == den.NotFound {
		return i, "", den.Bad("pushed", "Nothing was pushed as %s:%s. Push it, or choose one of the tags on the product's page.", repository, tag)
	}
	if err != nil {
		return i, "", err
	}
	i, err = o.bringPushed(ctx, repository, digest)
	return i, repository + "@" + digest, err
}

// bringPushed streams an image from the registry into the engine. What an archive may
// not be, it may not be either.
func (o *Orchestrator) bringPushed(ctx context.Context, repository, digest string) (i sandbox.Image, err error) {
	read, write := io.Pipe()
	saved := make(chan error, 1)
	go func() {
		err := o.Pushes.Save(ctx, repository, digest, write)
		_ = write.CloseWithError(err)
		saved <- err
	}()
	loaded, err := o.Images.Load(ctx, read, 0)
	_ = read.Close()
	if unsaved := <-saved; unsaved != nil && !errors.Is(unsaved, io.ErrClosedPipe) {
		return i, unsaved
	}
	if err != nil {
		return i, err
	}
	if len(loaded) != 1 {
		return i, den.Refuse(den.Internal, "The den made a mistake. Try again.")
	}
	o.unused.back(loaded[0].ID)
	return loaded[0], nil
}

// bringBack brings the images of a release into the engine again that have left it, and
// says whether it brought any.
func (o *Orchestrator) bringBack(ctx context.Context, r den.Release) (bool, error) {
	brought := false
	for id, at := range r.Pushed {
		var image sandbox.Image
		err := o.ask(ctx, lookPatience, func(ctx context.Context) (err error) {
			image, err = o.Images.Image(ctx, id)
			return err
		})
		if err == nil || !errors.Is(err, sandbox.ErrNoImage) || o.Pushes == nil {
			continue
		}
		repository, digest, _ := strings.Cut(at, "@")
		if image, err = o.bringPushed(ctx, repository, digest); err != nil {
			return brought, err
		}
		if image.ID != id {
			return brought, den.Refuse(den.Internal, "The image of the release is not the one that was pushed.")
		}
		brought = true
	}
	return brought, nil
}

// Wanted says whether a release is made of what was pushed to a repository as a digest,
// and which.
func (o *Orchestrator) Wanted(ctx context.Context, repository, digest string) (release string, yes bool, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		found, err := tx.Releases().List(den.Query{Index: den.ReleasesByPushed, Key: repository + "@" + digest, Limit: 1})
		if err != nil || len(found.Items) == 0 {
			return err
		}
		release, yes = "Release "+found.Items[0].Version, true
		return nil
	})
	return release, yes, err
}
