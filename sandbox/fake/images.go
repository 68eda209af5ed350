package fake

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"sort"

	"innovationden/sandbox"
)

type image struct {
	sandbox.Image
	behaviour Behaviour
	engine    *engine
	present   bool            // on the engine, rather than in an archive alone
	kept      map[string]bool // installations
}

// AddImage puts an image on the engine. Without an id it gets one from its first
// name. It returns the id.
func (r *Runtime) AddImage(i sandbox.Image, b Behaviour) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.put(i, b, true)
}

// AddArchive makes Load accept exactly this archive, and find this image in it.
func (r *Runtime) AddArchive(archive []byte, i sandbox.Image, b Behaviour) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := r.put(i, b, false)
	sum := sha256.Sum256(archive)
	r.archives[sum] = append(r.archives[sum], id)
	return id
}

func (r *Runtime) put(i sandbox.Image, b Behaviour, present bool) string {
	if i.ID == "" {
		seed := fmt.Sprint(i.Names, i.Ports, len(r.images))
		i.ID = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(seed)))
	}
	if i.Platform == "" {
		i.Platform = "linux/amd64"
	}
	if i.Layers == 0 {
		i.Layers = 1
	}
	r.images[i.ID] = &image{Image: i, behaviour: b, engine: r.engine, present: present, kept: map[string]bool{}}
	return i.ID
}

// Behave changes what the containers of an image do from now on.
func (r *Runtime) Behave(imageID string, b Behaviour) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := r.images[imageID]; i != nil {
		i.behaviour = b
	}
}

// Kept lists the images that carry this installation's tag.
func (r *Runtime) Kept() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []string
	for id, i := range r.images {
		if i.present && i.kept[r.installation] {
			ids = append(ids, id)
		}
	}
	sort.Strings(ids)
	return ids
}

// Keeps: see sandbox.Images.
func (r *Runtime) Keeps(ctx context.Context) (ids []string, err error) {
	err = r.verb(ctx, "keeps", "", func() error {
		ids = r.Kept()
		return nil
	})
	return ids, err
}

// Image: see sandbox.Images.
func (r *Runtime) Image(ctx context.Context, ref string) (found sandbox.Image, err error) {
	err = r.verb(ctx, "image", "", func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		for id, i := range r.images {
			if i.present && (id == ref || slices.Contains(i.Names, ref) || slices.Contains(i.Digests, ref)) {
				found = i.Image
				return nil
			}
		}
		return fmt.Errorf("%w: %s", sandbox.ErrNoImage, ref)
	})
	return found, err
}

// Load: see sandbox.Images. It knows the archives that AddArchive made.
func (r *Runtime) Load(ctx context.Context, archive io.Reader, _ int64) (loaded []sandbox.Image, err error) {
	hash := sha256.New()
	if _, err := io.Copy(hash, archive); err != nil {
		return nil, err
	}
	err = r.verb(ctx, "load", "", func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		ids := r.archives[[32]byte(hash.Sum(nil))]
		if len(ids) == 0 {
			return fmt.Errorf("%w: the archive is not one that docker save writes", sandbox.ErrImage)
		}
		for _, id := range ids {
			i := r.images[id]
			i.present, i.kept[r.installation] = true, true
			loaded = append(loaded, i.Image)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return loaded, nil
}

// Keep: see sandbox.Images.
func (r *Runtime) Keep(ctx context.Context, imageID string) error {
	return r.verb(ctx, "keep", "", func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		i := r.images[imageID]
		if i == nil || !i.present {
			return fmt.Errorf("%w: %s", sandbox.ErrNoImage, imageID)
		}
		i.kept[r.installation] = true
		return nil
	})
}

// Drop: see sandbox.Images. An image that a container still uses stays, with an error.
func (r *Runtime) Drop(ctx context.Context, imageID string) error {
	return r.verb(ctx, "drop", "", func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		i := r.images[imageID]
		if i == nil || !i.present || !i.kept[r.installation] {
			return nil
		}
		for k, b := range r.boxes {
			for n, c := range b.services {
				if c.image == i && len(i.Names) == 0 && len(i.kept) == 1 {
					return fmt.Errorf("the image is still used by %s", name(k, n))
				}
			}
		}
		delete(i.kept, r.installation)
		if len(i.kept) == 0 && len(i.Names) == 0 {
			i.present = false
		}
		return nil
	})
}
