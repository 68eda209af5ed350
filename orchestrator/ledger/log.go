package ledger

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"innovationden/orchestrator/den"
)

// ErrDamaged is what every reading of a record ends with that is not what was written.
var ErrDamaged = errors.New("the record was changed or is damaged")

// Bucket is an ordered map inside one transaction. Get gives nil for what is not there;
// what it gives is not changed. ForEach goes in the order of the keys; EachOf does the same
// and looks at no other keys than those that begin with a prefix.
type Bucket interface {
	Get(key []byte) []byte
	Put(key, value []byte) error
	ForEach(visit func(key, value []byte) error) error
	EachOf(prefix []byte, visit func(key, value []byte) error) error
}

// Log is the record inside one transaction. It is used by one goroutine and not after
// the transaction has ended.
type Log struct {
	Leaves Bucket
	Hashes Bucket
	Top    Bucket
	Values Bucket
}

// Create writes the head of an empty record.
func (l Log) Create() error { return l.putHead(0) }

// Append adds an event as the next leaf and returns its position, which it also
// writes into the leaf's Seq.
func (l Log) Append(e den.Event) (uint64, error) {
	size, _, err := l.top()
	if err != nil {
		return 0, err
	}
	e.Seq = size
	e.At = e.At.UTC()
	leaf, err := json.Marshal(e)
	if err != nil {
		return 0, fmt.Errorf("write event %d as JSON: %w", size, err)
	}
	hashes, err := tlog.StoredHashes(int64(size), leaf, l.reader())
	if err != nil {
		return 0, err
	}
	if err := l.Leaves.Put(place(size), leaf); err != nil {
		return 0, err
	}
	if err := l.keep(e); err != nil {
		return 0, err
	}
	first := uint64(tlog.StoredHashIndex(0, int64(size)))
	for i, h := range hashes {
		if err := l.Hashes.Put(place(first+uint64(i)), h[:]); err != nil {
			return 0, err
		}
	}
	return size, l.putHead(size + 1)
}

// Head is the size of the record and its root.
func (l Log) Head() (den.Head, error) {
	size, root, err := l.top()
	return den.Head{Size: size, Root: hex.EncodeToString(root[:])}, err
}

// Read gives the event at a position. den.NotFound beyond the end; ErrDamaged where
// the leaf is not the one that was recorded.
func (l Log) Read(seq uint64) (den.Event, error) {
	size, _, err := l.top()
	if err != nil {
		return den.Event{}, err
	}
	if seq >= size {
		return den.Event{}, den.Missing()
	}
	leaf, err := l.leaf(seq)
	if err != nil {
		return den.Event{}, err
	}
	e, err := decode(seq, leaf)
	if err == nil {
		err = l.unseal(&e)
	}
	return e, err
}

// leaf gives the bytes at a position if they have the hash that was stored for them.
func (l Log) leaf(seq uint64) ([]byte, error) {
	leaf := l.Leaves.Get(place(seq))
	if leaf == nil {
		return nil, fmt.Errorf("%w: event %d is missing", ErrDamaged, seq)
	}
	stored, err := l.hash(uint64(tlog.StoredHashIndex(0, int64(seq))))
	if err != nil {
		return nil, err
	}
	if tlog.RecordHash(leaf) != stored {
		return nil, fmt.Errorf("%w: event %d does not have the hash that was recorded", ErrDamaged, seq)
	}
	return leaf, nil
}

func decode(seq uint64, leaf []byte) (den.Event, error) {
	var e den.Event
	if err := json.Unmarshal(leaf, &e); err != nil {
		return den.Event{}, fmt.Errorf("%w: event %d is not JSON", ErrDamaged, seq)
	}
	if e.Seq != seq {
		return den.Event{}, fmt.Errorf("%w: event %d stands at position %d", ErrDamaged, e.Seq, seq)
	}
	return e, nil
}

func (l Log) top() (size uint64, root tlog.Hash, err error) {
	s, r := l.Top.Get([]byte("size")), l.Top.Get([]byte("root"))
	if len(s) != 8 || len(r) != tlog.HashSize {
		return 0, root, fmt.Errorf("%w: its head is missing", ErrDamaged)
	}
	copy(root[:], r)
	size = binary.BigEndian.Uint64(s)
	if size > 1<<48 {
		return 0, root, fmt.Errorf("%w: its head says %d events", ErrDamaged, size)
	}
	return size, root, nil
}

func (l Log) putHead(size uint64) error {
	root, err := tlog.TreeHash(int64(size), l.reader())
	if err != nil {
		return err
	}
	if err := l.Top.Put([]byte("size"), place(size)); err != nil {
		return err
	}
	return l.Top.Put([]byte("root"), root[:])
}

func (l Log) hash(index uint64) (tlog.Hash, error) {
	var h tlog.Hash
	b := l.Hashes.Get(place(index))
	if len(b) != len(h) {
		return h, fmt.Errorf("%w: %s is missing", ErrDamaged, nameHash(index))
	}
	copy(h[:], b)
	return h, nil
}

func (l Log) reader() tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			h, err := l.hash(uint64(at))
			if err != nil {
				return nil, err
			}
			hashes[i] = h
		}
		return hashes, nil
	})
}

func place(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// nameHash says in words which hash an index is.
func nameHash(index uint64) string {
	level, n := tlog.SplitStoredHashIndex(int64(index))
	if level == 0 {
		return fmt.Sprintf("the hash of event %d", n)
	}
	first := uint64(n) << uint(level)
	return fmt.Sprintf("the hash over events %d to %d", first, first+(1<<uint(level))-1)
}
