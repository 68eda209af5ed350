package orchestrator

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// stack brings the images of a stack in and takes over what they say. brought are the
// images that came in an archive and must go again where the release is not added.
func (o *Orchestrator) stack(ctx context.Context, actor den.Actor, in den.NewRelease, r *den.Release) (brought []sandbox.Image, err error) {
	read, err := o.readStack(ctx, in, r)
	if err != nil {
		return nil, err
	}
	if in.Archive != nil {
		if brought, err = o.Images.Load(ctx, in.Archive, in.ArchiveSize); err != nil {
			return nil, imageFault(err, in)
		}
	}
	found := map[string]sandbox.Image{}
	var faults den.Faults
	for _, name := range read.Images {
		if pushed, at, ok, err := o.stackPushed(ctx, r.Supplier, name); err != nil {
			return brought, imageFault(err, in)
		} else if ok {
			brought, found[name] = append(brought, pushed), pushed
			if r.Pushed == nil {
				r.Pushed = map[string]string{}
			}
			r.Pushed[pushed.ID] = at
			stackFaults(&faults, name, pushed)
			continue
		}
		i, ok := broughtAs(name, brought)
		var err error
		if !ok {
			i, err = o.called(ctx, actor, r.Supplier, name)
		}
		switch {
		case errors.Is(err, sandbox.ErrNoImage) && in.Archive != nil:
			faults.Add(den.Bad("archive", "The image %q is neither in the archive nor on the engine. Save every image that the file names into it: docker save takes several names.", name))
		case errors.Is(err, sandbox.ErrNoImage):
			faults.Add(den.Bad("compose", "There is no image %q on the engine. Check the name, or give an archive that docker save wrote with every image.", name))
		case err != nil:
			return brought, imageFault(err, in)
		default:
			found[name] = i
			stackFaults(&faults, name, i)
		}
	}
	if err := faults.Err(); err != nil {
		return brought, err
	}
	return brought, stacked(r, read, found)
}

// stackPushed brings in an image that its supplier pushed, where a file names one so:
// with or without the address of the den.
func (o *Orchestrator) stackPushed(ctx context.Context, supplier den.ID, name string) (i sandbox.Image, at string, ok bool, err error) {
	if o.Pushes == nil {
		return i, "", false, nil
	}
	first, rest, _ := strings.Cut(name, "/")
	if strings.ContainsAny(first, ".:") || first == "localhost" {
		name = rest
	}
	repository, tag, whole := strings.Cut(name, "@")
	if !whole {
		repository, tag, _ = strings.Cut(tagged(name), ":")
	}
	one, err := o.repositoryNamed(ctx, repository)
	if err != nil || one.Supplier != supplier {
		return i, "", false, unlessMissing(err)
	}
	digest, err := o.Pushes.Resolve(ctx, repository, tag)
	if err != nil {
		return i, "", false, unlessMissing(err)
	}
	i, err = o.bringPushed(ctx, repository, digest)
	return i, repository + "@" + digest, err == nil, err
}

func stackFaults(faults *den.Faults, name string, i sandbox.Image) {
	if len(i.Reserved) > 0 {
		faults.Add(den.Bad("compose", "Remove the labels %s from the image %q. They belong to the den.", strings.Join(i.Reserved, ", "), name))
	}
	if n := len(i.Volumes); n > sandbox.MaxVolumes {
		faults.Add(den.Bad("compose", "Remove volumes from the image %q. It declares %d, at most %d are possible.", name, n, sandbox.MaxVolumes))
	}
	for _, v := range i.Volumes {
		if err := sandbox.CheckVolume(path.Clean(v)); err != nil {
			faults.Add(den.Bad("compose", "Remove the volume %q from the image %q. The engine itself provides that place.", v, name))
		}
	}
}

// broughtAs finds an image by the name that a file gives it among those that came with the
// file.
func broughtAs(name string, brought []sandbox.Image) (sandbox.Image, bool) {
	for _, i := range brought {
		if i.ID == name || slices.ContainsFunc(i.Names, func(n string) bool { return tagged(n) == tagged(name) }) {
			return i, true
		}
	}
	return sandbox.Image{}, false
}

// tagged is the one spelling of the many that an image's name has.
func tagged(name string) string {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/")
	if !strings.Contains(name[strings.LastIndex(name, "/")+1:], ":") && !strings.Contains(name, "@") {
		name += ":latest"
	}
	return name
}

// stacked takes over what the images say.
func stacked(r *den.Release, read StackReading, found map[string]sandbox.Image) error {
	r.Images, r.From = map[string]string{}, r.ComposeName
	counted := map[string]bool{}
	for name, i := range found {
		r.Images[name] = i.ID
		if !counted[i.ID] {
			counted[i.ID] = true
			r.SizeBytes += i.Size
		}
		if len(i.Volumes) > 0 {
			if r.Places == nil {
				r.Places = map[string][]string{}
			}
			r.Places[i.ID] = i.Volumes
		}
	}
	answers := read.Services[slices.IndexFunc(read.Services, func(s StackService) bool { return s.Name == r.Front })]
	image := found[answers.Image]
	r.Image = image.ID
	if len(image.Digests) > 0 {
		_, r.Digest, _ = strings.Cut(image.Digests[0], "@")
	}
	ports := answers.Ports
	if len(ports) == 0 {
		ports = image.Ports
	}
	switch {
	case r.Port != 0:
	case len(ports) == 1:
		r.Port = ports[0]
	case len(ports) == 0:
		return den.Bad("port", "Enter the port that the service %s answers on. Neither the file nor its image declares one.", r.Front)
	default:
		return den.Bad("port", "Enter the port that the service %s answers on. It declares %s.", r.Front, listed(ports))
	}
	return nil
}

// addStack adds a release that is a stack.
func (o *Orchestrator) addStack(ctx context.Context, actor den.Actor, in den.NewRelease, product den.Product, r den.Release) (den.Release, error) {
	brought, err := o.stack(ctx, actor, in, &r)
	if err == nil {
		for _, id := range r.EveryImage() {
			if err = o.act(ctx, listPatience, func(ctx context.Context) error { return o.Images.Keep(ctx, id) }); err != nil {
				err = imageFault(err, in)
				break
			}
		}
	}
	if err == nil {
		r, err = o.putRelease(ctx, actor, in, product, r)
	}
	for _, i := range brought {
		o.dropUnused(ctx, i.ID, in) // those that the file does not name, or all where it was refused
	}
	return r, err
}
