package orchestrator

import (
	"context"
	"io"
)

// Files keeps evidence, data and reports by the SHA-256 of what is in them, in hex. It is
// safe for use by many goroutines. A file is written before the record that names it, so
// that no record names what is not there.
type Files interface {
	// Keep reads to the end, at most most bytes, and keeps it: once it returns, the file
	// survives a power cut. Invalid for more; Full when the disk is.
	Keep(ctx context.Context, from io.Reader, most int64) (hash string, size int64, err error)
	// KeepFolder keeps a file, or the files in a zip archive, as one tar archive whose
	// hash depends on their names and contents alone. Invalid in the field "file", with
	// every fault at once; Full when the disk is.
	KeepFolder(ctx context.Context, name string, from io.Reader, most int64) (hash string, size int64, count int, err error)
	// Read opens a file; what was changed since fails to be read to its end. NotFound.
	Read(hash string) (io.ReadCloser, error)
	// Remove removes a file; removing what is not there succeeds.
	Remove(hash string) error
}
