package orchestrator

import (
	"context"
	"maps"
	"slices"

	"innovationden/orchestrator/evaluation"
)

// What the tests of mentions hold to the types of the records.

func WhatIs(path string) (what string, known bool) { return whatIs(path) }

func TypedPaths() []string { return slices.Sorted(maps.Keys(typed)) }

func UntypedPaths() map[string]bool { return untypedPaths() }

func SearchedTables() (names []string) {
	for _, t := range searched {
		names = append(names, t.name)
	}
	return names
}

// Seen is what stands in a text of what somebody is known by, and whether it is only a
// part of their name.
func Seen(text, name string, addresses ...string) (found string, part, ok bool) {
	all := identifiers{}
	all.name("per_1", name)
	for _, a := range addresses {
		all.address("per_1", a)
	}
	seen, _ := all.in(text, nil)
	if len(seen) == 0 {
		return "", false, false
	}
	return text[seen[0].from:seen[0].to], seen[0].part, true
}

func Excerpt(text string, from, to int) string { return excerpt(text, stretch{from, to}) }

const LookAtOnce = lookAtOnce

// HoldPasscodes takes every turn of those who enter by a passcode, until it is let go.
func (o *Orchestrator) HoldPasscodes(ctx context.Context) (letGo func()) {
	var gives []func()
	for range cap(o.passcodes.turns) {
		if give, err := o.passcodes.turn(ctx); err == nil {
			gives = append(gives, give)
		}
	}
	return func() {
		for _, give := range gives {
			give()
		}
	}
}

// OnSums has something told whenever a result is computed that takes long.
func (o *Orchestrator) OnSums(told func()) {
	rank, agree := o.sums.rank, o.sums.agree
	o.sums.rank = func(m evaluation.Marks, by evaluation.Options) (evaluation.Outcome, error) {
		told()
		return rank(m, by)
	}
	o.sums.agree = func(r evaluation.Ratings, by evaluation.Options) (evaluation.Agreement, error) {
		told()
		return agree(r, by)
	}
}
