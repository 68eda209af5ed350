package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"go.etcd.io/bbolt"
)

// upload is a blob on its way. Its bytes lie in a file of its own from the first on, so
// that it can be resumed after a cut line, and after a restart of the den.
type upload struct {
	r    *Registry
	id   string
	repo string

	mu     sync.Mutex // held by the one request that writes
	file   *os.File   // nil: no request writes to it just now
	size   int64
	at     time.Time // of the last request
	closed bool      // it became a blob, or was given up
}

// mostUploads is how many one owner may have under way. Docker has five for each push, and
// what is left of one that was cut goes after an hour.
const mostUploads = 500

// beginUpload begins one. Denied where its owner keeps all that it may already, or has too
// many under way.
func (r *Registry) beginUpload(repo string) (*upload, error) {
	if err := r.take(owner(repo), 0, 0); err != nil {
		return nil, err
	}
	u := &upload{r: r, id: r.Name(), repo: repo, at: r.now()}
	raw, err := json.Marshal(begun{Repo: repo, At: u.at})
	if err != nil {
		return nil, err
	}
	err = r.db.Update(func(b *bbolt.Tx) error {
		n, err := underWay(b, owner(repo))
		if err != nil {
			return err
		}
		if n >= mostUploads {
			return Denied{fmt.Sprintf("%s has %d uploads under way. Let them end first: one that nobody goes on with is given up after an hour.", owner(repo), n)}
		}
		return b.Bucket(uploadsBucket).Put([]byte(u.id), raw)
	})
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.uploads[u.id] = u
	return u, nil
}

// underWay is how many uploads of an owner go on.
func underWay(b *bbolt.Tx, of string) (n int, err error) {
	err = b.Bucket(uploadsBucket).ForEach(func(_, raw []byte) error {
		var u begun
		if err := json.Unmarshal(raw, &u); err != nil {
			return err
		}
		if owner(u.Repo) == of {
			n++
		}
		return nil
	})
	return n, err
}

// resumeUpload finds one to go on with, and keeps others from it until leave.
func (r *Registry) resumeUpload(repo, id string) (*upload, error) {
	u, err := r.takeUpload(repo, id)
	if err == nil {
		u.at = r.now()
	}
	return u, err
}

func (r *Registry) takeUpload(repo, id string) (*upload, error) {
	u, err := r.findUpload(repo, id)
	if err != nil {
		return nil, err
	}
	if !u.mu.TryLock() {
		return nil, errUploadBusy
	}
	if u.closed {
		u.mu.Unlock()
		return nil, errUploadUnknown
	}
	if err := u.open(); err != nil {
		u.mu.Unlock()
		return nil, err
	}
	return u, nil
}

func (r *Registry) findUpload(repo, id string) (*upload, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if u := r.uploads[id]; u != nil {
		if u.repo != repo {
			return nil, errUploadUnknown
		}
		return u, nil
	}
	var found begun
	err := r.db.View(func(b *bbolt.Tx) error {
		raw := b.Bucket(uploadsBucket).Get([]byte(id))
		if raw == nil {
			return errUploadUnknown
		}
		return json.Unmarshal(raw, &found)
	})
	if err != nil {
		return nil, err
	}
	if found.Repo != repo {
		return nil, errUploadUnknown
	}
	u := &upload{r: r, id: id, repo: repo, at: found.At}
	r.uploads[id] = u
	return u, nil
}

func (u *upload) name() string { return u.r.path("uploads", u.id) }

// open gets at the file. What lies there counts, whatever was known of it.
func (u *upload) open() (err error) {
	if u.file != nil {
		return nil
	}
	if u.file, err = os.OpenFile(u.name(), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return err
	}
	u.size, err = u.file.Seek(0, io.SeekEnd)
	return err
}

// leave closes the file, keeps what is in it, and lets the next request in: an upload that
// nobody goes on with holds no descriptor.
func (u *upload) leave() {
	if u.file != nil {
		_ = u.file.Close()
		u.file = nil
	}
	u.mu.Unlock()
}

// write adds what from gives, and counts it against the owner before it is kept. What
// came before a fault stays, so that the rest can follow.
func (u *upload) write(from io.Reader) error {
	const part = 256 << 10
	buffer := make([]byte, part)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if err := u.keep(buffer[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

func (u *upload) keep(b []byte) error {
	if free, err := u.r.Free(); err == nil && free < spaceKept+int64(len(b)) {
		return errFull
	}
	if err := u.r.take(owner(u.repo), int64(len(b)), u.size); err != nil {
		return err
	}
	n, err := u.file.WriteAt(b, u.size)
	u.size += int64(n)
	u.r.give(owner(u.repo), int64(len(b)-n))
	return err
}

// commit makes a blob of what came, where it is what its digest says. A wrong digest
// leaves the upload as it is.
func (u *upload) commit(d Digest) error {
	h, err := hasher(d)
	if err != nil {
		return err
	}
	if _, err := io.Copy(h, io.NewSectionReader(u.file, 0, u.size)); err != nil {
		return err
	}
	if !sum(h, d) {
		return errDigest
	}
	if err := u.file.Sync(); err != nil {
		return err
	}
	u.r.placing.Lock()
	defer u.r.placing.Unlock()
	if err := u.r.place(u.name(), d); err != nil {
		return err
	}
	u.end()
	return u.r.link(u.repo, d, u.size, u.id)
}

// cancel gives an upload up.
func (u *upload) cancel() error {
	if err := os.Remove(u.name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	u.r.give(owner(u.repo), u.size)
	u.end()
	return u.forget()
}

// end is called by who holds u.mu.
func (u *upload) end() {
	u.closed = true
	if u.file != nil {
		_ = u.file.Close()
		u.file = nil
	}
	u.r.mu.Lock()
	defer u.r.mu.Unlock()
	delete(u.r.uploads, u.id)
}

func (u *upload) forget() error {
	return u.r.db.Update(func(b *bbolt.Tx) error { return b.Bucket(uploadsBucket).Delete([]byte(u.id)) })
}
