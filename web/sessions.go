package web

import (
	"cmp"
	"context"
	"slices"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/pages"
)

// stored is a session as the store has it.
type stored struct {
	pages.Session
	key string
}

// Of implements pages.Sessions. It reads every session: nobody keeps an index for a
// page that is opened once a month.
func (s *Sessions) Of(ctx context.Context, person den.ID) ([]pages.Session, error) {
	found, err := s.of(ctx, person)
	list := make([]pages.Session, 0, len(found))
	for _, one := range found {
		list = append(list, one.Session)
	}
	return list, err
}

func (s *Sessions) of(ctx context.Context, person den.ID) ([]stored, error) {
	all, err := s.store.AllCtx(ctx)
	if err != nil {
		return nil, err
	}
	var found []stored
	for key, data := range all {
		ends, values, err := s.scs.Codec.Decode(data)
		if err != nil {
			return nil, err
		}
		text := func(key string) string { t, _ := values[key].(string); return t }
		if text(personKey) != string(person) || text(idKey) == "" {
			continue
		}
		since, _ := values[sinceKey].(int64)
		found = append(found, stored{key: key, Session: pages.Session{
			ID: text(idKey), Since: time.Unix(since, 0), Ends: ends,
			Start: pages.Start{Person: person, How: text(howKey), Where: text(whereKey), With: text(withKey)},
		}})
	}
	slices.SortFunc(found, func(a, b stored) int {
		return cmp.Or(b.Since.Compare(a.Since), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}

// EndOf implements pages.Sessions.
func (s *Sessions) EndOf(ctx context.Context, person den.ID, id string) error {
	found, err := s.of(ctx, person)
	if err != nil {
		return err
	}
	for _, one := range found {
		if one.ID != id {
			continue
		}
		if err := s.endKey(ctx, one.key); err != nil {
			return err
		}
		s.held.end(id)
	}
	return nil
}

func (s *Sessions) endKey(ctx context.Context, key string) error {
	s.ending.Lock()
	defer s.ending.Unlock()
	return s.store.End(ctx, key)
}
