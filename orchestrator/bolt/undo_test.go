package bolt

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"innovationden/orchestrator/den"
)

// A group in which some fail leaves byte for byte the file that the others alone make,
// one after the other.
func TestAGroupIsWhatItsGoodMembersAreOneByOne(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		together, alone := opened(t, Options{NoSync: true, Reserve: -1}), opened(t, Options{NoSync: true, Reserve: -1})
		defer together.Close()
		defer alone.Close()
		for range rapid.IntRange(1, 4).Draw(rt, "groups") {
			members := rapid.SliceOfN(member(), 1, 8).Draw(rt, "members")
			for _, m := range members {
				_ = together.run(t.Context(), m.change)
			}
			together.finish()
			for _, m := range members {
				if !m.fails {
					must(t, alone.update(t.Context(), m.change))
				}
			}
			if got, want := dump(t, together), dump(t, alone); !maps.Equal(got, want) {
				for _, key := range slices.Sorted(maps.Keys(want)) {
					if got[key] != want[key] {
						rt.Logf("%q: %q, want %q", key, got[key], want[key])
					}
				}
				rt.Fatalf("%d rows, want %d", len(got), len(want))
			}
		}
	})
}

type move struct {
	Do   int
	Key  int
	Name int
}

type plan struct {
	moves []move
	fails bool
}

func member() *rapid.Generator[plan] {
	return rapid.Custom(func(rt *rapid.T) plan {
		moves := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) move {
			return move{rapid.IntRange(0, 4).Draw(rt, "do"), rapid.IntRange(0, 4).Draw(rt, "key"), rapid.IntRange(0, 6).Draw(rt, "name")}
		}), 1, 8).Draw(rt, "moves")
		return plan{moves, rapid.Bool().Draw(rt, "fails")}
	})
}

func (p plan) change(x *tx) error {
	for _, s := range p.moves {
		id := den.ID(fmt.Sprintf("lea_%06d", s.Key))
		switch s.Do {
		case 0, 1:
			l, err := x.Leases().Get(id)
			if err != nil {
				l = lease(string(id), "")
			}
			l.Name, l.Department = fmt.Sprint(s.Name), den.ID(fmt.Sprint(s.Name%2))
			_, _ = x.Leases().Put(l) // a name that is taken is refused: nothing changes
		case 2:
			_ = x.Leases().Delete(id)
		case 3:
			if _, err := x.Record(den.Event{At: noon(), Subject: id, Actor: den.ID(fmt.Sprint(s.Name))}); err != nil {
				return err
			}
		case 4:
			x.wrote = true
			if err := forget(x, hashed(fmt.Sprint(s.Key))); err != nil {
				return err
			}
			if err := x.bucket("sessions").Put(hashed(fmt.Sprint(s.Key)), instant(noon())); err != nil {
				return err
			}
			if err := x.bucket("sessions_by_expiry").Put(append(instant(noon()), hashed(fmt.Sprint(s.Key))...), []byte{}); err != nil {
				return err
			}
		}
	}
	if p.fails {
		return errNo
	}
	return nil
}

// dump is everything in a file.
func dump(t *testing.T, db *DB) map[string]string {
	t.Helper()
	all := map[string]string{}
	var walk func(path string, b *bbolt.Bucket) error
	walk = func(path string, b *bbolt.Bucket) error {
		return b.ForEach(func(key, value []byte) error {
			if value == nil {
				return walk(path+"/"+string(key), b.Bucket(key))
			}
			all[path+"/"+string(key)] = "=" + string(value)
			return nil
		})
	}
	must(t, db.b.View(func(b *bbolt.Tx) error {
		return b.ForEach(func(name []byte, bucket *bbolt.Bucket) error { return walk(string(name), bucket) })
	}))
	return all
}
