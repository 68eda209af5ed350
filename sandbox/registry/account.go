package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"go.etcd.io/bbolt"
)

// reckon adds up what every owner keeps: each blob once, however many of its
// repositories hold it, manifests, and uploads that go on.
func (r *Registry) reckon() error {
	return r.db.View(func(b *bbolt.Tx) error {
		sizes := b.Bucket(blobsBucket)
		err := b.Bucket(ownersBucket).ForEachBucket(func(name []byte) error {
			return b.Bucket(ownersBucket).Bucket(name).ForEach(func(digest, _ []byte) error {
				r.used[string(name)] += count(sizes.Get(digest))
				return nil
			})
		})
		if err != nil {
			return err
		}
		err = b.Bucket(reposBucket).ForEachBucket(func(name []byte) error {
			return repository(b, string(name)).each(func(_ Digest, m record) error {
				r.used[owner(string(name))] += int64(len(m.Text))
				return nil
			})
		})
		if err != nil {
			return err
		}
		return b.Bucket(uploadsBucket).ForEach(func(id, raw []byte) error {
			var u begun
			if err := json.Unmarshal(raw, &u); err != nil {
				return err
			}
			info, err := os.Stat(r.path("uploads", string(id)))
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			r.used[owner(u.Repo)] += info.Size()
			return nil
		})
	})
}

// Used is how many bytes an owner keeps, uploads that go on included.
func (r *Registry) Used(owner string) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.used[owner]
}

// take counts bytes against an owner, or refuses. coming are those of the same upload
// that were counted before, and go where this is refused.
func (r *Registry) take(owner string, n, coming int64) error {
	most := r.Quota(owner)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.used[owner]+n > most {
		return Denied{fmt.Sprintf("This would take %s past its %s for images; it keeps %s already. Delete images that you no longer need, or ask the operator for more room.",
			owner, amount(most), amount(r.used[owner]-coming))}
	}
	r.used[owner] += n
	return nil
}

func (r *Registry) give(owner string, n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used[owner] -= n
}

// spaceKept is what pushes leave free of the disk, in bytes: the den writes its records
// there, and what it runs has to start.
const spaceKept = 512 << 20

// hold writes that one more repository of its owner holds a blob, and says whether it is the first.
func hold(b *bbolt.Tx, owner string, d Digest) (first bool, err error) {
	o, err := b.Bucket(ownersBucket).CreateBucketIfNotExists([]byte(owner))
	if err != nil {
		return false, err
	}
	n := count(o.Get([]byte(d)))
	return n == 0, o.Put([]byte(d), number(n+1))
}

// release undoes hold, and says whether it was the last.
func release(b *bbolt.Tx, owner string, d Digest) (last bool, err error) {
	o := b.Bucket(ownersBucket).Bucket([]byte(owner))
	if o == nil {
		return false, nil
	}
	if n := count(o.Get([]byte(d))); n > 1 {
		return false, o.Put([]byte(d), number(n-1))
	}
	return true, o.Delete([]byte(d))
}

// amount is a number of bytes as people say it.
func amount(n int64) string {
	const kilo, mega, giga = 1 << 10, 1 << 20, 1 << 30
	switch {
	case n >= giga:
		return fmt.Sprintf("%.1f GB", float64(n)/giga)
	case n >= mega:
		return fmt.Sprintf("%.1f MB", float64(n)/mega)
	}
	return fmt.Sprintf("%.1f KB", float64(n)/kilo)
}
