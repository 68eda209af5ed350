package bolt

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"innovationden/orchestrator/den"
)

// Options is how a file is opened. The zero Options with a clock is right for serving.
type Options struct {
	Now      func() time.Time // for the expiry of sessions; required
	Wait     time.Duration    // for another den to let go of the file; 0: 5 seconds
	Reserve  int64            // bytes kept free for endings on a full disk; 0: 16 MiB, negative: none
	ReadOnly bool             // change nothing, so an older schema is refused; Update is too
	// OlderHead opens a file of which one head is damaged, though its last change may
	// be missing. The next change makes both right again.
	OlderHead bool
	NoSync    bool // for tests that must lose data
}

// DB is a data file. It implements den.Store.
type DB struct {
	b       *bbolt.DB
	file    *os.File // b's own: only asked for its size and for space
	path    string
	options Options
	schema  *schema
	space   space

	turn    sync.Mutex // held while a function runs and while a group is committed
	waiting atomic.Int64
	group   *group // open transaction that may get more members

	cause    atomic.Pointer[error]
	brokenCh chan struct{}
	stuck    atomic.Bool // bbolt panicked in a commit and holds its locks for ever
}

// Path is where the file is.
func (db *DB) Path() string { return db.path }

// Broken is closed when the disk did not confirm a change. The process must end then.
func (db *DB) Broken() <-chan struct{} { return db.brokenCh }

func (db *DB) fail(cause error) error {
	err := broken(cause)
	if db.cause.CompareAndSwap(nil, &err) {
		close(db.brokenCh)
	}
	return *db.cause.Load()
}

func (db *DB) fit() error {
	if cause := db.cause.Load(); cause != nil {
		return *cause
	}
	return nil
}

// View gives a consistent reading of one moment.
func (db *DB) View(ctx context.Context, read func(den.Tx) error) error {
	return db.view(ctx, func(t *tx) error { return read(t) })
}

func (db *DB) view(ctx context.Context, read func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return db.look(read)
}

// look is a view that nobody's context bounds, as at the opening of the file.
func (db *DB) look(read func(*tx) error) error {
	if err := db.fit(); err != nil {
		return err
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	return closed(db.b.View(func(b *bbolt.Tx) error {
		t := &tx{schema: db.schema, b: b}
		defer func() { t.ended = true }()
		return read(t)
	}))
}

// Close waits for the transactions that are open and lets go of the file.
func (db *DB) Close() error {
	if db.stuck.Load() {
		return db.file.Close()
	}
	return db.b.Close()
}

// closed gives the use of a closed file a sentence.
func closed(err error) error {
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return &den.Error{Kind: den.Busy, Say: "The den is stopping. Try again in a minute.", Err: err}
	}
	if errors.Is(err, berrors.ErrDatabaseReadOnly) {
		return &den.Error{Kind: den.Internal, Say: "The data file was opened for reading only.", Err: err}
	}
	return err
}
