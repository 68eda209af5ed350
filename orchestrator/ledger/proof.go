package ledger

import (
	"encoding/hex"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"innovationden/orchestrator/den"
)

// Proof is a den.Proof that can be checked.
type Proof den.Proof

// Prove makes the proof of one event against the record as it is now. NotFound.
func (l Log) Prove(seq uint64) (Proof, error) {
	head, err := l.Head()
	if err != nil {
		return Proof{}, err
	}
	if seq >= head.Size {
		return Proof{}, den.Missing()
	}
	leaf, err := l.leaf(seq)
	if err != nil {
		return Proof{}, err
	}
	path, err := tlog.ProveRecord(int64(head.Size), int64(seq), l.reader())
	if err != nil {
		return Proof{}, err
	}
	e, err := decode(seq, leaf)
	if err == nil {
		err = l.unseal(&e)
	}
	if err != nil {
		return Proof{}, err
	}
	p := Proof{Leaf: string(leaf), Seq: seq, Head: head, Path: words(path)}
	for _, s := range e.Sealed {
		p.Names = append(p.Names, den.ProofName{Salt: s.Salt, Name: s.Value})
	}
	return p, nil
}

// Check proves the event of p. With a public key the checkpoint must be signed with it
// and stand for the head of p, and signed is true; without one only the arithmetic is
// checked, and who made the head is not known.
func (p Proof) Check(public string) (e den.Event, signed bool, err error) {
	path, root, err := hashes(p.Path, p.Head.Root)
	if err != nil || p.Head.Size > 1<<48 || p.Seq >= p.Head.Size {
		return e, false, den.Refuse(den.Invalid, "The file is not a proof of a den. Choose another one.")
	}
	if err := tlog.CheckRecord(path, int64(p.Head.Size), root, int64(p.Seq), tlog.RecordHash([]byte(p.Leaf))); err != nil {
		return e, false, &den.Error{Kind: den.Invalid, Say: "The proof is wrong: the event is not the one that stands in the record.", Err: err}
	}
	if e, err = decode(p.Seq, []byte(p.Leaf)); err != nil {
		return e, false, err
	}
	if err := p.name(&e); err != nil || public == "" {
		return e, false, err
	}
	c, err := OpenCheckpoint(p.Checkpoint, public)
	if err != nil {
		return e, false, err
	}
	if c.Head != p.Head {
		return e, false, den.Refuse(den.Invalid, "The proof is wrong: its checkpoint is of another state of the record.")
	}
	return e, true, nil
}

// name gives the event the names that came with its proof, each of which must have the
// hash that stands in the event.
func (p Proof) name(e *den.Event) error {
	for n := range e.Sealed {
		s := &e.Sealed[n]
		if n >= len(p.Names) || p.Names[n] == (den.ProofName{}) {
			continue
		}
		if den.SealHash(p.Names[n].Salt, p.Names[n].Name) != s.Hash {
			return den.Refuse(den.Invalid, "The proof is wrong: a name in it is not the one that was recorded.")
		}
		s.Value = p.Names[n].Name
	}
	e.Open()
	return nil
}

// Consistency shows that the record of New begins with exactly the record of Old.
type Consistency struct {
	Old, New den.Head
	Path     []string // RFC 6962 consistency proof, hex
}

// ProveExtends makes the proof that the record now is the old one with events added.
// Invalid if it is not.
func (l Log) ProveExtends(old den.Head) (Consistency, error) {
	head, err := l.Head()
	if err != nil {
		return Consistency{}, err
	}
	faults, err := l.Extends(old)
	if err != nil {
		return Consistency{}, err
	}
	if len(faults) > 0 {
		return Consistency{}, den.Refuse(den.Invalid, "%s", faults[0].Say)
	}
	if old.Size == 0 {
		return Consistency{Old: old, New: head}, nil
	}
	path, err := tlog.ProveTree(int64(head.Size), int64(old.Size), l.reader())
	return Consistency{Old: old, New: head, Path: words(path)}, err
}

// Check proves c.
func (c Consistency) Check() error {
	wrong := den.Refuse(den.Invalid, "The record was rewritten: the newer state does not begin with the older one.")
	path, newRoot, err := hashes(c.Path, c.New.Root)
	if err != nil || c.New.Size > 1<<48 || c.Old.Size > c.New.Size {
		return wrong
	}
	_, oldRoot, err := hashes(nil, c.Old.Root)
	if err != nil {
		return wrong
	}
	if c.Old.Size == 0 {
		if empty, _ := tlog.TreeHash(0, nil); oldRoot != empty {
			return wrong
		}
		return nil
	}
	if err := tlog.CheckTree(path, int64(c.New.Size), newRoot, int64(c.Old.Size), oldRoot); err != nil {
		wrong.Err = err
		return wrong
	}
	return nil
}

func words(path []tlog.Hash) []string {
	out := make([]string, len(path))
	for i, h := range path {
		out[i] = hex.EncodeToString(h[:])
	}
	return out
}

func hashes(path []string, root string) ([]tlog.Hash, tlog.Hash, error) {
	out := make([]tlog.Hash, len(path)+1)
	for i, word := range append(append([]string{}, path...), root) {
		b, err := hex.DecodeString(word)
		if err != nil || len(b) != tlog.HashSize {
			return nil, tlog.Hash{}, fmt.Errorf("%q is not a hash", word)
		}
		copy(out[i][:], b)
	}
	return out[:len(path)], out[len(path)], nil
}
