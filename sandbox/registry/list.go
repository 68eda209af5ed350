package registry

import (
	"context"
	"iter"
	"slices"
	"time"

	"cuelabs.dev/go/oci/ociregistry"
	"go.etcd.io/bbolt"
)

// Repositories implements ociregistry.Lister. Nobody is shown what others push, so the
// handler does not answer it.
func (r *Registry) Repositories(_ context.Context, after string) iter.Seq2[string, error] {
	var all []string
	err := r.db.View(func(b *bbolt.Tx) error {
		return b.Bucket(reposBucket).ForEachBucket(func(name []byte) error {
			if string(name) > after {
				all = append(all, string(name))
			}
			return nil
		})
	})
	return seq(all, err)
}

// Tags implements ociregistry.Lister.
func (r *Registry) Tags(_ context.Context, repo, after string) iter.Seq2[string, error] {
	var all []string
	err := r.db.View(func(b *bbolt.Tx) error {
		s := repository(b, repo)
		if !s.there() {
			return errRepoUnknown
		}
		return s.tags.ForEach(func(tag, _ []byte) error {
			if string(tag) > after {
				all = append(all, string(tag))
			}
			return nil
		})
	})
	return seq(all, err)
}

// Referrers implements ociregistry.Lister.
func (r *Registry) Referrers(_ context.Context, repo string, d Digest, artifactType string) iter.Seq2[ociregistry.Descriptor, error] {
	var all []ociregistry.Descriptor
	err := r.db.View(func(b *bbolt.Tx) error {
		s := repository(b, repo)
		if !s.there() {
			return nil // nothing was pushed yet
		}
		return s.refer(d, func(by Digest, m record) {
			what := m.descriptor(by)
			what.ArtifactType, what.Annotations = m.ArtifactType, m.Annotations
			if artifactType == "" || artifactType == m.ArtifactType {
				all = append(all, what)
			}
		})
	})
	return seq(all, err)
}

// refer visits the manifests that name d as their subject.
func (s shelf) refer(d Digest, visit func(Digest, record)) error {
	start := referrer(d, "")
	c := s.referrers.Cursor()
	for key, _ := c.Seek(start); len(key) > len(start) && slices.Equal(key[:len(start)], start); key, _ = c.Next() {
		by := Digest(key[len(start):])
		m, err := s.manifest(by)
		if err != nil {
			return err
		}
		visit(by, m)
	}
	return nil
}

func seq[T any](all []T, err error) iter.Seq2[T, error] {
	if err != nil {
		return ociregistry.ErrorSeq[T](err)
	}
	return ociregistry.SliceSeq(all)
}

// Pushed is one tag of a repository.
type Pushed struct {
	Tag    string
	Digest Digest
	Bytes  int64 // of its layers as they were pushed, each once; of all platforms for an index
	At     time.Time
}

// Tagged lists the tags of a repository, the newest first. A repository that nothing was
// pushed to has none.
func (r *Registry) Tagged(repo string) (all []Pushed, err error) {
	err = r.db.View(func(b *bbolt.Tx) error {
		s := repository(b, repo)
		if !s.there() {
			return nil
		}
		return s.tags.ForEach(func(tag, digest []byte) error {
			m, err := s.manifest(Digest(digest))
			if err != nil {
				return err
			}
			w := weighing{s, b.Bucket(blobsBucket), map[Digest]bool{}}
			one := Pushed{Tag: string(tag), Digest: Digest(digest), At: m.At}
			one.Bytes, err = w.of(m, 0)
			all = append(all, one)
			return err
		})
	})
	slices.SortStableFunc(all, func(a, b Pushed) int { return b.At.Compare(a.At) })
	return all, err
}

// weighing adds up the blobs of manifests. Each blob and each manifest counts once: an
// index may name the same one a thousand times, and that one another.
type weighing struct {
	shelf
	sizes *bbolt.Bucket
	seen  map[Digest]bool
}

// of is how many bytes the blobs of a manifest have. What an index names and somebody
// deleted has none.
func (w weighing) of(m record, depth int) (n int64, err error) {
	const deepest = 4
	for _, d := range m.Blobs {
		if w.first(d) {
			n += count(w.sizes.Get([]byte(d)))
		}
	}
	for _, d := range m.Manifests {
		if depth == deepest || !w.first(d) || w.manifests.Get([]byte(d)) == nil {
			continue
		}
		inner, err := w.manifest(d)
		if err != nil {
			return n, err
		}
		more, err := w.of(inner, depth+1)
		if err != nil {
			return n, err
		}
		n += more
	}
	return n, nil
}

func (w weighing) first(d Digest) bool {
	before := w.seen[d]
	w.seen[d] = true
	return !before
}
