package bolt

import (
	"encoding/binary"
	"slices"

	"go.etcd.io/bbolt"
)

// migration turns a file of one schema into the next one's. It stands on the layout as it was
// then, so it names buckets by itself and uses no table of this package.
//
// What a transaction writes is in memory until it ends, so a step that goes through many
// records does that in rounds of a bounded size. From the first one on the file has the
// new schema's number and says that it is under way (place): an older den refuses it, and
// whichever den knows the step goes on with it. A round is kept whole or not at all, and
// with it how far it came, so a step ends the same however often it was interrupted.
type migration struct {
	lay   func(*bbolt.Tx) error // makes what is new; does not grow with what the file holds
	fills []filling             // one after the other
}

// filling does something for each record of a table. It may write that record, but add and
// remove none of the table, and reads nothing that another record's turn has written.
type filling struct {
	table string
	do    func(r *round, key, value []byte) error // key and value hold until the first put
}

// place is how far a step is: in which of its fillings, and behind which record.
type place struct {
	Fill  int
	After []byte
}

// A round ends with the first record that reaches one of these.
const (
	mostWrites = 4_000   // with what one record wants, the most that is in memory
	mostRead   = 200_000 // so that one that finds nothing to write remembers how far it is
)

var stepKey = []byte("step")

// round is one transaction of a filling.
type round struct {
	*bbolt.Tx
	writes int
	counts map[string]uint64 // what to add
}

func (r *round) index(name string) *bbolt.Bucket {
	return r.Bucket([]byte("index")).Bucket([]byte(name))
}

func (r *round) put(b *bbolt.Bucket, key, value []byte) error {
	r.writes++
	return b.Put(key, slices.Clone(value))
}

// count adds one to what a key of an index has.
func (r *round) count(index, ask string) { r.counts[index+"\x00"+ask]++ }

// take begins a step to a schema and does all of it.
func (db *DB) take(s migration, schema int) error {
	err := db.b.Update(func(b *bbolt.Tx) error {
		if err := s.lay(b); err != nil {
			return err
		}
		if err := putPlace(b, s, place{}); err != nil {
			return err
		}
		return putSchema(b.Bucket(metaBucket), schema)
	})
	if err != nil {
		return err
	}
	return db.goOn(s, place{})
}

// goOn does what is left of a step.
func (db *DB) goOn(s migration, at place) error {
	for at.Fill < len(s.fills) {
		err := db.b.Update(func(b *bbolt.Tx) (err error) {
			if at, err = s.fills[at.Fill].round(b, at); err != nil {
				return err
			}
			return putPlace(b, s, at)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// round goes through records until it has written enough, and says where the next one
// goes on.
func (f filling) round(b *bbolt.Tx, at place) (place, error) {
	r := &round{Tx: b, counts: map[string]uint64{}}
	c := b.Bucket([]byte(f.table)).Cursor()
	key, value := c.First()
	if at.After != nil {
		key, value = behind(c, at.After)
	}
	for read := 0; key != nil; read++ {
		if r.writes >= mostWrites || read >= mostRead {
			return at, r.keepCounts()
		}
		at.After = slices.Clone(key)
		before := r.writes
		if err := f.do(r, at.After, value); err != nil {
			return at, err
		}
		if r.writes == before {
			key, value = c.Next()
		} else { // what a bucket gives holds until the bucket is written to
			key, value = behind(c, at.After)
		}
	}
	return place{Fill: at.Fill + 1}, r.keepCounts()
}

// behind is the first record after a key.
func behind(c *bbolt.Cursor, after []byte) (key, value []byte) {
	key, value = c.Seek(after)
	if slices.Equal(key, after) {
		return c.Next()
	}
	return key, value
}

func (r *round) keepCounts() error {
	kept := r.Bucket([]byte("counts"))
	for ask, n := range r.counts {
		if old := kept.Get([]byte(ask)); len(old) == 8 {
			n += binary.BigEndian.Uint64(old)
		}
		if err := kept.Put([]byte(ask), binary.BigEndian.AppendUint64(nil, n)); err != nil {
			return err
		}
	}
	return nil
}

// putPlace remembers how far a step is; at its end there is nothing to remember.
func putPlace(b *bbolt.Tx, s migration, at place) error {
	meta := b.Bucket(metaBucket)
	if at.Fill >= len(s.fills) {
		return meta.Delete(stepKey)
	}
	value, err := encode(string(metaBucket), stepKey, at)
	if err != nil {
		return err
	}
	return meta.Put(stepKey, value)
}

// underWay is how far the step to the file's schema is; false: it is whole.
func underWay(b *bbolt.Tx) (at place, is bool, err error) {
	value := b.Bucket(metaBucket).Get(stepKey)
	if value == nil {
		return at, false, nil
	}
	return at, true, decode(string(metaBucket), stepKey, value, &at)
}
