package bolt

import (
	"context"
	"io"
	"runtime/debug"

	"go.etcd.io/bbolt"
)

// Backup writes the whole file as it is at one moment and returns how many bytes that
// were. Reading and writing go on. What it wrote is a data file.
func (db *DB) Backup(ctx context.Context, w io.Writer) (n int64, err error) {
	return db.BackupSized(ctx, func(int64) (io.Writer, error) { return w, nil })
}

// BackupSized is Backup for those that must know how many bytes will be written before
// the first one.
func (db *DB) BackupSized(ctx context.Context, begin func(size int64) (io.Writer, error)) (n int64, err error) {
	return db.writeOut(begin, ctx.Err)
}

// writeOut writes the whole file, and stops once ended gives an error.
func (db *DB) writeOut(begin func(size int64) (io.Writer, error), ended func() error) (n int64, err error) {
	if err := db.fit(); err != nil {
		return 0, err
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	err = db.b.View(func(b *bbolt.Tx) error {
		w, err := begin(b.Size())
		if err != nil {
			return err
		}
		n, err = b.WriteTo(ender{ended, w})
		if end := ended(); end != nil { // bbolt does not wrap what the writer said
			return end
		}
		return err
	})
	return n, closed(err)
}

// ender is a writer that fails once ended gives an error.
type ender struct {
	ended func() error
	w     io.Writer
}

func (e ender) Write(p []byte) (int, error) {
	if err := e.ended(); err != nil {
		return 0, err
	}
	return e.w.Write(p)
}
