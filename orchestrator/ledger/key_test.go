package ledger_test

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/ledger"
)

func TestTheKeyIsMadeOnceAndKept(t *testing.T) {
	dir := t.TempDir()
	first := openKey(t, dir)
	if second := openKey(t, dir); second.Public() != first.Public() {
		t.Error("the second start made another key")
	}
	info, err := os.Stat(filepath.Join(dir, "record.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.new-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := os.Chmod(filepath.Join(dir, "record.key"), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.OpenKey(dir, rand.Reader); den.KindOf(err) != den.Denied {
		t.Errorf("a key that others can read: %v", err)
	}
}

func TestABrokenKeyIsRefusedAndKept(t *testing.T) {
	dir := t.TempDir()
	openKey(t, dir)
	path := filepath.Join(dir, "record.key")
	text, _ := os.ReadFile(path)
	other, _ := os.ReadFile(filepath.Join(otherKey(t), "record.key"))
	half, _, _ := strings.Cut(string(text), "\n")
	_, otherPublic, _ := strings.Cut(string(other), "\n")
	for _, bad := range []string{"", string(text[:20]), half, half + "\n" + otherPublic} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ledger.OpenKey(dir, rand.Reader); den.KindOf(err) != den.Internal {
			t.Errorf("key %q: %v", bad, err)
		}
		if now, _ := os.ReadFile(path); string(now) != bad {
			t.Errorf("key %q was replaced", bad)
		}
	}
}

func TestACheckpointIsOfTheOneWhoSignedIt(t *testing.T) {
	f := written(t, 12)
	head, _ := f.log().Head()
	key, stranger := openKey(t, t.TempDir()), openKey(t, t.TempDir())
	signed, err := key.Sign(head, noon())
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.OpenCheckpoint(signed, key.Public())
	if err != nil || c.Head != head || !c.At.Equal(noon()) {
		t.Errorf("opened %+v, %v", c, err)
	}
	if c, err := ledger.ReadCheckpoint(signed); err != nil || c.Head != head {
		t.Errorf("read %+v, %v", c, err)
	}
	for name, bad := range map[string]string{
		"a changed size": strings.Replace(signed, "\n12\n", "\n11\n", 1),
		"no signature":   signed[:strings.Index(signed, "\n\n")+2],
		"nothing":        "",
	} {
		if _, err := ledger.OpenCheckpoint(bad, key.Public()); den.KindOf(err) != den.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ledger.OpenCheckpoint(signed, stranger.Public()); den.KindOf(err) != den.Invalid {
		t.Errorf("a stranger's key: %v", err)
	}
	for _, bad := range []string{"", "x", "go.sum database tree\n1\nx\n\n", "innovation-den-record\n012\nAAAA\n\n— x"} {
		if _, err := ledger.ReadCheckpoint(bad); den.KindOf(err) != den.Invalid {
			t.Errorf("read %q: %v", bad, err)
		}
	}
	proof, err := f.log().Prove(5)
	if err != nil {
		t.Fatal(err)
	}
	proof.Checkpoint = signed
	if _, ok, err := proof.Check(key.Public()); !ok || err != nil {
		t.Errorf("signed proof: %v %v", ok, err)
	}
	if _, ok, err := proof.Check(stranger.Public()); ok || err == nil {
		t.Error("a proof was accepted with a stranger's key")
	}
	proof.Checkpoint, _ = key.Sign(den.Head{Size: 3, Root: head.Root}, noon())
	if _, ok, err := proof.Check(key.Public()); ok || err == nil {
		t.Error("a proof was accepted with the checkpoint of another state")
	}
}

func openKey(t *testing.T, dir string) *ledger.Key {
	t.Helper()
	key, err := ledger.OpenKey(dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func otherKey(t *testing.T) string {
	dir := t.TempDir()
	openKey(t, dir)
	return dir
}
