package bolt

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"innovationden/orchestrator/den"
)

func TestABackupUnderLoadIsOneMoment(t *testing.T) {
	db := opened(t, Options{NoSync: true})
	for n := range 100 {
		must(t, db.Update(t.Context(), begin(n)))
	}
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				if err := db.Update(t.Context(), begin(1_000_000*(w+1)+n)); err != nil {
					t.Errorf("write: %v", err)
					return
				}
			}
		})
	}
	for range 5 {
		path := filepath.Join(t.TempDir(), "copy.db")
		f, err := os.Create(path)
		must(t, err)
		n, err := db.Backup(t.Context(), f)
		must(t, errors.Join(err, f.Close()))
		if info, err := os.Stat(path); err != nil || info.Size() != n {
			t.Errorf("%d bytes were said, %v, %v", n, info.Size(), err)
		}
		kept := openedAt(t, path, Options{ReadOnly: true})
		must(t, kept.View(t.Context(), func(tx den.Tx) error {
			leases, err := tx.Leases().Count(den.Query{})
			head, _ := tx.Head()
			if uint64(leases) != head.Size || leases < 100 {
				t.Errorf("%d leases and %d events", leases, head.Size)
			}
			return err
		}))
		wholeAndClosed(t, kept)
	}
	stop()
	writers.Wait()
	wholeAndClosed(t, db)
}

func TestABackupEndsWithItsContext(t *testing.T) {
	db := opened(t, Options{})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := db.Backup(ctx, new(discard)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

type discard struct{}

func (*discard) Write(p []byte) (int, error) { return len(p), nil }
