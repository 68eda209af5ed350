package ledger_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/ledger"
)

// shelf is a bucket in memory.
type shelf map[string][]byte

func (s shelf) Get(key []byte) []byte       { return s[string(key)] }
func (s shelf) Put(key, value []byte) error { s[string(key)] = bytes.Clone(value); return nil }
func (s shelf) ForEach(visit func(k, v []byte) error) error {
	for _, key := range slices.Sorted(maps.Keys(s)) {
		if err := visit([]byte(key), s[key]); err != nil {
			return err
		}
	}
	return nil
}

func (s shelf) EachOf(prefix []byte, visit func(k, v []byte) error) error {
	return s.ForEach(func(key, value []byte) error {
		if !bytes.HasPrefix(key, prefix) {
			return nil
		}
		return visit(key, value)
	})
}

type file struct{ leaves, hashes, top, values shelf }

func (f file) log() ledger.Log {
	return ledger.Log{Leaves: f.leaves, Hashes: f.hashes, Top: f.top, Values: f.values}
}

func (f file) clone() file {
	return file{maps.Clone(f.leaves), maps.Clone(f.hashes), maps.Clone(f.top), maps.Clone(f.values)}
}

func event(n int) den.Event {
	return den.Event{ID: den.ID(fmt.Sprintf("evt_%d", n)), At: noon().Add(time.Duration(n) * time.Minute),
		Actor: "per_1", Act: "lease.live", Subject: "lea_1", Say: fmt.Sprintf("Thing %d happened.", n)}
}

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func written(t testing.TB, n int) file {
	t.Helper()
	f := file{shelf{}, shelf{}, shelf{}, shelf{}}
	if err := f.log().Create(); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		seq, err := f.log().Append(event(i))
		if err != nil || seq != uint64(i) {
			t.Fatalf("append %d: %d, %v", i, seq, err)
		}
	}
	return f
}

func key(n uint64) string { return string(binary.BigEndian.AppendUint64(nil, n)) }

func verify(t testing.TB, f file) []ledger.Fault {
	t.Helper()
	faults, err := f.log().Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return faults
}

func TestAnUntouchedRecordHasNoFault(t *testing.T) {
	for n := range 70 {
		f := written(t, n)
		if faults := verify(t, f); len(faults) > 0 {
			t.Fatalf("%d events: %v", n, faults)
		}
		for seq := range n {
			if e, err := f.log().Read(uint64(seq)); err != nil || e.Say != event(seq).Say {
				t.Fatalf("read %d of %d: %+v, %v", seq, n, e, err)
			}
		}
	}
}

func TestTamperingIsNamed(t *testing.T) {
	const size = 42
	other := written(t, 50)
	for _, c := range []struct {
		does   string
		tamper func(f file)
		place  string
	}{
		{"change an event", func(f file) {
			f.leaves[key(17)] = bytes.Replace(f.leaves[key(17)], []byte("Thing 17"), []byte("Thing 71"), 1)
		}, "event 17"},
		{"change one bit of an event", func(f file) { f.leaves[key(41)] = flip(f.leaves[key(41)], 30) }, "event 41"},
		{"remove the first event", func(f file) { delete(f.leaves, key(0)) }, "event 0"},
		{"remove an event", func(f file) { delete(f.leaves, key(17)) }, "event 17"},
		{"remove the last event", func(f file) { delete(f.leaves, key(41)) }, "event 41"},
		{"swap two events", func(f file) { f.leaves[key(3)], f.leaves[key(9)] = f.leaves[key(9)], f.leaves[key(3)] }, "event 3"},
		{"remove an event and move the rest down", func(f file) {
			for n := uint64(17); n < 41; n++ {
				f.leaves[key(n)] = f.leaves[key(n+1)]
			}
			delete(f.leaves, key(41))
		}, "event 17"},
		{"insert an event", func(f file) {
			for n := uint64(42); n > 17; n-- {
				f.leaves[key(n)] = f.leaves[key(n-1)]
			}
			f.leaves[key(17)] = []byte(`{"Seq":17,"Say":"Invented."}`)
		}, "event 17"},
		{"add an event behind the end", func(f file) { f.leaves[key(42)] = other.leaves[key(42)] }, "event 42"},
		{"add a leaf that has no position", func(f file) { f.leaves["x"] = []byte("{}") }, "record"},
		{"change the hash of an event", func(f file) { at(f, 0, 17)[5] ^= 1 }, "the hash of event 17"},
		{"remove the hash of an event", func(f file) { delete(f.hashes, hashKey(0, 17)) }, "the hash of event 17"},
		{"change a hash over events", func(f file) { at(f, 3, 1)[5] ^= 1 }, "the hash over events 8 to 15"},
		{"remove a hash over events", func(f file) { delete(f.hashes, hashKey(2, 4)) }, "the hash over events 16 to 19"},
		{"add a hash", func(f file) { f.hashes[key(1000)] = make([]byte, 32) }, "record hashes"},
		{"change an event together with its hash", func(f file) {
			f.leaves[key(17)] = bytes.Replace(f.leaves[key(17)], []byte("Thing 17"), []byte("Thing 71"), 1)
			h := tlog.RecordHash(f.leaves[key(17)])
			f.hashes[hashKey(0, 17)] = h[:]
		}, "the hash over events 16 to 17"},
		{"change the root", func(f file) { f.top["root"] = flip(f.top["root"], 3) }, "record head"},
		{"remove the head", func(f file) { delete(f.top, "size") }, "record head"},
		{"make the record shorter in its head", func(f file) { f.top["size"] = []byte(key(40)) }, "event 40"},
	} {
		t.Run(c.does, func(t *testing.T) {
			f := written(t, size).clone()
			c.tamper(f)
			faults := verify(t, f)
			if len(faults) == 0 {
				t.Fatal("nobody noticed")
			}
			if faults[0].Place != c.place || !strings.HasSuffix(faults[0].Say, ".") {
				t.Errorf("the first fault is %q: %s; want %q", faults[0].Place, faults[0].Say, c.place)
			}
			t.Log(faults[0].Say)
		})
	}
}

func TestOneChangedEventIsOneFault(t *testing.T) {
	for seq := range uint64(42) {
		f := written(t, 42)
		f.leaves[key(seq)] = flip(f.leaves[key(seq)], 70)
		if faults := verify(t, f); len(faults) != 1 || faults[0].Place != fmt.Sprintf("event %d", seq) {
			t.Errorf("event %d was changed: %v", seq, faults)
		}
		if _, err := f.log().Read(seq); err == nil {
			t.Errorf("event %d was changed and could be read", seq)
		}
	}
}

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

func hashKey(level int, n int64) string { return key(uint64(tlog.StoredHashIndex(level, n))) }

func at(f file, level int, n int64) []byte {
	b := bytes.Clone(f.hashes[hashKey(level, n)])
	f.hashes[hashKey(level, n)] = b
	return b
}

func TestARewrittenRecordFailsAgainstAnOldCheckpoint(t *testing.T) {
	honest := written(t, 30)
	old, _ := honest.log().Head()
	for n := 30; n < 42; n++ {
		_, _ = honest.log().Append(event(n))
	}
	if faults, err := honest.log().Extends(old); len(faults) > 0 || err != nil {
		t.Fatalf("the honest record: %v %v", faults, err)
	}
	forged := file{shelf{}, shelf{}, shelf{}, shelf{}}
	_ = forged.log().Create()
	for n := range 42 {
		e := event(n)
		if n == 17 {
			e.Say = "Nothing happened."
		}
		_, _ = forged.log().Append(e)
	}
	if faults := verify(t, forged); len(faults) > 0 { // the control: by itself it is sound
		t.Fatalf("the forged record by itself: %v", faults)
	}
	if faults, err := forged.log().Extends(old); len(faults) != 1 || err != nil {
		t.Errorf("the forged record: %v %v", faults, err)
	}
	short := written(t, 29)
	if faults, err := short.log().Extends(old); len(faults) != 1 || err != nil {
		t.Errorf("the shortened record: %v %v", faults, err)
	}
}

func TestProofs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(rt, "events")
		seq := uint64(rapid.IntRange(0, n-1).Draw(rt, "seq"))
		was := rapid.IntRange(0, n).Draw(rt, "old")
		f := written(t, was)
		old, _ := f.log().Head()
		for i := was; i < n; i++ {
			_, _ = f.log().Append(event(i))
		}
		p, err := f.log().Prove(seq)
		if err != nil {
			rt.Fatal(err)
		}
		if e, signed, err := p.Check(""); err != nil || signed || e.Seq != seq {
			rt.Fatalf("check: %+v %v %v", e, signed, err)
		}
		wrong := p
		wrong.Leaf = strings.Replace(p.Leaf, "Thing", "Think", 1)
		if _, _, err := wrong.Check(""); err == nil {
			rt.Fatal("a changed event was proved")
		}
		wrong = p
		if wrong.Seq = (seq + 1) % uint64(n); wrong.Seq != seq {
			if _, _, err := wrong.Check(""); err == nil {
				rt.Fatal("an event was proved at another position")
			}
		}
		c, err := f.log().ProveExtends(old)
		if err != nil || c.Check() != nil {
			rt.Fatalf("consistency from %d to %d: %v, %v", was, n, err, c.Check())
		}
		c.Old.Root = strings.Map(func(r rune) rune { return 'a' }, c.Old.Root)
		if c.Check() == nil {
			rt.Fatal("a record that never was is consistent")
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	f := written(b, 1000)
	for b.Loop() {
		if _, err := f.log().Append(event(1)); err != nil {
			b.Fatal(err)
		}
	}
}
