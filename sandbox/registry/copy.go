package registry

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"go.etcd.io/bbolt"
)

// Copy hands over everything that is kept at one moment, for a backup: first the file
// that knows what there is, then each blob, by names below the registry's folder. Pushes
// and reading go on; no blob is removed meanwhile. put reads each to its end.
func (r *Registry) Copy(ctx context.Context, put func(name string, size int64, write func(io.Writer) error) error) error {
	r.copying.Add(1)
	defer r.copying.Add(-1)
	return r.db.View(func(b *bbolt.Tx) error {
		err := put("registry.db", b.Size(), func(w io.Writer) error {
			_, err := b.WriteTo(w)
			return err
		})
		if err != nil {
			return err
		}
		return b.Bucket(blobsBucket).ForEach(func(digest, _ []byte) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return r.copyBlob(Digest(digest), put)
		})
	})
}

// copyBlob hands over one blob. One that was removed before the copying began, though
// the file still tells of it, is left out.
func (r *Registry) copyBlob(d Digest, put func(string, int64, func(io.Writer) error) error) error {
	file, err := os.Open(r.file(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	algorithm, hex, _ := strings.Cut(string(d), ":")
	return put(path.Join("blobs", algorithm, hex[:2], hex), info.Size(), func(w io.Writer) error {
		_, err := io.CopyN(w, file, info.Size())
		return err
	})
}
