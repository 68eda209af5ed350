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
	asking := func(what string, v any) saved {
		return saved{config: map[string]any{"config": map[string]any{what: v}}}
	}
	attribute := func(name, value string) *tar.Header {
		return &tar.Header{Name: "app", Typeflag: tar.TypeReg, PAXRecords: map[string]string{name: value}}
	}
	linked := func(to string) *tar.Header { return &tar.Header{Name: "b", Typeflag: tar.TypeLink, Linkname: to} }
	volumes := map[string]any{}
	for i := range 17 {
		volumes[fmt.Sprintf("/v%d", i)] = map[string]any{}
	}
	long := strings.Repeat("a", 256)
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
		"no platform": {saved{config: map[string]any{"os": nil, "architecture": nil}}.bytes(t), "web.tar: acme/web:1: It does not say for which system and processor it is. Instead: Build it with docker build --platform linux/amd64."},
		"a configuration of null": {
			saved{files: map[string][]byte{"null.json": []byte("null")}, entry: map[string]any{"Config": "null.json"}}.bytes(t),
			"web.tar: acme/web:1: It does not say for which system and processor it is. Instead: Build it with docker build --platform linux/amd64.\n" +
				"web.tar: acme/web:1: Its configuration names 0 layers, the archive has 1. Instead: Save the image again with docker save.",
		},
		"layers of null": {
			saved{config: map[string]any{"rootfs": nil, "history": []any{map[string]any{"created_by": "x"}, map[string]any{"empty_layer": true}}}}.bytes(t),
			"web.tar: acme/web:1: Its configuration names 0 layers, the archive has 1. Instead: Save the image again with docker save.",
		},
		"17 volumes":                  {asking("Volumes", volumes).bytes(t), "web.tar: acme/web:1: It declares 17 volumes. Instead: Build it with at most 16 VOLUME places."},
		"a volume that climbs":        {asking("Volumes", map[string]any{"/data/../proc": nil}).bytes(t), "web.tar: acme/web:1: It declares a volume at /data/../proc, where none can be. Instead: Build it without this VOLUME."},
		"a volume of no name":         {asking("Volumes", map[string]any{"": nil}).bytes(t), "web.tar: acme/web:1: It declares a volume at \"\", where none can be. Instead: Build it without this VOLUME."},
		"a folder of the engine's":    {asking("WorkingDir", "/proc/self/fd/8").bytes(t), "web.tar: acme/web:1: Its working folder /proc/self/fd/8 is one of the kernel's. Instead: Build it with a WORKDIR outside of /proc, /sys and /dev."},
		"a folder that climbs there":  {asking("WorkingDir", "/app/../proc/self/fd/8").bytes(t), "web.tar: acme/web:1: Its working folder /app/../proc/self/fd/8 is one of the kernel's. Instead: Build it with a WORKDIR outside of /proc, /sys and /dev."},
		"a folder from nowhere":       {asking("WorkingDir", "app").bytes(t), "web.tar: acme/web:1: Its working folder app does not begin with /. Instead: Build it with an absolute WORKDIR."},
		"the engine as the program":   {asking("Entrypoint", []string{"/proc/self/exe"}).bytes(t), "web.tar: acme/web:1: It starts /proc/self/exe, which is one of the kernel's files. Instead: Start a program that the image itself holds."},
		"and as its command":          {asking("Cmd", []string{"/proc/self/exe"}).bytes(t), "web.tar: acme/web:1: It starts /proc/self/exe, which is one of the kernel's files. Instead: Start a program that the image itself holds."},
		"a variable of no name":       {asking("Env", []string{"A=1", "=x"}).bytes(t), "web.tar: acme/web:1: It sets the variable =x, which has no name or holds a zero byte. Instead: Build it without this ENV."},
		"a zero in a variable":        {asking("Env", []string{"A=\x00"}).bytes(t), "web.tar: acme/web:1: It sets the variable \"A=\\x00\", which has no name or holds a zero byte. Instead: Build it without this ENV."},
		"a link of an old driver":     {of(layer(t, linked(".wh..wh.plnk/big"))).bytes(t), "web.tar: acme/web:1 layer 1: b is, or leads to, a mark of a removed file that no file has. Instead: Build the image without names that begin with .wh."},
		"a link to a mark":            {of(layer(t, linked("x/.wh.a"))).bytes(t), "web.tar: acme/web:1 layer 1: b is, or leads to, a mark of a removed file that no file has. Instead: Build the image without names that begin with .wh."},
		"a file below a mark":         {of(layer(t, reg(".wh.a/b"))).bytes(t), "web.tar: acme/web:1 layer 1: .wh.a/b is, or leads to, a mark of a removed file that no file has. Instead: Build the image without names that begin with .wh."},
		"a mark of the folder above":  {of(layer(t, reg("a/.wh..."))).bytes(t), "web.tar: acme/web:1 layer 1: a/.wh... is, or leads to, a mark of a removed file that no file has. Instead: Build the image without names that begin with .wh."},
		"a mark of the folder itself": {of(layer(t, reg(".wh.."))).bytes(t), "web.tar: acme/web:1 layer 1: .wh.. is, or leads to, a mark of a removed file that no file has. Instead: Build the image without names that begin with .wh."},
		"a mark of nothing":           {of(layer(t, reg("a/.wh."))).bytes(t), "web.tar: acme/web:1 layer 1: a/.wh. is, or leads to, a mark of a removed file that no file has. Instead: Build the image without names that begin with .wh."},
		"a folder led elsewhere":      {of(layer(t, attribute("SCHILY.xattr.trusted.overlay.redirect", "/etc"))).bytes(t), "web.tar: acme/web:1 layer 1: app carries the attribute trusted.overlay.redirect, by which the server itself puts layers together. Instead: Build the image without it."},
		"a name of 256 bytes":         {of(layer(t, reg(long))).bytes(t), "web.tar: acme/web:1 layer 1: The name \"" + long[:80] + "\"… is longer than a file system can keep. Instead: Build the image with shorter names."},
		"a name of 5000 bytes":        {of(layer(t, reg(strings.Repeat("a/", 2500)+"b"))).bytes(t), "web.tar: acme/web:1 layer 1: The name \"" + strings.Repeat("a/", 40) + "\"… is longer than a file system can keep. Instead: Build the image with shorter names."},
		"a size of 8 EiB":             {of(sized(t, "9223372036854775807")).bytes(t), "web.tar: acme/web:1 layer 1: It is not an archive that docker save writes, or it is damaged. Instead: Save the image again with docker save."},
		"a size below nothing":        {of(sized(t, "-1")).bytes(t), "web.tar: acme/web:1 layer 1: It is not an archive that docker save writes, or it is damaged. Instead: Save the image again with docker save."},
		"one file again and again":    {of(layer(t, slices.Repeat([]*tar.Header{reg("a")}, 101)...)).bytes(t), "web.tar: acme/web:1 layer 1: The layers hold more than 100 files. Instead: Build a smaller image."},
		"a bomb in many members": {
			of(bytes.Repeat(zipped(t, make([]byte, 1<<20)), 17)).bytes(t),
			"web.tar: acme/web:1 layer 1: The layers unpack to more than 16 MB. Instead: Build a smaller image.",
		},
		"a member and noise": {
			of(append(zipped(t, layer(t, reg("x"))), "noise"...)).bytes(t),
			"web.tar: acme/web:1 layer 1: It is not an archive that docker save writes, or it is damaged. Instead: Save the image again with docker save.",
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

// sized is a layer of one file whose size is what an extended header says.
func sized(t testing.TB, size string) []byte {
	t.Helper()
	extended := func(key, value string) string {
		text := fmt.Sprintf(" %s=%s\n", key, value)
		return fmt.Sprint(len(text)+2) + text // two digits
	}
	body := extended("size", size)
	out := layer(t, &tar.Header{Name: "x", Typeflag: tar.TypeReg, Size: int64(len(body))})
	copy(out[512:], body)
	out[156] = tar.TypeXHeader
	copy(out[148:156], "        ")
	sum := 0
	for _, c := range out[:512] {
		sum += int(c)
	}
	copy(out[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return append(out[:1024:1024], layer(t, &tar.Header{Name: "x", Typeflag: tar.TypeReg})...)
}

// What looks odd and is usual, or does nothing, is taken.
func TestOddImagesThatDoNoHarmAreTaken(t *testing.T) {
	reg := func(name string) *tar.Header { return &tar.Header{Name: name, Typeflag: tar.TypeReg} }
	for name, s := range map[string]saved{
		"marks of removed files":    {layers: [][]byte{layer(t, reg("a/.wh.b"), reg("a/.wh..wh..opq"), reg(".wh..hidden"), reg("file.wh.x"))}},
		"a kernel's file as a word": {config: map[string]any{"config": map[string]any{"Entrypoint": []string{"cat"}, "Cmd": []string{"/proc/cpuinfo"}}}},
		"a program called proc":     {config: map[string]any{"config": map[string]any{"Entrypoint": []string{"proc/run"}, "WorkingDir": "/process"}}},
		"rights of a file":          {layers: [][]byte{layer(t, &tar.Header{Name: "ping", Typeflag: tar.TypeReg, PAXRecords: map[string]string{"SCHILY.xattr.security.capability": "\x01\x00\x00\x02"}})}},
		"steps for who builds on it": {config: map[string]any{"config": map[string]any{
			"OnBuild": []string{"RUN rm -rf /"}, "StopSignal": "SIGFOO", "Shell": nil, "Healthcheck": map[string]any{"Test": []string{"CMD", "x"}, "Interval": 1}, "Volumes": nil, "Labels": nil,
		}}},
		"history without layers": {config: map[string]any{"history": slices.Repeat([]any{map[string]any{"empty_layer": true}}, 500)}},
		"names in other scripts": {layers: [][]byte{layer(t, reg("данные/таблица"), reg("a\u202egpj.exe"))}},
		"many small members":     {layers: [][]byte{append(bytes.Repeat(zipped(t, nil), 1000), zipped(t, layer(t, reg("x")))...)}},
	} {
		if _, err := check(s.bytes(t), policy.ArchiveLimits{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A layer can decompress to nothing for as long as somebody cares to send it.
func TestMembersOfNothingEndWithTheirContext(t *testing.T) {
	b := saved{layers: [][]byte{append(bytes.Repeat(zipped(t, nil), 400_000), zipped(t, layer(t, &tar.Header{Name: "x", Typeflag: tar.TypeReg}))...)}}.bytes(t)
	ctx, cancel := context.WithCancel(t.Context())
	from := &ending{ReaderAt: bytes.NewReader(b), cancel: cancel}
	_, err := policy.CheckArchive(ctx, policy.Source{Name: "web.tar", From: from, Size: int64(len(b)), Platform: "linux/amd64"}, policy.ArchiveLimits{})
	if !errors.Is(err, context.Canceled) || from.after > 256<<10 {
		t.Errorf("said %v after %d more bytes of %d", err, from.after, len(b))
	}
}

// ending ends a context in the middle of the first layer, and counts what is read after.
type ending struct {
	io.ReaderAt
	cancel func()
	long   int // readings of many bytes
	after  int
}

func (e *ending) ReadAt(b []byte, at int64) (int, error) {
	if e.long > 1 {
		e.after += len(b)
	}
	if len(b) >= 32<<10 {
		if e.long++; e.long == 2 {
			e.cancel()
		}
	}
	return e.ReaderAt.ReadAt(b, at)
}

// An archive of gigabytes is found out about without being read.
func TestOnlyWhatIsAskedForIsReadOfAnArchive(t *testing.T) {
	b := saved{files: map[string][]byte{"besides": make([]byte, 32<<20)}}.bytes(t)
	from := &ending{ReaderAt: bytes.NewReader(b), cancel: func() {}, long: 2}
	_, err := policy.CheckArchive(t.Context(), policy.Source{Name: "web.tar", From: from, Size: int64(len(b)), Platform: "linux/amd64"}, policy.ArchiveLimits{})
	if err != nil || from.after > 1<<20 {
		t.Errorf("said %v and read %d of %d bytes", err, from.after, len(b))
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
