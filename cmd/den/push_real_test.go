package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
	"innovationden/web/api/contract"
)

// stock is the docker command as it comes, with settings of its own.
type stock struct {
	t      testing.TB
	host   string // of the engine
	config string // folder of its settings
}

func (d stock) run(in string, args ...string) string {
	d.t.Helper()
	c := exec.CommandContext(context.WithoutCancel(d.t.Context()), "docker", append([]string{"--config", d.config}, args...)...)
	c.Stdin = strings.NewReader(in)
	if d.host != "" {
		c.Env = append(c.Environ(), "DOCKER_HOST="+d.host)
	}
	out, err := c.CombinedOutput()
	if err != nil {
		d.t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// twoLayers is an image of the product of the contract suite in a mode, in two layers.
func twoLayers(t testing.TB, name string, program []byte, mode string) []byte {
	t.Helper()
	c := sandboxtest.ProductConfig()
	c.Volumes, c.Cmd = nil, []string{mode}
	return sandboxtest.ArchiveOf(t, sandboxtest.Image{Config: c, Tags: []string{name}, Layers: [][]byte{
		sandboxtest.Tar(t, map[string][]byte{"tmp/": nil, "about": []byte(name)}, 0o644), sandboxtest.Tar(t, map[string][]byte{"product": program}, 0o755),
	}})
}

// A supplier pushes with the docker command as it comes; the den makes releases of it,
// tries them, and a department opens the one that passed. The one that ends at once is
// refused; what was uploaded is tried as well. Nothing of it stays on the engine.
func TestAPushedImageIsTriedAndOpened(t *testing.T) {
	t.Parallel()
	var gone func(s *served) // told last, when all of it is cleaned up
	var s *served
	t.Cleanup(func() { gone(s) })
	s = newServed(t, "DEN_SANDBOXES_PREFLIGHT=true")
	var ids []string
	gone = func(s *served) { nothingStays(s, ids) }
	s.start()
	ctx, client := t.Context(), s.client()
	command := stock{t: t, host: s.host, config: t.TempDir()}

	unique := lower.EncodeToString(random(4))
	supplier, err := client.AddSupplierWithResponse(ctx, nil, contract.NewSupplier{Name: "Harbour & Finch " + unique})
	s.answered(err, supplier != nil && supplier.JSON201 != nil, func() []byte { return supplier.Body })
	offered, err := client.AddProductWithResponse(ctx, nil, contract.NewProduct{Supplier: supplier.JSON201.Id, Name: "Slotwise"})
	s.answered(err, offered != nil && offered.JSON201 != nil && offered.JSON201.Repository != nil, func() []byte { return offered.Body })
	department, err := client.AddDepartmentWithResponse(ctx, nil, contract.NewOrganisation{Name: "Department " + unique})
	s.answered(err, department != nil && department.JSON201 != nil, func() []byte { return department.Body })
	s.department = department.JSON201.Id
	token, err := client.AddTokenWithResponse(ctx, nil, contract.NewToken{Name: "docker", Grants: []contract.Grant{"push"}, LastsSeconds: 3600})
	s.answered(err, token != nil && token.JSON201 != nil, func() []byte { return token.Body })

	if said := command.run(token.JSON201.Secret, "login", "--username", "anything", "--password-stdin", s.listen); !strings.Contains(said, "Login Succeeded") {
		t.Fatalf("docker login said %q", said)
	}
	repository := s.listen + "/" + *offered.JSON201.Repository
	for tag, mode := range map[string]string{"1.0": "serve", "1.1": "exit", "1.2": "stubborn"} {
		local, pushed := "den-pushed-"+unique+":"+tag, repository+":"+tag
		t.Cleanup(func() { command.run("", "image", "rm", "--force", local, pushed) })
		command.run(string(twoLayers(t, local, program(t), mode)), "load")
		ids = append(ids, command.run("", "image", "inspect", "--format", "{{.Id}}", local))
		command.run("", "tag", local, pushed)
		if said := command.run("", "push", pushed); !strings.Contains(said, "digest: sha256:") {
			t.Fatalf("docker push said %q", said)
		}
		command.run("", "image", "rm", local, pushed) // the den brings it in, not this engine's own copy
	}
	if out, code := s.command("release", "pushes", offered.JSON201.Id); code != 0 || strings.Count(out, "sha256:") != 3 {
		t.Errorf("what was pushed: %d %s", code, out)
	}

	good := s.releasePushed(offered.JSON201.Id, "1.0")
	passed := s.preflown(good.Id)
	if passed.State != "passed" || given(passed.MemoryBytes) < 1<<18 || given(passed.LaunchSeconds) <= 0 {
		t.Errorf("the preflight is %+v", passed)
	}
	for _, one := range passed.Checks {
		if one.State != "passed" {
			t.Errorf("%s is %s: %s", one.Check, one.State, given(one.Say))
		}
	}
	receipt, err := client.GetReceiptWithResponse(ctx, passed.Sandbox)
	s.answered(err, receipt != nil && receipt.JSON200 != nil && receipt.JSON200.Left == 0, func() []byte { return receipt.Body })

	bad := s.releasePushed(offered.JSON201.Id, "1.1")
	failed := s.preflown(bad.Id)
	start := slices.IndexFunc(failed.Checks, func(c contract.Check) bool { return c.Check == "start" })
	if failed.State != "failed" || failed.Checks[start].State != "failed" || !strings.Contains(given(failed.Checks[start].Say), "It ended with code 3. The last it printed: “giving up”.") {
		t.Errorf("the preflight of what ends at once is %+v", failed)
	}
	draft, err := client.AddTrialWithResponse(ctx, nil, s.newTrial(time.Hour, bad.Id))
	s.answered(err, draft != nil && draft.JSON201 != nil, func() []byte { return draft.Body })
	refused, err := client.StartTrialWithResponse(ctx, draft.JSON201.Id, nil)
	must(t, err)
	if refused.StatusCode() != 422 || !strings.Contains(string(refused.Body), "Choose another release than 1.1: it failed its preflight. ") {
		t.Errorf("a trial of it: %s", refused.Body)
	}

	stubborn := s.preflown(s.releasePushed(offered.JSON201.Id, "1.2").Id)
	stop := slices.IndexFunc(stubborn.Checks, func(c contract.Check) bool { return c.Check == "stop" })
	if stubborn.State != "passed" || stubborn.Checks[stop].State != "advice" || !strings.Contains(given(stubborn.Checks[stop].Say), "ended by force") {
		t.Errorf("the preflight of what does not end is %+v", stubborn)
	}
	sent, err := client.AddReleaseArchiveWithBodyWithResponse(ctx, offered.JSON201.Id, &contract.AddReleaseArchiveParams{Version: "2.0"},
		"application/x-tar", bytes.NewReader(product(t, program(t), "late")))
	s.answered(err, sent != nil && sent.JSON201 != nil, func() []byte { return sent.Body })
	s.images, ids = append(s.images, sent.JSON201.Image), append(ids, sent.JSON201.Image)
	if uploaded := s.preflown(sent.JSON201.Id); uploaded.State != "passed" {
		t.Errorf("the preflight of what was uploaded is %+v", uploaded)
	}
	engine, err := s.engine()
	must(t, err)
	defer func() { must(t, engine.Close()) }()
	must(t, engine.Drop(ctx, good.Image))
	if _, err := engine.Image(ctx, good.Image); !errors.Is(err, sandbox.ErrNoImage) {
		t.Errorf("the image is on the engine still: %v", err)
	}
	trial := s.begin(time.Hour, good.Id) // brings it back
	box := s.becomes(trial, contract.PhaseLive)
	if page := s.page(s.browser(ctx), box.Url); page != "hello" {
		t.Errorf("its page is %q", page)
	}
	if err := s.settle(account{trial: trial, started: true, live: true}); err != nil {
		t.Error(err)
	}
}

// releasePushed makes a release of what was pushed under a tag.
func (s *served) releasePushed(product, tag string) (r contract.Release) {
	s.t.Helper()
	out, code := s.command("release", "add", product, tag, "--from-push", tag, "--json")
	if code != 0 {
		s.t.Fatalf("a release of %s: %s\n%s", tag, out, s.log)
	}
	must(s.t, json.NewDecoder(bytes.NewBufferString(out)).Decode(&r))
	s.images = append(s.images, r.Image)
	return r
}

// preflown waits until the preflight that a release began with is over.
func (s *served) preflown(release string) (p contract.Preflight) {
	s.t.Helper()
	s.await("the preflight to be over", func() error {
		all, err := s.client().ListPreflightsWithResponse(context.Background(), release)
		if err != nil || all.JSON200 == nil || len(all.JSON200.Items) != 1 {
			return errors.Join(err, errors.New("there is not one preflight"))
		}
		if p = all.JSON200.Items[0]; p.State == "running" {
			return fmt.Errorf("it is under way: %+v", p.Checks)
		}
		return nil
	})
	return p
}

// nothingStays finds neither a container nor an image of the den on the engine.
func nothingStays(s *served, images []string) {
	s.t.Helper()
	if len(images) == 0 {
		s.t.Error("no image was there that could have stayed")
	}
	command := stock{t: s.t, host: s.host, config: s.t.TempDir()}
	if left := command.run("", "ps", "--all", "--quiet", "--filter", "label=innovationden.installation="+s.installation); left != "" {
		s.t.Errorf("containers stayed: %s", left)
	}
	left := command.run("", "image", "ls", "--all", "--no-trunc", "--quiet")
	for _, id := range images {
		if strings.Contains(left, id) {
			s.t.Errorf("the image %s stayed", id)
		}
	}
}
