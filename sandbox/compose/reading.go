package compose

import (
	"fmt"
	"strconv"
	"strings"

	"innovationden/sandbox"
	"innovationden/sandbox/policy"
)

// maxRefusals end a reading that finds nothing good. policy shows fewer.
const maxRefusals = 1000

// reading is one file being read: what was refused and noted so far, and what the
// grammar found that compose-go need not know.
type reading struct {
	file    string
	opts    Options
	refused policy.Refusals
	notes   []Note
	tainted bool // the grammar refused something, so that the model lacks parts

	at       map[string]spot   // attribute → where its value stands
	uses     map[string][]use  // service → the configs and secrets it uses
	links    map[string][]link // service → other services under further names
	ports    map[string][]int  // service → the TCP ports it declares
	texts    map[string]string // configs.NAME and secrets.NAME → content
	refs     []reference
	places   []placed
	memories []memory

	placedBytes int // of all configs and secrets, each as often as it is used
}

// reference is a name that must be defined elsewhere in the file.
type reference struct {
	spot
	path string
	to   string // services, volumes, networks, configs, secrets
	name string
}

type use struct {
	spot
	path string
	from string // configs.NAME or secrets.NAME
	file sandbox.File
}

type link struct{ service, alias string }

// placed is a path of a service that something is put at.
type placed struct {
	spot
	path    string
	service string
	target  string
}

type memory struct {
	service string
	place   sandbox.Place
}

func (r *reading) refuseAt(at spot, attribute, why, instead string) {
	if len(r.refused) < maxRefusals {
		r.refused = append(r.refused, policy.Refusal{File: r.file, Line: at.line, Column: at.column, Attribute: attribute, Reason: why, Instead: instead})
	}
}

func (r *reading) refuse(path string, n *node, why, instead string) {
	r.refuseAt(n.spot, path, why, instead)
}

func (r *reading) note(path string, at spot, say string) {
	if len(r.notes) < maxRefusals {
		r.notes = append(r.notes, Note{File: r.file, Line: at.line, Column: at.column, Attribute: path, Say: say})
	}
}

func (r *reading) refer(path string, n *node, to, name string) {
	r.refs = append(r.refs, reference{spot: n.spot, path: path, to: to, name: name})
}

// serviceOf is the name of the service that a path is below.
func serviceOf(path string) string {
	_, rest, _ := strings.Cut(path, ".")
	name, _, _ := strings.Cut(rest, ".")
	return name
}

func below(path, name string) string {
	if path == "" {
		return policy.Shown(name)
	}
	return path + "." + policy.Shown(name)
}

func item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// inBytes writes a number of bytes as a compose file would.
func inBytes(n int64) string {
	for _, unit := range []struct {
		shift int
		name  string
	}{{30, "g"}, {20, "m"}, {10, "k"}} {
		if n > 0 && n%(1<<unit.shift) == 0 {
			return fmt.Sprintf("%d%s", n>>unit.shift, unit.name)
		}
	}
	return fmt.Sprintf("%db", n)
}
