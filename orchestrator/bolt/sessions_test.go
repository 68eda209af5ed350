package bolt

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// store is what alexedwards/scs v2 asks of a session store (Store, IterableStore,
// CtxStore).
type store interface {
	Find(token string) ([]byte, bool, error)
	Commit(token string, b []byte, expiry time.Time) error
	Delete(token string) error
	All() (map[string][]byte, error)
	FindCtx(ctx context.Context, token string) ([]byte, bool, error)
	CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error
	DeleteCtx(ctx context.Context, token string) error
	AllCtx(ctx context.Context) (map[string][]byte, error)
}

var _ store = (*Sessions)(nil)

func TestSessionsLiveUntilTheirExpiryAndNoLonger(t *testing.T) {
	now := noon()
	path := filepath.Join(t.TempDir(), "den.db")
	db := openedAt(t, path, Options{Now: func() time.Time { return now }, Reserve: -1})
	s := db.Sessions()
	find := func(token, want string) {
		t.Helper()
		data, found, err := s.Find(token)
		if err != nil || string(data) != want || found != (want != "") {
			t.Errorf("find %s: %q %v %v, want %q", token, data, found, err, want)
		}
	}
	find("secret-a", "")
	must(t, s.Commit("secret-a", []byte("anna"), now.Add(time.Hour)))
	must(t, s.Commit("secret-b", []byte("ben"), now.Add(2*time.Hour)))
	must(t, s.Commit("secret-a", []byte("anna again"), now.Add(3*time.Hour)))
	find("secret-a", "anna again")
	now = now.Add(2 * time.Hour)
	find("secret-b", "") // to the moment
	all, err := s.All()
	if len(all) != 1 || err != nil {
		t.Errorf("all: %q %v", all, err)
	}
	if n, err := s.Clean(t.Context()); n != 1 || err != nil {
		t.Errorf("cleaned %d, %v", n, err)
	}
	if n, err := s.Clean(t.Context()); n != 0 || err != nil {
		t.Errorf("cleaned %d more, %v", n, err)
	}
	find("secret-a", "anna again")
	for key := range all {
		must(t, s.End(t.Context(), key))
	}
	must(t, s.End(t.Context(), "nonsense"))
	find("secret-a", "")
	must(t, s.Delete("secret-a"))
	must(t, s.Commit("secret-c", []byte("cara"), now.Add(time.Hour)))
	must(t, s.Delete("secret-c"))
	find("secret-c", "")
	if all, err := s.All(); all == nil || len(all) != 0 || err != nil {
		t.Errorf("all: %q %v", all, err)
	}
	wholeAndClosed(t, db)
	raw, err := os.ReadFile(path)
	must(t, err)
	if bytes.Contains(raw, []byte("secret-")) {
		t.Error("a token stands in the file")
	}
}

func TestCleaningGoesInSteps(t *testing.T) {
	now := noon()
	db := opened(t, Options{Now: func() time.Time { return now }, NoSync: true})
	for n := range mostItems + 5 {
		must(t, db.Sessions().Commit(fmt.Sprint(n), nil, now.Add(time.Minute)))
	}
	now = now.Add(time.Hour)
	for _, want := range []int{mostItems, 5, 0} {
		if n, err := db.Sessions().Clean(t.Context()); n != want || err != nil {
			t.Errorf("cleaned %d, %v; want %d", n, err, want)
		}
	}
	wholeAndClosed(t, db)
}
