// Package files keeps evidence, logs and raw data by the hash of what is in them. It
// knows a folder and SHA-256; it must not know what a file is evidence of, who may read
// it, or when it may go.
package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"innovationden/orchestrator/den"
)

// Shelf is a folder of files, each named by the SHA-256 of its content, in hex. It is
// safe for use by many goroutines.
type Shelf struct{ root string }

// unfinished begins the names of files that are still being written.
const unfinished = ".new-"

// Open opens the folder, makes it where it is missing, and removes what was never
// finished. One process uses a folder at a time.
func Open(root string) (*Shelf, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for files: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(root, unfinished+"*"))
	for _, name := range left {
		err = errors.Join(err, os.Remove(name))
	}
	return &Shelf{root: root}, err
}

// Keep reads from until its end, at most most bytes, and keeps it. When it returns nil
// the file survives a power cut. Keeping the same content again is cheap and gives the
// same hash. Invalid for more than most bytes; Full when the disk is.
func (s *Shelf) Keep(ctx context.Context, from io.Reader, most int64) (hash string, size int64, err error) {
	f, err := os.CreateTemp(s.root, unfinished)
	if err != nil {
		return "", 0, said(err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(f, sum), io.LimitReader(&reader{ctx, from}, most+1))
	if err == nil && size > most {
		err = den.Refuse(den.Invalid, "The file is larger than %d bytes. Choose a smaller one.", most)
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", 0, said(err)
	}
	hash = hex.EncodeToString(sum.Sum(nil))
	dir := filepath.Join(s.root, hash[:2])
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", 0, said(err)
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, hash)); err != nil {
		return "", 0, said(err)
	}
	return hash, size, said(errors.Join(sync(dir), sync(s.root)))
}

// Read opens a file. Reading it to its end fails if its content is not that of its hash
// any more. NotFound.
func (s *Shelf) Read(hash string) (io.ReadCloser, error) {
	path, err := s.path(hash)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, den.Missing()
	}
	if err != nil {
		return nil, err
	}
	return &checked{file: f, sum: sha256.New(), want: hash}, nil
}

// Remove removes a file; removing what is not there succeeds.
func (s *Shelf) Remove(hash string) error {
	path, err := s.path(hash)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (s *Shelf) path(hash string) (string, error) {
	if raw, err := hex.DecodeString(hash); err != nil || len(raw) != sha256.Size || strings.ToLower(hash) != hash {
		return "", den.Missing()
	}
	return filepath.Join(s.root, hash[:2], hash), nil
}

func sync(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// said gives a full disk its sentence.
func said(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &den.Error{Kind: den.Full, Say: "The disk is full, so the file cannot be kept. Make room on the disk, then try again.", Err: err}
	}
	return err
}
