package registry

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"go.etcd.io/bbolt"
)

// strays removes files that no row tells of: what a power cut left.
func (r *Registry) strays(ctx context.Context) error {
	for _, algorithm := range []string{"sha256", "sha512"} {
		folders, err := os.ReadDir(r.path("blobs", algorithm))
		if err != nil {
			return err
		}
		for _, folder := range folders {
			files, err := os.ReadDir(r.path("blobs", algorithm, folder.Name()))
			if err != nil {
				return err
			}
			for _, f := range files {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if err := r.stray(Digest(algorithm + ":" + f.Name())); err != nil {
					return err
				}
			}
		}
	}
	return r.strayUploads()
}

func (r *Registry) stray(d Digest) error {
	r.placing.Lock()
	defer r.placing.Unlock()
	known := false
	err := r.db.View(func(b *bbolt.Tx) error {
		known = b.Bucket(blobsBucket).Get([]byte(d)) != nil
		return nil
	})
	if err != nil || known {
		return err
	}
	if _, err := hasher(d); err != nil {
		return nil // not a file of ours
	}
	r.Log.Warn("a blob that nothing told of was removed", "digest", string(d))
	return os.Remove(r.file(d))
}

func (r *Registry) strayUploads() error {
	files, err := filepath.Glob(r.path("uploads", "*"))
	if err != nil {
		return err
	}
	var known []string
	err = r.db.View(func(b *bbolt.Tx) error {
		return b.Bucket(uploadsBucket).ForEach(func(id, _ []byte) error {
			known = append(known, string(id))
			return nil
		})
	})
	for _, f := range files {
		if err == nil && !slices.Contains(known, filepath.Base(f)) {
			if err = os.Remove(f); errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
		}
	}
	return err
}
