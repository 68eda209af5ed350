package registry

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"innovationden/sandbox"
)

// mostLayers is what an image may have; the archive's own check has the same bound.
const mostLayers = 64

// unfit is why a pushed image cannot be run, in words that follow a colon.
func unfit(format string, args ...any) error {
	return fmt.Errorf("%w: %w", sandbox.ErrImage, fmt.Errorf(format, args...))
}

// Save writes an image as `docker save` does: the one of a platform (linux/amd64), where
// the digest is that of an index. In the archive it is called as its repository.
// sandbox.ErrImage with the reason where it cannot be run, before anything is written.
func (r *Registry) Save(ctx context.Context, repo string, d Digest, platform string, to io.Writer) error {
	m, err := r.pick(repo, d, platform)
	if err != nil {
		return err
	}
	if err := runnable(m); err != nil {
		return err
	}
	config, err := r.read(repo, m.Config.Digest)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(config)
	out := archive{ctx: ctx, r: r, repo: repo, w: tar.NewWriter(to)}
	entry := struct {
		Config   string
		RepoTags []string
		Layers   []string
	}{Config: hex.EncodeToString(sum[:]) + ".json", RepoTags: []string{repo}}
	if err := out.text(entry.Config, config); err != nil {
		return err
	}
	written := map[string]bool{}
	for _, l := range m.Layers {
		_, text, _ := strings.Cut(string(l.Digest), ":")
		file := text + "/layer.tar"
		entry.Layers = append(entry.Layers, file)
		if written[file] {
			continue
		}
		written[file] = true
		if err := out.blob(file, l.Digest); err != nil {
			return err
		}
	}
	raw, err := json.Marshal([]any{entry})
	if err != nil {
		return err
	}
	if err := out.text("manifest.json", raw); err != nil {
		return err
	}
	return out.w.Close()
}

// pick finds the image of a platform.
func (r *Registry) pick(repo string, d Digest, platform string) (m manifest, err error) {
	const deepest = 3
	for range deepest {
		found, err := r.manifest(repo, d)
		if err != nil {
			return m, err
		}
		m = manifest{}
		if err := json.Unmarshal(found.Text, &m); err != nil {
			return m, err
		}
		if !isIndex(found.MediaType) {
			return m, nil
		}
		if d, err = m.of(platform); err != nil {
			return m, err
		}
	}
	return m, unfit("its list of images leads to lists again and again. Push one image, or one list of them")
}

// of finds the entry of a platform in an index. Statements about images, which docker
// build adds, are none.
func (m manifest) of(platform string) (Digest, error) {
	var offered []string
	for _, one := range m.Manifests {
		switch {
		case one.Annotations["vnd.docker.reference.type"] != "":
		case isIndex(one.MediaType) && one.Platform == nil:
			return one.Digest, nil
		case one.Platform != nil && one.Platform.OS+"/"+one.Platform.Architecture == platform:
			return one.Digest, nil
		case one.Platform != nil && one.Platform.OS != "unknown":
			offered = append(offered, one.Platform.OS+"/"+one.Platform.Architecture)
		}
	}
	for i := range offered {
		offered[i] = fmt.Sprintf("%.40q", offered[i])
	}
	if len(offered) == 0 {
		return "", unfit("its list holds no image of a named platform. Build it with docker build --platform %s", platform)
	}
	const most = 8
	return "", unfit("it is for %s, and sandboxes here are %s. Build it with docker build --platform %s",
		strings.Join(offered[:min(len(offered), most)], ", "), platform, platform)
}

// runnable says why an image cannot be run whatever is in its layers.
func runnable(m manifest) error {
	if m.Config == nil || m.Config.MediaType != "application/vnd.oci.image.config.v1+json" && m.Config.MediaType != "application/vnd.docker.container.image.v1+json" {
		return unfit("it is not an image but something else that was pushed like one. Push it with docker push")
	}
	if n := len(m.Layers); n == 0 || n > mostLayers {
		return unfit("it has %d layers; 1 to %d are possible. Join RUN lines, or flatten it", n, mostLayers)
	}
	for i, l := range m.Layers {
		switch {
		case l.elsewhere():
			return unfit("its layer %d is to be fetched from elsewhere. Build it on an image whose layers can be pushed", i+1)
		case strings.HasSuffix(l.MediaType, "+zstd"):
			return unfit("its layer %d is compressed with zstd. Push it with gzip, which docker push does by itself", i+1)
		}
	}
	return nil
}

func (r *Registry) read(repo string, d Digest) ([]byte, error) {
	f, size, err := r.open(repo, d)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if size > mostManifest {
		return nil, unfit("its configuration is larger than %s", amount(mostManifest))
	}
	return io.ReadAll(io.LimitReader(f, size))
}

// archive is a tar file on its way out.
type archive struct {
	ctx  context.Context // of one call
	r    *Registry
	repo string
	w    *tar.Writer
}

func (a archive) text(name string, text []byte) error {
	err := a.w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o444, Size: int64(len(text))})
	if err != nil {
		return err
	}
	_, err = a.w.Write(text)
	return err
}

func (a archive) blob(name string, d Digest) error {
	if err := a.ctx.Err(); err != nil {
		return err
	}
	f, _, err := a.r.open(a.repo, d)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return a.copy(name, f)
}

func (a archive) copy(name string, f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := a.w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o444, Size: info.Size()}); err != nil {
		return err
	}
	_, err = io.Copy(a.w, f)
	return err
}
