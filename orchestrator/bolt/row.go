package bolt

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"innovationden/orchestrator/den"
)

// prefix begins every row of one key: its length in two bytes, and the key. No key is
// the beginning of another one's rows.
func prefix(key string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(key))), key...)
}

// instant is a time as eight bytes that sort like the time. Times outside the years
// 1678 to 2262 stand at the ends.
func instant(t time.Time) []byte {
	var nanos int64
	switch {
	case t.Year() < 1678:
		nanos = math.MinInt64
	case t.Year() > 2261:
		nanos = math.MaxInt64
	default:
		nanos = t.UnixNano()
	}
	return binary.BigEndian.AppendUint64(nil, uint64(nanos)^1<<63)
}

// after is the first key behind all that begin with p; nil where there is none.
func after(p []byte) []byte {
	p = slices.Clone(p)
	for i := len(p) - 1; i >= 0; i-- {
		if p[i]++; p[i] != 0 {
			return p[:i+1]
		}
	}
	return nil
}

// row is one line of an index.
type row struct {
	bucket  []byte
	ask     string // what it is asked for
	key     []byte
	unique  string
	counted bool
}

// rows lists the index rows of a record, each once.
func (k kind[T]) rows(rec *T) []row {
	var all []row
	own := []byte(k.key(rec))
	for _, i := range k.indexes {
		for _, start := range i.starts(rec) {
			r := row{bucket: []byte(i.name), ask: start.ask, unique: i.unique, counted: i.counted}
			r.key = append(start.key, own...)
			if !slices.ContainsFunc(all, r.same) {
				all = append(all, r)
			}
		}
	}
	return all
}

func (r row) same(o row) bool {
	return bytes.Equal(r.key, o.key) && bytes.Equal(r.bucket, o.bucket)
}

type start struct {
	ask string
	key []byte
}

func (i index[T]) starts(rec *T) []start {
	if i.at != nil {
		if at := i.at(rec); !at.IsZero() {
			return []start{{key: instant(at)}}
		}
		return nil
	}
	var out []start
	for _, ask := range i.keys(rec) {
		if ask == "" {
			continue
		}
		key := prefix(ask)
		if i.order != nil {
			key = append(key, i.order(rec)...)
		}
		out = append(out, start{ask: ask, key: key})
	}
	return out
}

// fits says whether every key of a record can stand in a row.
func (k kind[T]) fits(rec *T) error {
	const most = 1 << 10
	if own := k.key(rec); own == "" || len(own) > most {
		return den.Refuse(den.Internal, "A record of %s needs a key of 1 to %d bytes.", k.name, most)
	}
	for _, i := range k.indexes {
		if i.at != nil {
			continue
		}
		for _, ask := range i.keys(rec) {
			if len(ask) > most {
				return den.Refuse(den.Internal, "A record of %s has a key of more than %d bytes.", k.name, most)
			}
		}
	}
	return nil
}
