package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
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
	volumePart = "volume."
	imagePart  = "volume.image_" // of a VOLUME that an image declares
)

// bound is a volume of a sandbox as one service sees it.
type bound struct {
	sandbox.Mount
	owner string // user:group, where they are numbers and not root
}

// volumesOf are the volumes of one service: those that the specification names and,
// on a private network, one for each VOLUME of the image that nothing else covers: it
// is filled with what the image has there, and watched.
func volumesOf(spec sandbox.Spec, s sandbox.Service, image sandbox.Image) []bound {
	var all []bound
	covered := map[string]bool{"/tmp": true}
	for _, m := range s.Mounts {
		covered[m.Path] = true
		all = append(all, bound{sandbox.Mount{Volume: volumePart + m.Volume, Path: m.Path, ReadOnly: m.ReadOnly, NoCopy: m.NoCopy}, userOf(s, image)})
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
			all = append(all, bound{sandbox.Mount{Volume: imagePart + s.Name + "." + strconv.Itoa(i), Path: v}, userOf(s, image)})
		}
	}
	return all
}

// staged is what was made ahead of the services: where each file is on the engine's
// host, by service and path.
type staged struct{ files map[string]map[string]string }

// stage makes the volumes of a sandbox and brings its files. It may be done again:
// what is there stays.
func (r *Runtime) stage(ctx context.Context, spec sandbox.Spec, images []sandbox.Image) (staged, error) {
	made := staged{files: map[string]map[string]string{}}
	var content bytes.Buffer
	w := tar.NewWriter(&content)
	var mounts []mount.Mount
	use := func(part, at string) (string, bool, error) {
		for _, m := range mounts {
			if m.Source == r.ours.name(spec.ID, part) {
				return "", false, nil
			}
		}
		where, err := r.makeVolume(ctx, spec.ID, part)
		mounts = append(mounts, mount.Mount{
			Type: mount.TypeVolume, Source: r.ours.name(spec.ID, part), Target: at, VolumeOptions: &mount.VolumeOptions{NoCopy: true},
		})
		return where, err == nil, err
	}
	for i, s := range spec.Services {
		for _, b := range volumesOf(spec, s, images[i]) {
			at := "/v/" + strings.TrimPrefix(b.Volume, volumePart)
			_, first, err := use(b.Volume, at)
			if err != nil {
				return made, err
			}
			if uid, gid, ok := numbers(b.owner); ok && first {
				folder(w, at, uid, gid)
			}
		}
	}
	if err := r.stageFiles(spec, w, &made, use); err != nil {
		return made, err
	}
	_ = w.Close() // a buffer takes everything
	if len(mounts) == 0 || content.Len() <= 1024 {
		return made, nil // nothing to bring: an empty archive is two blocks of zeros
	}
	return made, r.fill(ctx, spec.ID, mounts, &content)
}

func (r *Runtime) stageFiles(spec sandbox.Spec, w *tar.Writer, made *staged, use func(part, at string) (string, bool, error)) error {
	var where string
	for i, s := range spec.Services {
		for j, f := range s.Files {
			if where == "" {
				var err error
				if where, _, err = use(filesName, "/files"); err != nil {
					return err
				}
			}
			name := fmt.Sprintf("%d-%d", i, j)
			_ = w.WriteHeader(&tar.Header{
				Typeflag: tar.TypeReg, Name: "files/" + name, Mode: f.Mode, Uid: int(f.UID), Gid: int(f.GID), Size: int64(len(f.Content)), ModTime: time.Unix(0, 0),
			})
			_, _ = w.Write(f.Content)
			if made.files[s.Name] == nil {
				made.files[s.Name] = map[string]string{}
			}
			made.files[s.Name][f.Path] = path.Join(where, name)
		}
	}
	return nil
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

// fill unpacks an archive into volumes, through a container that is never started.
func (r *Runtime) fill(ctx context.Context, id sandbox.ID, mounts []mount.Mount, content *bytes.Buffer) error {
	name := r.ours.name(id, stageName)
	if err := r.removeContainer(ctx, name); err != nil { // left by an earlier attempt
		return err
	}
	image, err := r.holderImage(ctx)
	if err != nil {
		return err
	}
	host := r.sealed()
	host.NetworkMode = "none"
	host.Mounts = mounts
	host.LogConfig = container.LogConfig{Type: "none"}
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
		return r.api.CopyToContainer(ctx, name, "/", content, container.CopyToContainerOptions{})
	})
	if err != nil {
		return explain("bring files", err)
	}
	return r.removeContainer(ctx, name)
}

// mounts are the volumes and files of a service in the engine's words. A file is bound
// read-only from a volume of the sandbox's own: nothing can be copied into a root that
// is read-only.
func (r *Runtime) mounts(spec sandbox.Spec, s sandbox.Service, image sandbox.Image, made staged) []mount.Mount {
	var all []mount.Mount
	for _, b := range volumesOf(spec, s, image) {
		all = append(all, mount.Mount{
			Type: mount.TypeVolume, Source: r.ours.name(spec.ID, b.Volume), Target: b.Path, ReadOnly: b.ReadOnly,
			VolumeOptions: &mount.VolumeOptions{NoCopy: b.NoCopy},
		})
	}
	for _, f := range s.Files {
		all = append(all, mount.Mount{
			Type: mount.TypeBind, Source: made.files[s.Name][f.Path], Target: f.Path, ReadOnly: true,
			BindOptions: &mount.BindOptions{Propagation: mount.PropagationRPrivate},
		})
	}
	return all
}
