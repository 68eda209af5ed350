package bolt

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
)

// migrations is every step from schema 1 on: the first leads from 1 to 2. There are
// version-1 of them, and each has a test with a file of its schema.
func migrations() []migration { return []migration{toSchema2(), toSchema3()} }

// toSchema2 adds what no record of schema 1 had: the tables and indexes named here. An
// index that a record of schema 1 belongs in is filled here too.
func toSchema2() migration {
	return migration{lay: lay2, fills: []filling{{table: "receipts", do: findLog2}}}
}

func lay2(b *bbolt.Tx) error {
	tables := []string{
		"rules", "requests", "spendings", "mailboxes", "deliveries",
		"challenges", "questions", "interests",
		"repositories", "preflights",
	}
	indexes := []string{
		"requests_by_state", "requests_by_department", "requests_by_trial", "requests_by_lapse",
		"deliveries_by_due", "deliveries_by_state", "deliveries_by_notice",
		"challenges_by_department", "challenges_by_state", "challenges_by_due",
		"questions_by_challenge", "interests_by_challenge", "interests_by_supplier",
		"releases_by_pushed", "repositories_by_product", "repositories_by_supplier", "repositories_by_owner",
		"preflights_by_release", "preflights_by_state",
	}
	tables = append(tables, "shares")
	indexes = append(indexes, "shares_by_trial", "shares_by_guest", "shares_by_hash")
	tables = append(tables, "schemes", "declarations", "consensuses")
	tables = append(tables, "publications", "replies")
	indexes = append(indexes, "publications_by_time", "publications_by_cited", "replies_by_trial")
	indexes = append(indexes, "declarations_by_trial", "assessments_by_file")
	tables = append(tables, "join_links", "identities", "logins")
	indexes = append(indexes, "join_links_by_hash", "join_links_by_in", "identities_by_person", "logins_by_name")
	tables = append(tables, "measurements", "loads")
	indexes = append(indexes, "loads_by_trial", "loads_by_state", "receipts_by_log")
	for _, name := range tables {
		if _, err := b.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	if _, err := b.Bucket([]byte("record")).CreateBucketIfNotExists([]byte("values")); err != nil {
		return err
	}
	index := b.Bucket([]byte("index"))
	for _, name := range indexes {
		if _, err := index.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	return nil
}

func findLog2(r *round, key, value []byte) error {
	var rec struct {
		EndedAt time.Time
		LogTail string
	}
	if err := decode("receipts", key, value, &rec); err != nil || rec.LogTail == "" || rec.EndedAt.IsZero() {
		return err
	}
	return r.put(r.index("receipts_by_log"), append(instant(rec.EndedAt), key...), key)
}

// migrate brings the file to the newest schema, step by step. Before the first it keeps
// a copy beside the file: <name>.backup-v<schema>. A step that was interrupted goes on
// where it was; its copy was made when it began.
func (db *DB) migrate(steps []migration) error {
	var (
		at    int
		from  place
		under bool
	)
	err := db.b.View(func(b *bbolt.Tx) (err error) {
		if at, err = schemaOf(b); err == nil {
			from, under, err = underWay(b)
		}
		return err
	})
	if err != nil {
		return err
	}
	if at < 1 || at == 1 && under {
		return damaged("its schema is %d", at)
	}
	if under {
		if err := db.goOn(steps[at-2], from); err != nil {
			return fmt.Errorf("go on changing the schema from %d to %d: %w", at-1, at, err)
		}
	} else if at <= len(steps) {
		if err := db.copyTo(fmt.Sprintf("%s.backup-v%d", db.path, at)); err != nil {
			return fmt.Errorf("keep a copy before the change of schema: %w", err)
		}
	}
	for ; at <= len(steps); at++ {
		if err := db.take(steps[at-1], at+1); err != nil {
			return fmt.Errorf("change the schema from %d to %d: %w", at, at+1, err)
		}
	}
	return nil
}

// copyTo writes a backup to a file that is there whole or not at all.
func (db *DB) copyTo(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(db.path)+newSuffix)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = db.writeOut(func(int64) (io.Writer, error) { return f, nil }, func() error { return nil })
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
