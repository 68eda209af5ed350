package docker

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"

	"innovationden/sandbox"
	"innovationden/sandbox/policy"
	"innovationden/sandbox/sandboxtest"
)

// saved is an archive under construction.
type saved struct {
	config  map[string]any
	entry   map[string]any
	headers []*tar.Header // put into the layer
	layers  [][]byte      // instead of a layer of headers
	outer   []*tar.Header // put into the archive
}

func (s saved) bytes(t testing.TB) []byte {
	t.Helper()
	if s.layers == nil {
		s.layers = [][]byte{tarHeaders(t, s.headers)}
	}
	files := map[string][]byte{}
	var names, diffs []string
	for i, l := range s.layers {
		name := fmt.Sprintf("%d/layer.tar", i)
		files[name], names, diffs = l, append(names, name), append(diffs, sandboxtest.Digest(l))
	}
	config := map[string]any{
		"architecture": runtime.GOARCH, "os": "linux", "config": map[string]any{"Entrypoint": []string{"/x"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffs},
	}
	for k, v := range s.config {
		config[k] = v
	}
	entry := map[string]any{"Config": "config.json", "Layers": names}
	for k, v := range s.entry {
		entry[k] = v
	}
	files["config.json"], files["manifest.json"] = asJSON(t, config), asJSON(t, []any{entry})
	plain := sandboxtest.Tar(t, files, 0o644)
	return append(tarHeaders(t, s.outer)[:512*len(s.outer)], plain...)
}

func asJSON(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return b
}

func tarHeaders(t testing.TB, all []*tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range all {
		must(t, w.WriteHeader(h))
	}
	must(t, w.Close())
	return b.Bytes()
}

func zipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, err := w.Write(b)
	must(t, err)
	must(t, w.Close())
	return z.Bytes()
}

func TestBadArchivesAreRefusedBeforeTheEngineSeesThem(t *testing.T) {
	empty := tarHeaders(t, nil)
	bomb := zipped(t, make([]byte, 8<<20))
	var many []*tar.Header
	for i := range 200 {
		many = append(many, &tar.Header{Name: fmt.Sprint(i), Typeflag: tar.TypeReg})
	}
	for name, one := range map[string]struct {
		archive []byte
		says    string
	}{
		"not an archive":            {bytes.Repeat([]byte("hello "), 1000), "not an archive that docker save writes"},
		"nothing":                   {nil, "manifest.json: The archive does not hold this file."},
		"no manifest":               {sandboxtest.Tar(t, map[string][]byte{"a": nil}, 0o600), "manifest.json: The archive does not hold this file."},
		"a manifest of no images":   {sandboxtest.Tar(t, map[string][]byte{"manifest.json": []byte("[]")}, 0o600), "holds 0 images. Save 1 to 16"},
		"a manifest that is none":   {sandboxtest.Tar(t, map[string][]byte{"manifest.json": []byte("{")}, 0o600), "manifest.json: It is not the JSON that it should be."},
		"a name that climbs":        {saved{outer: []*tar.Header{{Name: "a/../../etc/x", Typeflag: tar.TypeReg}}}.bytes(t), "climbs"},
		"an absolute name":          {saved{outer: []*tar.Header{{Name: "/etc/x", Typeflag: tar.TypeReg}}}.bytes(t), "climbs"},
		"a link that climbs":        {saved{outer: []*tar.Header{{Name: "x", Linkname: "../../etc/passwd", Typeflag: tar.TypeSymlink}}}.bytes(t), "x: The link leads out of the archive."},
		"a device":                  {saved{outer: []*tar.Header{{Name: "x", Typeflag: tar.TypeBlock}}}.bytes(t), "neither a file nor a folder"},
		"a layer that climbs":       {saved{headers: []*tar.Header{{Name: "../x", Typeflag: tar.TypeReg}}}.bytes(t), "climbs"},
		"a hard link that climbs":   {saved{headers: []*tar.Header{{Name: "x", Linkname: "../../x", Typeflag: tar.TypeLink}}}.bytes(t), "climbs"},
		"another platform":          {saved{config: map[string]any{"architecture": "s390x"}}.bytes(t), "image 1: It is for linux/s390x, and sandboxes here are linux/"},
		"another system":            {saved{config: map[string]any{"os": "windows"}}.bytes(t), "image 1: It is for windows/"},
		"too many layers":           {saved{layers: slicesOf(empty, 65)}.bytes(t), "It has 65 layers. Build it with 1 to 64 layers"},
		"no layers":                 {saved{layers: [][]byte{}}.bytes(t), "0 layers"},
		"a layer that is missing":   {saved{entry: map[string]any{"Layers": []string{"gone"}}}.bytes(t), "gone: The archive does not hold this file."},
		"a layer of another digest": {saved{config: map[string]any{"rootfs": map[string]any{"diff_ids": []string{"sha256:0"}}}}.bytes(t), "image 1 layer 1: It is not the layer that the configuration names."},
		"a layer that is elsewhere": {saved{entry: map[string]any{"LayerSources": map[string]any{"a": map[string]any{"urls": []string{"http://x"}}}}}.bytes(t), "fetched from elsewhere"},
		"a foreign layer":           {saved{entry: map[string]any{"LayerSources": map[string]any{"a": map[string]any{"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"}}}}.bytes(t), "fetched from elsewhere"},
		"labels of the den":         {saved{config: map[string]any{"config": map[string]any{"Labels": map[string]string{"INNOVATIONDEN.sandbox": "x"}}}}.bytes(t), "image 1: The label INNOVATIONDEN.sandbox belongs to the den. Build it without this label."},
		"a volume in /proc":         {saved{config: map[string]any{"config": map[string]any{"Volumes": map[string]any{"/proc/x": struct{}{}}}}}.bytes(t), "volume"},
		"too many files":            {saved{headers: many}.bytes(t), "more than 100 files"},
		"too large when unpacked":   {saved{layers: [][]byte{bomb}}.bytes(t), "unpack to more than 4 MB"},
		"a large hole":              {saved{layers: [][]byte{sandboxtest.Hole(t, 8<<20)}}.bytes(t), "unpack to more than 4 MB"},
		"an endless hole":           {saved{layers: [][]byte{sandboxtest.Hole(t, 1<<62)}}.bytes(t), "unpack to more than 4 MB"},
		"too large when a layer is unpacked again and again": {saved{layers: slicesOf(sandboxtest.Tar(t, map[string][]byte{"a": make([]byte, 1<<19)}, 0o600), 1),
			entry: map[string]any{"Layers": slices.Repeat([]string{"0/layer.tar"}, 9)}, config: repeated(sandboxtest.Tar(t, map[string][]byte{"a": make([]byte, 1<<19)}, 0o600), 9)}.bytes(t), "unpack to more than 4 MB"},
		"too many files when a layer is unpacked again and again": {saved{headers: many[:20],
			entry: map[string]any{"Layers": slices.Repeat([]string{"0/layer.tar"}, 6)}, config: repeated(tarHeaders(t, many[:20]), 6)}.bytes(t), "more than 100 files"},
		"too large as it comes": {append(saved{}.bytes(t), make([]byte, 2<<20)...), "larger than 1 MB"},
		"a bomb around it":      {zipped(t, make([]byte, 64<<20)), "larger than 1 MB"},
		"cut off":               {zipped(t, saved{}.bytes(t))[:100], "damaged"},
		"another compression":   {[]byte("\x28\xb5\x2f\xfd......"), "zstd"},
		"another after a frame": {[]byte("\x5a\x2a\x4d\x18......"), "zstd"},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := checkArchive(t.Context(), bytes.NewReader(one.archive), place{folder: t.TempDir()}, runtime.GOARCH,
				policy.ArchiveLimits{Bytes: 1 << 20, Unpacked: 4 << 20, Entries: 100})
			if err == nil {
				a.close()
				t.Fatal("it is accepted")
			}
			if !errors.Is(err, sandbox.ErrImage) || !strings.Contains(err.Error(), one.says) {
				t.Errorf("%v, want ErrImage and %q", err, one.says)
			}
		})
	}
}

// repeated is a configuration that names one layer many times.
func repeated(layer []byte, times int) map[string]any {
	return map[string]any{"rootfs": map[string]any{"diff_ids": slices.Repeat([]string{sandboxtest.Digest(layer)}, times)}}
}

func slicesOf(b []byte, n int) (all [][]byte) {
	for range n {
		all = append(all, b)
	}
	return all
}

// A foreign tag in an archive stays where it is, and gzip is read.
func TestLoadMovesNoTag(t *testing.T) {
	r := engine(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tag := "den-test-stranger-" + random(t) + ":latest"
	first := loadOne(ctx, t, r, sandboxtest.Archive(t, sandboxtest.Config{Entrypoint: []string{"/one"}}, nil, map[string][]byte{"a": nil}))
	must(t, r.api.ImageTag(ctx, first.ID, tag))
	defer func() {
		_, err := r.api.ImageRemove(context.WithoutCancel(ctx), tag, image.RemoveOptions{})
		must(t, err)
	}()
	evil := sandboxtest.Config{Entrypoint: []string{"/two"}, User: "me", Volumes: map[string]struct{}{"/v/": {}}}
	called := []string{tag, holderTag + "amd64"}
	second := loadOne(ctx, t, r, zipped(t, sandboxtest.Archive(t, evil, called, map[string][]byte{"a": nil})))
	if second.ID == first.ID || !slices.Equal(second.Names, append(called, r.ours.tag(second.ID))) {
		t.Errorf("the second image is %+v", second)
	}
	if second.User != "me" || len(second.Volumes) != 1 || second.Volumes[0] != "/v" || second.Platform != "linux/"+runtime.GOARCH {
		t.Errorf("the second image is %+v", second)
	}
	now, err := r.Image(ctx, tag)
	must(t, err)
	if now.ID != first.ID {
		t.Error("the tag moved")
	}
	must(t, r.Drop(ctx, second.ID))
	must(t, r.Drop(ctx, second.ID))
	if _, err := r.Image(ctx, second.ID); !errors.Is(err, sandbox.ErrNoImage) {
		t.Errorf("after it was dropped: %v", err)
	}
	if _, err := r.Image(ctx, first.ID); err != nil {
		t.Errorf("the other: %v", err)
	}
}

func loadOne(ctx context.Context, t *testing.T, r *Runtime, archive []byte) sandbox.Image {
	t.Helper()
	all, err := r.Load(ctx, bytes.NewReader(archive), int64(len(archive)))
	must(t, err)
	if len(all) != 1 {
		t.Fatalf("%d images", len(all))
	}
	return all[0]
}

// Two images on one base are as large as the engine keeps them: the base counts once.
func TestABaseOfTwoImagesCountsOnce(t *testing.T) {
	layer := sandboxtest.Tar(t, map[string][]byte{"a": make([]byte, 3<<20)}, 0o600)
	config := asJSON(t, map[string]any{"architecture": runtime.GOARCH, "os": "linux", "rootfs": map[string]any{"diff_ids": []string{sandboxtest.Digest(layer)}}})
	entry := func(config string) map[string]any {
		return map[string]any{"Config": config, "Layers": []string{"base"}}
	}
	archive := sandboxtest.Tar(t, map[string][]byte{
		"base": zipped(t, layer), "one": config, "two": append(config, '\n'), "manifest.json": asJSON(t, []any{entry("one"), entry("two")}),
	}, 0o600)
	a, err := checkArchive(t.Context(), bytes.NewReader(archive), place{folder: t.TempDir()}, runtime.GOARCH, policy.ArchiveLimits{Unpacked: 4 << 20})
	must(t, err)
	defer a.close()
	if len(a.Images) != 2 {
		t.Errorf("it holds %d images", len(a.Images))
	}
}
