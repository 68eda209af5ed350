package compose

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"innovationden/sandbox"
	"innovationden/sandbox/policy"
)

// MaxBytes is the most that a compose file may be long.
const MaxBytes = 256 << 10

// Options say for what sandbox a file is read.
type Options struct {
	Limits   sandbox.Limits  // of the whole sandbox
	Profile  sandbox.Profile // of every service; empty: standard
	Profiles []string        // of Compose: services that name others than these are left out
	Platform string          // empty: linux/amd64
}

// Stack is what a compose file asks for.
type Stack struct {
	// Spec names no sandbox yet, and its services name images as the file does:
	// Resolve fills both in.
	Spec  sandbox.Spec
	Notes []Note
}

// Note says of something in the file that it is accepted and has no effect here.
type Note struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	Attribute string `json:"attribute"`
	Say       string `json:"say"`
}

// String is one line: file:line:column: attribute: sentence.
func (n Note) String() string {
	return fmt.Sprintf("%s:%d:%d: %s: %s", policy.Shown(n.File), n.Line, n.Column, n.Attribute, n.Say)
}

// Read reads a compose file. name is what refusals call it; no file is opened. The
// error is policy.Refusals, all of them, or that of ctx. It presumes that
// opts.Limits are usable.
func Read(ctx context.Context, name string, content []byte, opts Options) (Stack, error) {
	opts.Profile = cmp.Or(opts.Profile, sandbox.Standard)
	opts.Platform = cmp.Or(opts.Platform, "linux/amd64")
	r := &reading{file: name, opts: opts, at: map[string]spot{}, uses: map[string][]use{}, links: map[string][]link{}, ports: map[string][]int{}, texts: map[string]string{}}
	root := r.tree(content)
	var model map[string]any
	if len(r.refused) == 0 {
		model = r.model(root)
	}
	r.tainted = len(r.refused) > 0
	if model == nil {
		return Stack{}, r.refused.Sorted()
	}
	project, err := load(ctx, model, opts.Profiles)
	switch {
	case ctx.Err() != nil:
		return Stack{}, ctx.Err()
	case err != nil && r.tainted: // no wonder: parts of the model are missing
		return Stack{}, r.refused.Sorted()
	case err != nil:
		r.refuseAt(root.spot, "", "Compose cannot make sense of it: "+policy.Shown(err.Error())+".", "Check it with docker compose config.")
		return Stack{}, r.refused.Sorted()
	}
	spec := r.spec(project)
	if len(r.refused) > 0 {
		return Stack{}, r.refused.Sorted()
	}
	slices.SortStableFunc(r.notes, func(a, b Note) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	return Stack{Spec: spec, Notes: r.notes}, nil
}

// Images are the images that the stack names, each once, in order.
func (s Stack) Images() []string {
	var all []string
	for _, one := range s.Spec.Services {
		all = append(all, one.Image)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Resolve gives the specification of one sandbox: ids maps each of Images to the id of
// the image that is meant (sha256:…). The error wraps sandbox.ErrSpec.
func (s Stack) Resolve(id sandbox.ID, ids map[string]string) (sandbox.Spec, error) {
	spec := s.Spec
	spec.ID = id
	spec.Services = slices.Clone(spec.Services)
	for i, one := range spec.Services {
		found, ok := ids[one.Image]
		if !ok {
			return sandbox.Spec{}, fmt.Errorf("%w: service %s needs the image %q, which is not there", sandbox.ErrSpec, one.Name, one.Image)
		}
		spec.Services[i].Image = found
	}
	return spec, spec.Check()
}
