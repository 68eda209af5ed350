package bolt

import (
	"bytes"
	"slices"
	"strings"

	"go.etcd.io/bbolt"

	"innovationden/orchestrator/den"
)

// stream is one of the lists that a merged one is made of, at the row it stands on.
type stream struct {
	span
	index den.Index
	c     *bbolt.Cursor
	key   []byte // nil: at its end
	own   []byte // the key of the row's record
}

func (s *stream) start() {
	if s.key, s.own = s.c.Seek(s.low); s.newest {
		s.key, s.own = s.last(s.c)
	}
	s.ended()
}

func (s *stream) step() {
	if s.newest {
		s.key, s.own = s.c.Prev()
	} else {
		s.key, s.own = s.c.Next()
	}
	s.ended()
}

func (s *stream) ended() {
	if s.key != nil && !s.holds(s.key) {
		s.key = nil
	}
}

// merged opens the lists that a query is made of. All of them go by the record's key,
// which is where the cursor stands too, whichever list it was read from. So the cursor
// goes on to hold when somebody's lists become more or fewer from one page to the next.
func (t table[T]) merged(q den.Query) (whole span, all []*stream, err error) {
	if err := t.tx.open(); err != nil {
		return whole, nil, err
	}
	var indexes []string
	for _, ask := range q.Any {
		indexes = append(indexes, string(ask.Index))
	}
	slices.Sort(indexes)
	list := t.name + " of " + strings.Join(slices.Compact(indexes), " ")
	if whole, err = (span{low: []byte{}}).place(list, den.Query{Newest: q.Newest, After: q.After}); err != nil {
		return whole, nil, err
	}
	for _, ask := range q.Any {
		at := slices.IndexFunc(t.indexes, func(i index[T]) bool { return i.name == ask.Index && i.at == nil && i.order == nil })
		if at < 0 {
			return whole, nil, den.Refuse(den.Internal, "The list of %s has no index %q that can be merged.", t.name, ask.Index)
		}
		start := prefix(ask.Key)
		s := &stream{span: span{low: append(slices.Clone(start), whole.low...), high: after(start), newest: q.Newest}, index: ask.Index}
		if whole.high != nil {
			s.high = append(slices.Clone(start), whole.high...)
		}
		s.c = t.tx.index([]byte(ask.Index)).Cursor()
		s.start()
		all = append(all, s)
	}
	return whole, all, nil
}

// each visits every record of the streams once, in the direction of the whole.
func (s span) each(all []*stream, visit func(*stream) (stop bool, err error)) error {
	for {
		var next *stream
		for _, one := range all {
			if one.key != nil && (next == nil || bytes.Compare(one.own, next.own) < 0 != s.newest && !bytes.Equal(one.own, next.own)) {
				next = one
			}
		}
		if next == nil {
			return nil
		}
		if stop, err := visit(next); stop || err != nil {
			return err
		}
		own := next.own
		for _, one := range all {
			for one.key != nil && bytes.Equal(one.own, own) {
				one.step()
			}
		}
	}
}

// listAny is List of a query that is made of several.
func (t table[T]) listAny(q den.Query) (page den.Page[T], err error) {
	whole, all, err := t.merged(q)
	if err != nil {
		return page, err
	}
	most := limit(q)
	var last []byte
	err = whole.each(all, func(s *stream) (bool, error) {
		if len(page.Items) == most {
			page.Next = whole.cursor(last)
			return true, nil
		}
		rec, err := t.at(s.index, s.key, s.own)
		if err != nil {
			return true, err
		}
		page.Items, last = append(page.Items, rec), s.own
		return false, nil
	})
	if err != nil {
		return den.Page[T]{}, err
	}
	return page, nil
}

// countAny is Count of a query that is made of several.
func (t table[T]) countAny(q den.Query) (n int, err error) {
	whole, all, err := t.merged(q)
	if err != nil {
		return 0, err
	}
	return n, whole.each(all, func(*stream) (bool, error) { n++; return false, nil })
}
