package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"cuelabs.dev/go/oci/ociregistry"
	"go.etcd.io/bbolt"

	"innovationden/sandbox"
)

// Config is what a registry is handed. Dir, Now and Name must be there.
type Config struct {
	Dir  string // a folder of its own; made where it is not there
	Now  func() time.Time
	Name func() string // an unguessable name, of letters and digits

	// Quota is how many bytes an owner may keep here; nil: DefaultQuota for all.
	Quota func(owner string) int64
	// Wanted says whether a manifest must stay, whatever its repository says of it,
	// because the den runs it; nil: nothing must. Its name is what a refusal calls it.
	Wanted func(ctx context.Context, repo string, d Digest) (name string, yes bool, err error)
	// Grace is how long what nothing refers to is kept: pushes send layers first and
	// what refers to them last; 0: a day.
	Grace time.Duration
	// Free is how many bytes are free where Dir is; nil: the disk is asked. Where it fails,
	// only the quota bounds what is pushed.
	Free func() (int64, error)
	Log  *slog.Logger // nil: nothing is logged
}

// DefaultQuota is what an owner may keep where nobody says otherwise, in bytes.
const DefaultQuota = 10 << 30

// Registry keeps images. It is safe for use by many goroutines.
type Registry struct {
	*ociregistry.Funcs
	Config

	db    *bbolt.DB
	began time.Time

	// placing is held to put a file in its place and write that it is there, and to
	// write that it is gone and remove it: the two never cross.
	placing sync.Mutex
	copying atomic.Int32 // backups that are being made: nothing is removed meanwhile

	mu      sync.Mutex
	used    map[string]int64     // owner → bytes, uploads that go on included
	uploads map[string]*upload   // those that a request of this process touched
	touched map[Digest]time.Time // blobs that somebody asked for: a push may be about to refer to them
}

var _ ociregistry.Interface = (*Registry)(nil)

// Open opens the registry in a folder, which only one process may have open.
func Open(c Config) (*Registry, error) {
	if c.Grace <= 0 {
		c.Grace = 24 * time.Hour
	}
	if c.Quota == nil {
		c.Quota = func(string) int64 { return DefaultQuota }
	}
	if c.Wanted == nil {
		c.Wanted = func(context.Context, string, Digest) (string, bool, error) { return "", false, nil }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Free == nil {
		c.Free = func() (int64, error) { return sandbox.FreeOf(c.Dir) }
	}
	r := &Registry{Config: c, used: map[string]int64{}, uploads: map[string]*upload{}, touched: map[Digest]time.Time{}, began: c.Now().UTC()}
	for _, dir := range []string{r.path("uploads"), r.path("blobs", "sha256"), r.path("blobs", "sha512")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("the registry's folder cannot be made: %w", err)
		}
	}
	db, err := bbolt.Open(r.path("registry.db"), 0o600, &bbolt.Options{Timeout: 5 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("the registry's file cannot be opened: %w", err)
	}
	r.db = db
	err = db.Update(layOut)
	if err == nil {
		err = r.reckon()
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return r, nil
}

// Close lets go of the files. Uploads that go on can be resumed after the next Open.
func (r *Registry) Close() error {
	r.mu.Lock()
	all := slices.Collect(maps.Values(r.uploads))
	r.mu.Unlock()
	for _, u := range all { // whoever writes just now finishes first
		u.mu.Lock()
		u.leave()
	}
	return r.db.Close()
}

func (r *Registry) path(parts ...string) string {
	return filepath.Join(append([]string{r.Dir}, parts...)...)
}

// now is the time to write down.
func (r *Registry) now() time.Time { return r.Now().UTC() }

// owner is whom a repository counts against.
func owner(repo string) string {
	name, _, _ := strings.Cut(repo, "/")
	return name
}
