package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/compose"
	"innovationden/sandbox/policy"
)

// stacks reads compose files for the orchestrator, which knows nothing of them.
type stacks struct{}

var _ orchestrator.Stacks = stacks{}

// Read implements orchestrator.Stacks.
func (stacks) Read(ctx context.Context, file orchestrator.StackFile, size den.Size) (read orchestrator.StackReading, err error) {
	stack, err := readStack(ctx, file.Name, file.Text, file.Profile, size)
	if err != nil {
		return read, err
	}
	for _, s := range stack.Spec.Services {
		read.Services = append(read.Services, orchestrator.StackService{Name: s.Name, Image: s.Image, Ports: s.Ports})
	}
	read.Images = stack.Images()
	return read, nil
}

// Spec implements orchestrator.Stacks. The service that answers comes first.
func (stacks) Spec(ctx context.Context, id sandbox.ID, r den.Release, size den.Size) (sandbox.Spec, error) {
	stack, err := readStack(ctx, r.ComposeName, r.Compose, r.Profile, size)
	if err != nil {
		return sandbox.Spec{}, err
	}
	spec := stack.Spec
	spec.Services = slices.Clone(spec.Services)
	slices.SortStableFunc(spec.Services, func(a, b sandbox.Service) int {
		switch {
		case a.Name == r.Front:
			return -1
		case b.Name == r.Front:
			return 1
		}
		return 0
	})
	for i := range spec.Services {
		keepPlaces(&spec, &spec.Services[i], r.Places[r.Images[spec.Services[i].Image]])
	}
	stack.Spec = spec
	return stack.Resolve(id, r.Images)
}

// keepPlaces gives a service a volume of its own at every path that its image declares
// and the file says nothing of, so that what the image has there stays.
func keepPlaces(spec *sandbox.Spec, s *sandbox.Service, places []string) {
	for n, at := range places {
		at = path.Clean(at)
		taken := slices.ContainsFunc(s.Mounts, func(m sandbox.Mount) bool { return path.Clean(m.Path) == at }) ||
			slices.ContainsFunc(s.Tmpfs, func(p sandbox.Place) bool { return path.Clean(p.Path) == at })
		if taken {
			continue
		}
		name := fmt.Sprintf("image-%d-%d", len(spec.Volumes)+1, n+1)
		spec.Volumes = append(slices.Clone(spec.Volumes), sandbox.Volume{Name: name, Bytes: spec.Limits.Disk})
		s.Mounts = append(slices.Clone(s.Mounts), sandbox.Mount{Volume: name, Path: at})
	}
}

func readStack(ctx context.Context, name, text, profile string, size den.Size) (compose.Stack, error) {
	stack, err := compose.Read(ctx, name, []byte(text), compose.Options{Limits: limitsOf(size), Profile: sandbox.Profile(profile)})
	var refused policy.Refusals
	if !errors.As(err, &refused) {
		return stack, err
	}
	var faults den.Faults
	for _, one := range refused {
		faults.Add(&den.Error{Kind: den.Invalid, Field: "compose", Say: inLine(one)})
	}
	return stack, faults.Err()
}

// inLine is a refusal as a sentence for people who see the file.
func inLine(r policy.Refusal) string {
	say := r.Reason
	if r.Attribute != "" {
		say = r.Attribute + ": " + say
	}
	if r.Line > 0 {
		say = fmt.Sprintf("Line %d: %s", r.Line, say)
	}
	if r.Instead != "" {
		say += " Instead: " + r.Instead
	}
	return say
}

func limitsOf(s den.Size) sandbox.Limits {
	return sandbox.Limits{Memory: s.Memory, CPU: s.CPU, Pids: s.Pids, Files: s.Files, Tmp: s.Tmp, Disk: s.Disk, Log: s.Log}
}
