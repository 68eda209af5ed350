package bolt

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"innovationden/orchestrator/den"
)

// toNext and toNextButOne are steps of an invented future: each can only run on the
// schema before it.
var toNext, toNextButOne = migration{lay: layNext}, migration{lay: layNextButOne}

func layNext(b *bbolt.Tx) error {
	made, err := b.CreateBucket([]byte("two"))
	if err != nil {
		return err
	}
	return made.Put([]byte("was"), []byte("here"))
}

func layNextButOne(b *bbolt.Tx) error {
	if b.Bucket([]byte("two")) == nil {
		return errors.New("step two did not run")
	}
	_, err := b.CreateBucket([]byte("three"))
	return err
}

// future is the steps of today and those after them.
func future(steps ...migration) []migration { return append(migrations(), steps...) }

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

// old unpacks a file that a den of that schema wrote.
func old(t *testing.T, schema int) string {
	t.Helper()
	packed, err := os.Open(fmt.Sprintf("testdata/schema-%d.db.gz", schema))
	must(t, err)
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	must(t, err)
	content, err := io.ReadAll(z)
	must(t, err)
	path := filepath.Join(t.TempDir(), "den.db")
	must(t, os.WriteFile(path, content, 0o600))
	return path
}

// bucketsOf names every bucket of a file, however deep, but for those a record makes.
func bucketsOf(t *testing.T, db *DB) (names []string) {
	t.Helper()
	must(t, db.b.View(func(b *bbolt.Tx) error {
		return b.ForEach(func(name []byte, root *bbolt.Bucket) error {
			names = append(names, string(name))
			return root.ForEachBucket(func(inner []byte) error {
				names = append(names, string(name)+"/"+string(inner))
				return nil
			})
		})
	}))
	return names
}

func TestAFileOfEachOlderSchemaBecomesLikeANewOne(t *testing.T) {
	fresh := bucketsOf(t, opened(t, Options{Reserve: -1}))
	for schema := 1; schema < version; schema++ {
		db := openedAt(t, old(t, schema), Options{Reserve: -1})
		if v := versionOf(t, db); v != version {
			t.Errorf("a file of schema %d became one of %d, want %d", schema, v, version)
		}
		if got := bucketsOf(t, db); !slices.Equal(got, fresh) {
			t.Errorf("a file of schema %d has the buckets\n%v, a new one\n%v", schema, got, fresh)
		}
		must(t, db.View(t.Context(), func(tx den.Tx) error {
			_, err := tx.Trials().Get("tri_1")
			return err
		}))
		wholeAndClosed(t, db)
	}
}

// A file of an older schema is not read as it is: what is new would be missing in it.
func TestAnOlderFileIsRefusedToWhoMayNotWrite(t *testing.T) {
	for schema := 1; schema < version; schema++ {
		path := old(t, schema)
		before, _ := os.ReadFile(path)
		_, err := Open(path, Options{Now: noon, ReadOnly: true})
		if den.KindOf(err) != den.Conflict || !strings.Contains(err.Error(), fmt.Sprintf("an older den (schema %d, this den writes %d)", schema, version)) {
			t.Errorf("schema %d: %v", schema, err)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Errorf("schema %d: the file was changed", schema)
		}
	}
}

// A receipt of schema 1 that still holds what a product printed is found by retention.
func TestTheStepToSchema2FindsReceiptsWithALog(t *testing.T) {
	db := opened(t, Options{Reserve: -1})
	must(t, db.Update(t.Context(), func(tx den.Tx) error {
		for id, log := range map[den.ID]string{"lea_1": "It started.", "lea_2": ""} {
			if _, err := tx.Receipts().Put(den.Receipt{Lease: id, EndedAt: noon(), LogTail: log}); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, db.b.Update(func(b *bbolt.Tx) error {
		return b.Bucket(indexBucket).DeleteBucket([]byte(den.ReceiptsByLog))
	}))
	must(t, db.take(toSchema2(), version))
	must(t, db.View(t.Context(), func(tx den.Tx) error {
		found, err := tx.Receipts().List(den.Query{Index: den.ReceiptsByLog, Until: noon()})
		if err == nil && (len(found.Items) != 1 || found.Items[0].Lease != "lea_1") {
			err = fmt.Errorf("it finds %+v", found.Items)
		}
		return err
	}))
	wholeAndClosed(t, db)
}

// Trials of schema 2 are found by who may read them and by their data; the products that
// ran in those that have finished, and whose names are open, are known and counted.
func TestTheStepToSchema3FindsTrialsByReaderDataAndProduct(t *testing.T) {
	db := openedAt(t, old(t, 2), Options{Reserve: -1})
	must(t, db.View(t.Context(), func(tx den.Tx) error {
		for _, c := range []struct {
			ask  den.Ask
			want []den.ID
		}{
			{den.Ask{Index: den.TrialsByReader, Key: den.ReaderKey("dep_1", den.TrialFinished)}, []den.ID{"tri_1", "tri_2"}},
			{den.Ask{Index: den.TrialsByReader, Key: den.ReaderKey("dep_2", den.TrialRunning)}, []den.ID{"tri_4"}},
			{den.Ask{Index: den.TrialsByReader, Key: den.ReaderKey("per_1", den.TrialFinished)}, []den.ID{"tri_1"}},
			{den.Ask{Index: den.TrialsByReader, Key: den.ReaderKey("tri_3", den.TrialFinished)}, []den.ID{"tri_3"}},
			{den.Ask{Index: den.TrialsByScenario, Key: "c0ffee"}, []den.ID{"tri_5"}},
			{den.Ask{Index: den.TrialsByTried, Key: "prd_1"}, []den.ID{"tri_1", "tri_3"}}, // blind, running, never answered
		} {
			q := den.Query{Index: c.ask.Index, Key: c.ask.Key}
			page, err := tx.Trials().List(q)
			if err != nil {
				return err
			}
			var got []den.ID
			for _, one := range page.Items {
				got = append(got, one.ID)
			}
			if n, err := tx.Trials().Count(q); err != nil || n != len(got) || !slices.Equal(got, c.want) {
				t.Errorf("%+v finds %v, and counts %d, %v; want %v", c.ask, got, n, err, c.want)
			}
		}
		one, err := tx.Trials().Get("tri_3")
		if one.Name != "Three" || !one.Blind || !slices.Equal(one.Tried, []den.ID{"prd_1"}) {
			t.Errorf("the trial became %+v", one)
		}
		return err
	}))
	wholeAndClosed(t, db)
}

func TestAnOlderFileIsKeptAndBroughtUpToDate(t *testing.T) {
	path := oldFile(t)
	db, err := open(path, Options{Now: noon}, newSchema(), future(toNext, toNextButOne))
	must(t, err)
	if v := versionOf(t, db); v != version+2 {
		t.Errorf("schema %d, want %d", v, version+2)
	}
	wholeAndClosed(t, db)
	db, err = open(path, Options{Now: noon}, newSchema(), future(toNext, toNextButOne)) // a second start does nothing
	must(t, err)
	must(t, db.Close())
	kept := openedAt(t, fmt.Sprintf("%s.backup-v%d", path, version), Options{})
	if v := versionOf(t, kept); v != version {
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
	step := migration{lay: func(b *bbolt.Tx) error {
		if err := layNextButOne(b); err != nil {
			return err
		}
		if fails {
			return errNo
		}
		return nil
	}}
	if _, err := open(path, Options{Now: noon}, newSchema(), future(toNext, step)); !errors.Is(err, errNo) {
		t.Fatalf("got %v", err)
	}
	fails = false
	db, err := open(path, Options{Now: noon}, newSchema(), future(toNext, step))
	must(t, err)
	if v := versionOf(t, db); v != version+2 {
		t.Errorf("schema %d, want %d", v, version+2)
	}
	wholeAndClosed(t, db)
	if names, _ := filepath.Glob(path + ".backup-v*"); len(names) != 2 { // before the first step, and before the second try
		t.Errorf("copies: %v", names)
	}
}

func TestNoCopyNoMigration(t *testing.T) {
	path := oldFile(t)
	before, _ := os.ReadFile(path)
	must(t, os.Mkdir(fmt.Sprintf("%s.backup-v%d", path, version), 0o700)) // nothing can be renamed to this
	if _, err := open(path, Options{Now: noon}, newSchema(), future(toNext)); err == nil {
		t.Fatal("the schema was changed without a copy")
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
}

// Leases of schema 2 are found by the room they take, and by whose they are while they
// are not over.
func TestTheStepToSchema3FindsLeasesThatTakeRoom(t *testing.T) {
	db := opened(t, Options{Reserve: -1})
	must(t, db.Update(t.Context(), func(tx den.Tx) error {
		for i, phase := range []den.Phase{den.Requested, den.Starting, den.Live, den.Paused, den.Ending, den.Ended, den.Refused} {
			l := den.Lease{ID: den.ID(fmt.Sprintf("lea_%d", i)), Name: string(phase), Department: "dep_1", Size: "small", Phase: phase}
			if _, err := tx.Leases().Put(l); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, db.b.Update(func(b *bbolt.Tx) error {
		for _, name := range []den.Index{den.LeasesByHolding, den.LeasesByOpen} {
			if err := b.Bucket(indexBucket).DeleteBucket([]byte(name)); err != nil {
				return err
			}
		}
		return b.Bucket(countsBucket).Delete(countKey(string(den.LeasesByHolding), "small"))
	}))
	must(t, db.take(toSchema3(), version))
	must(t, db.View(t.Context(), func(tx den.Tx) error {
		open, err := tx.Leases().List(den.Query{Index: den.LeasesByOpen, Key: "dep_1"})
		if err != nil || len(open.Items) != 5 {
			t.Errorf("of seven leases, two of them over, %d are open: %v", len(open.Items), err)
		}
		holding, err := tx.Leases().Count(den.Query{Index: den.LeasesByHolding, Key: "small"})
		if holding != 4 {
			t.Errorf("%d hold a sandbox or are about to, want 4", holding)
		}
		return err
	}))
	wholeAndClosed(t, db)
}
