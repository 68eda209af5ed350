package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
)

// migration turns a file of one schema into the next one's, inside one transaction.
// It stands on the layout as it was then, so it names buckets by itself and uses no
// table of this package.
type migration func(*bbolt.Tx) error

// migrations is every step from schema 1 on: the first leads from 1 to 2. There are
// version-1 of them, and each has a test with a file of its schema.
func migrations() []migration { return []migration{toSchema2, toSchema3} }

// toSchema2 adds what no record of schema 1 had: the tables and indexes named here. An
// index that a record of schema 1 belongs in is filled here too.
func toSchema2(b *bbolt.Tx) error {
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
	logged := index.Bucket([]byte("receipts_by_log"))
	return b.Bucket([]byte("receipts")).ForEach(func(key, value []byte) error {
		var r struct {
			EndedAt time.Time
			LogTail string
		}
		if err := decode("receipts", key, value, &r); err != nil || r.LogTail == "" || r.EndedAt.IsZero() {
			return err
		}
		return logged.Put(append(instant(r.EndedAt), key...), key)
	})
}

// migrate brings the file to the newest schema, one step and one transaction at a
// time. Before the first step it keeps a copy beside the file: <name>.backup-v<schema>.
func (db *DB) migrate(steps []migration) error {
	var at int
	err := db.b.View(func(b *bbolt.Tx) (err error) {
		at, err = schemaOf(b)
		return err
	})
	if err != nil || at > len(steps) {
		return err
	}
	if at < 1 {
		return damaged("its schema is %d", at)
	}
	if err := db.copyTo(fmt.Sprintf("%s.backup-v%d", db.path, at)); err != nil {
		return fmt.Errorf("keep a copy before the change of schema: %w", err)
	}
	for ; at <= len(steps); at++ {
		err := db.b.Update(func(b *bbolt.Tx) error {
			if err := steps[at-1](b); err != nil {
				return err
			}
			return putSchema(b.Bucket(metaBucket), at+1)
		})
		if err != nil {
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
	_, err = db.Backup(context.Background(), f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
