package registry

import (
	"context"
	"errors"
	"slices"

	"go.etcd.io/bbolt"
)

// DeleteTag implements ociregistry.Deleter: the name goes, the manifest stays.
func (r *Registry) DeleteTag(_ context.Context, repo, tag string) error {
	return r.db.Update(func(b *bbolt.Tx) error {
		s := repository(b, repo)
		switch {
		case !s.there():
			return errRepoUnknown
		case s.tags.Get([]byte(tag)) == nil:
			return errManifestUnknown
		}
		return s.tags.Delete([]byte(tag))
	})
}

// DeleteManifest implements ociregistry.Deleter: its tags go with it. What a release
// was made of stays.
func (r *Registry) DeleteManifest(ctx context.Context, repo string, d Digest) error {
	if err := r.free(ctx, repo, d); err != nil {
		return err
	}
	size := int64(0)
	err := r.db.Update(func(b *bbolt.Tx) error {
		s := repository(b, repo)
		if !s.there() {
			return errRepoUnknown
		}
		m, err := s.manifest(d)
		if err != nil {
			return err
		}
		size = int64(len(m.Text))
		return s.remove(d, m)
	})
	if err == nil {
		r.give(owner(repo), size)
	}
	return err
}

// remove takes a manifest out of a repository, and its tags.
func (s shelf) remove(d Digest, m record) error {
	var named [][]byte
	err := s.tags.ForEach(func(tag, digest []byte) error {
		if Digest(digest) == d {
			named = append(named, slices.Clone(tag))
		}
		return nil
	})
	for _, tag := range named {
		err = errors.Join(err, s.tags.Delete(tag))
	}
	if m.Subject != "" {
		err = errors.Join(err, s.referrers.Delete(referrer(m.Subject, d)))
	}
	return errors.Join(err, s.manifests.Delete([]byte(d)))
}

// free refuses to let go of what a release was made of.
func (r *Registry) free(ctx context.Context, repo string, d Digest) error {
	name, wanted, err := r.Wanted(ctx, repo, d)
	if err == nil && wanted {
		err = Denied{name + " was made of this image, and a release never changes."}
	}
	return err
}

// DeleteBlob implements ociregistry.Deleter. The file goes when garbage is collected, if
// no other repository holds it by then.
func (r *Registry) DeleteBlob(ctx context.Context, repo string, d Digest) error {
	if err := r.unneeded(ctx, repo, d); err != nil {
		return err
	}
	freed := int64(0)
	err := r.db.Update(func(b *bbolt.Tx) (err error) {
		s := repository(b, repo)
		switch {
		case !s.there():
			return errRepoUnknown
		case s.blobs.Get([]byte(d)) == nil:
			return errBlobUnknown
		}
		freed, err = s.unlink(b, repo, d)
		return err
	})
	if err == nil {
		r.give(owner(repo), freed)
	}
	return err
}

// unlink takes a blob out of a repository and says how many bytes its owner keeps less.
func (s shelf) unlink(b *bbolt.Tx, repo string, d Digest) (freed int64, err error) {
	if err := s.blobs.Delete([]byte(d)); err != nil {
		return 0, err
	}
	last, err := release(b, owner(repo), d)
	if last {
		freed = count(b.Bucket(blobsBucket).Get([]byte(d)))
	}
	return freed, err
}

// unneeded refuses to delete a blob of a manifest that must stay.
func (r *Registry) unneeded(ctx context.Context, repo string, d Digest) error {
	var by []Digest
	err := r.db.View(func(b *bbolt.Tx) error {
		s := repository(b, repo)
		if !s.there() {
			return errRepoUnknown
		}
		return s.each(func(of Digest, m record) error {
			if slices.Contains(m.Blobs, d) {
				by = append(by, of)
			}
			return nil
		})
	})
	for _, m := range by {
		if err == nil {
			err = r.free(ctx, repo, m)
		}
	}
	return err
}
