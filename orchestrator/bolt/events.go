package bolt

import (
	"encoding/binary"
	"slices"

	"innovationden/orchestrator/den"
)

// Record appends an event to the record and to the lists by subject and by actor.
func (t *tx) Record(e den.Event) (seq uint64, err error) {
	defer caught(&err)
	if err := t.writable(); err != nil {
		return 0, err
	}
	seq, err = t.log().Append(e)
	if err != nil {
		return 0, repair(err)
	}
	for _, r := range eventRows(e, seq) {
		rows := t.index(r.bucket)
		if err := rows.Put(r.key, []byte{}); err != nil {
			return 0, err
		}
	}
	return seq, nil
}

// Forget takes a person's names out of the record.
func (t *tx) Forget(person den.ID, by uint64, at den.Stamp) (n int, err error) {
	defer caught(&err)
	if err := t.writable(); err != nil {
		return 0, err
	}
	n, err = t.log().Forget(person, by, at)
	return n, repair(err)
}

// eventRows lists the index rows of an event, each once.
func eventRows(e den.Event, seq uint64) []row {
	var rows []row
	add := func(index den.Index, id den.ID) {
		r := row{bucket: []byte(index), key: binary.BigEndian.AppendUint64(prefix(string(id)), seq)}
		if id != "" && !slices.ContainsFunc(rows, r.same) {
			rows = append(rows, r)
		}
	}
	add(den.EventsBySubject, e.Subject)
	for _, id := range e.About {
		add(den.EventsBySubject, id)
	}
	add(den.EventsByActor, e.Actor)
	return rows
}

// Event reads one event by its position.
func (t *tx) Event(seq uint64) (e den.Event, err error) {
	defer caught(&err)
	if err := t.open(); err != nil {
		return e, err
	}
	e, err = t.log().Read(seq)
	return e, repair(err)
}

// Head is the size and the root of the record.
func (t *tx) Head() (h den.Head, err error) {
	defer caught(&err)
	if err := t.open(); err != nil {
		return h, err
	}
	h, err = t.log().Head()
	return h, repair(err)
}

// Prove makes the proof of one event.
func (t *tx) Prove(seq uint64) (p den.Proof, err error) {
	defer caught(&err)
	if err := t.open(); err != nil {
		return p, err
	}
	proof, err := t.log().Prove(seq)
	return den.Proof(proof), repair(err)
}

// Events lists events.
func (t *tx) Events(q den.Query) (page den.Page[den.Event], err error) {
	defer caught(&err)
	if err := t.open(); err != nil {
		return page, err
	}
	s, rows, err := t.eventSpan(q)
	if err != nil {
		return page, err
	}
	log, most := t.log(), limit(q)
	var last []byte
	err = s.walk(rows.Cursor(), func(key, _ []byte) (bool, error) {
		if len(page.Items) == most {
			page.Next = s.cursor(last)
			return true, nil
		}
		if len(key) < 8 {
			return true, damaged("a row of events has the key %x", key)
		}
		seq := binary.BigEndian.Uint64(key[len(key)-8:])
		e, err := log.Read(seq)
		if err != nil {
			return true, repair(err)
		}
		if q.Index != "" && !slices.ContainsFunc(eventRows(e, seq), row{bucket: []byte(q.Index), key: key}.same) {
			return true, damaged("a row of %s is not of event %d", q.Index, seq)
		}
		page.Items, last = append(page.Items, e), key
		return false, nil
	})
	if err != nil {
		return den.Page[den.Event]{}, err
	}
	return page, nil
}

func (t *tx) eventSpan(q den.Query) (span, bucket, error) {
	switch q.Index {
	case "":
		q.Key = ""
		s, err := span{low: []byte{}}.place("events", q)
		record := t.bucket(string(recordBucket))
		return s, t.in(record.Bucket.Bucket(leavesBucket), "leaves"), err
	case den.EventsBySubject, den.EventsByActor:
		low := prefix(q.Key)
		s, err := span{low: low, high: after(low)}.place(string(q.Index), q)
		return s, t.index([]byte(q.Index)), err
	}
	return span{}, bucket{}, den.Refuse(den.Internal, "The list of events has no index %q.", q.Index)
}
