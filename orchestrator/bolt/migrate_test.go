package bolt

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"innovationden/orchestrator/den"
)

// toTwo and toThree are steps of an invented future: each can only run on the schema
// before it.
func toTwo(b *bbolt.Tx) error {
	made, err := b.CreateBucket([]byte("two"))
	if err != nil {
		return err
	}
	return made.Put([]byte("was"), []byte("here"))
}

func toThree(b *bbolt.Tx) error {
	if b.Bucket([]byte("two")) == nil {
		return errors.New("step two did not run")
	}
	_, err := b.CreateBucket([]byte("three"))
	return err
}

func versionOf(t *testing.T, db *DB) (v int) {
	t.Helper()
	must(t, db.b.View(func(b *bbolt.Tx) (err error) { v, err = schemaOf(b); return err }))
	return v
}

func oldFile(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "den.db")
	db := openedAt(t, path, Options{Reserve: -1})
	must(t, db.Update(t.Context(), begin(1)))
	must(t, db.Close())
	return path
}

func TestThereIsAStepForEachSchema(t *testing.T) {
	if len(migrations()) != version-1 {
		t.Errorf("%d steps lead from schema 1 to %d", len(migrations()), version)
	}
}

func TestAnOlderFileIsKeptAndBroughtUpToDate(t *testing.T) {
	path := oldFile(t)
	db, err := open(path, Options{Now: noon}, newSchema(), []migration{toTwo, toThree})
	must(t, err)
	if v := versionOf(t, db); v != 3 {
		t.Errorf("schema %d, want 3", v)
	}
	wholeAndClosed(t, db)
	db, err = open(path, Options{Now: noon}, newSchema(), []migration{toTwo, toThree}) // a second start does nothing
	must(t, err)
	must(t, db.Close())
	kept := openedAt(t, path+".backup-v1", Options{})
	if v := versionOf(t, kept); v != 1 {
		t.Errorf("the copy has schema %d", v)
	}
	must(t, kept.View(t.Context(), func(tx den.Tx) error {
		_, err := tx.Leases().Get("lea_000001")
		return err
	}))
	wholeAndClosed(t, kept)
}

func TestAStepThatFailsChangesNothingAndTheNextStartGoesOn(t *testing.T) {
	path, fails := oldFile(t), true
	step := func(b *bbolt.Tx) error {
		if err := toThree(b); err != nil {
			return err
		}
		if fails {
			return errNo
		}
		return nil
	}
	if _, err := open(path, Options{Now: noon}, newSchema(), []migration{toTwo, step}); !errors.Is(err, errNo) {
		t.Fatalf("got %v", err)
	}
	fails = false
	db, err := open(path, Options{Now: noon}, newSchema(), []migration{toTwo, step})
	must(t, err)
	if v := versionOf(t, db); v != 3 {
		t.Errorf("schema %d, want 3", v)
	}
	wholeAndClosed(t, db)
	if names, _ := filepath.Glob(path + ".backup-v*"); len(names) != 2 { // of 1, and of 2 before the second try
		t.Errorf("copies: %v", names)
	}
}

func TestNoCopyNoMigration(t *testing.T) {
	path := oldFile(t)
	before, _ := os.ReadFile(path)
	must(t, os.Mkdir(path+".backup-v1", 0o700)) // nothing can be renamed to this
	if _, err := open(path, Options{Now: noon}, newSchema(), []migration{toTwo}); err == nil {
		t.Fatal("the schema was changed without a copy")
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
}
