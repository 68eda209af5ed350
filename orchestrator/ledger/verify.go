package ledger

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"innovationden/orchestrator/den"
)

// Fault is one thing that is wrong in the file: where, in a few words that do not
// change, and a sentence for people.
type Fault struct {
	Place string
	Say   string
}

// mostFaults is how many faults are worth reading.
const mostFaults = 200

// errEnough ends a walk that has found mostFaults.
var errEnough = errors.New("enough faults")

// Verify computes the whole record again and names each place that is not what was
// recorded, in the order of the record. The error is for what kept it from looking.
func (l Log) Verify(ctx context.Context) ([]Fault, error) {
	size, root, err := l.top()
	if err != nil {
		return []Fault{{Place: "record head", Say: "The head of the record is missing or cannot be read."}}, nil
	}
	v := &verifier{log: l, ctx: ctx, size: size, root: root}
	err = l.Leaves.ForEach(v.leaf)
	if err == nil {
		err = v.missing(size)
	}
	if err == nil {
		err = v.hashes()
	}
	if err == nil {
		err = v.strays()
	}
	if err == nil {
		v.top()
	}
	if errors.Is(err, errEnough) {
		err = nil
	}
	return v.faults, err
}

type verifier struct {
	log    Log
	ctx    context.Context
	size   uint64
	root   tlog.Hash
	next   uint64        // position that must come next
	edge   [64]tlog.Hash // the last finished hash of each level
	faults []Fault
}

func (v *verifier) fault(place, say string, args ...any) error {
	v.faults = append(v.faults, Fault{Place: place, Say: fmt.Sprintf(say, args...)})
	if len(v.faults) >= mostFaults {
		return errEnough
	}
	return nil
}

func (v *verifier) leaf(key, leaf []byte) error {
	if v.next&0xff == 0 && v.ctx.Err() != nil {
		return v.ctx.Err()
	}
	if len(key) != 8 {
		return v.fault("record", "A leaf was inserted under the key %x, which is no position.", key)
	}
	seq := binary.BigEndian.Uint64(key)
	if seq >= v.size {
		return v.fault(eventPlace(seq), "Event %d was added behind the end of the record, which has %d events.", seq, v.size)
	}
	if err := v.missing(seq); err != nil {
		return err
	}
	v.next = seq + 1
	return v.hashed(seq, leaf)
}

// missing notes the positions before seq that have no leaf. Their stored hashes stand
// in for them, so that what comes after is still checked.
func (v *verifier) missing(seq uint64) error {
	for ; v.next < seq; v.next++ {
		if err := v.fault(eventPlace(v.next), "Event %d is missing.", v.next); err != nil {
			return err
		}
		if h, err := v.log.hash(uint64(tlog.StoredHashIndex(0, int64(v.next)))); err == nil {
			if err := v.climb(v.next, h); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *verifier) hashed(seq uint64, leaf []byte) error {
	real := tlog.RecordHash(leaf)
	stored, err := v.log.hash(uint64(tlog.StoredHashIndex(0, int64(seq))))
	switch {
	case err != nil:
		if err := v.fault(hashPlace(0, seq), "The hash of event %d is missing.", seq); err != nil {
			return err
		}
	case stored == real:
	case v.belongs(seq, real):
		if err := v.fault(hashPlace(0, seq), "The hash of event %d was changed. The event itself is what was recorded.", seq); err != nil {
			return err
		}
	default:
		if err := v.fault(eventPlace(seq), "Event %d is not what was recorded: %s.", seq, v.other(seq, leaf)); err != nil {
			return err
		}
		return v.climb(seq, stored)
	}
	e, err := decode(seq, leaf)
	if err != nil {
		err = v.fault(eventPlace(seq), "Event %d cannot be read: %v.", seq, err)
	} else {
		err = v.values(e)
	}
	if err != nil {
		return err
	}
	return v.climb(seq, real)
}

// belongs says that the tree has a leaf of that hash at seq.
func (v *verifier) belongs(seq uint64, h tlog.Hash) bool {
	proof, err := tlog.ProveRecord(int64(v.size), int64(seq), v.log.reader())
	return err == nil && tlog.CheckRecord(proof, int64(v.size), v.root, int64(seq), h) == nil
}

// other says what stands at a position instead of what was recorded.
func (v *verifier) other(seq uint64, leaf []byte) string {
	var e den.Event
	switch err := json.Unmarshal(leaf, &e); {
	case err != nil:
		return "it cannot be read"
	case e.Seq != seq:
		return fmt.Sprintf("event %d was put in its place", e.Seq)
	}
	return "it was changed"
}

// climb computes the hashes that the leaf at seq finishes and compares them with the
// stored ones. It goes on with those that lead to the root, so that one fault is
// named once.
func (v *verifier) climb(seq uint64, h tlog.Hash) error {
	leaf, level := h, 0
	for ; seq>>level&1 == 1; level++ {
		h = tlog.NodeHash(v.edge[level], h)
		n := seq >> (level + 1)
		stored, err := v.log.hash(uint64(tlog.StoredHashIndex(level+1, int64(n))))
		if err == nil && stored == h {
			continue
		}
		first := n << (level + 1)
		switch {
		case err != nil:
			err = v.fault(hashPlace(level+1, n), "The hash over events %d to %d is missing.", first, seq)
		case v.belongs(seq, leaf):
			err = v.fault(hashPlace(level+1, n), "The hash over events %d to %d was changed. The events themselves are what was recorded.", first, seq)
		default:
			h = stored
			err = v.fault(hashPlace(level+1, n), "Events %d to %d are not what was recorded: at least one was changed together with its hash.", first, seq)
		}
		if err != nil {
			return err
		}
	}
	v.edge[level] = h
	return nil
}

// hashes looks for stored hashes that belong to no event.
func (v *verifier) hashes() error {
	count := uint64(tlog.StoredHashCount(int64(v.size)))
	return v.log.Hashes.ForEach(func(key, value []byte) error {
		if len(key) != 8 {
			return v.fault("record hashes", "A hash was inserted under the key %x, which is no index.", key)
		}
		if at := binary.BigEndian.Uint64(key); at >= count {
			return v.fault("record hashes", "Hash %d was added behind the end of the record.", at)
		}
		return nil
	})
}

func (v *verifier) top() {
	root, err := tlog.TreeHash(int64(v.size), v.log.reader())
	if err == nil && root == v.root {
		return
	}
	_ = v.fault("record head", "The root of the record is %s, but its hashes give %s.", hex.EncodeToString(v.root[:]), hex.EncodeToString(root[:]))
}

// Extends says whether the record still begins with exactly the events that an older
// head stands for; nil if it does. Call Verify too: this one trusts the stored hashes.
func (l Log) Extends(old den.Head) ([]Fault, error) {
	size, _, err := l.top()
	if err != nil {
		return nil, err
	}
	if old.Size > size {
		return []Fault{{Place: "record", Say: fmt.Sprintf("The record has %d events. The checkpoint was made when it had %d: events were removed.", size, old.Size)}}, nil
	}
	root, err := tlog.TreeHash(int64(old.Size), l.reader())
	if err != nil {
		return nil, err
	}
	if hex.EncodeToString(root[:]) != old.Root {
		return []Fault{{Place: "record", Say: fmt.Sprintf("The first %d events are not the ones that the checkpoint was made over: the record was rewritten.", old.Size)}}, nil
	}
	return nil, nil
}

func eventPlace(seq uint64) string { return fmt.Sprintf("event %d", seq) }

func hashPlace(level int, n uint64) string {
	return nameHash(uint64(tlog.StoredHashIndex(level, int64(n))))
}
