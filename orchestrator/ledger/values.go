package ledger

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"

	"innovationden/orchestrator/den"
)

// removalAct is the act of the event that takes a person's names out.
const removalAct = "person.data_removed"

// kept is what stands beside the record for one sealed name.
type kept struct {
	Salt    string    `json:",omitempty"`
	Value   string    `json:",omitempty"`
	Removed den.Stamp `json:",omitzero"`  // the rest is empty then
	By      uint64    `json:",omitempty"` // position of the event of the removal
}

func valueKey(of den.ID, seq uint64, n int) []byte {
	return append(binary.BigEndian.AppendUint64(valuesOf(of), seq), byte(n))
}

// valuesOf begins every key of a person.
func valuesOf(of den.ID) []byte { return append([]byte(of), 0) }

// splitKey says whose a value is and where it belongs.
func splitKey(key []byte) (of den.ID, seq uint64, n int, ok bool) {
	at := len(key) - 10
	if at < 1 || key[at] != 0 {
		return "", 0, 0, false
	}
	return den.ID(key[:at]), binary.BigEndian.Uint64(key[at+1 : at+9]), int(key[at+9]), true
}

// keep writes the names of an event beside the record.
func (l Log) keep(e den.Event) error {
	for n, s := range e.Sealed {
		if n > 255 {
			return fmt.Errorf("event %d has more than 256 sealed names", e.Seq)
		}
		text, err := json.Marshal(kept{Salt: s.Salt, Value: s.Value})
		if err != nil {
			return err
		}
		if err := l.Values.Put(valueKey(s.Of, e.Seq, n), text); err != nil {
			return err
		}
	}
	return nil
}

// unseal gives an event its names, those that are still there.
func (l Log) unseal(e *den.Event) error {
	for n := range e.Sealed {
		s := &e.Sealed[n]
		k, err := l.value(*s, e.Seq, n)
		if err != nil {
			return err
		}
		s.Salt, s.Value, s.Removed = k.Salt, k.Value, k.Removed
	}
	e.Open()
	return nil
}

func (l Log) value(s den.Sealed, seq uint64, n int) (k kept, err error) {
	text := l.Values.Get(valueKey(s.Of, seq, n))
	if text == nil {
		return k, fmt.Errorf("%w: name %d of event %d is missing", ErrDamaged, n, seq)
	}
	if err := json.Unmarshal(text, &k); err != nil {
		return k, fmt.Errorf("%w: name %d of event %d cannot be read", ErrDamaged, n, seq)
	}
	if k.Removed.IsZero() && den.SealHash(k.Salt, k.Value) != s.Hash {
		return k, fmt.Errorf("%w: name %d of event %d is not the one that was recorded", ErrDamaged, n, seq)
	}
	return k, nil
}

// Forget takes every name of a person out of the record and leaves the hashes. By is
// the position of the event that says so. It returns how many names there were, and may
// be called again.
func (l Log) Forget(person den.ID, by uint64, at den.Stamp) (int, error) {
	var keys [][]byte
	err := l.Values.EachOf(valuesOf(person), func(key, text []byte) error {
		of, _, _, ok := splitKey(key)
		var k kept
		if !ok || of != person || json.Unmarshal(text, &k) != nil || !k.Removed.IsZero() {
			return nil
		}
		keys = append(keys, append([]byte{}, key...))
		return nil
	})
	if err != nil {
		return 0, err
	}
	gone, err := json.Marshal(kept{Removed: at.UTC(), By: by})
	if err != nil {
		return 0, err
	}
	for _, key := range keys {
		if err := l.Values.Put(key, gone); err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}

// values checks the names of one event: each is what was recorded, or was removed by an
// event that says so.
func (v *verifier) values(e den.Event) error {
	for n, s := range e.Sealed {
		k, err := v.log.value(s, e.Seq, n)
		if err == nil && !k.Removed.IsZero() && !v.removed(s.Of, k.By) {
			err = fmt.Errorf("name %d of event %d was removed, and no event of the record says so", n, e.Seq)
		}
		if err == nil {
			continue
		}
		say := strings.TrimPrefix(err.Error(), ErrDamaged.Error()+": ")
		if err := v.fault(fmt.Sprintf("name %d of event %d", n, e.Seq), "%s%s.", strings.ToUpper(say[:1]), say[1:]); err != nil {
			return err
		}
	}
	return nil
}

// removed says that the event at a position removed a person's names.
func (v *verifier) removed(person den.ID, by uint64) bool {
	leaf, err := v.log.leaf(by)
	if err != nil {
		return false
	}
	e, err := decode(by, leaf)
	return err == nil && e.Act == removalAct && e.Subject == person
}

// strays looks for names that belong to no event.
func (v *verifier) strays() error {
	return v.log.Values.ForEach(func(key, _ []byte) error {
		if of, seq, n, ok := splitKey(key); ok {
			leaf, err := v.log.leaf(seq)
			if err != nil && seq < v.size {
				return nil // named already
			}
			e, _ := decode(seq, leaf)
			if err == nil && n < len(e.Sealed) && e.Sealed[n].Of == of {
				return nil
			}
		}
		return v.fault("record values", "A name was added beside the record under the key %x.", key)
	})
}
