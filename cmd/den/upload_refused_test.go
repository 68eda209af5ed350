package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"innovationden/sandbox/sandboxtest"
	"innovationden/web/api/contract"
)

// savedByHand is what docker save writes of one image, with a configuration and layers that
// no engine would write.
func savedByHand(t *testing.T, arch string, labels map[string]string, diffs []string, layers []string, files map[string][]byte) []byte {
	t.Helper()
	files["config.json"] = encoded(t, map[string]any{"os": "linux", "architecture": arch, "rootfs": map[string]any{"type": "layers", "diff_ids": diffs},
		"config": map[string]any{"Entrypoint": []string{"/product"}, "ExposedPorts": map[string]any{"8080/tcp": struct{}{}}, "Labels": labels}})
	files["manifest.json"] = encoded(t, []map[string]any{{"Config": "config.json", "Layers": layers}})
	return sandboxtest.Tar(t, files, 0o644)
}

// What may not run is refused as it is uploaded, with one sentence: by the API, the
// command and the page. Nothing of it reaches the engine.
func TestUploadedImagesThatMayNotRunAreRefusedInWords(t *testing.T) {
	t.Parallel()
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=0")
	s.start()
	ctx, client := t.Context(), s.client()
	product := s.bookwell(ctx).Id

	layer := sandboxtest.Tar(t, map[string][]byte{"a": []byte("a")}, 0o644)
	diff, here := sandboxtest.Digest(layer), "linux/"+runtime.GOARCH
	zeros := sandboxtest.Tar(t, map[string][]byte{"zeros": make([]byte, 160<<20)}, 0o644)
	one := func() map[string][]byte { return map[string][]byte{"layer.tar": layer} }
	const cannot = "This image cannot be run here: "
	browser := s.browser(ctx)
	for name, hostile := range map[string]struct {
		archive []byte
		says    string
	}{
		"layers": {savedByHand(t, runtime.GOARCH, nil, slices.Repeat([]string{diff}, 200), slices.Repeat([]string{"layer.tar"}, 200), one()),
			"image 1: It has 200 layers. Build it with 1 to 64 layers: join RUN lines, or flatten it."},
		"platform": {savedByHand(t, "s390x", nil, []string{diff}, []string{"layer.tar"}, one()),
			"image 1: It is for linux/s390x, and sandboxes here are " + here + ". Build it with docker build --platform " + here + "."},
		"label": {savedByHand(t, runtime.GOARCH, map[string]string{"innovationden.sandbox": "box_1"}, []string{diff}, []string{"layer.tar"}, one()),
			"image 1: The label innovationden.sandbox belongs to the den. Build it without this label."},
		"bomb": {gzipped(t, savedByHand(t, runtime.GOARCH, nil, slices.Repeat([]string{sandboxtest.Digest(zeros)}, 60), slices.Repeat([]string{"zeros.tar"}, 60), map[string][]byte{"zeros.tar": zeros})),
			"image 1 layer 52: The layers unpack to more than 8 GB. Build a smaller image."},
		"list": {sandboxtest.Tar(t, map[string][]byte{"oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`),
			"index.json": encoded(t, map[string]any{"schemaVersion": 2, "mediaType": ociList, "manifests": []any{}})}, 0o644),
			"manifest.json: The archive does not hold this file. Save the image again with docker save."},
	} {
		by, err := client.AddReleaseArchiveWithBodyWithResponse(ctx, product, &contract.AddReleaseArchiveParams{Version: name}, "application/x-tar", bytes.NewReader(hostile.archive))
		must(t, err)
		var problem contract.Problem
		if err := json.Unmarshal(by.Body, &problem); err != nil || by.StatusCode() != http.StatusUnprocessableEntity || problem.Detail != cannot+hostile.says {
			t.Errorf("%s by API: %d %s", name, by.StatusCode(), by.Body)
		}
		file := filepath.Join(t.TempDir(), name+".tar")
		must(t, os.WriteFile(file, hostile.archive, 0o600))
		if out, code := s.command("release", "add", "Bookwell", name, "--archive", file); code != exitFailed || !strings.Contains(out, cannot+hostile.says) {
			t.Errorf("%s by command: %d %s", name, code, out)
		}
		if page := s.releaseForm(browser, product, name, nil, hostile.archive); strings.Count(page, html.EscapeString(cannot+hostile.says)) != 2 || !strings.Contains(page, fmt.Sprintf("value=%q", name)) {
			t.Errorf("%s by page: %s", name, page)
		}
	}
	after, err := client.GetProductWithResponse(ctx, product)
	s.answered(err, after != nil && after.JSON200 != nil && len(after.JSON200.Releases) == 0, func() []byte { return after.Body })
	command := stock{t: t, host: s.host, config: t.TempDir()}
	if left := command.run("", "image", "ls", "--all", "--quiet", "--filter", "reference=den-"+s.installation+"/*"); left != "" {
		t.Errorf("images stayed: %s", left)
	}
}
