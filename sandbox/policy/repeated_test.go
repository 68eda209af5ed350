package policy_test

import (
	"archive/tar"
	"slices"
	"strings"
	"testing"

	"innovationden/sandbox/policy"
)

// repeats is an archive whose images are made of one layer, a number of times, under the
// names that are given for it.
func repeats(t testing.TB, content []byte, times, images int, names ...string) []byte {
	t.Helper()
	all := slices.Repeat(names, times/len(names))
	return saved{
		layers: [][]byte{content}, images: images,
		outer:  []*tar.Header{{Name: "again.tar", Typeflag: tar.TypeSymlink, Linkname: "0/layer.tar"}},
		config: map[string]any{"rootfs": map[string]any{"type": "layers", "diff_ids": slices.Repeat([]string{digest(plain(t, content))}, times)}},
		entry:  map[string]any{"Layers": all},
	}.bytes(t)
}

// An engine keeps a layer once for each stack of layers that it lies on: the same layer
// twice in one image is kept twice, the same image twice is kept once.
func TestARepeatedLayerCountsAsOftenAsAnEngineKeepsIt(t *testing.T) {
	content := layer(t, &tar.Header{Name: "a", Typeflag: tar.TypeReg, Size: 1 << 20}, &tar.Header{Name: "b", Typeflag: tar.TypeReg})
	size := int64(len(content))
	for name, one := range map[string]struct {
		archive []byte
		kept    int64
	}{
		"once":                      {repeats(t, content, 1, 1, "0/layer.tar"), 1},
		"three times in one image":  {repeats(t, content, 3, 1, "0/layer.tar"), 3},
		"compressed, three times":   {repeats(t, zipped(t, content), 3, 1, "0/layer.tar"), 3},
		"in two images":             {repeats(t, content, 1, 2, "0/layer.tar"), 1},
		"three times in two images": {repeats(t, content, 3, 2, "0/layer.tar"), 3},
		"under a second name":       {repeats(t, content, 4, 1, "0/layer.tar", "again.tar"), 4},
	} {
		a, err := check(one.archive, policy.ArchiveLimits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, file := range a.Images[0].Layers {
			if a.Digests[file] != digest(content) && a.Digests[file] != digest(plain(t, content)) {
				t.Errorf("%s: the digest of %s is %q", name, file, a.Digests[file])
			}
		}
		if a.Unpacked != one.kept*size || a.Entries != one.kept*2 {
			t.Errorf("%s: %d bytes in %d files, want %d times %d in 2", name, a.Unpacked, a.Entries, one.kept, size)
		}
	}
}

func TestASmallLayerRepeatedIsABomb(t *testing.T) {
	small := zipped(t, layer(t, &tar.Header{Name: "zeros", Typeflag: tar.TypeReg, Size: 1 << 20}))
	bounds := policy.ArchiveLimits{Unpacked: 10 << 20}
	if _, err := check(repeats(t, small, 9, 1, "0/layer.tar"), bounds); err != nil {
		t.Errorf("the control, which fits: %v", err)
	}
	for name, names := range map[string][]string{"one name": {"0/layer.tar"}, "two names": {"0/layer.tar", "again.tar"}} {
		_, err := check(repeats(t, small, 12, 1, names...), bounds)
		if err == nil || !strings.Contains(err.Error(), "The layers unpack to more than 10 MB.") {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := check(repeats(t, small, 12, 1, "0/layer.tar"), policy.ArchiveLimits{Entries: 11})
	if err == nil || !strings.Contains(err.Error(), "The layers hold more than 11 files.") {
		t.Errorf("too many files: %v", err)
	}
}
