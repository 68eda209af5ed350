package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// count changes how many records a table, or one key of an index, has.
func (t *tx) count(name, ask string, by int64) error {
	counts, key := t.bucket(string(countsBucket)), countKey(name, ask)
	n := t.counted(name, ask) + by
	if n < 0 {
		return damaged("the count of %s %q would be %d", name, ask, n)
	}
	if n == 0 {
		return counts.Delete(key)
	}
	return counts.Put(key, binary.BigEndian.AppendUint64(nil, uint64(n)))
}

func (t *tx) countRow(r row, by int64) error {
	if !r.counted {
		return nil
	}
	return t.count(string(r.bucket), r.ask, by)
}

func (t *tx) counted(name, ask string) int64 {
	n := t.bucket(string(countsBucket)).Get(countKey(name, ask))
	if len(n) != 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(n))
}

func countKey(name, ask string) []byte { return []byte(name + "\x00" + ask) }

// tallies compares the counts that are kept with those that were counted.
func (c *checker) tallies() (err error) {
	defer caught(&err)
	err = c.tx.bucket(string(countsBucket)).ForEach(func(key, value []byte) error {
		kept := int64(-1)
		if len(value) == 8 {
			kept = int64(binary.BigEndian.Uint64(value))
		}
		is := c.counts[string(key)]
		delete(c.counts, string(key))
		if kept != is {
			return c.fault(countPlace(key), "The count of %s is %d, but there are %d.", countPlace(key), kept, is)
		}
		return nil
	})
	for key, is := range c.counts {
		if err == nil && is != 0 {
			err = c.fault(countPlace([]byte(key)), "The count of %s is missing: there are %d.", countPlace([]byte(key)), is)
		}
	}
	return err
}

func countPlace(key []byte) string {
	name, ask, _ := bytes.Cut(key, []byte{0})
	if len(ask) == 0 {
		return string(name)
	}
	return fmt.Sprintf("%s %q", name, ask)
}
