package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"innovationden/sandbox"
)

// loadTimes is how many times a call's patience loading an image may take.
const loadTimes = 20

// Image: see sandbox.Images.
func (r *Runtime) Image(ctx context.Context, ref string) (sandbox.Image, error) {
	return r.inspectImage(ctx, ref)
}

// imageFacts knows an image by id, from memory where it was asked for before.
func (r *Runtime) imageFacts(ctx context.Context, id string) (sandbox.Image, error) {
	r.mu.Lock()
	i, known := r.images[id]
	r.mu.Unlock()
	if known {
		return i, nil
	}
	return r.inspectImage(ctx, id)
}

func (r *Runtime) forgetImage(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.images, id)
}

func (r *Runtime) inspectImage(ctx context.Context, ref string) (found sandbox.Image, err error) {
	err = r.ask(ctx, func(ctx context.Context) error {
		i, err := r.api.ImageInspect(ctx, ref)
		if errdefs.IsNotFound(err) || errdefs.IsInvalidArgument(err) {
			return fmt.Errorf("%w: %s", sandbox.ErrNoImage, ref)
		}
		if err != nil {
			return explain("look at image "+ref, err)
		}
		if i.ID == "" {
			return fmt.Errorf("%w: half an answer about image %s", sandbox.ErrUnavailable, ref)
		}
		found = facts(i)
		return nil
	})
	if err != nil {
		return sandbox.Image{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.images[found.ID] = found
	return found, nil
}

func facts(i image.InspectResponse) sandbox.Image {
	f := sandbox.Image{
		ID: i.ID, Digests: i.RepoDigests, Names: i.RepoTags, Size: i.Size,
		Platform: i.Os + "/" + i.Architecture, Layers: len(i.RootFS.Layers),
	}
	if i.Config == nil {
		return f
	}
	f.User, f.Reserved = i.Config.User, reserved(i.Config.Labels)
	slices.Sort(f.Reserved)
	for p := range i.Config.ExposedPorts {
		number, kind, _ := strings.Cut(string(p), "/")
		if n, err := strconv.ParseUint(number, 10, 16); err == nil && n > 0 && (kind == "tcp" || kind == "") {
			f.Ports = append(f.Ports, int(n))
		}
	}
	slices.Sort(f.Ports)
	for v := range i.Config.Volumes {
		f.Volumes = append(f.Volumes, path.Clean(v))
	}
	slices.Sort(f.Volumes)
	return f
}

// Keep: see sandbox.Images.
func (r *Runtime) Keep(ctx context.Context, imageID string) error {
	err := r.ask(ctx, func(ctx context.Context) error { return r.api.ImageTag(ctx, imageID, r.ours.tag(imageID)) })
	if errdefs.IsNotFound(err) {
		return fmt.Errorf("%w: %s", sandbox.ErrNoImage, imageID)
	}
	return explain("keep image "+imageID, err)
}

// Drop: see sandbox.Images. An image that a container still uses stays, with an
// error: remove its sandboxes first.
func (r *Runtime) Drop(ctx context.Context, imageID string) error {
	r.forgetImage(imageID)
	err := r.ask(ctx, func(ctx context.Context) error {
		_, err := r.api.ImageRemove(ctx, r.ours.tag(imageID), image.RemoveOptions{PruneChildren: true})
		return err
	})
	if errdefs.IsNotFound(err) {
		return nil
	}
	return explain("drop image "+imageID, err)
}

// Keeps: see sandbox.Images. A tag counts where it is the one that the image would get.
func (r *Runtime) Keeps(ctx context.Context) (ids []string, err error) {
	err = r.ask(ctx, func(ctx context.Context) error {
		all, err := r.api.ImageList(ctx, image.ListOptions{Filters: filters.NewArgs(filters.Arg("reference", r.ours.kept()))})
		for _, i := range all {
			if slices.Contains(i.RepoTags, r.ours.tag(i.ID)) {
				ids = append(ids, i.ID)
			}
		}
		return err
	})
	slices.Sort(ids)
	return ids, silence("list images", err)
}

// Load: see sandbox.Images. The archive is checked before the engine sees any of it,
// and comes in under our own tags alone, so that what it returns is kept. Errors:
// sandbox.ErrImage with what is wrong, sandbox.ErrFull, before any of it is read where its
// size says so; sandbox.ErrUnavailable.
func (r *Runtime) Load(ctx context.Context, archive io.Reader, size int64) ([]sandbox.Image, error) {
	arch, err := r.engineArch(ctx)
	if err != nil {
		return nil, err
	}
	space := r.spaces.begin()
	defer space.end()
	at, err := r.placeFor(ctx, space, size)
	if err != nil {
		return nil, err
	}
	checked, err := checkArchive(ctx, archive, at, arch, r.archive)
	if err != nil {
		return nil, err
	}
	defer checked.close()
	if err := at.unpack(checked); err != nil {
		return nil, err
	}
	all, err := r.loaded(ctx, checked)
	if errors.Is(err, sandbox.ErrNoImage) { // whoever else had the same image let go of it just then
		return r.loaded(ctx, checked)
	}
	return all, err
}

// loaded brings a checked archive to the engine, and looks at what it kept.
func (r *Runtime) loaded(ctx context.Context, checked *archive) ([]sandbox.Image, error) {
	if err := r.bring(ctx, checked); err != nil {
		return nil, explain("load an image", err)
	}
	var all []sandbox.Image
	for _, i := range checked.Images {
		found, err := r.inspectImage(ctx, r.ours.tag(i.ID))
		if err != nil {
			return nil, err
		}
		found.Names = append(slices.Clone(i.Names), found.Names...)
		all = append(all, found)
	}
	return all, nil
}

// bring writes a checked archive anew and gives it to the engine meanwhile.
func (r *Runtime) bring(ctx context.Context, checked *archive) error {
	ctx, cancel := context.WithTimeout(ctx, loadTimes*r.wait)
	defer cancel()
	body, write := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = write.CloseWithError(checked.rewrite(write, r.ours.tag))
	}()
	err := r.send(ctx, body)
	_ = body.Close()
	<-done
	return err
}

// send gives an archive to the engine. The engine's errors come inside its answer.
func (r *Runtime) send(ctx context.Context, archive io.Reader) error {
	answer, err := r.api.ImageLoad(ctx, archive, client.ImageLoadWithQuiet(true))
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	lines := json.NewDecoder(answer.Body)
	for {
		var line struct {
			Error string `json:"error"`
		}
		switch err := lines.Decode(&line); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case line.Error != "":
			return engineSays(line.Error)
		}
	}
}

// engineSays is an error that came inside an engine's answer.
type engineSays string

func (e engineSays) Error() string { return string(e) }

// Unknown marks it, for package errdefs, as an answer rather than silence.
func (e engineSays) Unknown() {}
