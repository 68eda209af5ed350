package compose

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Bounds of a tree, after anchors are put in their places.
const (
	maxDepth   = 24
	maxNodes   = 10_000
	maxAliases = 200
)

type kind int

const (
	scalar kind = iota
	mapping
	list
)

// spot is a place in the file, from 1.
type spot struct{ line, column int }

// node is a part of the file, with no anchors, tags or merges left in it.
type node struct {
	spot
	kind    kind
	text    string // of a scalar
	null    bool
	entries []entry // of a mapping, in the order of the file
	items   []*node // of a list
}

// asksNothing says that a value is a mapping or a list of nothing.
func (n *node) asksNothing() bool {
	return n.kind != scalar && len(n.entries) == 0 && len(n.items) == 0
}

type entry struct {
	spot
	name  string
	value *node
}

// get gives the value of a name, or nil. It may be asked of nil.
func (n *node) get(name string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.entries {
		if e.name == name {
			return e.value
		}
	}
	return nil
}

// tree reads the text. What it cannot accept is refused in r, and the tree is then
// not to be used.
func (r *reading) tree(content []byte) *node {
	start := spot{1, 1}
	switch {
	case len(content) > MaxBytes:
		r.refuseAt(start, "", fmt.Sprintf("The file is longer than %d KiB.", MaxBytes>>10), "Put large contents into the images.")
		return nil
	case !utf8.Valid(content):
		r.refuseAt(badByte(content), "", "The file is not UTF-8 text.", "Save it as UTF-8.")
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	document, err := decode(decoder)
	switch {
	case errors.Is(err, io.EOF), err == nil && len(document.Content) == 0:
		r.refuseAt(start, "", "The file is empty.", "Write at least one service under services.")
		return nil
	case err != nil:
		r.refuseAt(lineOf(err), "", "It is not YAML: "+reason(err)+".", "Put the text right at this line.")
		return nil
	}
	root := (&grower{r: r, open: map[*yaml.Node]bool{}}).grow(document.Content[0], 0)
	if len(r.refused) > 0 {
		return nil
	}
	if second, err := decode(decoder); !errors.Is(err, io.EOF) {
		at := spot{second.Line, max(second.Column, 1)}
		if err != nil {
			at = lineOf(err)
		}
		r.refuseAt(at, "", "A second document begins here.", "Write everything into one document.")
		return nil
	}
	if root.kind != mapping {
		r.refuseAt(root.spot, "", "The file is not a list of attributes and values.", "Begin with services: and name the services below it.")
		return nil
	}
	return root
}

// decode reads one document. A panic of the library is an error: no text that a
// stranger writes may end the den.
func decode(d *yaml.Decoder) (n *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the text cannot be read (%v)", p)
		}
	}()
	n = &yaml.Node{}
	return n, d.Decode(n)
}

func badByte(content []byte) spot {
	at := spot{1, 1}
	for len(content) > 0 {
		c, size := utf8.DecodeRune(content)
		if c == utf8.RuneError && size == 1 {
			return at
		}
		if at.column++; c == '\n' {
			at = spot{at.line + 1, 1}
		}
		content = content[size:]
	}
	return at
}

var lineForm = regexp.MustCompile(`line (\d+)(?:, column (\d+))?`)

// lineOf finds the line in an error of the YAML library.
func lineOf(err error) spot {
	at := spot{1, 1}
	if m := lineForm.FindStringSubmatch(err.Error()); m != nil {
		at.line, _ = strconv.Atoi(m[1])
		if m[2] != "" {
			at.column, _ = strconv.Atoi(m[2])
		}
	}
	return spot{max(at.line, 1), max(at.column, 1)}
}

// reason is what the YAML library says, without the parts that lineOf shows.
func reason(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 {
		text = text[i+2:]
	}
	return strings.TrimSuffix(printable(text), ".")
}

func printable(text string) string {
	if len(text) > 120 {
		text = text[:120]
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, text)
}
