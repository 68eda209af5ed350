package bolt

import (
	"bytes"
	"slices"

	"innovationden/orchestrator/den"
)

// table is the records of one kind inside a transaction. It implements den.Table.
type table[T any] struct {
	tx *tx
	kind[T]
}

// Get reads one record.
func (t table[T]) Get(key den.ID) (rec T, err error) {
	defer caught(&err)
	if err := t.tx.open(); err != nil {
		return rec, err
	}
	value := t.tx.bucket(t.name).Get([]byte(key))
	if value == nil {
		return rec, den.Missing()
	}
	err = decode(t.name, []byte(key), value, &rec)
	return rec, err
}

// Put writes one record and its index rows.
func (t table[T]) Put(rec T) (saved T, err error) {
	defer caught(&err)
	if err := t.tx.writable(); err != nil {
		return rec, err
	}
	if err := t.fits(&rec); err != nil {
		return rec, err
	}
	key, records := []byte(t.key(&rec)), t.tx.bucket(t.name)
	old, before, err := t.old(records, key)
	if err != nil {
		return rec, err
	}
	rev := t.rev(&rec)
	if old == nil && *rev != 0 || old != nil && *t.rev(old) != *rev {
		return rec, stale()
	}
	unsaved := rec
	*rev++
	now := t.rows(&rec)
	if err := t.unique(before, now); err != nil {
		return unsaved, err
	}
	value, err := encode(t.name, key, rec)
	if err != nil {
		return unsaved, err
	}
	if err := t.reindex(key, before, now); err != nil {
		return unsaved, err
	}
	if old == nil {
		if err := t.tx.count(t.name, "", 1); err != nil {
			return unsaved, err
		}
	}
	t.tx.ends = t.tx.ends || t.ends != nil && t.ends(&rec)
	return rec, records.Put(key, value)
}

// Delete removes a record and its index rows.
func (t table[T]) Delete(key den.ID) (err error) {
	defer caught(&err)
	if err := t.tx.writable(); err != nil {
		return err
	}
	records := t.tx.bucket(t.name)
	old, before, err := t.old(records, []byte(key))
	if old == nil || err != nil {
		return err
	}
	if err := t.reindex([]byte(key), before, nil); err != nil {
		return err
	}
	if err := t.tx.count(t.name, "", -1); err != nil {
		return err
	}
	t.tx.ends = true
	return records.Delete([]byte(key))
}

func (t table[T]) old(records bucket, key []byte) (*T, []row, error) {
	value := records.Get(key)
	if value == nil {
		return nil, nil, nil
	}
	rec := new(T)
	if err := decode(t.name, key, value, rec); err != nil {
		return nil, nil, err
	}
	return rec, t.rows(rec), nil
}

// unique refuses rows that another record has and that only one may have. It comes
// before the first write: a refused Put changes nothing.
func (t table[T]) unique(before, now []row) error {
	for _, r := range now {
		if r.unique == "" || slices.ContainsFunc(before, r.same) {
			continue
		}
		if at, _ := t.tx.index(r.bucket).Cursor().Seek(prefix(r.ask)); bytes.HasPrefix(at, prefix(r.ask)) {
			return den.Refuse(den.Conflict, "%s", r.unique)
		}
	}
	return nil
}

// reindex turns the rows of a record from before into now.
func (t table[T]) reindex(key []byte, before, now []row) error {
	for _, r := range before {
		if slices.ContainsFunc(now, r.same) {
			continue
		}
		if err := t.tx.index(r.bucket).Delete(r.key); err != nil {
			return err
		}
		if err := t.tx.countRow(r, -1); err != nil {
			return err
		}
	}
	for _, r := range now {
		if slices.ContainsFunc(before, r.same) {
			continue
		}
		if err := t.tx.index(r.bucket).Put(r.key, key); err != nil {
			return err
		}
		if err := t.tx.countRow(r, 1); err != nil {
			return err
		}
	}
	return nil
}

// List reads one page.
func (t table[T]) List(q den.Query) (page den.Page[T], err error) {
	defer caught(&err)
	if len(q.Any) > 0 {
		return t.listAny(q)
	}
	s, rows, _, err := t.span(q)
	if err != nil {
		return page, err
	}
	most := limit(q)
	var last []byte
	err = s.walk(rows.Cursor(), func(key, value []byte) (bool, error) {
		if len(page.Items) == most {
			page.Next = s.cursor(last)
			return true, nil
		}
		rec, err := t.at(q.Index, key, value)
		if err != nil {
			return true, err
		}
		page.Items, last = append(page.Items, rec), key
		return false, nil
	})
	if err != nil {
		return den.Page[T]{}, err
	}
	return page, nil
}

// at reads the record that a row leads to and makes sure that it is the row's.
func (t table[T]) at(index den.Index, key, value []byte) (rec T, err error) {
	if index == "" {
		return rec, decode(t.name, key, value, &rec)
	}
	kept := t.tx.bucket(t.name).Get(value)
	if kept == nil {
		return rec, damaged("a row of %s leads to %s %q, which is not there", index, t.name, value)
	}
	if err := decode(t.name, value, kept, &rec); err != nil {
		return rec, err
	}
	if !slices.ContainsFunc(t.rows(&rec), row{bucket: []byte(index), key: key}.same) {
		return rec, damaged("a row of %s is not of %s %q", index, t.name, value)
	}
	return rec, nil
}

// Count says how many records a list has.
func (t table[T]) Count(q den.Query) (n int, err error) {
	defer caught(&err)
	if len(q.Any) > 0 {
		return t.countAny(q)
	}
	s, rows, kept, err := t.span(q)
	if err != nil {
		return 0, err
	}
	if kept && q.After == "" {
		name := t.name
		if q.Index != "" {
			name = string(q.Index)
		}
		return int(t.tx.counted(name, q.Key)), nil
	}
	err = s.walk(rows.Cursor(), func(_, _ []byte) (bool, error) { n++; return false, nil })
	return n, err
}

// span says which rows a query covers, and whether their count is kept.
func (t table[T]) span(q den.Query) (s span, rows bucket, kept bool, err error) {
	if err := t.tx.open(); err != nil {
		return s, rows, false, err
	}
	if q.Index == "" {
		s, err = span{low: []byte{}}.place(t.name, q)
		return s, t.tx.bucket(t.name), true, err
	}
	at := slices.IndexFunc(t.indexes, func(i index[T]) bool { return i.name == q.Index })
	if at < 0 {
		return s, rows, false, den.Refuse(den.Internal, "The list of %s has no index %q.", t.name, q.Index)
	}
	i := t.indexes[at]
	if i.at == nil {
		s.low = prefix(q.Key)
		s.high = after(s.low)
	} else {
		s.low, q.Key = []byte{}, ""
		if !q.Past.IsZero() {
			s.low = after(instant(q.Past))
		}
		if !q.Until.IsZero() {
			s.high = after(instant(q.Until))
		}
	}
	s, err = s.place(string(q.Index), q)
	return s, t.tx.index([]byte(i.name)), i.counted, err
}
