package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"innovationden/orchestrator/den"
)

// A flipped byte anywhere in the file is refused at the start, or named by Check, or
// was of no use; whatever is read is what was written, or an error in words. Nothing
// panics.
func TestAFlippedByteIsNeverReadAsTheTruth(t *testing.T) {
	path := filepath.Join(t.TempDir(), "den.db")
	db := openedAt(t, path, Options{Reserve: -1})
	for n := range 60 {
		must(t, db.Update(t.Context(), begin(n)))
	}
	want := everything(t, db)
	used := int(db.used(t))
	must(t, db.Close())
	good, err := os.ReadFile(path)
	must(t, err)
	good = good[:used]
	seed := seeded(t)
	chance := rand.New(rand.NewPCG(seed, 2))
	refused, named, harmless := 0, 0, 0
	for n := range 150 {
		at := chance.IntN(used)
		if n%5 == 0 { // the two heads
			at = n%2*4096 + chance.IntN(80)
		}
		must(t, os.WriteFile(path, flipped(good, at), 0o600))
		db, err := Open(path, Options{Now: noon, Reserve: -1})
		if err != nil {
			if !errors.Is(err, ErrDamaged) && den.KindOf(err) != den.Internal && den.KindOf(err) != den.Invalid {
				t.Errorf("byte %d: refused with %v", at, err)
			}
			refused++
			continue
		}
		faults, err := db.Check(t.Context())
		switch {
		case err != nil:
			t.Errorf("byte %d: %v", at, err)
		case len(faults) > 0:
			named++
			onlyTruth(t, at, db, want)
		default:
			harmless++
			if got := everything(t, db); !reflect.DeepEqual(got, want) {
				t.Errorf("byte %d: nobody noticed, and something else is read", at)
			}
		}
		_ = db.Close()
	}
	if !t.Failed() {
		t.Logf("figure: %d flipped bytes, 0 violations", refused+named+harmless)
	}
	t.Logf("%d refused, %d named, %d of no use", refused, named, harmless)
	if named == 0 || refused == 0 {
		t.Error("no flip was found: the test flips nothing that matters")
	}
}

// The newest head is damaged: that takes the last change back, so it is said. Whoever
// accepts it can go on, and the file is whole again.
func TestADamagedHeadIsSaidAndCanBeAccepted(t *testing.T) {
	for page := range 2 {
		path := filepath.Join(t.TempDir(), "den.db")
		db := openedAt(t, path, Options{Reserve: -1})
		for n := range 5 {
			must(t, db.Update(t.Context(), begin(n)))
		}
		must(t, db.Close())
		good, err := os.ReadFile(path)
		must(t, err)
		must(t, os.WriteFile(path, flipped(good, page*4096+50), 0o600))
		if _, err := Open(path, Options{Now: noon}); !errors.Is(err, errOneHead) {
			t.Fatalf("head %d: %v", page, err)
		}
		db = openedAt(t, path, Options{OlderHead: true})
		got := everything(t, db)
		if len(got.leases) < 4 || len(got.events) != len(got.leases) {
			t.Errorf("head %d: %d leases, %d events", page, len(got.leases), len(got.events))
		}
		must(t, db.Update(t.Context(), begin(7)))
		wholeAndClosed(t, db)
		wholeAndClosed(t, openedAt(t, path, Options{}))
	}
}

func (db *DB) used(t *testing.T) (n int64) {
	must(t, db.view(t.Context(), func(x *tx) error { n = x.b.Size(); return nil }))
	return n
}

type contents struct {
	leases []den.Lease
	events []den.Event
}

func everything(t *testing.T, db *DB) (c contents) {
	t.Helper()
	must(t, db.View(t.Context(), func(tx den.Tx) error {
		leases, err := tx.Leases().List(den.Query{Index: den.LeasesByPhase, Key: string(den.Requested), Limit: 1000})
		if err != nil {
			return err
		}
		events, err := tx.Events(den.Query{Limit: 1000})
		c = contents{leases.Items, events.Items}
		return err
	}))
	return c
}

// onlyTruth reads each thing by itself: it is what was written, or an error.
func onlyTruth(t *testing.T, at int, db *DB, want contents) {
	t.Helper()
	must(t, db.View(t.Context(), func(tx den.Tx) error {
		for n, l := range want.leases {
			got, err := tx.Leases().Get(l.ID)
			if err == nil && !reflect.DeepEqual(got, l) {
				t.Errorf("byte %d: lease %d is %+v", at, n, got)
			}
			var said *den.Error
			if err != nil && !errors.As(err, &said) {
				t.Errorf("byte %d: lease %d: %v", at, n, err)
			}
		}
		for n, e := range want.events {
			if got, err := tx.Event(uint64(n)); err == nil && !reflect.DeepEqual(got, e) {
				t.Errorf("byte %d: event %d is %+v", at, n, got)
			}
		}
		_, _ = tx.Leases().List(den.Query{Index: den.LeasesByDue, Limit: 1000})
		_, _ = tx.Events(den.Query{Index: den.EventsBySubject, Key: "lea_000001"})
		return nil
	}))
}

// What was changed in the file with a tool for bbolt files is named by Check.
func TestCheckNamesWhatWasTamperedWith(t *testing.T) {
	first := []byte("lea_000000")
	for _, c := range []struct {
		does, place string
		tamper      func(*tx) error
	}{
		{"change a record", `leases "lea_000000"`, func(x *tx) error {
			b := x.bucket("leases")
			return b.Put(first, bytes.Replace(b.Get(first), []byte("name-0"), []byte("name-9"), 1))
		}},
		{"remove a record", `leases_by_trial "\x00\x05tri_1lea_000000"`, func(x *tx) error { return x.bucket("leases").Delete(first) }},
		{"copy a record to another key", `leases "lea_000009"`, func(x *tx) error {
			return x.bucket("leases").Put([]byte("lea_000009"), bytes.Clone(x.bucket("leases").Get(first)))
		}},
		{"forge a record under another key", `leases "lea_000009"`, func(x *tx) error {
			value, _ := encode("leases", []byte("lea_000009"), lease("lea_000001", "forged"))
			return x.bucket("leases").Put([]byte("lea_000009"), value)
		}},
		{"remove an index row", `leases "lea_000000"`, func(x *tx) error {
			return x.index([]byte(den.LeasesByTrial)).Delete(append(prefix("tri_1"), first...))
		}},
		{"add an index row", `leases_by_trial "\x00\x05tri_9lea_000000"`, func(x *tx) error {
			return x.index([]byte(den.LeasesByTrial)).Put(append(prefix("tri_9"), first...), first)
		}},
		{"lead an index row elsewhere", `leases "lea_000000"`, func(x *tx) error {
			return x.index([]byte(den.LeasesByTrial)).Put(append(prefix("tri_1"), first...), []byte("lea_000001"))
		}},
		{"change a count", "leases", func(x *tx) error { return x.count("leases", "", 1) }},
		{"remove a count", `leases_by_phase "requested"`, func(x *tx) error {
			return x.bucket("counts").Delete(countKey("leases_by_phase", "requested"))
		}},
		{"add a count", `leases_by_phase "live"`, func(x *tx) error { return x.count("leases_by_phase", "live", 2) }},
		{"remove a session's place", fmt.Sprintf("session %x", hashed("t")), func(x *tx) error {
			return x.bucket("sessions_by_expiry").Delete(append(instant(noon()), hashed("t")...))
		}},
		{"change an event", "event 2", func(x *tx) error {
			b := x.log().Leaves
			return b.Put(position(2), bytes.Replace(b.Get(position(2)), []byte("lea_000002"), []byte("lea_000001"), 1))
		}},
		{"remove an event", "event 2", func(x *tx) error {
			return x.bucket("record").Bucket.Bucket(leavesBucket).Delete(position(2))
		}},
		{"remove a row of an event", "event 2", func(x *tx) error {
			return x.index([]byte(den.EventsBySubject)).Delete(append(prefix("lea_000002"), position(2)...))
		}},
		{"add a row of an event", `events_by_subject "\x00\x05lea_x\x00\x00\x00\x00\x00\x00\x00\x02"`, func(x *tx) error {
			return x.index([]byte(den.EventsBySubject)).Put(append(prefix("lea_x"), position(2)...), []byte{})
		}},
		{"add a row of no event", `events_by_actor "\x00\x05lea_x\x00\x00\x00\x00\x00\x00\x00c"`, func(x *tx) error {
			return x.index([]byte(den.EventsByActor)).Put(append(prefix("lea_x"), position(99)...), []byte{})
		}},
	} {
		t.Run(c.does, func(t *testing.T) {
			db := opened(t, Options{NoSync: true, Reserve: -1})
			for n := range 5 {
				must(t, db.Update(t.Context(), begin(n)))
			}
			must(t, db.Sessions().Commit("t", nil, noon()))
			if faults, err := db.Check(t.Context()); len(faults) > 0 || err != nil {
				t.Fatalf("before: %v %v", faults, err)
			}
			must(t, db.update(t.Context(), func(x *tx) error { x.wrote = true; return c.tamper(x) }))
			faults, err := db.Check(t.Context())
			if err != nil || len(faults) == 0 || faults[0].Place != c.place {
				t.Errorf("got %+v, %v; want %s first", faults, err, c.place)
			}
		})
	}
}

func position(n byte) []byte { return []byte{0, 0, 0, 0, 0, 0, 0, n} }
