package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// most refusals are told of one file: a longer list helps nobody.
const most = 100

// Refusal says why one thing that a stranger asked for is not given.
type Refusal struct {
	File      string `json:"file"`
	Line      int    `json:"line,omitempty"` // from 1; 0 where there are no lines (an image)
	Column    int    `json:"column,omitempty"`
	Attribute string `json:"attribute,omitempty"` // services.web.volumes[0]
	Reason    string `json:"reason"`              // a sentence
	Instead   string `json:"instead,omitempty"`   // a sentence: what to do
}

// String is one line: file:line:column: attribute: reason. Instead: what to do.
func (r Refusal) String() string {
	var b strings.Builder
	b.WriteString(Shown(r.File))
	if r.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", r.Line, r.Column)
	}
	if r.Attribute != "" {
		b.WriteString(": " + r.Attribute)
	}
	b.WriteString(": " + r.Reason)
	if r.Instead != "" {
		b.WriteString(" Instead: " + r.Instead)
	}
	return b.String()
}

// Refusals are all that was found, as an error.
type Refusals []Refusal

// Error is one line for each refusal.
func (r Refusals) Error() string {
	lines := make([]string, len(r))
	for i, one := range r {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// Sorted gives the refusals in the order of the file, each once, and not more than a
// reader can use.
func (r Refusals) Sorted() Refusals {
	all := slices.Clone(r)
	slices.SortStableFunc(all, func(a, b Refusal) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Attribute, b.Attribute))
	})
	all = slices.Compact(all)
	if len(all) > most {
		last := all[most]
		all = append(all[:most:most], Refusal{
			File: last.File, Line: last.Line, Column: last.Column,
			Reason: fmt.Sprintf("There are %d more reasons.", len(all)-most), Instead: "Put right what is named above, then check again.",
		})
	}
	return all
}

// Shown makes a stranger's word fit to be read in one line: printable, short, and
// quoted where it is not plain.
func Shown(word string) string {
	const longest = 80
	plain := word != ""
	for i, c := range word {
		if i >= longest || c <= ' ' || c > '~' || c == '"' || c == '\'' || c == '`' {
			plain = false
			break
		}
	}
	if plain {
		return word
	}
	if runes := []rune(word); len(runes) > longest {
		return fmt.Sprintf("%+q…", string(runes[:longest]))
	}
	return fmt.Sprintf("%+q", word)
}
