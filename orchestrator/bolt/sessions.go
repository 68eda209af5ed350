package bolt

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

// Sessions is a store for alexedwards/scs. It keeps the SHA-256 of each token, never
// the token. A session is there until its expiry and not a moment longer, whether it
// was cleaned away or not.
type Sessions struct{ db *DB }

// Sessions gives the sessions of the file.
func (db *DB) Sessions() *Sessions { return &Sessions{db} }

// Find gives the data of a session that has not expired.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// FindCtx is Find.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	now := s.db.options.Now()
	err = s.db.view(ctx, func(t *tx) (err error) {
		defer caught(&err)
		expiry, body, ok := session(t.bucket(string(sessionsBucket)).Get(hashed(token)))
		if found = ok && now.Before(expiry); found {
			data = slices.Clone(body)
		}
		return nil
	})
	return data, found && err == nil, err
}

// Commit keeps a session until its expiry, in place of what was there.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// CommitCtx is Commit.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	key := hashed(token)
	return s.db.update(ctx, func(t *tx) (err error) {
		defer caught(&err)
		if err := forget(t, key); err != nil {
			return err
		}
		t.wrote, t.ends = true, false
		at := instant(expiry)
		if err := t.bucket(string(sessionsBucket)).Put(key, slices.Concat(at, data)); err != nil {
			return err
		}
		return t.bucket(string(expiryBucket)).Put(slices.Concat(at, key), []byte{})
	})
}

// Delete ends a session. Ending what is not there succeeds.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// DeleteCtx is Delete.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.end(ctx, hashed(token))
}

// End ends a session by the key that All gives it.
func (s *Sessions) End(ctx context.Context, key string) error {
	hash, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil || len(hash) != sha256.Size {
		return nil
	}
	return s.end(ctx, hash)
}

func (s *Sessions) end(ctx context.Context, hash []byte) error {
	return s.db.update(ctx, func(t *tx) (err error) {
		defer caught(&err)
		return forget(t, hash)
	})
}

// All gives the data of every session that has not expired, by the hash of its token.
func (s *Sessions) All() (map[string][]byte, error) { return s.AllCtx(context.Background()) }

// AllCtx is All.
func (s *Sessions) AllCtx(ctx context.Context) (map[string][]byte, error) {
	all, now := map[string][]byte{}, s.db.options.Now()
	err := s.db.view(ctx, func(t *tx) (err error) {
		defer caught(&err)
		return t.bucket(string(sessionsBucket)).ForEach(func(key, value []byte) error {
			if expiry, body, ok := session(value); ok && now.Before(expiry) {
				all[base64.RawURLEncoding.EncodeToString(key)] = slices.Clone(body)
			}
			return nil
		})
	})
	return all, err
}

// Clean removes what has expired, at most a thousand at once, and says how many that
// were. It costs nothing when there is nothing to do.
func (s *Sessions) Clean(ctx context.Context) (n int, err error) {
	due := span{low: []byte{}, high: after(instant(s.db.options.Now()))}
	var old [][]byte
	err = s.db.view(ctx, func(t *tx) (err error) {
		defer caught(&err)
		return due.walk(t.bucket(string(expiryBucket)).Cursor(), func(key, _ []byte) (bool, error) {
			old = append(old, slices.Clone(key[8:]))
			return len(old) == mostItems, nil
		})
	})
	if err != nil || len(old) == 0 {
		return 0, err
	}
	now := s.db.options.Now()
	err = s.db.update(ctx, func(t *tx) (err error) {
		defer caught(&err)
		n = 0
		for _, key := range old {
			expiry, _, ok := session(t.bucket(string(sessionsBucket)).Get(key))
			if !ok || now.Before(expiry) {
				continue // renewed meanwhile
			}
			if err := forget(t, key); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// forget removes a session and its place in the order of expiry.
func forget(t *tx, key []byte) error {
	sessions := t.bucket(string(sessionsBucket))
	value := sessions.Get(key)
	if len(value) < 8 {
		return nil
	}
	t.wrote, t.ends = true, true
	if err := t.bucket(string(expiryBucket)).Delete(slices.Concat(value[:8], key)); err != nil {
		return err
	}
	return sessions.Delete(key)
}

func session(value []byte) (expiry time.Time, data []byte, ok bool) {
	if len(value) < 8 {
		return expiry, nil, false
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(value)^1<<63)), value[8:], true
}

func hashed(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// sessions compares the sessions with the order of their expiry, both ways.
func (c *checker) sessions() (err error) {
	defer caught(&err)
	sessions, order := c.tx.bucket(string(sessionsBucket)), c.tx.bucket(string(expiryBucket))
	err = sessions.ForEach(func(key, value []byte) error {
		if len(value) < 8 || order.Get(slices.Concat(value[:8], key)) == nil {
			return c.fault(fmt.Sprintf("session %x", key), "Session %x has no place in the order of expiry.", key)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return order.ForEach(func(key, _ []byte) error {
		if len(key) < 8 || len(sessions.Get(key[8:])) < 8 {
			return c.fault(fmt.Sprintf("session %x", key), "The order of expiry names session %x, which is not there.", key)
		}
		return nil
	})
}
