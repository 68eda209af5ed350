package orchestrator

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"sync"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

// sums are results that take long to compute, each by all that it is computed of. A change
// that needs one that is not there is undone, and done again once it is: so nothing long is
// computed in the writer's turn, and what is kept belongs to the very records beside it.
type sums struct {
	known sync.Map // what of → sum
	rank  func(evaluation.Marks, evaluation.Options) (evaluation.Outcome, error)
	agree func(evaluation.Ratings, evaluation.Options) (evaluation.Agreement, error)
}

type sum[T any] struct {
	is  T
	err error
}

// unsummed says which result a change needs.
type unsummed struct {
	key [sha256.Size]byte
	sum func() any
}

func (*unsummed) Error() string { return "a result is to be computed beside the change" }

// summed gives a result, or an error that is *unsummed.
func summed[A, B any](s *sums, of A, by func(A, evaluation.Options) (B, error)) (is B, err error) {
	text, err := json.Marshal(of)
	if err != nil {
		return by(of, evaluation.Options{})
	}
	key := sha256.Sum256(text)
	if found, ok := s.known.Load(key); ok {
		if one, ok := found.(sum[B]); ok {
			return one.is, one.err
		}
	}
	return is, &unsummed{key: key, sum: func() any {
		is, err := by(of, evaluation.Options{})
		return sum[B]{is, err}
	}}
}

// alter makes one change of the store, and computes beside it what it needs.
func (o *Orchestrator) alter(ctx context.Context, change func(den.Tx) error) error {
	return o.sums.beside(func() error { return o.Store.Update(ctx, change) })
}

// beside does something again and again until no result is missing that it needs.
func (s *sums) beside(do func() error) error {
	var known [][sha256.Size]byte
	defer func() {
		for _, key := range known {
			s.known.Delete(key)
		}
	}()
	for {
		err := do()
		var needs *unsummed
		if !errors.As(err, &needs) {
			return err
		}
		s.known.Store(needs.key, needs.sum())
		known = append(known, needs.key)
	}
}
