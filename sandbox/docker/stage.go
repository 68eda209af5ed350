package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/volume"

	"innovationden/sandbox"
)

// Names that no service and no volume of a specification can have.
const (
	stageName  = "stage_"
	filesName  = "files_"
	dataName   = "data_"
	volumePart = "volume."
	imagePart  = "volume.image_" // of a VOLUME that an image declares
)

// volumesOf are the volumes of one service, named by their part: those that the specification names and,
// on a private network, one for each VOLUME of the image that nothing else covers: it
// is filled with what the image has there, and watched.
func volumesOf(spec sandbox.Spec, s sandbox.Service, image sandbox.Image) []sandbox.Mount {
	var all []sandbox.Mount
	covered := map[string]bool{"/tmp": true}
	for _, m := range s.Mounts {
		covered[m.Path] = true
		all = append(all, sandbox.Mount{Volume: volumePart + m.Volume, Path: m.Path, ReadOnly: m.ReadOnly, NoCopy: m.NoCopy})
	}
	for _, t := range s.Tmpfs {
		covered[t.Path] = true
	}
	for _, v := range s.Volumes {
		covered[path.Clean(v)] = true
	}
	if spec.Network != sandbox.Private {
		return all
	}
	for i, v := range image.Volumes {
		if v = path.Clean(v); !covered[v] {
			covered[v] = true
			all = append(all, sandbox.Mount{Volume: imagePart + s.Name + "." + strconv.Itoa(i), Path: v})
		}
	}
	return all
}

// staged is what was made ahead of the services: where each file is on the engine's
// host, by service and path.
type staged struct{ files map[string]map[string]string }

// equip makes the volumes of a sandbox and brings its files. It may be done again:
// what is there stays.
func (r *Runtime) equip(ctx context.Context, spec sandbox.Spec, images []sandbox.Image) (staged, error) {
	all := map[string]bool{}
	for i, s := range spec.Services {
		for _, b := range volumesOf(spec, s, images[i]) {
			all[b.Volume] = true
		}
	}
	for v := range all {
		if _, err := r.makeVolume(ctx, spec.ID, v); err != nil {
			return staged{}, err
		}
	}
	if err := r.bringData(ctx, spec); err != nil {
		return staged{}, err
	}
	var content bytes.Buffer
	w := tar.NewWriter(&content) // a buffer takes everything
	names := map[string]map[string]string{}
	for i, s := range spec.Services {
		for j, f := range s.Files {
			name := fmt.Sprintf("%d-%d", i, j)
			_ = w.WriteHeader(&tar.Header{
				Typeflag: tar.TypeReg, Name: "files/" + name, Mode: f.Mode, Uid: int(f.UID), Gid: int(f.GID), Size: int64(len(f.Content)), ModTime: time.Unix(0, 0),
			})
			_, _ = w.Write(f.Content)
			if names[s.Name] == nil {
				names[s.Name] = map[string]string{}
			}
			names[s.Name][f.Path] = name
		}
	}
	_ = w.Close()
	if len(names) == 0 {
		return staged{}, nil
	}
	where, err := r.makeVolume(ctx, spec.ID, filesName)
	if err != nil {
		return staged{}, err
	}
	for _, of := range names {
		for p, name := range of {
			of[p] = path.Join(where, name)
		}
	}
	return staged{names}, r.fill(ctx, spec.ID, map[string]string{filesName: "/files"}, "/", &content)
}

// bringData puts the data of a sandbox into a volume of its own.
func (r *Runtime) bringData(ctx context.Context, spec sandbox.Spec) error {
	if spec.Data == nil {
		return nil
	}
	if _, err := r.makeVolume(ctx, spec.ID, dataName); err != nil {
		return err
	}
	archive, err := spec.Data.Open(ctx)
	if err != nil {
		return fmt.Errorf("open the data: %w", err)
	}
	defer archive.Close()
	return r.fill(ctx, spec.ID, map[string]string{dataName: "/data"}, "/data", archive)
}

// own gives each volume to the first service that uses it, where that runs as a number
// other than 0: who starts as root sees to it himself. It comes after the services were
// made, for the engine then fills a volume and gives it to whom the image says.
func (r *Runtime) own(ctx context.Context, spec sandbox.Spec, images []sandbox.Image) error {
	var content bytes.Buffer
	w := tar.NewWriter(&content)
	seen, at := map[string]bool{}, map[string]string{}
	for i, s := range spec.Services {
		uid, gid, number := numbers(userOf(s, images[i]))
		for _, b := range volumesOf(spec, s, images[i]) {
			if number && !seen[b.Volume] {
				at[b.Volume] = "/v/" + strconv.Itoa(len(at))
				folder(w, at[b.Volume], uid, gid)
			}
			seen[b.Volume] = true
		}
	}
	_ = w.Close()
	if len(at) == 0 {
		return nil
	}
	return r.fill(ctx, spec.ID, at, "/", &content)
}

// folder gives the top of a volume to a user.
func folder(w *tar.Writer, at string, uid, gid int) {
	_ = w.WriteHeader(&tar.Header{
		Typeflag: tar.TypeDir, Name: strings.TrimPrefix(at, "/") + "/", Mode: 0o755, Uid: uid, Gid: gid, ModTime: time.Unix(0, 0),
	})
}

// numbers reads a user, where it is a number and not root.
func numbers(user string) (uid, gid int, ok bool) {
	name, group, _ := strings.Cut(user, ":")
	u, err := strconv.ParseUint(name, 10, 31)
	if err != nil || u == 0 {
		return 0, 0, false
	}
	g, err := strconv.ParseUint(group, 10, 31)
	if err != nil {
		g = 0
	}
	return int(u), int(g), true
}

// makeVolume makes a volume, or finds the one that is there, and says where the engine
// keeps it.
func (r *Runtime) makeVolume(ctx context.Context, id sandbox.ID, part string) (string, error) {
	var made volume.Volume
	err := r.ask(ctx, func(ctx context.Context) (err error) {
		made, err = r.api.VolumeCreate(ctx, volume.CreateOptions{Driver: "local", Name: r.ours.name(id, part), Labels: r.ours.labels(id)})
		if err == nil && (made.Name == "" || made.Mountpoint == "") {
			err = fmt.Errorf("%w: half an answer about a volume of %s", sandbox.ErrUnavailable, id)
		}
		return err
	})
	if err != nil {
		return "", explain("make a volume", err)
	}
	if found, ok := r.ours.owns(made.Labels, made.Name); !ok || found != id {
		return "", fmt.Errorf("%w: the volume %s is not the den's", sandbox.ErrBroken, made.Name)
	}
	return made.Mountpoint, nil
}

// fill unpacks an archive at a place, below which volumes are mounted, through a
// container that is never started.
func (r *Runtime) fill(ctx context.Context, id sandbox.ID, volumes map[string]string, at string, content io.Reader) error {
	name := r.ours.name(id, stageName)
	if err := r.removeContainer(ctx, name); err != nil { // left by an earlier attempt
		return err
	}
	image, err := r.holderImage(ctx)
	if err != nil {
		return err
	}
	host := r.stageHost(id, volumes)
	err = r.ask(ctx, func(ctx context.Context) error {
		_, err := r.api.ContainerCreate(ctx, &container.Config{Image: image, Labels: r.ours.labels(id)}, host, nil, nil, name)
		return err
	})
	if errdefs.IsNotFound(err) {
		r.forgetHolderImage() // somebody removed it; the next attempt brings it again
	}
	if err != nil {
		return explain("make a place for files", err)
	}
	err = r.ask(ctx, func(ctx context.Context) error {
		return r.api.CopyToContainer(ctx, name, at, content, container.CopyToContainerOptions{})
	})
	if err != nil {
		return explain("bring files", err)
	}
	return r.removeContainer(ctx, name)
}

// stageHost says how the container that brings files is held. It is never started.
func (r *Runtime) stageHost(id sandbox.ID, volumes map[string]string) *container.HostConfig {
	h := r.sealed()
	h.NetworkMode = "none"
	h.LogConfig = container.LogConfig{Type: "none"}
	for part, at := range volumes {
		h.Mounts = append(h.Mounts, mount.Mount{
			Type: mount.TypeVolume, Source: r.ours.name(id, part), Target: at, VolumeOptions: &mount.VolumeOptions{NoCopy: true},
		})
	}
	return h
}

// mounts are the volumes and files of a service in the engine's words. A file is bound
// read-only from a volume of the sandbox's own, for nothing can be copied into a root
// that is read-only; what the engine keeps can be bound only as a slave.
func (r *Runtime) mounts(spec sandbox.Spec, s sandbox.Service, image sandbox.Image, made staged) []mount.Mount {
	var all []mount.Mount
	for _, b := range volumesOf(spec, s, image) {
		all = append(all, mount.Mount{
			Type: mount.TypeVolume, Source: r.ours.name(spec.ID, b.Volume), Target: b.Path, ReadOnly: b.ReadOnly,
			VolumeOptions: &mount.VolumeOptions{NoCopy: b.NoCopy},
		})
	}
	if d := spec.Data; d != nil {
		all = append(all, mount.Mount{
			Type: mount.TypeVolume, Source: r.ours.name(spec.ID, dataName), Target: d.Path, ReadOnly: true, VolumeOptions: &mount.VolumeOptions{NoCopy: true},
		})
	}
	for _, f := range s.Files {
		all = append(all, mount.Mount{
			Type: mount.TypeBind, Source: made.files[s.Name][f.Path], Target: f.Path, ReadOnly: true,
			BindOptions: &mount.BindOptions{Propagation: mount.PropagationRSlave},
		})
	}
	return all
}
