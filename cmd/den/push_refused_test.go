package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"

	"innovationden/sandbox/sandboxtest"
	"innovationden/web/api/contract"
)

const (
	ociImage  = "application/vnd.oci.image.manifest.v1+json"
	ociList   = "application/vnd.oci.image.index.v1+json"
	ociConfig = "application/vnd.oci.image.config.v1+json"
	ociLayer  = "application/vnd.oci.image.layer.v1.tar+gzip"
)

// pusher pushes what docker push never would.
type pusher struct {
	s            *served
	repo, secret string
}

// put sends one thing to the registry; what is not there before is no fault.
func (p *pusher) put(path, kind string, body []byte) {
	p.s.t.Helper()
	q, err := http.NewRequestWithContext(context.Background(), http.MethodPut, "http://"+p.s.listen+"/v2/"+p.repo+path, bytes.NewReader(body))
	must(p.s.t, err)
	q.Header.Set("Content-Type", kind)
	q.SetBasicAuth("anything", p.secret)
	answer, err := http.DefaultClient.Do(q)
	must(p.s.t, err)
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusCreated {
		text, _ := io.ReadAll(answer.Body)
		p.s.t.Fatalf("PUT %s: %d %s", path, answer.StatusCode, text)
	}
}

// blob pushes a blob and describes it.
func (p *pusher) blob(kind string, content []byte) map[string]any {
	p.s.t.Helper()
	q, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+p.s.listen+"/v2/"+p.repo+"/blobs/uploads/", nil)
	must(p.s.t, err)
	q.SetBasicAuth("anything", p.secret)
	answer, err := http.DefaultClient.Do(q)
	must(p.s.t, err)
	must(p.s.t, answer.Body.Close())
	_, at, found := strings.Cut(answer.Header.Get("Location"), "/v2/"+p.repo)
	if !found {
		p.s.t.Fatalf("an upload began with %d and goes on at %q", answer.StatusCode, answer.Header.Get("Location"))
	}
	d := sandboxtest.Digest(content)
	p.put(at+"?digest="+d, "application/octet-stream", content)
	return map[string]any{"mediaType": kind, "digest": d, "size": len(content)}
}

// image pushes an image whose layers were pushed before and describes it.
func (p *pusher) image(tag, arch string, labels map[string]string, diffs []string, layers ...map[string]any) map[string]any {
	p.s.t.Helper()
	config := encoded(p.s.t, map[string]any{"os": "linux", "architecture": arch, "rootfs": map[string]any{"type": "layers", "diff_ids": diffs},
		"config": map[string]any{"Entrypoint": []string{"/product"}, "ExposedPorts": map[string]any{"8080/tcp": struct{}{}}, "Labels": labels}})
	text := encoded(p.s.t, map[string]any{"schemaVersion": 2, "mediaType": ociImage, "config": p.blob(ociConfig, config), "layers": layers})
	p.put("/manifests/"+tag, ociImage, text)
	return map[string]any{"mediaType": ociImage, "digest": sandboxtest.Digest(text), "size": len(text), "platform": map[string]any{"os": "linux", "architecture": arch}}
}

func encoded(t testing.TB, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	must(t, err)
	return text
}

func gzipped(t testing.TB, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(plain)
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

// bookwell adds a supplier and its product, which has no release yet.
func (s *served) bookwell(ctx context.Context) contract.Product {
	s.t.Helper()
	supplier, err := s.client().AddSupplierWithResponse(ctx, nil, contract.NewSupplier{Name: "Northbridge"})
	s.answered(err, supplier != nil && supplier.JSON201 != nil, func() []byte { return supplier.Body })
	offered, err := s.client().AddProductWithResponse(ctx, nil, contract.NewProduct{Supplier: supplier.JSON201.Id, Name: "Bookwell"})
	s.answered(err, offered != nil && offered.JSON201 != nil, func() []byte { return offered.Body })
	return *offered.JSON201
}

// What may not run is kept by the registry, which is no judge of that, and refused as a
// release with one sentence: by the API, the command and the page.
func TestPushedImagesThatMayNotRunAreRefusedInWords(t *testing.T) {
	t.Parallel()
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=0")
	s.start()
	ctx, client := t.Context(), s.client()
	bookwell := s.bookwell(ctx)
	token, err := client.AddTokenWithResponse(ctx, nil, contract.NewToken{Name: "docker", Grants: []contract.Grant{"push"}, LastsSeconds: 3600})
	s.answered(err, token != nil && token.JSON201 != nil, func() []byte { return token.Body })
	p := &pusher{s: s, repo: *bookwell.Repository, secret: token.JSON201.Secret}

	plain := sandboxtest.Tar(t, map[string][]byte{"a": []byte("a")}, 0o644)
	one, diff := p.blob(ociLayer, gzipped(t, plain)), sandboxtest.Digest(plain)
	zeros := sandboxtest.Tar(t, map[string][]byte{"zeros": make([]byte, 160<<20)}, 0o644)
	bomb, big := p.blob(ociLayer, gzipped(t, zeros)), sandboxtest.Digest(zeros)
	here, elsewhere := "linux/"+runtime.GOARCH, "s390x"
	p.image("layers", runtime.GOARCH, nil, slices.Repeat([]string{diff}, 200), slices.Repeat([]map[string]any{one}, 200)...)
	p.image("foreign", runtime.GOARCH, nil, []string{diff}, map[string]any{"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
		"digest": one["digest"], "size": one["size"], "urls": []string{"https://elsewhere.example/layer"}})
	p.image("label", runtime.GOARCH, map[string]string{"innovationden.sandbox": "box_1"}, []string{diff}, one)
	p.image("bomb", runtime.GOARCH, nil, slices.Repeat([]string{big}, 60), slices.Repeat([]map[string]any{bomb}, 60)...)
	other := p.image("platform", elsewhere, nil, []string{diff}, one)
	p.put("/manifests/list", ociList, encoded(t, map[string]any{"schemaVersion": 2, "mediaType": ociList, "manifests": []any{other}}))

	const cannot = "This image cannot be run here: "
	browser := s.browser(ctx)
	for tag, says := range map[string]string{
		"layers":   "it has 200 layers; 1 to 64 are possible. Join RUN lines, or flatten it.",
		"list":     `it is for "linux/s390x", and sandboxes here are ` + here + ". Build it with docker build --platform " + here + ".",
		"platform": *bookwell.Repository + ": It is for linux/s390x, and sandboxes here are " + here + ". Build it with docker build --platform " + here + ".",
		"foreign":  "its layer 1 is to be fetched from elsewhere. Build it on an image whose layers can be pushed.",
		"label":    *bookwell.Repository + ": The label innovationden.sandbox belongs to the den. Build it without this label.",
		"bomb":     *bookwell.Repository + " layer 52: The layers unpack to more than 8 GB. Build a smaller image.",
	} {
		by, err := client.AddReleaseWithResponse(ctx, bookwell.Id, nil, contract.NewRelease{Version: tag, Pushed: &tag})
		must(t, err)
		if by.StatusCode() != http.StatusUnprocessableEntity {
			t.Errorf("%s by API: %s", tag, by.Body)
			continue
		}
		var problem contract.Problem
		must(t, json.Unmarshal(by.Body, &problem))
		if problem.Detail != cannot+says || problem.Errors == nil || (*problem.Errors)[0].Pointer != "/pushed" {
			t.Errorf("%s by API: %s", tag, by.Body)
		}
		if out, code := s.command("release", "add", "Bookwell", tag, "--from-push", tag); code != exitFailed || !strings.HasSuffix(out, "\n  --from-push: "+cannot+says+"\n") {
			t.Errorf("%s by command: %d %s", tag, code, out)
		}
		if page := s.releaseForm(browser, bookwell.Id, tag, map[string]string{"pushed": tag}, nil); strings.Count(page, html.EscapeString(cannot+says)) != 2 {
			t.Errorf("%s by page: %s", tag, page)
		}
	}
	after, err := client.GetProductWithResponse(ctx, bookwell.Id)
	s.answered(err, after != nil && after.JSON200 != nil && len(after.JSON200.Releases) == 0, func() []byte { return after.Body })
	command := stock{t: t, host: s.host, config: t.TempDir()}
	if left := command.run("", "image", "ls", "--all", "--quiet", "den-"+s.installation+"/kept"); left != "" {
		t.Errorf("images stayed: %s", left)
	}
}

// releaseForm sends the form that makes a release: of what was pushed, or of an archive.
func (s *served) releaseForm(browser *http.Client, product, version string, fields map[string]string, archive []byte) string {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	must(s.t, form.WriteField("version", version))
	for name, value := range fields {
		must(s.t, form.WriteField(name, value))
	}
	if archive != nil {
		part, err := form.CreateFormFile("archive", "product.tar")
		must(s.t, err)
		_, err = part.Write(archive)
		must(s.t, err)
	}
	must(s.t, form.Close())
	_, port, err := net.SplitHostPort(s.listen)
	must(s.t, err)
	q, err := http.NewRequestWithContext(context.Background(), http.MethodPost, fmt.Sprintf("http://localhost:%s/products/%s/releases", port, product), &body)
	must(s.t, err)
	q.Header.Set("Content-Type", form.FormDataContentType())
	q.Header.Set("Accept", "text/html")
	answer, err := browser.Do(q)
	must(s.t, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	must(s.t, err)
	if answer.StatusCode != http.StatusUnprocessableEntity {
		s.t.Errorf("%s by page is answered with status %d", version, answer.StatusCode)
	}
	return string(text)
}
