package registry

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cuelabs.dev/go/oci/ociregistry"
	"go.etcd.io/bbolt"
)

// hasher checks a digest's form and gives what checks its content.
func hasher(d Digest) (hash.Hash, error) {
	algorithm, text, _ := strings.Cut(string(d), ":")
	var h hash.Hash
	switch algorithm {
	case "sha256":
		h = sha256.New()
	case "sha512":
		h = sha512.New()
	default:
		return nil, errAlgorithm
	}
	if raw, err := hex.DecodeString(text); err != nil || len(raw) != h.Size() || strings.ToLower(text) != text {
		return nil, errAlgorithm
	}
	return h, nil
}

func sum(h hash.Hash, d Digest) bool {
	_, text, _ := strings.Cut(string(d), ":")
	return hex.EncodeToString(h.Sum(nil)) == text
}

// file is where a blob lies.
func (r *Registry) file(d Digest) string {
	algorithm, text, _ := strings.Cut(string(d), ":")
	return r.path("blobs", algorithm, text[:2], text)
}

// place moves a file that was checked to where its blob belongs, and makes that survive a
// power cut. A blob that is there already is the same, so it stays.
func (r *Registry) place(from string, d Digest) error {
	to := r.file(d)
	folder := filepath.Dir(to)
	if err := os.Mkdir(folder, 0o700); err == nil {
		if err := syncFolder(filepath.Dir(folder)); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(folder)
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// link writes that a repository holds a blob, and that the upload it came from is over,
// where it came from one. size bytes were counted already against its owner: they are
// given back where the owner had it before.
func (r *Registry) link(repo string, d Digest, size int64, upload string) error {
	counted := false
	err := r.db.Update(func(b *bbolt.Tx) error {
		counted = false
		s, err := opened(b, repo)
		if err != nil {
			return err
		}
		if err := b.Bucket(uploadsBucket).Delete([]byte(upload)); err != nil {
			return err
		}
		if err := b.Bucket(blobsBucket).Put([]byte(d), held(size, r.now())); err != nil {
			return err
		}
		if s.blobs.Get([]byte(d)) == nil {
			if counted, err = hold(b, owner(repo), d); err != nil {
				return err
			}
		}
		return s.blobs.Put([]byte(d), number(r.now().UnixNano()))
	})
	if err != nil || !counted {
		r.give(owner(repo), size)
	}
	return err
}

// size finds a blob of a repository.
func (r *Registry) size(repo string, d Digest) (size int64, err error) {
	if _, err := hasher(d); err != nil {
		return 0, err
	}
	err = r.db.View(func(b *bbolt.Tx) error {
		s := repository(b, repo)
		switch {
		case !s.there():
			return errRepoUnknown
		case s.blobs.Get([]byte(d)) == nil:
			return errBlobUnknown
		}
		size = count(b.Bucket(blobsBucket).Get([]byte(d)))
		return nil
	})
	return size, err
}

// touch remembers that somebody asked for a blob: a push that found it here sends it no
// more, and refers to it a moment later.
func (r *Registry) touch(d Digest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.touched[d] = r.now()
}

// asked is size, and remembers who was told that a blob is here. What is not here is not
// remembered: anybody who pulls can ask for any number of digests. It looks again once the
// blob is remembered, for it may have been collected just before.
func (r *Registry) asked(repo string, d Digest) (int64, error) {
	if _, err := r.size(repo, d); err != nil {
		return 0, err
	}
	r.touch(d)
	return r.size(repo, d)
}

// open gives a blob of a repository.
func (r *Registry) open(repo string, d Digest) (*os.File, int64, error) {
	size, err := r.asked(repo, d)
	if err != nil {
		return nil, 0, err
	}
	f, err := os.Open(r.file(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, errBlobUnknown
	}
	return f, size, err
}

const octets = "application/octet-stream"

// blobReader is a blob, or a part of one, with what it is.
type blobReader struct {
	io.Reader
	io.Closer
	what ociregistry.Descriptor
}

func (b blobReader) Descriptor() ociregistry.Descriptor { return b.what }

// GetBlob implements ociregistry.Reader.
func (r *Registry) GetBlob(_ context.Context, repo string, d Digest) (ociregistry.BlobReader, error) {
	f, size, err := r.open(repo, d)
	if err != nil {
		return nil, err
	}
	return blobReader{f, f, ociregistry.Descriptor{MediaType: octets, Digest: d, Size: size}}, nil
}

// GetBlobRange implements ociregistry.Reader.
func (r *Registry) GetBlobRange(_ context.Context, repo string, d Digest, from, to int64) (ociregistry.BlobReader, error) {
	f, size, err := r.open(repo, d)
	if err != nil {
		return nil, err
	}
	if to < 0 || to > size {
		to = size
	}
	return blobReader{io.NewSectionReader(f, from, max(to-from, 0)), f, ociregistry.Descriptor{MediaType: octets, Digest: d, Size: size}}, nil
}

// ResolveBlob implements ociregistry.Reader.
func (r *Registry) ResolveBlob(_ context.Context, repo string, d Digest) (ociregistry.Descriptor, error) {
	size, err := r.asked(repo, d)
	return ociregistry.Descriptor{MediaType: octets, Digest: d, Size: size}, err
}

// MountBlob implements ociregistry.Writer: the blob of one repository is of another
// too, without being sent again.
func (r *Registry) MountBlob(ctx context.Context, from, to string, d Digest) (ociregistry.Descriptor, error) {
	size, err := r.asked(from, d)
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	if err := r.take(owner(to), size, 0); err != nil {
		if had, _ := r.has(owner(to), d); !had {
			return ociregistry.Descriptor{}, err
		}
		r.give(owner(to), -size) // it is given back below: the owner keeps it once
	}
	r.placing.Lock()
	defer r.placing.Unlock()
	if _, err := os.Stat(r.file(d)); err != nil {
		r.give(owner(to), size)
		return ociregistry.Descriptor{}, errBlobUnknown
	}
	err = r.link(to, d, size, "")
	return ociregistry.Descriptor{MediaType: octets, Digest: d, Size: size}, err
}

// has says whether an owner keeps a blob already, in whatever repository.
func (r *Registry) has(owner string, d Digest) (yes bool, err error) {
	err = r.db.View(func(b *bbolt.Tx) error {
		o := b.Bucket(ownersBucket).Bucket([]byte(owner))
		yes = o != nil && o.Get([]byte(d)) != nil
		return nil
	})
	return yes, err
}

// keeper is a repository of an owner that holds a blob; "" where none does.
func (r *Registry) keeper(of string, d Digest) (repo string) {
	if had, err := r.has(of, d); err != nil || !had {
		return ""
	}
	_ = r.db.View(func(b *bbolt.Tx) error {
		c := b.Bucket(reposBucket).Cursor()
		for name, _ := c.Seek([]byte(of)); name != nil && owner(string(name)) <= of; name, _ = c.Next() {
			if s := repository(b, string(name)); owner(string(name)) == of && s.blobs.Get([]byte(d)) != nil {
				repo = string(name)
				return nil
			}
		}
		return nil
	})
	return repo
}
