package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"innovationden/web/api/contract"
)

// The guide for suppliers is followed by the letter: its commands and files are read from
// the page that the den shows and run against that den, its registry and its engine, with
// the stock Docker command and a token that may push and nothing else. Then a department
// starts a trial of what came of it.
func TestTheGuideOfTenMinutesIsTrue(t *testing.T) {
	t.Parallel()
	s := newServed(t, "DEN_SANDBOXES_PREFLIGHT=true", "DEN_SANDBOXES_SPARE_CELLS=0")
	s.start()
	ctx, client := t.Context(), s.client()
	supplier, err := client.AddSupplierWithResponse(ctx, nil, contract.NewSupplier{Name: "Acme"})
	s.answered(err, supplier != nil && supplier.JSON201 != nil, func() []byte { return supplier.Body })
	offered, err := client.AddProductWithResponse(ctx, nil, contract.NewProduct{Supplier: supplier.JSON201.Id, Name: "Booking"})
	s.answered(err, offered != nil && offered.JSON201 != nil && *offered.JSON201.Repository == "acme/booking", func() []byte { return offered.Body })
	department, err := client.AddDepartmentWithResponse(ctx, nil, contract.NewOrganisation{Name: "Department"})
	s.answered(err, department != nil && department.JSON201 != nil, func() []byte { return department.Body })
	s.department = department.JSON201.Id
	token, err := client.AddTokenWithResponse(ctx, nil, contract.NewToken{Name: "guide", Grants: []contract.Grant{"push"}, LastsSeconds: 3600})
	s.answered(err, token != nil && token.JSON201 != nil, func() []byte { return token.Body })

	r := newReader(s, token.JSON201.Secret)
	for _, block := range r.blocks() {
		r.follow(block)
	}
	if r.ran < 12 {
		t.Errorf("the guide has %d commands; were they read at all?", r.ran)
	}
	made, err := client.ListReleasesWithResponse(ctx, offered.JSON201.Id, nil)
	s.answered(err, made != nil && made.JSON200 != nil && len(made.JSON200.Items) == 2, func() []byte { return made.Body })
	for _, one := range made.JSON200.Items {
		s.images = append(s.images, one.Image)
		if s.preflown(one.Id).State != "passed" {
			t.Errorf("release %s did not pass", one.Version)
		}
	}
	first := made.JSON200.Items[0]
	if first.Version != "1.0" || first.Sbom == nil || first.Sbom.Components != 1 || given(first.Notes) == "" || given(first.Needs) == "" {
		t.Errorf("the release is %+v", first)
	}
	trial := s.begin(time.Hour, first.Id)
	box := s.becomes(trial, contract.PhaseLive)
	if page := s.page(s.browser(ctx), box.Url); page != "hello" {
		t.Errorf("its page is %q", page)
	}
	if err := s.settle(account{trial: trial, started: true, live: true}); err != nil {
		t.Error(err)
	}
}

// guideReader does what a guide says.
type guideReader struct {
	s        *served
	folder   string // where the commands run
	names    *strings.Replacer
	before   []string // what later commands need: changes of the shell's own
	release  string
	commands string // folder of the den program
	ran      int
}

func newReader(s *served, token string) *guideReader {
	s.t.Helper()
	r := &guideReader{s: s, folder: s.t.TempDir(), commands: s.t.TempDir()}
	must(s.t, os.WriteFile(filepath.Join(r.folder, "booking"), program(s.t), 0o755))
	must(s.t, os.WriteFile(filepath.Join(r.commands, "den"), []byte("#!/bin/sh\nexec "+binary(s.t)+" \"$@\"\n"), 0o755))
	// The engine is shared with other tests: the one local name in the guide gets one of
	// our own, and "den_…" and "den.example" are what the guide says to replace.
	local := "den-guide-" + lower.EncodeToString(random(4))
	r.names = strings.NewReplacer("https://den.example", "http://"+s.listen, "den.example", s.listen, "den_…", token, " booking:1.0", " "+local+":1.0")
	command := stock{t: s.t, host: s.host, config: s.t.TempDir()}
	s.t.Cleanup(func() { command.run("", "image", "rm", "--force", local+":1.0", s.listen+"/acme/booking:1.0") })
	return r
}

// blocks are the preformatted parts of the guide as its page shows them.
func (r *guideReader) blocks() (all []string) {
	r.s.t.Helper()
	answer, err := http.Get("http://" + r.s.listen + "/help/ten-minutes")
	must(r.s.t, err)
	defer func() { _ = answer.Body.Close() }()
	root, err := html.Parse(answer.Body)
	must(r.s.t, err)
	for _, pre := range cascadia.QueryAll(root, cascadia.MustCompile("main pre")) {
		var b strings.Builder
		for n := range pre.Descendants() {
			if n.Type == html.TextNode {
				b.WriteString(n.Data)
			}
		}
		all = append(all, b.String())
	}
	return all
}

// follow writes the file that a block is, or runs its commands one by one.
func (r *guideReader) follow(block string) {
	r.s.t.Helper()
	switch {
	case strings.HasPrefix(block, "FROM "):
		must(r.s.t, os.WriteFile(filepath.Join(r.folder, "Dockerfile"), []byte(block), 0o600))
		return
	case strings.HasPrefix(block, "{"):
		must(r.s.t, os.WriteFile(filepath.Join(r.folder, "booking.cdx.json"), []byte(block), 0o600))
		return
	}
	for line := range strings.Lines(block) {
		r.run(strings.TrimSpace(line))
	}
}

var releaseID = regexp.MustCompile(`rel_[0-9a-zA-Z]+`)

func (r *guideReader) run(said string) {
	r.s.t.Helper()
	line := r.names.Replace(said)
	if strings.Contains(line, "rel_…") {
		if r.release == "" {
			r.s.t.Fatalf("no release was named before: %s", said)
		}
		line = strings.ReplaceAll(line, "rel_…", r.release)
	}
	c := exec.CommandContext(context.WithoutCancel(r.s.t.Context()), "bash", "-euc", strings.Join(append(r.before, line), "\n"))
	c.Dir = r.folder
	c.Env = []string{"PATH=" + r.commands + ":" + os.Getenv("PATH"), "HOME=" + r.commands, "DOCKER_HOST=" + r.s.host, "DEN_DATA=" + r.commands}
	if r.s.host == "" {
		c.Env = append(c.Env[:2:2], c.Env[3])
	}
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		r.s.t.Fatalf("the guide says %s: %v\n%s\n%s", said, err, out.String(), r.s.log)
	}
	r.ran++
	if strings.HasPrefix(said, "export ") {
		r.before = append(r.before, line)
	}
	if strings.HasPrefix(said, "den release add") && r.release == "" {
		r.release = releaseID.FindString(out.String())
	}
}
