package api

import (
	"cmp"

	"innovationden/orchestrator/den"
)

func filter(after *string, limit *int32) den.Filter {
	return den.Filter{After: value(after), Limit: int(value(limit))}
}

// peopleNamed is filter for people who are looked for by a name or an address.
func peopleNamed(text, after *string, limit *int32) den.Filter {
	f := filter(after, limit)
	f.Text = value(text)
	return f
}

// value is what a pointer points to, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// some is a pointer to v, or nil where v is the zero value: what is not there is left out.
func some[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// list is never nil: an empty list is [], not null.
func list[From, To any](from []From, to func(From) To) []To {
	out := make([]To, 0, len(from))
	for _, f := range from {
		out = append(out, to(f))
	}
	return out
}

// text makes plain strings of strings of another type.
func text[T ~string](of []T) []string {
	return list(of, func(t T) string { return string(t) })
}

func ids(of []string) []den.ID {
	return list(of, func(s string) den.ID { return den.ID(s) })
}

func or[T cmp.Ordered](p *T, otherwise T) T { return cmp.Or(value(p), otherwise) }
