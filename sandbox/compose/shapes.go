package compose

import (
	"fmt"
	"strings"

	"innovationden/sandbox/policy"
)

// many is a list of at most so many values.
func many(most int, each rule) rule {
	return func(r *reading, path string, n *node) any {
		out := []any{}
		switch {
		case n.kind != list:
			r.refuse(path, n, "It must be a list.", "Write - value, one to a line.")
			return nil
		case len(n.items) > most:
			r.refuse(path, n, fmt.Sprintf("The list has %d values.", len(n.items)), fmt.Sprintf("Write at most %d.", most))
			return nil
		}
		for i, one := range n.items {
			if v := each(r, item(path, i), one); v != nil {
				out = append(out, v)
			}
		}
		return out
	}
}

// oneOrMany is a value, or a list of such values.
func oneOrMany(most int, each rule) rule {
	return func(r *reading, path string, n *node) any {
		if n.kind == list {
			return many(most, each)(r, path, n)
		}
		if v := each(r, path, n); v != nil {
			return []any{v}
		}
		return nil
	}
}

// named is a mapping of names that the file chooses.
func named(most int, what string, check func(name string) bool, wanted string, each rule) rule {
	return func(r *reading, path string, n *node) any {
		out := map[string]any{}
		switch {
		case n.kind != mapping:
			r.refuse(path, n, "It must be a mapping of names.", "Write the name of each, then a colon.")
			return nil
		case len(n.entries) > most:
			r.refuse(path, n, fmt.Sprintf("There are %d %s.", len(n.entries), what), fmt.Sprintf("Write at most %d.", most))
			return nil
		}
		for _, e := range n.entries {
			p := below(path, e.name)
			if !check(e.name) {
				r.refuseAt(e.spot, p, "The name "+policy.Shown(e.name)+" is not possible.", wanted)
				continue
			}
			r.at[p] = e.spot
			value := e.value
			if value.null {
				value = &node{spot: e.spot, kind: mapping}
			}
			if v := each(r, p, value); v != nil {
				out[e.name] = v
			}
		}
		return out
	}
}

// pairs is a mapping of names to texts, or a list of NAME=text.
func (r *reading) pairs(path string, n *node, most int, take func(path string, at *node, name, value string, given bool)) {
	switch {
	case n.kind == scalar:
		r.refuse(path, n, "It must be a mapping, or a list.", "Write NAME: value, one to a line.")
	case len(n.entries)+len(n.items) > most:
		r.refuse(path, n, fmt.Sprintf("There are %d values.", len(n.entries)+len(n.items)), fmt.Sprintf("Write at most %d.", most))
	case n.kind == mapping:
		for _, e := range n.entries {
			p := below(path, e.name)
			if e.value.null {
				take(p, &node{spot: e.spot}, e.name, "", false)
			} else if s, ok := r.word(p, e.value); ok {
				take(p, e.value, e.name, s, true)
			}
		}
	default:
		for i, one := range n.items {
			if s, ok := r.word(item(path, i), one); ok {
				name, value, given := strings.Cut(s, "=")
				take(item(path, i), one, name, value, given)
			}
		}
	}
}

// nothing is accepted and has no effect; the sentence, where there is one, says so.
func nothing(say string) rule {
	return func(r *reading, path string, n *node) any {
		if say != "" {
			r.note(path, n.spot, say)
		}
		return nil
	}
}
