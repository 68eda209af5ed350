package bolt

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"

	"go.etcd.io/bbolt"

	"innovationden/orchestrator/den"
)

const (
	usualPage = 50
	mostItems = 1000
)

// span is what a list covers: the rows from low up to, and without, high; nil is no
// end. tag binds a cursor to the list.
type span struct {
	low, high []byte
	newest    bool
	tag       []byte
}

// place binds a span to the name of a list and narrows it to what comes after a
// cursor.
func (s span) place(list string, q den.Query) (span, error) {
	direction := "up"
	if q.Newest {
		direction = "down"
	}
	sum := sha256.Sum256([]byte(list + "\x00" + q.Key + "\x00" + direction))
	s.tag, s.newest = sum[:6], q.Newest
	if q.After == "" {
		return s, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(q.After)
	if err != nil || len(raw) <= len(s.tag) || !bytes.Equal(raw[:len(s.tag)], s.tag) {
		return s, den.Bad("after", "This page of the list is not there any more. Start again at the first page.")
	}
	at := raw[len(s.tag):]
	if bytes.Compare(at, s.low) < 0 {
		return s, den.Bad("after", "This page of the list is not there any more. Start again at the first page.")
	}
	if s.newest {
		if s.high == nil || bytes.Compare(at, s.high) < 0 {
			s.high = at
		}
		return s, nil
	}
	s.low = append(at, 0)
	return s, nil
}

// cursor names the row that a page ended with.
func (s span) cursor(last []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(append([]byte{}, s.tag...), last...))
}

// walk visits the rows of a span in its direction until visit says stop.
func (s span) walk(c *bbolt.Cursor, visit func(key, value []byte) (stop bool, err error)) error {
	step := c.Next
	key, value := c.Seek(s.low)
	if s.newest {
		step = c.Prev
		key, value = s.last(c)
	}
	for ; key != nil && s.holds(key); key, value = step() {
		if stop, err := visit(key, value); stop || err != nil {
			return err
		}
	}
	return nil
}

func (s span) last(c *bbolt.Cursor) (key, value []byte) {
	if s.high == nil {
		return c.Last()
	}
	if key, _ = c.Seek(s.high); key == nil {
		return c.Last()
	}
	return c.Prev()
}

func (s span) holds(key []byte) bool {
	return bytes.Compare(key, s.low) >= 0 && (s.high == nil || bytes.Compare(key, s.high) < 0)
}

func limit(q den.Query) int {
	if q.Limit <= 0 {
		return usualPage
	}
	return min(q.Limit, mostItems)
}
