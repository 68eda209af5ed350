package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/ledger"
)

// mapped is how much address space the file gets at least, or twice its size. While it
// is enough, a writer never waits for a long reading such as a backup.
const mapped = 4 << 30

// leastSize is that of a file without a record: two heads, free pages, a root.
const leastSize = 4 * 4096

// Open opens a data file, or makes it. It refuses, with a sentence and without
// changing a byte: a file that another den uses, one of a newer den, one that is torn.
// An older schema is brought up to date, after a backup beside the file.
func Open(path string, o Options) (*DB, error) { return open(path, o, newSchema(), migrations()) }

func open(path string, o Options, s *schema, steps []migration) (*DB, error) {
	if o.Now == nil {
		return nil, errors.New("open a data file: no clock was given")
	}
	if o.Wait == 0 {
		o.Wait = 5 * time.Second
	}
	if o.Reserve == 0 {
		o.Reserve = reserve
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !o.ReadOnly {
		if err := create(path, s); err != nil {
			return nil, unopened(path, err)
		}
	}
	if err := inspect(path, o, len(steps)+1); err != nil {
		return nil, unopened(path, err)
	}
	db := &DB{path: path, options: o, schema: s, space: space{keep: o.Reserve}, brokenCh: make(chan struct{})}
	var err error
	if db.b, db.file, err = attach(path, o, o.ReadOnly); err != nil {
		return nil, unopened(path, err)
	}
	if o.ReadOnly {
		return db, nil
	}
	if err := db.settle(steps); err != nil {
		return nil, errors.Join(unopened(path, err), db.b.Close())
	}
	return db, nil
}

// settle brings a file that is ours alone up to date.
func (db *DB) settle(steps []migration) error {
	if err := sweep(db.path); err != nil {
		return err
	}
	if err := db.migrate(steps); err != nil {
		return err
	}
	return db.check()
}

// attach opens the file with bbolt. It never makes one: what is not there under its
// own name was never finished.
func attach(path string, o Options, readOnly bool) (b *bbolt.DB, file *os.File, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged("%v", p)
		}
		if err != nil && file != nil {
			_ = file.Close() // lets go of the lock where bbolt panicked
		}
	}()
	space := mapped
	if info, err := os.Stat(path); err == nil {
		space = max(space, 2*int(info.Size()))
	}
	b, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         o.Wait,
		ReadOnly:        readOnly,
		PreLoadFreelist: true,
		NoSync:          o.NoSync,
		InitialMmapSize: space,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			file, err = os.OpenFile(name, flag&^os.O_CREATE, mode)
			if err != nil {
				return nil, err
			}
			info, err := file.Stat()
			if err == nil && info.Size() < leastSize {
				err = damaged("it is %d bytes long", info.Size())
			}
			return file, err
		},
	})
	return b, file, err
}

// inspect reads a file without changing it and says why it cannot be used.
func inspect(path string, o Options, newest int) (err error) {
	b, file, err := attach(path, o, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer caught(&err)
	if right, err := heads(file, b.Info().PageSize); err != nil || !right && !o.OlderHead {
		return errors.Join(err, oneHead(path))
	}
	return b.View(func(b *bbolt.Tx) error {
		info, err := file.Stat()
		if err != nil {
			return err
		}
		if info.Size() < b.Size() {
			return damaged("it is %d bytes long and should be at least %d", info.Size(), b.Size())
		}
		at, err := schemaOf(b)
		if err != nil {
			return err
		}
		if at > newest {
			return den.Refuse(den.Invalid, "This data file was written by a newer den (schema %d, this den knows %d). Start the newer den, or restore a backup of this one.", at, newest)
		}
		_, under, err := underWay(b)
		switch {
		case err != nil || !o.ReadOnly:
			return err
		case under:
			return den.Refuse(den.Conflict, "The den was stopped while it brought this data file to schema %d. Start the den once, so that it goes on to the end.", at)
		case at < newest:
			return den.Refuse(den.Conflict, "This data file was written by an older den (schema %d, this den writes %d). Start the den once, so that it is brought up to date, or use the older den.", at, newest)
		}
		return nil
	})
}

// check reads the head of everything: enough to start, not the whole of Check.
func (db *DB) check() error {
	return db.look(func(t *tx) (err error) {
		defer caught(&err)
		t.schema.each(func(k checked) { k.touch(t) })
		for _, name := range [][]byte{countsBucket, sessionsBucket, expiryBucket} {
			t.bucket(string(name))
		}
		head, err := t.log().Head()
		if err != nil {
			return repair(err)
		}
		faults, err := t.log().Extends(head)
		if err == nil && len(faults) > 0 {
			err = ledger.ErrDamaged
		}
		return repair(err)
	})
}

// unopened gives what keeps a file from being opened a sentence.
func unopened(path string, err error) error {
	var said *den.Error
	say := func(kind den.Refusal, sentence string, args ...any) error {
		return &den.Error{Kind: kind, Say: fmt.Sprintf(sentence, args...), Err: err}
	}
	switch {
	case errors.Is(err, ErrDamaged):
		return say(den.Internal, "The data file %s is torn or damaged. Restore the last backup, or put the file back as it was.", path)
	case errors.As(err, &said):
		return err
	case errors.Is(err, berrors.ErrTimeout):
		return say(den.Busy, "Another den is using this data directory: %s. Stop it, or choose another directory.", filepath.Dir(path))
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return say(den.Internal, "The data file %s is torn or damaged. Restore the last backup, or put the file back as it was.", path)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return say(den.Full, "The disk is full, so the data file %s cannot be made. Make room on the disk, then start the den again.", path)
	case errors.Is(err, fs.ErrPermission):
		return say(den.Denied, "The den may not read and write %s. Start it as the owner of the directory.", path)
	case errors.Is(err, fs.ErrNotExist):
		return say(den.NotFound, "There is no data file at %s. Check the directory.", path)
	}
	return say(den.Internal, "The data file %s cannot be opened. Check the disk and the directory.", path)
}
