package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

func TestASecondDenOnTheSameFolderIsToldSo(t *testing.T) {
	t.Parallel()
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=0")
	s.start()
	for _, args := range [][]string{
		{"serve", "--data", s.data, "--listen", "127.0.0.1:0"},
		{"check", "--data", s.data},
	} {
		out, code := s.command(args...)
		want := "den: Another den is using this data directory: " + s.data + ". Stop it, or choose another directory."
		if code != exitDown || !strings.Contains(out, want) {
			t.Errorf("den %s exits with %d and says %s", args[0], code, out)
		}
	}
	second := newServed(t)
	second.listen = s.listen
	if out, code := second.command("serve", "--data", second.data, "--listen", s.listen); code != exitFailed || !strings.Contains(out, "something else listens on "+s.listen) {
		t.Errorf("on the same port it exits with %d and says %s", code, out)
	}
	if err := s.get("/readyz"); err != nil {
		t.Errorf("the first den: %v", err)
	}
}

// On a full disk nothing new is taken, in words, while reading and ending go on. The
// folder is a small tmpfs that only the den sees.
func TestAFullFolderRefusesLaunchesAndKeepsEndings(t *testing.T) {
	t.Parallel()
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=0")
	s.wrap = []string{"unshare", "--mount", "--propagation", "private", "sh", "-c", `mount -t tmpfs -o size=32m tmpfs "$0" && exec "$@"`, s.data}
	s.start()
	release := s.offer(product(t, program(t), "serve"))
	lives := s.begin(time.Hour, release)
	s.becomes(lives, contract.PhaseLive)
	ctx, client := context.Background(), s.client()
	filler := filepath.Join(s.folder(), "filler")
	must(t, fill(filler))

	const say = "The disk is full, so nothing new can be kept. Reading and ending still work. Make room on the disk, then try again."
	var refused *contract.AddTrialResponse
	for n := 0; refused == nil; n++ {
		draft, err := client.AddTrialWithResponse(ctx, nil, s.newTrial(time.Hour, release))
		must(t, err)
		if draft.JSON201 == nil {
			refused = draft
		}
		if n > 20_000 {
			t.Fatal("the disk is never full")
		}
	}
	if refused.StatusCode() != http.StatusInsufficientStorage || !bytes.Contains(refused.Body, []byte(say)) {
		t.Errorf("a draft is answered with %d %s", refused.StatusCode(), refused.Body)
	}
	all, err := client.ListTrialsWithResponse(ctx, nil)
	if err != nil || all.JSON200 == nil {
		t.Fatalf("reading: %+v, %v", all, err)
	}
	for _, one := range all.JSON200.Items {
		if one.State == contract.Draft {
			started, err := client.StartTrialWithResponse(ctx, one.Id, nil)
			if err != nil || started.StatusCode() != http.StatusInsufficientStorage || !bytes.Contains(started.Body, []byte(say)) {
				t.Errorf("a launch is answered with %d %s, %v", started.StatusCode(), started.Body, err)
			}
			break
		}
	}
	must(t, s.settle(account{trial: lives, started: true, live: true})) // asks for its end

	must(t, os.Remove(filler))
	s.becomes(s.begin(time.Hour, release), contract.PhaseLive)
	if !t.Failed() {
		t.Log("figure: 1 den on a full disk, 0 violations")
	}
}

// fill writes a file until the disk is full.
func fill(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	block := make([]byte, 64<<10)
	for err == nil {
		_, err = file.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("the disk is not full: %w", err)
	}
	return file.Close()
}
