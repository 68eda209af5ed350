package bolt

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"innovationden/orchestrator/den"
)

// create makes a file under a temporary name and gives it its own when it is whole and
// on the disk. If two dens do it at once, one file stays.
func create(path string, s *schema) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+newSuffix)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	if err := f.Close(); err != nil {
		return err
	}
	b, err := bbolt.Open(f.Name(), 0o600, nil)
	if err != nil {
		return err
	}
	if err := errors.Join(b.Update(func(b *bbolt.Tx) error { return lay(b, s) }), b.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		if _, there := os.Stat(path); there == nil {
			return nil
		}
		return err
	}
	return syncDir(dir)
}

// newSuffix ends the names of files that were never finished.
const newSuffix = ".new-*"

// sweep removes what an interrupted start left behind.
func sweep(path string) error {
	left, err := filepath.Glob(path + newSuffix)
	for _, name := range left {
		if e := os.Remove(name); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// lay makes the buckets of an empty file.
func lay(b *bbolt.Tx, s *schema) error {
	var err error
	root := func(name []byte) *bbolt.Bucket {
		made, e := b.CreateBucketIfNotExists(name)
		err = errors.Join(err, e)
		return made
	}
	meta, index, record := root(metaBucket), root(indexBucket), root(recordBucket)
	for _, name := range [][]byte{countsBucket, sessionsBucket, expiryBucket} {
		root(name)
	}
	s.each(func(k checked) {
		root([]byte(k.title()))
		for _, name := range k.indexNames() {
			_, e := index.CreateBucketIfNotExists([]byte(name))
			err = errors.Join(err, e)
		}
	})
	for _, name := range []den.Index{den.EventsBySubject, den.EventsByActor} {
		_, e := index.CreateBucketIfNotExists([]byte(name))
		err = errors.Join(err, e)
	}
	for _, name := range [][]byte{leavesBucket, hashesBucket, headBucket, valuesBucket} {
		_, e := record.CreateBucketIfNotExists(name)
		err = errors.Join(err, e)
	}
	if err != nil {
		return err
	}
	t := &tx{schema: s, b: b}
	return errors.Join(t.log().Create(), putSchema(meta, version))
}

func putSchema(meta *bbolt.Bucket, v int) error {
	return meta.Put(schemaKey, binary.BigEndian.AppendUint64(nil, uint64(v)))
}

func schemaOf(b *bbolt.Tx) (int, error) {
	meta := b.Bucket(metaBucket)
	if meta == nil {
		return 0, damaged("it has no schema: it is not a den's")
	}
	v := meta.Get(schemaKey)
	if len(v) != 8 {
		return 0, damaged("its schema cannot be read")
	}
	return int(binary.BigEndian.Uint64(v)), nil
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
