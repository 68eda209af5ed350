package registry

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"time"

	"go.etcd.io/bbolt"
)

// Collected is what Collect took away.
type Collected struct {
	Uploads   int // that nobody went on with
	Manifests int // that no tag, index or release named
	Blobs     int // files
	Bytes     int64
}

// Collect takes away what nothing refers to and nobody asked for within Grace. Pushes go
// on meanwhile: each repository is cleaned in a transaction, and each file removed by
// itself, so that nobody waits for more than one of them.
func (r *Registry) Collect(ctx context.Context) (c Collected, err error) {
	if c.Uploads, err = r.expire(); err != nil {
		return c, err
	}
	var repos []string
	for name, err := range r.Repositories(ctx, "") {
		if err != nil {
			return c, err
		}
		repos = append(repos, name)
	}
	for _, name := range repos {
		n, err := r.tidy(ctx, name)
		c.Manifests += n
		if err != nil {
			return c, err
		}
	}
	if c.Blobs, c.Bytes, err = r.drop(ctx); err != nil {
		return c, err
	}
	return c, r.strays(ctx)
}

// old says that nothing has touched a thing for so long that nobody is about to refer to
// it. What happened before this process began is not known, so that counts as now.
func (r *Registry) old(d Digest, at time.Time) bool {
	r.mu.Lock()
	seen := r.touched[d]
	r.mu.Unlock()
	for _, t := range []time.Time{at, seen, r.began} {
		if r.now().Sub(t) < r.Grace {
			return false
		}
	}
	return true
}

// uploadGrace is how long an upload waits for its next part. Docker begins a cut push
// anew, so what waits longer is hardly ever gone on with, and counts against its owner.
const uploadGrace = time.Hour

// expire gives up uploads that nobody goes on with.
func (r *Registry) expire() (n int, err error) {
	var all []string
	rows := map[string]begun{}
	err = r.db.View(func(b *bbolt.Tx) error {
		return b.Bucket(uploadsBucket).ForEach(func(id, raw []byte) error {
			var u begun
			all = append(all, string(id))
			err := json.Unmarshal(raw, &u)
			rows[string(id)] = u
			return err
		})
	})
	if err != nil {
		return 0, err
	}
	for _, id := range all {
		if r.now().Sub(rows[id].At) < uploadGrace {
			continue // begun so lately that nobody can have left it; its pusher must not find it busy
		}
		u, err := r.takeUpload(rows[id].Repo, id)
		if err != nil {
			continue // somebody writes to it, or it became a blob meanwhile
		}
		if r.now().Sub(u.at) >= uploadGrace {
			err = u.cancel()
			n++
		}
		u.leave()
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// tidy takes manifests out of a repository that nothing names, and then blobs that no
// manifest names.
func (r *Registry) tidy(ctx context.Context, repo string) (n int, err error) {
	wanted := map[Digest]bool{}
	var all []Digest
	err = r.db.View(func(b *bbolt.Tx) error {
		return repository(b, repo).each(func(d Digest, _ record) error {
			all = append(all, d)
			return nil
		})
	})
	for _, d := range all {
		if err == nil {
			_, wanted[d], err = r.Wanted(ctx, repo, d)
		}
	}
	if err != nil {
		return 0, err
	}
	freed := int64(0)
	err = r.db.Update(func(b *bbolt.Tx) error {
		n, freed = 0, 0
		s := repository(b, repo)
		stay, err := s.named(func(d Digest, m record) bool {
			known, asked := wanted[d]
			return known || !asked || !r.old(d, m.At)
		})
		if err != nil {
			return err
		}
		return s.sweep(b, stay, func(manifest bool, bytes int64) {
			freed += bytes
			if manifest {
				n++
			}
		}, func(d Digest, at time.Time) bool { return !r.old(d, at) }, repo)
	})
	if err == nil {
		r.give(owner(repo), freed)
	}
	return n, err
}

// named finds the manifests that stay: those that a tag names or that keep says must, and
// what these lead to, subjects and those that refer to them included.
func (s shelf) named(keep func(Digest, record) bool) (map[Digest]record, error) {
	all, stay := map[Digest]record{}, map[Digest]record{}
	var queue []Digest
	err := s.each(func(d Digest, m record) error {
		m.Text, m.Annotations = nil, nil
		all[d] = m
		if keep(d, m) {
			queue = append(queue, d)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = s.tags.ForEach(func(_, digest []byte) error {
		queue = append(queue, Digest(digest))
		return nil
	})
	bySubject := map[Digest][]Digest{}
	for d, m := range all {
		if m.Subject != "" {
			bySubject[m.Subject] = append(bySubject[m.Subject], d)
		}
	}
	for len(queue) > 0 {
		d := queue[0]
		queue = queue[1:]
		m, there := all[d]
		if _, seen := stay[d]; seen || !there {
			continue
		}
		stay[d] = m
		queue = append(queue, m.Manifests...)
		queue = append(queue, bySubject[d]...)
	}
	return stay, err
}

// sweep takes out of a repository what does not stay.
func (s shelf) sweep(b *bbolt.Tx, stay map[Digest]record, gone func(manifest bool, bytes int64), young func(Digest, time.Time) bool, repo string) error {
	needed := map[Digest]bool{}
	lost := map[Digest]record{}
	err := s.each(func(d Digest, m record) error {
		if _, ok := stay[d]; !ok {
			lost[d] = m
			return nil
		}
		for _, blob := range m.Blobs {
			needed[blob] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for d, m := range lost {
		if err := s.remove(d, m); err != nil {
			return err
		}
		gone(true, int64(len(m.Text)))
	}
	var idle []Digest
	err = s.blobs.ForEach(func(digest, at []byte) error {
		if d := Digest(digest); !needed[d] && !young(d, moment(at)) {
			idle = append(idle, d)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, d := range idle {
		bytes, err := s.unlink(b, repo, d)
		if err != nil {
			return err
		}
		gone(false, bytes)
	}
	return nil
}

// drop removes the files of blobs that no repository holds.
func (r *Registry) drop(ctx context.Context) (n int, bytes int64, err error) {
	var idle []Digest
	err = r.db.View(func(b *bbolt.Tx) error {
		return b.Bucket(blobsBucket).ForEach(func(digest, row []byte) error {
			d := Digest(digest)
			if len(row) >= 16 && r.old(d, moment(row[8:])) && !isHeld(b, d) {
				idle = append(idle, d)
			}
			return nil
		})
	})
	for _, d := range idle {
		if err != nil || ctx.Err() != nil {
			break
		}
		var size int64
		if size, err = r.dropOne(d); err == nil && size >= 0 {
			n, bytes = n+1, bytes+size
		}
	}
	return n, bytes, err
}

// dropOne removes one file, where still nobody holds it; -1 where somebody does. While it
// is done no push can put the same blob in its place.
func (r *Registry) dropOne(d Digest) (size int64, err error) {
	r.placing.Lock()
	defer r.placing.Unlock()
	if r.copying.Load() > 0 {
		return -1, nil // the next collection does it
	}
	err = r.db.Update(func(b *bbolt.Tx) error {
		if isHeld(b, d) {
			size = -1
			return nil
		}
		size = count(b.Bucket(blobsBucket).Get([]byte(d)))
		return b.Bucket(blobsBucket).Delete([]byte(d))
	})
	if err != nil || size < 0 {
		return size, err
	}
	if err := os.Remove(r.file(d)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	r.mu.Lock()
	delete(r.touched, d)
	r.mu.Unlock()
	return size, nil
}

func isHeld(b *bbolt.Tx, d Digest) bool {
	yes := false
	_ = b.Bucket(ownersBucket).ForEachBucket(func(name []byte) error {
		yes = yes || b.Bucket(ownersBucket).Bucket(name).Get([]byte(d)) != nil
		return nil
	})
	return yes
}
