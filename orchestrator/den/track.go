package den

import "slices"

// Tracked is a transaction that sees what is changed in it, and writes it into the
// events that are recorded in it: before and after belong to every event, and no use
// case has to think of it. Events are appended at the end of the change, by Close, or
// before somebody reads events in it.
//
// It does not see the tables that hold no thing of anybody's: Cells are empty rooms kept
// waiting; Notices and Deliveries are the outbox of what events say; Answers are the
// memory of repeated requests; Spendings count what the events of leases say;
// Measurements and Loads are samples of what those events began; Clocks is what the den
// knows of its machine's clock.
type Tracked struct {
	Tx
	touched []touched
	open    map[record]int // where in touched is what no event has yet
	waiting []Event
	said    []Event         // that were appended
	salt    func() string   // nil: it only watches
	names   map[ID][]string // of people who were read or written
	gone    map[ID]bool     // people whose data is being removed
}

// record is what a record is found by.
type record struct {
	kind string
	key  ID
}

// touched is one record that was written or removed.
type touched struct {
	keeping
	kind     string
	key      ID
	of       []ID // the events that it belongs to are about one of these, the nearest first
	old, now any  // nil: it was not there
	written  bool // into an event that was appended
}

// Track begins to watch a transaction. Salt makes an unguessable text; where it is nil
// events are left as they are, and the transaction is only watched.
func Track(tx Tx, salt func() string) *Tracked {
	return &Tracked{Tx: tx, salt: salt, open: map[record]int{}, names: map[ID][]string{}, gone: map[ID]bool{}}
}

// Forget takes a person's names out of the record, this transaction's events included.
func (t *Tracked) Forget(person ID, by uint64, at Stamp) (int, error) {
	t.gone[person] = true
	return t.Tx.Forget(person, by, at)
}

// meets remembers a name that may stand in the events of this transaction.
func (t *Tracked) meets(p Person) {
	if p.ID != "" && p.Name != "" && !slices.Contains(t.names[p.ID], p.Name) {
		t.names[p.ID] = append(t.names[p.ID], p.Name)
	}
}

// Record keeps an event until Close, and says which position it will have.
func (t *Tracked) Record(e Event) (uint64, error) {
	head, err := t.Tx.Head()
	if err != nil {
		return 0, err
	}
	t.waiting = append(t.waiting, e)
	return head.Size + uint64(len(t.waiting)) - 1, nil
}

// Close appends what was recorded, each event with what changed of what it is about.
// Nothing of the transaction may be changed afterwards.
func (t *Tracked) Close() error {
	if len(t.waiting) == 0 {
		return nil
	}
	changes := make([][]FieldChange, len(t.waiting))
	first := map[ID]int{} // of the events about each subject
	for i, e := range t.waiting {
		if _, ok := first[e.Subject]; !ok {
			first[e.Subject] = i
		}
	}
	clear(t.open)
	for i := range t.touched {
		one := &t.touched[i]
		if one.written {
			continue
		}
		one.written = true
		at, isNear := one.event(t.waiting, first)
		list := one.differences(one.of[0], one.old, one.now)
		if !isNear { // who may read this event may not be who may read the record that changed
			for i := range list {
				list[i].Hidden, list[i].Before, list[i].After = true, "", ""
			}
		}
		changes[at] = append(changes[at], list...)
	}
	for i, e := range t.waiting {
		if t.salt != nil {
			e.Changes = bounded(changes[i])
			e.seal(t.names, t.gone, t.salt)
			e.cut()
		}
		if _, err := t.Tx.Record(e); err != nil {
			return err
		}
	}
	t.said, t.waiting = append(t.said, t.waiting...), nil
	return nil
}

// Unsaid lists the records that were changed and that no event of the transaction is
// about, as "kind key: field". It is asked at the end of a change.
func (t *Tracked) Unsaid() []string {
	var out []string
	events := slices.Concat(t.said, t.waiting)
	for _, one := range t.touched {
		list := one.differences(one.of[0], one.old, one.now)
		if len(list) == 0 || slices.ContainsFunc(events, one.isOf) {
			continue
		}
		for _, c := range list {
			out = append(out, one.kind+" "+string(one.of[0])+": "+c.Field)
		}
	}
	return out
}

// event is the event that a record's change is written into, and whether it is about
// that record or what it belongs to.
func (one touched) event(all []Event, first map[ID]int) (at int, isNear bool) {
	for _, id := range one.of {
		if at, ok := first[id]; ok && id != "" {
			return at, true
		}
	}
	at = slices.IndexFunc(all, one.isOf)
	return max(at, 0), false
}

func (one touched) isOf(e Event) bool {
	return slices.ContainsFunc(one.of, func(id ID) bool { return id != "" && (e.Subject == id || slices.Contains(e.About, id)) })
}

// Events reads events, those of this transaction included.
func (t *Tracked) Events(q Query) (Page[Event], error) {
	if err := t.Close(); err != nil {
		return Page[Event]{}, err
	}
	return t.Tx.Events(q)
}

// Event reads one, those of this transaction included.
func (t *Tracked) Event(seq uint64) (Event, error) {
	if err := t.Close(); err != nil {
		return Event{}, err
	}
	return t.Tx.Event(seq)
}

// Head is that of the record with the events of this transaction.
func (t *Tracked) Head() (Head, error) {
	if err := t.Close(); err != nil {
		return Head{}, err
	}
	return t.Tx.Head()
}

// Prove makes a proof against the record with the events of this transaction.
func (t *Tracked) Prove(seq uint64) (Proof, error) {
	if err := t.Close(); err != nil {
		return Proof{}, err
	}
	return t.Tx.Prove(seq)
}

// watched is a table whose writes are seen.
type watched[T any] struct {
	Table[T]
	t    *Tracked
	kind string
	keep keeping
	key  func(T) ID   // by which it is kept
	of   func(T) []ID // its id, then what it belongs to
}

// watch watches a table whose records are kept by their id, which of gives first.
func watch[T any](t *Tracked, kind string, table Table[T], keep keeping, of func(T) []ID) Table[T] {
	return watched[T]{table, t, kind, keep, func(rec T) ID { return of(rec)[0] }, of}
}

// Put writes one and remembers how it was before this transaction.
func (w watched[T]) Put(rec T) (T, error) {
	key := w.key(rec)
	old, err := w.before(key)
	if err != nil {
		return rec, err
	}
	saved, err := w.Table.Put(rec)
	if err == nil {
		w.note(key, w.of(rec), old, saved)
	}
	return saved, err
}

// Delete removes one and remembers how it was before this transaction.
func (w watched[T]) Delete(key ID) error {
	old, err := w.before(key)
	if err != nil {
		return err
	}
	if err := w.Table.Delete(key); err != nil || old == nil {
		return err
	}
	w.note(key, w.of(old.(T)), old, nil)
	return nil
}

// before is a record as it stands, which is read only where this transaction did not
// write it; nil where there is none.
func (w watched[T]) before(key ID) (any, error) {
	if i, ok := w.t.open[record{w.kind, key}]; ok {
		return w.t.touched[i].now, nil
	}
	old, err := w.Table.Get(key)
	switch {
	case KindOf(err) == NotFound:
		return nil, nil //nolint:nilnil // there was none
	case err != nil:
		return nil, err
	}
	return old, nil
}

func (w watched[T]) note(key ID, of []ID, old, now any) {
	id := record{w.kind, key}
	if i, ok := w.t.open[id]; ok {
		w.t.touched[i].now = now
		return
	}
	w.t.open[id] = len(w.t.touched)
	w.t.touched = append(w.t.touched, touched{keeping: w.keep, kind: w.kind, key: key, of: of, old: old, now: now})
}
