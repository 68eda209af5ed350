package policy_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"innovationden/sandbox/policy"
	"innovationden/sandbox/sandboxtest"
)

// saved is an archive under construction: a good image of one layer, unless it is changed.
type saved struct {
	config map[string]any
	entry  map[string]any
	layers [][]byte
	outer  []*tar.Header
	files  map[string][]byte // besides
	images int
}

func (s saved) bytes(t testing.TB) []byte {
	t.Helper()
	if s.layers == nil {
		s.layers = [][]byte{layer(t, &tar.Header{Name: "app", Typeflag: tar.TypeReg, Mode: 0o755})}
	}
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	put := func(name string, content []byte) {
		must(t, w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))}))
		_, err := w.Write(content)
		must(t, err)
	}
	for _, h := range s.outer {
		must(t, w.WriteHeader(h))
	}
	var names, diffs []string
	for i, l := range s.layers {
		names, diffs = append(names, fmt.Sprintf("%d/layer.tar", i)), append(diffs, digest(plain(t, l)))
		put(names[i], l)
	}
	config := map[string]any{
		"architecture": "amd64", "os": "linux", "config": map[string]any{"Entrypoint": []string{"/app"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffs},
	}
	for k, v := range s.config {
		config[k] = v
	}
	entry := map[string]any{"Config": "config.json", "RepoTags": []string{"acme/web:1"}, "Layers": names}
	for k, v := range s.entry {
		entry[k] = v
	}
	put("config.json", asJSON(t, config))
	put("manifest.json", asJSON(t, slices.Repeat([]any{entry}, max(s.images, 1))))
	for name, content := range s.files {
		put(name, content)
	}
	must(t, w.Close())
	return out.Bytes()
}

func layer(t testing.TB, headers ...*tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, h := range headers {
		must(t, w.WriteHeader(h))
		_, err := io.CopyN(w, zeros{}, h.Size)
		must(t, err)
	}
	must(t, w.Close())
	return out.Bytes()
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func zipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	must(t, err)
	must(t, w.Close())
	return out.Bytes()
}

func plain(t testing.TB, b []byte) []byte {
	t.Helper()
	var all bytes.Buffer
	if _, err := policy.Unzip("x", bytes.NewReader(b), &all, policy.ArchiveLimits{}); err != nil {
		return b
	}
	return all.Bytes()
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func asJSON(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func check(b []byte, limits policy.ArchiveLimits) (*policy.Archive, error) {
	return policy.CheckArchive(context.Background(), policy.Source{Name: "web.tar", From: bytes.NewReader(b), Size: int64(len(b)), Platform: "linux/amd64"}, limits)
}

func TestAGoodArchiveSaysWhatItHolds(t *testing.T) {
	file := layer(t, &tar.Header{Name: "data", Typeflag: tar.TypeReg, Size: 4 << 20}, &tar.Header{Name: "to", Typeflag: tar.TypeSymlink, Linkname: "../../etc"})
	b := saved{layers: [][]byte{file, zipped(t, file)}}.bytes(t)
	a, err := check(b, policy.ArchiveLimits{})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Images) != 1 || a.Images[0].Names[0] != "acme/web:1" || a.Entries != 4 || a.Unpacked != 2*int64(len(file)) || a.Digests["1/layer.tar"] != digest(file) {
		t.Errorf("it holds %+v", a)
	}
	r, err := a.Open(a.Images[0].Config)
	must(t, err)
	config, err := io.ReadAll(r)
	must(t, err)
	if a.Images[0].ID != digest(config) {
		t.Error("the id is not that of the configuration")
	}
}

func TestHostileArchivesAreRefusedWithTheirSentence(t *testing.T) {
	reg := func(name string) *tar.Header { return &tar.Header{Name: name, Typeflag: tar.TypeReg} }
	many := make([]*tar.Header, 101)
	for i := range many {
		many[i] = reg(fmt.Sprint(i))
	}
	of := func(layers ...[]byte) saved { return saved{layers: layers} }
	empty := layer(t)
	index := func(d map[string]any) map[string][]byte {
		manifest := asJSON(t, d)
		return map[string][]byte{
			"index.json":                           asJSON(t, map[string]any{"manifests": []any{map[string]any{"digest": digest(manifest)}}}),
			"blobs/sha256/" + digest(manifest)[7:]: manifest,
		}
	}
	for name, c := range map[string]struct {
		bytes []byte
		want  string
	}{
		"another platform":  {saved{config: map[string]any{"architecture": "s390x"}}.bytes(t), "web.tar: acme/web:1: It is for linux/s390x, and sandboxes here are linux/amd64. Instead: Build it with docker build --platform linux/amd64."},
		"another system":    {saved{config: map[string]any{"os": "windows"}}.bytes(t), "web.tar: acme/web:1: It is for windows/amd64, and sandboxes here are linux/amd64. Instead: Build it with docker build --platform linux/amd64."},
		"our label":         {saved{config: map[string]any{"config": map[string]any{"Labels": map[string]string{"InnovationDen.sandbox": "x"}}}}.bytes(t), "web.tar: acme/web:1: The label InnovationDen.sandbox belongs to the den. Instead: Build it without this label."},
		"our tag":           {saved{entry: map[string]any{"RepoTags": []string{"a:1", "den-demo/kept:0123"}}}.bytes(t), "web.tar: a:1: The name den-demo/kept:0123 belongs to the den. Instead: Save it under a name of your own."},
		"a volume at /proc": {saved{config: map[string]any{"config": map[string]any{"Volumes": map[string]any{"/proc/x": map[string]any{}}}}}.bytes(t), "web.tar: acme/web:1: It declares a volume at /proc/x, where none can be. Instead: Build it without this VOLUME."},
		"a foreign layer": {
			saved{entry: map[string]any{"LayerSources": map[string]any{"x": map[string]any{"urls": []string{"http://192.0.2.1/"}}}}}.bytes(t),
			"web.tar: acme/web:1: One of its layers is to be fetched from elsewhere. Instead: Build it on an image whose layers are all in the archive.",
		},
		"a foreign layer by type": {
			saved{entry: map[string]any{"LayerSources": map[string]any{"x": map[string]any{"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"}}}}.bytes(t),
			"web.tar: acme/web:1: One of its layers is to be fetched from elsewhere. Instead: Build it on an image whose layers are all in the archive.",
		},
		"a foreign layer in the layout": {
			saved{files: index(map[string]any{"layers": []any{map[string]any{"urls": []string{"http://192.0.2.1/"}}}})}.bytes(t),
			"web.tar: index.json: One of its layers is to be fetched from elsewhere. Instead: Build it on an image whose layers are all in the archive.",
		},
		"another image in the layout": {
			saved{files: index(map[string]any{
				"config": map[string]any{"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:1"}, "layers": []any{map[string]any{"mediaType": "application/vnd.oci.image.layer.v1.tar"}},
			})}.bytes(t),
			"web.tar: index.json: It names an image that manifest.json does not. Instead: Save the image again with docker save.",
		},
		"65 layers":              {of(slices.Repeat([][]byte{empty}, 65)...).bytes(t), "web.tar: acme/web:1: It has 65 layers. Instead: Build it with 1 to 64 layers: join RUN lines, or flatten it."},
		"no layers":              {saved{entry: map[string]any{"Layers": []string{}}}.bytes(t), "web.tar: acme/web:1: It has 0 layers. Instead: Build it with 1 to 64 layers: join RUN lines, or flatten it."},
		"17 images":              {saved{images: 17}.bytes(t), "web.tar: manifest.json: The archive holds 17 images. Instead: Save 1 to 16 in one archive."},
		"layers missing":         {saved{entry: map[string]any{"Layers": []string{"0/layer.tar", "9/layer.tar"}}}.bytes(t), "web.tar: acme/web:1: Its configuration names 1 layers, the archive has 2. Instead: Save the image again with docker save."},
		"another layer":          {saved{config: map[string]any{"rootfs": map[string]any{"diff_ids": []string{"sha256:0"}}}}.bytes(t), "web.tar: acme/web:1 layer 1: It is not the layer that the configuration names. Instead: Save the image again with docker save."},
		"a climbing name":        {of(layer(t, reg("../../etc/passwd"))).bytes(t), "web.tar: acme/web:1 layer 1: The name ../../etc/passwd climbs out of the image. Instead: Build the layer with clean names."},
		"a climbing link":        {of(layer(t, &tar.Header{Name: "x", Typeflag: tar.TypeLink, Linkname: "../../etc/shadow"})).bytes(t), "web.tar: acme/web:1 layer 1: The name x climbs out of the image. Instead: Build the layer with clean names."},
		"a disk":                 {of(layer(t, &tar.Header{Name: "dev/sda", Typeflag: tar.TypeBlock, Devmajor: 8})).bytes(t), "web.tar: acme/web:1 layer 1: dev/sda is a disk of the host. Instead: Build the image without devices."},
		"too many files":         {of(layer(t, many...)).bytes(t), "web.tar: acme/web:1 layer 1: The layers hold more than 100 files. Instead: Build a smaller image."},
		"a bomb":                 {of(zipped(t, layer(t, &tar.Header{Name: "zero", Typeflag: tar.TypeReg, Size: 32 << 20}))).bytes(t), "web.tar: acme/web:1 layer 1: The layers unpack to more than 16 MB. Instead: Build a smaller image."},
		"a large hole":           {of(sandboxtest.Hole(t, 32<<20)).bytes(t), "web.tar: acme/web:1 layer 1: The layers unpack to more than 16 MB. Instead: Build a smaller image."},
		"an endless hole":        {of(sandboxtest.Hole(t, 1<<62)).bytes(t), "web.tar: acme/web:1 layer 1: The layers unpack to more than 16 MB. Instead: Build a smaller image."},
		"a bomb behind":          {of(zipped(t, append(layer(t), make([]byte, 32<<20)...))).bytes(t), "web.tar: acme/web:1 layer 1: The layers unpack to more than 16 MB. Instead: Build a smaller image."},
		"a layer of zstd":        {of([]byte("\x28\xb5\x2f\xfd....")).bytes(t), "web.tar: acme/web:1 layer 1: It is compressed with zstd. Instead: Save it plain, or compress it with gzip."},
		"zstd after a frame":     {of([]byte("\x50\x2a\x4d\x18....")).bytes(t), "web.tar: acme/web:1 layer 1: It is compressed with zstd. Instead: Save it plain, or compress it with gzip."},
		"half a layer":           {of(zipped(t, layer(t, reg("x")))[:20]).bytes(t), "web.tar: acme/web:1 layer 1: It is not an archive that docker save writes, or it is damaged. Instead: Save the image again with docker save."},
		"noise for a layer":      {of([]byte(strings.Repeat("noise", 500))).bytes(t), "web.tar: acme/web:1 layer 1: It is not an archive that docker save writes, or it is damaged. Instead: Save the image again with docker save."},
		"a name that climbs out": {saved{outer: []*tar.Header{reg("../escape")}}.bytes(t), "web.tar: ../escape: The name climbs out of the archive. Instead: Save the image again with docker save."},
		"a link that leads out":  {saved{outer: []*tar.Header{{Name: "x", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}}}.bytes(t), "web.tar: x: The link leads out of the archive. Instead: Save the image again with docker save."},
		"a device outside":       {saved{outer: []*tar.Header{{Name: "x", Typeflag: tar.TypeChar}}}.bytes(t), "web.tar: x: It is neither a file nor a folder. Instead: Save the image again with docker save."},
		"a config from outside":  {saved{entry: map[string]any{"Config": "/etc/passwd"}}.bytes(t), "web.tar: /etc/passwd: The archive does not hold this file. Instead: Save the image again with docker save."},
		"not an archive":         {[]byte(strings.Repeat("no tar", 200)), "web.tar: It is not an archive that docker save writes, or it is damaged. Instead: Save the image again with docker save."},
		"an empty archive":       {layer(t), "web.tar: manifest.json: The archive does not hold this file. Instead: Save the image again with docker save."},
		"a cut archive":          {saved{}.bytes(t)[:700], "web.tar: It is not an archive that docker save writes, or it is damaged. Instead: Save the image again with docker save."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := check(c.bytes, policy.ArchiveLimits{Unpacked: 16 << 20, Entries: 100})
			var refused policy.Refusals
			if !errors.As(err, &refused) || err.Error() != c.want {
				t.Errorf("said %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestAllReasonsAreNamedAtOnce(t *testing.T) {
	b := saved{
		config: map[string]any{"architecture": "arm64", "config": map[string]any{"Labels": map[string]string{"innovationden.x": "y"}}},
		layers: [][]byte{layer(t, &tar.Header{Name: "../x", Typeflag: tar.TypeReg})},
	}.bytes(t)
	_, err := check(b, policy.ArchiveLimits{})
	var refused policy.Refusals
	if !errors.As(err, &refused) || len(refused) != 3 {
		t.Errorf("said %v, want three reasons", err)
	}
}

// What cannot be read is no refusal: nothing may be concluded.
func TestAFaultOfReadingIsNotTheArchives(t *testing.T) {
	b := saved{}.bytes(t)
	broken := errors.New("the disk is gone")
	_, err := policy.CheckArchive(t.Context(), policy.Source{Name: "web.tar", From: failing{bytes.NewReader(b), broken}, Size: int64(len(b)), Platform: "linux/amd64"}, policy.ArchiveLimits{})
	var refused policy.Refusals
	if errors.As(err, &refused) || !errors.Is(err, broken) {
		t.Errorf("said %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = policy.CheckArchive(ctx, policy.Source{Name: "web.tar", From: bytes.NewReader(b), Size: int64(len(b)), Platform: "linux/amd64"}, policy.ArchiveLimits{})
	if errors.As(err, &refused) || !errors.Is(err, context.Canceled) {
		t.Errorf("said %v", err)
	}
}

type failing struct {
	io.ReaderAt
	err error
}

func (f failing) ReadAt(b []byte, at int64) (int, error) {
	if at > 1000 {
		return 0, f.err
	}
	return f.ReaderAt.ReadAt(b, at)
}

// FuzzArchive: whatever the bytes, there is an answer.
func FuzzArchive(f *testing.F) {
	f.Add(saved{}.bytes(f))
	f.Add(saved{layers: [][]byte{zipped(f, layer(f, &tar.Header{Name: "x", Typeflag: tar.TypeReg}))}}.bytes(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := check(b, policy.ArchiveLimits{Unpacked: 1 << 20, Entries: 1000})
		var refused policy.Refusals
		if err == nil && (len(a.Images) == 0 || a.Unpacked > 1<<20) {
			t.Fatalf("accepted out of bounds: %+v", a)
		}
		if err != nil && !errors.As(err, &refused) {
			t.Fatalf("bytes in memory cannot fail to be read: %v", err)
		}
	})
}
