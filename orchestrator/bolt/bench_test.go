package bolt

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"innovationden/orchestrator/den"
)

// sizes is how many leases and events the benchmarks stand on: 10,000 and, to see that
// it is flat, DEN_BENCH_SIZE (1000000 makes a file of 4 GB).
func sizes(b *testing.B) []int {
	more := os.Getenv("DEN_BENCH_SIZE")
	if more == "" {
		return []int{10_000}
	}
	n, err := strconv.Atoi(more)
	if err != nil {
		b.Fatal(err)
	}
	return []int{10_000, n}
}

// filled makes a file with n leases, most of them ended, and as many events.
func filled(b *testing.B, n int) *DB {
	b.Helper()
	path := filepath.Join(b.TempDir(), "den.db")
	db, err := Open(path, Options{Now: noon, NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	for from := 0; from < n; from += 2000 {
		err := db.Update(b.Context(), func(tx den.Tx) error {
			for i := from; i < min(from+2000, n); i++ {
				l := past(i, n)
				if _, err := tx.Leases().Put(l); err != nil {
					return err
				}
				if _, err := tx.Record(den.Event{ID: "evt_1", At: noon(), Actor: l.AskedBy, Subject: l.ID, About: []den.ID{l.Trial, l.Department}, Act: "lease.requested", Say: "A sandbox was asked for."}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	db, err = Open(path, Options{Now: noon})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db
}

func past(i, n int) den.Lease {
	l := lease(fmt.Sprintf("lea_%026d", i), fmt.Sprintf("quiet-river-%d", i))
	l.Trial, l.Department = den.ID(fmt.Sprintf("tri_%026d", i/2)), den.ID(fmt.Sprintf("dep_%026d", i%40))
	l.Supplier, l.AskedBy = den.ID(fmt.Sprintf("sup_%026d", i%300)), den.ID(fmt.Sprintf("per_%026d", i%500))
	l.Phase, l.Sandbox = den.Ended, fmt.Sprintf("s%07d", i)
	if i > n-200 {
		l.Phase, l.DueAt = den.Live, noon().Add(time.Duration(i-n+100)*time.Second)
	}
	return l
}

func BenchmarkStore(b *testing.B) {
	for _, n := range sizes(b) {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchStore(b, filled(b, n), n) })
	}
}

func benchStore(b *testing.B, db *DB, n int) {
	reads := func(name string, read func(tx den.Tx) error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := db.View(b.Context(), read); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	busy := string(past(0, n).Department)
	at := 0
	reads("get", func(tx den.Tx) error {
		at = (at + 7919) % n
		_, err := tx.Leases().Get(past(at, n).ID)
		return err
	})
	reads("page", func(tx den.Tx) error {
		_, err := tx.Leases().List(den.Query{Index: den.LeasesByDepartment, Key: busy, Newest: true})
		return err
	})
	reads("count", func(tx den.Tx) error {
		_, err := tx.Leases().Count(den.Query{Index: den.LeasesByPhase, Key: string(den.Ended)})
		return err
	})
	reads("due", func(tx den.Tx) error {
		_, err := tx.Leases().List(den.Query{Index: den.LeasesByDue, Until: noon(), Limit: 1000})
		return err
	})
	reads("events", func(tx den.Tx) error {
		_, err := tx.Events(den.Query{Index: den.EventsBySubject, Key: busy, Newest: true})
		return err
	})
	b.Run("change", func(b *testing.B) {
		for b.Loop() {
			at = (at + 7919) % n
			change(b, db, past(at, n).ID)
		}
	})
	b.Run("open", func(b *testing.B) {
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			again, err := Open(db.path, Options{Now: noon})
			if err != nil {
				b.Fatal(err)
			}
			if err := again.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func change(b *testing.B, db *DB, id den.ID) {
	err := db.Update(b.Context(), func(tx den.Tx) error {
		l, err := tx.Leases().Get(id)
		if err != nil {
			return err
		}
		l.Tries++
		if _, err = tx.Leases().Put(l); err != nil {
			return err
		}
		_, err = tx.Record(den.Event{ID: "evt_1", At: noon(), Subject: id, Act: "lease.looked"})
		return err
	})
	if err != nil {
		b.Error(err)
	}
}

// BenchmarkCallers compares one and many callers with a plain bbolt Update of two small
// values, which is two syncs and little else.
func BenchmarkCallers(b *testing.B) {
	db := filled(b, 10_000)
	b.Run("plain", func(b *testing.B) {
		n := 0
		for b.Loop() {
			n++
			err := db.b.Update(func(tx *bbolt.Tx) error {
				return tx.Bucket(countsBucket).Put([]byte("bench"), []byte(fmt.Sprint(n)))
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			b.SetParallelism(max(1, callers/2)) // times GOMAXPROCS, which is 2 here
			if callers == 1 {
				for b.Loop() {
					change(b, db, past(1, 10_000).ID)
				}
				return
			}
			var next atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					change(b, db, past(int(next.Add(1)*7919)%10_000, 10_000).ID)
				}
			})
		})
	}
}
