package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"go.etcd.io/bbolt"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/ledger"
)

// Fault is one thing that is wrong in the file: where, and a sentence.
type Fault = ledger.Fault

// mostFaults is how many faults are worth reading.
const mostFaults = 500

var errEnough = errors.New("enough faults")

// Check compares everything in the file with everything else: the pages, every record,
// every index row both ways, the counts, the tamper-evident record and the sessions.
// It names each place that is wrong. The error is for what kept it from looking.
// Writing goes on meanwhile; it looks at one moment.
func (db *DB) Check(ctx context.Context) ([]Fault, error) {
	c := &checker{ctx: ctx}
	err := db.view(ctx, func(t *tx) error {
		c.tx = t
		return c.all()
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return c.faults, err
}

// Against says whether the record still begins with exactly the events that an older
// head stands for.
func (db *DB) Against(ctx context.Context, old den.Head) (faults []Fault, err error) {
	err = db.view(ctx, func(t *tx) (err error) {
		defer caught(&err)
		faults, err = t.log().Extends(old)
		return repair(err)
	})
	return faults, err
}

// ProveExtends makes the proof that the record now is the older one with events added.
func (db *DB) ProveExtends(ctx context.Context, old den.Head) (proof ledger.Consistency, err error) {
	err = db.view(ctx, func(t *tx) (err error) {
		defer caught(&err)
		proof, err = t.log().ProveExtends(old)
		return repair(err)
	})
	return proof, err
}

type checker struct {
	ctx    context.Context
	tx     *tx
	counts map[string]int64
	faults []Fault
	seen   int
}

func (c *checker) fault(place, say string, args ...any) error {
	c.faults = append(c.faults, Fault{Place: place, Say: fmt.Sprintf(say, args...)})
	if len(c.faults) >= mostFaults {
		return errEnough
	}
	return nil
}

// goOn ends a long look when nobody waits for it any more.
func (c *checker) goOn() error {
	if c.seen++; c.seen&0x3ff == 0 {
		return c.ctx.Err()
	}
	return nil
}

func (c *checker) all() error {
	if whole, err := c.pages(); !whole || err != nil {
		return err
	}
	c.counts = map[string]int64{}
	var err error
	c.tx.schema.each(func(k checked) {
		if err == nil {
			err = k.check(c)
		}
	})
	for _, look := range []func() error{c.tallies, c.events, c.sessions} {
		if err == nil {
			err = look()
		}
	}
	return err
}

// pages follows every page and walks every bucket, then lets bbolt look at its pages.
// That is last because bbolt's own look is in a goroutine of its own, where a fault in the
// mapped file would end the process.
func (c *checker) pages() (whole bool, err error) {
	for _, look := range []func() error{c.checkPages, func() error { return walkAll(c) }} {
		err := look()
		if errors.Is(err, ErrDamaged) {
			return false, c.fault("pages", "A page of the data file cannot be read: %v.", errors.Unwrap(err))
		}
		if err != nil {
			return false, err
		}
	}
	whole = true
	for e := range c.tx.b.Check() {
		whole = false
		if len(c.faults) < mostFaults {
			_ = c.fault("pages", "A page of the data file is wrong: %v.", e)
		}
	}
	return whole, nil
}

func walkAll(c *checker) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer caught(&err)
	return c.tx.b.ForEach(func(_ []byte, b *bbolt.Bucket) error { return c.touch(b) })
}

func (c *checker) touch(b *bbolt.Bucket) error {
	if b == nil {
		return damaged("a bucket is missing")
	}
	var sum byte
	return b.ForEach(func(key, value []byte) error {
		if value == nil {
			return c.touch(b.Bucket(key))
		}
		for i := 0; i < len(value); i += 512 {
			sum += value[i]
		}
		return c.goOn()
	})
}

// checked is a table, whatever its records.
type checked interface {
	title() string
	indexNames() []string
	touch(*tx)
	check(*checker) error
}

func (k kind[T]) title() string { return k.name }

func (k kind[T]) indexNames() []string {
	names := make([]string, len(k.indexes))
	for i, index := range k.indexes {
		names[i] = string(index.name)
	}
	return names
}

func (k kind[T]) touch(t *tx) {
	t.bucket(k.name)
	for _, index := range k.indexes {
		t.index([]byte(index.name))
	}
}

func (k kind[T]) check(c *checker) (err error) {
	defer caught(&err)
	err = c.tx.bucket(k.name).ForEach(func(key, value []byte) error { return k.checkRecord(c, key, value) })
	for _, index := range k.indexes {
		if err == nil {
			name := []byte(index.name)
			err = c.tx.index(name).ForEach(func(key, value []byte) error { return k.checkRow(c, name, key, value) })
		}
	}
	return err
}

func (k kind[T]) checkRecord(c *checker, key, value []byte) error {
	if err := c.goOn(); err != nil {
		return err
	}
	place := fmt.Sprintf("%s %q", k.name, key)
	var rec T
	if err := decode(k.name, key, value, &rec); err != nil {
		return c.fault(place, "The record of %s cannot be read: %v.", place, errors.Unwrap(err))
	}
	if string(k.key(&rec)) != string(key) {
		return c.fault(place, "The record of %s says that it is %q.", place, k.key(&rec))
	}
	c.counts[string(countKey(k.name, ""))]++
	for _, r := range k.rows(&rec) {
		if r.counted {
			c.counts[string(countKey(string(r.bucket), r.ask))]++
		}
		if at := c.tx.index(r.bucket).Get(r.key); !bytes.Equal(at, key) {
			if err := c.fault(place, "%s is missing in the list %s.", place, r.bucket); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k kind[T]) checkRow(c *checker, index, key, value []byte) error {
	if err := c.goOn(); err != nil {
		return err
	}
	place := fmt.Sprintf("%s %q", index, key)
	kept := c.tx.bucket(k.name).Get(value)
	if kept == nil {
		return c.fault(place, "A row of the list %s leads to %s %q, which is not there.", index, k.name, value)
	}
	var rec T
	if decode(k.name, value, kept, &rec) != nil {
		return nil // already said
	}
	if !slices.ContainsFunc(k.rows(&rec), row{bucket: index, key: key}.same) {
		return c.fault(place, "A row of the list %s leads to %s %q, which does not belong there.", index, k.name, value)
	}
	return nil
}
