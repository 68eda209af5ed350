package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/bolt"
	"innovationden/orchestrator/den"
	"innovationden/orchestrator/ledger"
)

// kept is a data folder with a few events, closed again, and the proof of one.
func kept(t *testing.T) (folder, proof, key string) {
	t.Helper()
	folder = t.TempDir()
	store, err := bolt.Open(filepath.Join(folder, "den.db"), bolt.Options{Now: time.Now, NoSync: true, Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ledger.OpenKey(folder, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var p den.Proof
	err = store.Update(context.Background(), func(tx den.Tx) error {
		for n := range 9 {
			if _, err := tx.Record(den.Event{ID: den.ID("evt_" + string(rune('a'+n))), Act: "trial.drafted", Say: "Trial \x1b[31m was drafted.", Subject: "tri_1"}); err != nil {
				return err
			}
		}
		p, err = tx.Prove(4)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if p.Checkpoint, err = signer.Sign(p.Head, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	return folder, inFile(t, out, "proof.json", string(text)), inFile(t, out, "key.txt", signer.Public()+"\n")
}

func inFile(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// checks runs den check and gives what it printed.
func checks(args ...string) (string, error) {
	var out, errs bytes.Buffer
	c := newCheck(func(string) string { return "" }, streams{out: &out, err: &errs})
	c.SetArgs(args)
	c.SilenceErrors, c.SilenceUsage = true, true
	err := c.ExecuteContext(context.Background())
	return out.String() + errs.String(), err
}

func TestAProofIsCheckedWithoutTheStore(t *testing.T) {
	folder, proof, key := kept(t)
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	said, err := checks("--proof", proof, "--key", key)
	if err != nil || !strings.Contains(said, "Event 4 stands in the record of 9 events") || !strings.Contains(said, "Signed by the key") || strings.Contains(said, "\x1b") {
		t.Errorf("with the key: %v\n%s", err, said)
	}
	said, err = checks("--proof", proof)
	if err != nil || !strings.Contains(said, "consistent, signer not checked") {
		t.Errorf("without the key: %v\n%s", err, said)
	}
	said, err = checks("--proof", proof, "--json", "--key", key)
	var found proved
	if err != nil || json.Unmarshal([]byte(said), &found) != nil || !found.OK || !found.Signed || found.Event.Seq != 4 {
		t.Errorf("as JSON: %v\n%s", err, said)
	}
}

// A word of the event, a hash of the path, the head, the position, the signature: a
// proof in which any of them was changed is none.
func TestAChangedProofIsNone(t *testing.T) {
	_, proof, key := kept(t)
	text, err := os.ReadFile(proof)
	if err != nil {
		t.Fatal(err)
	}
	other := t.TempDir()
	stranger, err := ledger.OpenKey(other, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*den.Proof){
		"a word":     func(p *den.Proof) { p.Leaf = strings.Replace(p.Leaf, "drafted", "decided", 1) },
		"a position": func(p *den.Proof) { p.Seq++ },
		"a hash":     func(p *den.Proof) { p.Path[0] = p.Path[1] },
		"a path":     func(p *den.Proof) { p.Path = p.Path[1:] },
		"the head":   func(p *den.Proof) { p.Head.Size-- },
		"the root":   func(p *den.Proof) { p.Head.Root = strings.Repeat("0", 64) },
		"the signer": func(p *den.Proof) { p.Checkpoint, _ = stranger.Sign(p.Head, time.Now()) },
		"no signer":  func(p *den.Proof) { p.Checkpoint = "" },
	} {
		var p den.Proof
		if err := json.Unmarshal(text, &p); err != nil {
			t.Fatal(err)
		}
		change(&p)
		wrong, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		said, err := checks("--proof", inFile(t, other, "wrong.json", string(wrong)), "--key", key)
		if err == nil || strings.Contains(said, "Event 4 stands") || strings.Contains(said, "Event 5 stands") {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
	}
	if said, err := checks("--proof", key); err == nil {
		t.Errorf("a file that is no proof was taken:\n%s", said)
	}
}

func TestACheckpointIsComparedWithAKeyFromElsewhere(t *testing.T) {
	folder, _, key := kept(t)
	signer, err := ledger.OpenKey(folder, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	note, err := signer.Sign(den.Head{Size: 9, Root: strings.Repeat("0", 64)}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	said, err := checks("--data", folder, "--key", key, "--against", inFile(t, t.TempDir(), "checkpoint", note))
	if err == nil || !strings.Contains(said, "the record was rewritten") {
		t.Errorf("another root: %v\n%s", err, said)
	}
}
