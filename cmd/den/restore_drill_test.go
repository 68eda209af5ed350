package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"innovationden/sandbox/sandboxtest"
	"innovationden/web/api/contract"
)

// A den is backed up twice while people launch, change and end trials, goes on, and is
// lost with its whole folder. The restored one knows every answer of before the backup,
// finds what still runs, ends what is gone as lost, and removes what it never heard of.
func TestARestoredDenPutsItselfRight(t *testing.T) {
	t.Parallel()
	kept := t.TempDir()
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=0", "DEN_BACKUP_FOLDER="+kept)
	s.start()
	ctx := context.Background()
	release := s.offer(product(t, program(t), "serve"))
	pushed := s.pushSmall(ctx)
	stays, lost := s.begin(time.Hour, release), s.begin(time.Hour, release)
	s.becomes(stays, contract.PhaseLive)
	gone := s.becomes(lost, contract.PhaseLive)
	people := newCrowd(s, release, 3)
	s.await("people to be at work", func() error {
		if n := len(people.soFar()); n < 12 {
			return fmt.Errorf("they were given %d answers", n)
		}
		return nil
	})
	checkpoint := s.checkpoint(ctx)
	promised := append(people.soFar(), promise{trial: stays, what: "started"}, promise{trial: lost, what: "started"})
	backup := filepath.Join(kept, "taken.tar")
	for _, args := range [][]string{{"backup", "-o", backup}, {"backup"}} { // to whoever asks, and where the settings say
		if out, code := s.command(args...); code != exitDone {
			t.Fatalf("den %v ended with %d: %s", args, code, out)
		}
	}
	soFar := len(people.soFar())
	s.await("people to go on after the backup", func() error {
		if n := len(people.soFar()); n < soFar+5 {
			return fmt.Errorf("they were given %d more answers", n-soFar)
		}
		return nil
	})
	people.dismiss()
	after := s.begin(time.Hour, release)
	s.becomes(after, contract.PhaseLive)
	ended, err := s.client().EndSandboxWithResponse(ctx, gone.Id, nil, contract.Reason{})
	s.answered(err, ended != nil && ended.StatusCode() < 300, func() []byte { return ended.Body })
	s.becomes(lost, contract.PhaseEnded)
	s.kill()
	if out, code := s.command("check", "--data", s.data); code != exitDone {
		t.Errorf("the folder is not sound before it is lost: %s", out)
	}
	entries, err := os.ReadDir(s.data)
	must(t, err)
	for _, one := range entries {
		must(t, os.RemoveAll(filepath.Join(s.data, one.Name())))
	}

	scheduled, err := filepath.Glob(filepath.Join(kept, backupPrefix+"*"+backupSuffix))
	if err != nil || len(scheduled) != 1 {
		t.Fatalf("the folder of the settings holds %v, %v", scheduled, err)
	}
	s.restored(scheduled[0], checkpoint)
	s.data = s.restored(backup, checkpoint)
	s.settings = append(s.settings, "DEN_ENGINE_INSTALLATION=") // the folder knows its name by itself
	s.start()
	for _, a := range promised {
		if err := s.holds(a); err != nil {
			t.Error(err)
		}
	}
	// The control: what was answered after the backup is lost, and seen to be.
	if err := s.holds(promise{trial: after, what: "started"}); err == nil {
		t.Error("a trial of after the backup is known")
	}
	pushed.there()
	s.becomes(stays, contract.PhaseLive)
	if box := s.becomes(lost, contract.PhaseEnded); box.Reason != contract.EndReasonVanished {
		t.Errorf("what was lost ended as %s: %s", box.Reason, box.Detail)
	}
	s.sweptAndEmptied(ctx)
	if !t.Failed() {
		t.Logf("figure: %d answers before a backup under load, 0 violations", len(promised))
	}
}

// checkpoint is a file with the signed state of the record.
func (s *served) checkpoint(ctx context.Context) string {
	s.t.Helper()
	got, err := s.client().GetCheckpointWithResponse(ctx)
	s.answered(err, got != nil && got.JSON200 != nil, func() []byte { return got.Body })
	file := filepath.Join(s.t.TempDir(), "checkpoint")
	must(s.t, os.WriteFile(file, []byte(got.JSON200.Note), 0o600))
	return file
}

// restored makes a folder of a backup and holds its records to an older checkpoint.
func (s *served) restored(backup, checkpoint string) string {
	s.t.Helper()
	target := filepath.Join(s.t.TempDir(), "restored")
	for _, args := range [][]string{{"restore", backup, "--data", target}, {"check", "--data", target, "--against", checkpoint}} {
		var said, failed bytes.Buffer
		if code := run(context.Background(), args, os.Getenv, streams{out: &said, err: &failed}); code != exitDone {
			s.t.Fatalf("den %v ended with %d: %s%s", args, code, &said, &failed)
		}
	}
	return target
}

// sweptAndEmptied removes what no record asks for, ends everything, and demands that the
// engine has nothing any more.
func (s *served) sweptAndEmptied(ctx context.Context) {
	s.t.Helper()
	client, dry := s.client(), false
	removed := 0
	s.await("what nobody knows to be removed", func() error {
		swept, err := client.SweepWithResponse(ctx, &contract.SweepParams{DryRun: &dry})
		if err != nil || swept.JSON200 == nil {
			return errors.Join(err, errors.New("no sweep"))
		}
		for _, one := range swept.JSON200.Items {
			if !one.Removed {
				return fmt.Errorf("%+v is there", one)
			}
			removed++
		}
		return nil
	})
	if removed == 0 {
		s.t.Error("nothing was there that the restored den does not know: the drill drills nothing")
	}
	s.await("everything to end", func() error {
		all, err := client.ListTrialsWithResponse(ctx, nil)
		if err != nil || all.JSON200 == nil {
			return errors.Join(err, errors.New("no list"))
		}
		running := 0
		for _, one := range all.JSON200.Items {
			if one.State != contract.Running {
				continue
			}
			running++
			if _, err := client.EndTrialWithResponse(ctx, one.Id, nil, contract.Reason{}); err != nil {
				return err
			}
		}
		if running > 0 {
			return fmt.Errorf("%d trials are running", running)
		}
		return nil
	})
	must(s.t, s.onlyCells(0))
}

// smallPush is an image that was pushed, and never run.
type smallPush struct {
	p      *pusher
	digest string
}

func (s *served) pushSmall(ctx context.Context) smallPush {
	s.t.Helper()
	bookwell := s.bookwell(ctx)
	token, err := s.client().AddTokenWithResponse(ctx, nil, contract.NewToken{Name: "docker", Grants: []contract.Grant{"push"}, LastsSeconds: 3600})
	s.answered(err, token != nil && token.JSON201 != nil, func() []byte { return token.Body })
	p := &pusher{s: s, repo: *bookwell.Repository, secret: token.JSON201.Secret}
	plain := sandboxtest.Tar(s.t, map[string][]byte{"a": []byte("a")}, 0o644)
	layer := p.blob(ociLayer, gzipped(s.t, plain))
	p.image("kept", runtime.GOARCH, nil, []string{sandboxtest.Digest(plain)}, layer)
	return smallPush{p, layer["digest"].(string)}
}

// there demands that it can be pulled.
func (p smallPush) there() {
	t := p.p.s.t
	t.Helper()
	for _, path := range []string{"/manifests/kept", "/blobs/" + p.digest} {
		q, err := http.NewRequest(http.MethodGet, "http://"+p.p.s.listen+"/v2/"+p.p.repo+path, nil)
		must(t, err)
		q.SetBasicAuth("anything", p.p.secret)
		got, err := http.DefaultClient.Do(q)
		must(t, err)
		if err := got.Body.Close(); err != nil || got.StatusCode != http.StatusOK {
			t.Errorf("%s of what was pushed is answered with %d, %v", path, got.StatusCode, err)
		}
	}
}
