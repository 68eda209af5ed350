package storetest

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"time"

	"pgregory.net/rapid"

	"innovationden/orchestrator/den"
)

// shelf is the naive model of one table: a map, and a scan for every question. What
// the indexes mean is said here a second time, from the comments of den.Index alone.
type shelf[T any] struct {
	name  string
	in    func(den.Tx) den.Table[T]
	key   func(*T) *den.ID
	rev   func(*T) *int64
	draw  func(*rapid.T, *T)
	keyed map[den.Index]func(T) []den.ID
	timed map[den.Index]func(T) time.Time
	order func(T) string // in a list by key; nil: the record's key
	once  func(T) string // only one record may have it
	has   map[den.ID]T
	saved map[den.ID]T
}

// anyShelf is a shelf, whatever it holds.
type anyShelf interface {
	step(*rapid.T, den.Tx)
	compare(*rapid.T, den.Tx)
	save()
	restore()
}

func (s *shelf[T]) save()    { s.saved = maps.Clone(s.has) }
func (s *shelf[T]) restore() { s.has = maps.Clone(s.saved) }

// step changes one record, in the store and in the model, and compares the answers.
func (s *shelf[T]) step(rt *rapid.T, tx den.Tx) {
	var rec T
	*s.key(&rec) = pick(rt, "key", 'k', 8)
	old, there := s.has[*s.key(&rec)]
	if rapid.IntRange(0, 4).Draw(rt, "delete") == 0 {
		if err := s.in(tx).Delete(*s.key(&rec)); err != nil {
			rt.Fatalf("delete from %s: %v", s.name, err)
		}
		delete(s.has, *s.key(&rec))
		return
	}
	s.draw(rt, &rec)
	if there {
		*s.rev(&rec) = *s.rev(&old)
	}
	*s.rev(&rec) += rapid.SampledFrom([]int64{0, 0, 0, 0, 1, -1}).Draw(rt, "rev")
	want := den.Refusal("")
	switch {
	case !there && *s.rev(&rec) != 0, there && *s.rev(&rec) != *s.rev(&old):
		want = den.Stale
	case s.taken(rec):
		want = den.Conflict
	}
	saved, err := s.in(tx).Put(rec)
	if den.KindOf(err) != want {
		rt.Fatalf("put into %s: %v, want %q", s.name, err, want)
	}
	if err != nil {
		return
	}
	*s.rev(&rec)++
	if !reflect.DeepEqual(saved, rec) {
		rt.Fatalf("put into %s gave %+v, want %+v", s.name, saved, rec)
	}
	s.has[*s.key(&rec)] = rec
}

func (s *shelf[T]) taken(rec T) bool {
	if s.once == nil || s.once(rec) == "" {
		return false
	}
	for key, other := range s.has {
		if key != *s.key(&rec) && s.once(other) == s.once(rec) {
			return true
		}
	}
	return false
}

// compare asks the store and the model the same things.
func (s *shelf[T]) compare(rt *rapid.T, tx den.Tx) {
	key := pick(rt, "key", 'k', 8)
	got, err := s.in(tx).Get(key)
	want, there := s.has[key]
	if there != (err == nil) || !there && den.KindOf(err) != den.NotFound || there && !reflect.DeepEqual(got, want) {
		rt.Fatalf("get %s of %s: %+v, %v; want %+v", key, s.name, got, err, want)
	}
	s.ask(rt, tx, den.Query{}, s.sorted(func(T) bool { return true }, s.own))
	for _, index := range slices.Sorted(maps.Keys(s.keyed)) {
		keys := s.keyed[index]
		ask := s.askable(rt, keys)
		order := s.own
		if s.order != nil {
			order = s.order
		}
		s.ask(rt, tx, den.Query{Index: index, Key: string(ask)}, s.sorted(func(rec T) bool { return slices.Contains(keys(rec), ask) }, order))
	}
	s.compareAny(rt, tx)
	for _, index := range slices.Sorted(maps.Keys(s.timed)) {
		at := s.timed[index]
		times := rapid.SampledFrom([]time.Time{{}, hour(0), hour(2), hour(9), hour(2).Add(-1)})
		past, until := times.Draw(rt, "past"), times.Draw(rt, "until")
		s.ask(rt, tx, den.Query{Index: index, Past: past, Until: until}, s.sorted(
			func(rec T) bool {
				return !at(rec).IsZero() && (past.IsZero() || at(rec).After(past)) && (until.IsZero() || !at(rec).After(until))
			},
			func(rec T) string { return at(rec).Format("2006-01-02T15:04:05.000000000") + s.own(rec) }))
	}
}

// compareAny asks for what several lists have together, of one index or of more.
func (s *shelf[T]) compareAny(rt *rapid.T, tx den.Tx) {
	indexes := slices.Sorted(maps.Keys(s.keyed))
	if s.order != nil || len(indexes) == 0 {
		return
	}
	var q den.Query
	for range rapid.IntRange(1, 4).Draw(rt, "lists") {
		index := rapid.SampledFrom(indexes).Draw(rt, "index")
		q.Any = append(q.Any, den.Ask{Index: index, Key: string(s.askable(rt, s.keyed[index]))})
	}
	s.ask(rt, tx, q, s.sorted(func(rec T) bool {
		return slices.ContainsFunc(q.Any, func(a den.Ask) bool { return slices.Contains(s.keyed[a.Index](rec), den.ID(a.Key)) })
	}, s.own))
}

// askable draws what an index is asked for: mostly something it has.
func (s *shelf[T]) askable(rt *rapid.T, keys func(T) []den.ID) den.ID {
	asks := []den.ID{"a", "a1"}
	for _, rec := range s.sorted(func(T) bool { return true }, s.own) {
		for _, key := range keys(rec) {
			if key != "" {
				asks = append(asks, key)
			}
		}
	}
	return rapid.SampledFrom(asks).Draw(rt, "ask")
}

func (s *shelf[T]) own(rec T) string { return string(*s.key(&rec)) }

func (s *shelf[T]) sorted(in func(T) bool, order func(T) string) []T {
	var all []T
	for _, rec := range s.has {
		if in(rec) {
			all = append(all, rec)
		}
	}
	slices.SortFunc(all, func(a, b T) int { return cmp.Compare(order(a), order(b)) })
	return all
}

// ask pages through a list and compares it and its count.
func (s *shelf[T]) ask(rt *rapid.T, tx den.Tx, q den.Query, want []T) {
	if n, err := s.in(tx).Count(q); n != len(want) || err != nil {
		rt.Fatalf("count of %s by %q %q: %d, %v; want %d", s.name, q.Index, q.Key, n, err, len(want))
	}
	q.Newest, q.Limit = rapid.Bool().Draw(rt, "newest"), rapid.IntRange(1, 5).Draw(rt, "limit")
	if q.Newest {
		slices.Reverse(want)
	}
	for at := 0; ; {
		page, err := s.in(tx).List(q)
		if err != nil {
			rt.Fatalf("list of %s by %q %q: %v", s.name, q.Index, q.Key, err)
		}
		end := min(at+q.Limit, len(want))
		if !slices.EqualFunc(page.Items, want[at:end], func(a, b T) bool { return reflect.DeepEqual(a, b) }) {
			rt.Fatalf("list of %s by %+v from %d: %+v, want %+v", s.name, q, at, page.Items, want[at:end])
		}
		if at = end; (page.Next == "") != (at == len(want)) {
			rt.Fatalf("list of %s by %+v: next %q at %d of %d", s.name, q, page.Next, at, len(want))
		}
		if q.After = page.Next; page.Next == "" {
			return
		}
		if n, err := s.in(tx).Count(q); n != len(want)-at || err != nil {
			rt.Fatalf("count of %s by %+v: %d, %v; want %d", s.name, q, n, err, len(want)-at)
		}
	}
}

// pick draws one of n ids. Some begin with another one, so that a list by key shows
// whether it ends where it must.
func pick(rt *rapid.T, label string, kind rune, n int) den.ID {
	id := string(kind)
	for range rapid.IntRange(1, n).Draw(rt, label) {
		id += "1"
	}
	return den.ID(id)
}

func hour(n int) time.Time { return noon().Add(time.Duration(n) * time.Hour) }

func moment(rt *rapid.T) time.Time {
	return rapid.SampledFrom([]time.Time{{}, hour(0), hour(1), hour(2), hour(2).Add(1), hour(-400000), hour(400000)}).Draw(rt, "at")
}

func parent(rt *rapid.T) den.ID {
	if rapid.IntRange(0, 5).Draw(rt, "none") == 0 {
		return ""
	}
	return pick(rt, "parent", 'a', 3)
}

func one[T any](of func(T) den.ID) func(T) []den.ID {
	return func(rec T) []den.ID { return []den.ID{of(rec)} }
}
