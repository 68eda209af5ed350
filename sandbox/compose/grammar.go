package compose

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"innovationden/sandbox/policy"
)

// A rule takes one value from the tree, checks it where it stands, and gives what
// compose-go is to see of it: nil for nothing.
type rule func(r *reading, path string, n *node) any

// object is a mapping of attributes that the policy allows in a section.
func object(in policy.Section, rules map[string]rule) rule {
	return func(r *reading, path string, n *node) any {
		out := map[string]any{}
		if n.kind != mapping {
			r.refuse(path, n, "It must be a mapping of attributes and values.", "Write name: value, one to a line.")
			return nil
		}
		for _, e := range n.entries {
			if strings.HasPrefix(e.name, "x-") {
				continue // means nothing by the Compose Specification; anchors live there
			}
			p := below(path, e.name)
			answer := policy.Ask(in, e.name)
			do := rules[e.name]
			switch {
			case answer.Known && e.value.asksNothing():
				// docker compose config writes many of them, such as ipam: {}
			case !answer.Allowed:
				r.refuseAt(e.spot, p, answer.Reason, answer.Instead)
			case do == nil:
				r.refuseAt(e.spot, p, "The den cannot read this attribute.", "Remove it.")
			case !e.value.null:
				r.at[p] = e.value.spot
				if v := do(r, p, e.value); v != nil {
					out[e.name] = v
				}
			}
		}
		return out
	}
}

// word gives the text of a scalar, with what Compose would expand expanded.
func (r *reading) word(path string, n *node) (string, bool) {
	if n.kind != scalar || n.null {
		r.refuse(path, n, "It must be a single value.", "Write text, a number, true or false.")
		return "", false
	}
	text, missing := expand(n.text, 0)
	if missing != "" {
		r.refuse(path, n, "The variable "+policy.Shown(missing)+" has no value: the den gives a file no environment.",
			"Write the value itself, as \"docker compose config\" prints it, or a default as in ${NAME:-value}; write $$ for a dollar.")
		return "", false
	}
	return text, true
}

// text is a value that a check accepts. The check gives a reason and what to do
// instead, or two empty strings.
func text(check func(r *reading, s string) (why, instead string)) rule {
	return func(r *reading, path string, n *node) any {
		s, ok := r.word(path, n)
		if !ok {
			return nil
		}
		if why, instead := check(r, s); why != "" {
			r.refuse(path, n, why, instead)
			return nil
		}
		return s
	}
}

func anyText(*reading, string) (string, string) { return "", "" }

// oneOf is a value out of a few.
func oneOf(words ...string) rule {
	return text(func(_ *reading, s string) (string, string) {
		for _, w := range words {
			if s == w {
				return "", ""
			}
		}
		return "The value " + policy.Shown(s) + " is not possible here.", "Enter " + either(words) + "."
	})
}

// either lists words for a sentence: a, b or c.
func either(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// truth is true or false.
func truth(r *reading, path string, n *node) any {
	s, ok := r.word(path, n)
	if !ok {
		return nil
	}
	switch strings.ToLower(s) {
	case "true":
		return true
	case "false":
		return false
	}
	r.refuse(path, n, policy.Shown(s)+" is neither true nor false.", "Enter true or false.")
	return nil
}

// only is true or false, of which one alone is possible.
func only(wanted bool, why, instead string) rule {
	return func(r *reading, path string, n *node) any {
		v := truth(r, path, n)
		if v != nil && v != wanted {
			r.refuse(path, n, why, instead)
		}
		return nil
	}
}

// whole is a whole number between two others.
func whole(bounds func(r *reading) (least, greatest int64)) rule {
	return func(r *reading, path string, n *node) any {
		s, ok := r.word(path, n)
		if !ok {
			return nil
		}
		least, greatest := bounds(r)
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil || v < least || v > greatest {
			r.refuse(path, n, policy.Shown(s)+" is not possible here.", between("a whole number", strconv.FormatInt(least, 10), strconv.FormatInt(greatest, 10)))
			return nil
		}
		return v
	}
}

func between(what, least, greatest string) string {
	if least == greatest {
		return "Enter " + least + "."
	}
	return fmt.Sprintf("Enter %s between %s and %s.", what, least, greatest)
}

func fixed(least, greatest int64) func(*reading) (int64, int64) {
	return func(*reading) (int64, int64) { return least, greatest }
}

// size is a number of bytes, as in 64m.
func size(bounds func(r *reading) (least, greatest int64)) rule {
	return func(r *reading, path string, n *node) any {
		s, ok := r.word(path, n)
		if !ok {
			return nil
		}
		least, greatest := bounds(r)
		v, good := bytesOf(s)
		if !good || v < least || v > greatest {
			r.refuse(path, n, policy.Shown(s)+" is not possible here.", between("a size", inBytes(least), inBytes(greatest)))
			return nil
		}
		return strconv.FormatInt(v, 10) + "b"
	}
}

func bytesOf(s string) (int64, bool) {
	var v types.UnitBytes
	if len(s) > 32 || strings.ContainsAny(s, "xXpP_") || v.DecodeMapstructure(s) != nil || v < 0 {
		return 0, false
	}
	return int64(v), true
}

// span is a length of time, as in 30s.
func span(least, greatest time.Duration) rule {
	return func(r *reading, path string, n *node) any {
		s, ok := r.word(path, n)
		if !ok {
			return nil
		}
		if d, good := spanOf(s); !good || d < least || d > greatest {
			r.refuse(path, n, policy.Shown(s)+" is not possible here.", between("a time", short(least), short(greatest)))
			return nil
		}
		return s
	}
}

func spanOf(s string) (time.Duration, bool) {
	var d types.Duration
	if s == "" || len(s) > 32 || d.DecodeMapstructure(s) != nil {
		return 0, false
	}
	return time.Duration(d), true
}

func short(d time.Duration) string {
	if d > 0 && d%time.Minute == 0 {
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}
