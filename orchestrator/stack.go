package orchestrator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// Stacks reads compose files. Its refusals are den.Invalid, all of them at once, each
// with the field "compose" and a sentence that names the line. It is safe for use by
// many goroutines and asks neither the engine nor the store.
type Stacks interface {
	// Read says what a file asks for in a sandbox of a size, or refuses it.
	Read(ctx context.Context, file StackFile, size den.Size) (StackReading, error)
	// Spec gives the specification of one sandbox of a release that is a stack: the
	// same for the same arguments. Invalid where the file does not fit the size.
	Spec(ctx context.Context, id sandbox.ID, r den.Release, size den.Size) (sandbox.Spec, error)
}

// StackFile is a compose file.
type StackFile struct {
	Name    string // what refusals call it
	Text    string
	Profile string // strict or standard
}

// StackReading is what a compose file asks for.
type StackReading struct {
	Services []StackService // in order
	Images   []string       // as the file names them, each once
}

// StackService is one service of a compose file.
type StackService struct {
	Name  string
	Image string // as the file names it
	Ports []int  // TCP ports that it declares, in order
}

// readStack reads the file of a new release and settles who answers on which port.
func (o *Orchestrator) readStack(ctx context.Context, in den.NewRelease, r *den.Release) (StackReading, error) {
	if o.Stacks == nil {
		return StackReading{}, den.Bad("compose", "Give an image. This den runs no compose files.")
	}
	read, err := o.Stacks.Read(ctx, StackFile{Name: r.ComposeName, Text: in.Compose, Profile: r.Profile}, o.largest())
	if err != nil {
		return read, err
	}
	for _, s := range read.Services {
		r.Services = append(r.Services, s.Name)
	}
	front, err := front(in, read.Services)
	if err != nil {
		return read, err
	}
	r.Front = front.Name
	if r.Port == 0 && len(front.Ports) == 1 {
		r.Port = front.Ports[0]
	}
	at := slices.Index(r.Services, front.Name)
	r.Services = slices.Insert(slices.Delete(r.Services, at, at+1), 0, front.Name)
	return read, nil
}

// largest is the size with the most memory. A stack that fits it can be offered; whether
// it fits the size of a trial is asked when that starts.
func (o *Orchestrator) largest() den.Size {
	return slices.MaxFunc(o.Config.Sizes, func(a, b den.Size) int { return cmp.Compare(a.Memory, b.Memory) })
}

// front is the service that answers visitors.
func front(in den.NewRelease, all []StackService) (StackService, error) {
	var names, open []string
	var only StackService
	for _, s := range all {
		names = append(names, s.Name)
		if in.Front == s.Name {
			return s, nil
		}
		if len(s.Ports) > 0 {
			open, only = append(open, s.Name), s
		}
	}
	switch {
	case in.Front != "":
		return only, den.Bad("front", "Choose the service that answers: %s. The file has no service %q.", or(names), in.Front)
	case len(all) == 1:
		return all[0], nil
	case len(open) == 1:
		return only, nil
	case len(open) == 0:
		return only, den.Bad("front", "Enter the service that answers visitors: %s. None of them declares a port.", or(names))
	}
	return only, den.Bad("front", "Enter the service that answers visitors: %s. Each of them declares a port.", or(open))
}

// fits says whether the stacks of a draft can run in its size.
func (o *Orchestrator) fits(ctx context.Context, id den.ID) error {
	var stacks []den.Release
	var t den.Trial
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		if t, err = tx.Trials().Get(id); err != nil {
			return err
		}
		for _, e := range t.Entries {
			r, err := tx.Releases().Get(e.Release)
			if err != nil && den.KindOf(err) != den.NotFound {
				return err
			}
			if r.Compose != "" {
				stacks = append(stacks, r)
			}
		}
		return nil
	})
	size, ok := o.size(t.Size)
	if err != nil || !ok {
		return err
	}
	var faults den.Faults
	for _, r := range stacks {
		if _, err := o.stackSpec(ctx, "check", r, size); err != nil {
			faults.Add(den.Bad("size", "Choose another size. Release %s cannot run in the size %s: %s", r.Version, size.Name, said(err)))
		}
	}
	return faults.Err()
}

// stackSpec says what is to run for a stack.
func (o *Orchestrator) stackSpec(ctx context.Context, id sandbox.ID, r den.Release, size den.Size) (sandbox.Spec, error) {
	if o.Stacks == nil {
		return sandbox.Spec{}, fmt.Errorf("%w: this den runs no compose files", sandbox.ErrSpec)
	}
	return o.Stacks.Spec(ctx, id, r, size)
}

// said is what an error says to people.
func said(err error) string {
	var e *den.Error
	if !errors.As(err, &e) {
		return plain(err) + "."
	}
	var all []string
	for _, one := range e.All() {
		all = append(all, one.Say)
	}
	return strings.Join(all, " ")
}

// frontOf is the service of a lease that answers.
func frontOf(l den.Lease) string {
	if len(l.Services) > 0 {
		return l.Services[0]
	}
	return service
}
