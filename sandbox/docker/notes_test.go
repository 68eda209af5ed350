package docker

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

// A den that was started anew has no namespace open. It ends exactly what runs in the
// containers that it noted.
func TestWhatWasNotedIsCutAfterAStartAnew(t *testing.T) {
	before, after := engine(t), engine(t)
	before.notes = notes{t.TempDir()}
	image := sandboxtest.ProductImage(t, before)
	gone, stays := spec(image, sandbox.Strict, "stubborn"), spec(image, sandbox.Strict, "serve")
	ctx := minute(t, before, gone)
	minute(t, before, stays)
	for _, s := range []sandbox.Spec{gone, stays} {
		must(t, before.Start(ctx, s))
		answers(ctx, t, before, s.ID, sandboxtest.Port)
	}
	after.ours = before.ours
	if n := after.Cut(ctx, gone.ID); n != 0 {
		t.Errorf("without notes it ended %d processes", n)
	}
	after.notes = before.notes
	if n := after.Cut(ctx, gone.ID); n != 2 {
		t.Errorf("it ended %d processes, want the product and its holder", n)
	}
	settled(ctx, t, before, gone.ID, sandbox.Stopped)
	settled(ctx, t, before, stays.ID, sandbox.Running)
	if n := after.Cut(ctx, gone.ID); n != 0 {
		t.Errorf("then it ended %d more", n)
	}
	must(t, before.Remove(ctx, gone.ID))
	if left := before.notes.of(gone.ID); len(left) > 0 {
		t.Errorf("what is removed is still noted: %v", left)
	}
}

// Whose a process is says the first container in each of its paths.
func TestAGroupInsideAnotherContainerIsThatOnes(t *testing.T) {
	ours, theirs := strings.Repeat("a", 64), strings.Repeat("b", 64)
	for text, want := range map[string]bool{
		"12:pids:/docker/" + ours + "\n1:name=systemd:/docker/" + ours + "\n0::/\n":            true,
		"0::/system.slice/docker-" + ours + ".scope\n":                                         true,
		"0::/custom/parent/" + ours + "/below\n":                                               true,
		"0::/docker/" + theirs + "\n":                                                          false,
		"0::/docker/" + theirs + "/" + ours + "\n":                                             false,
		"12:pids:/docker/" + ours + "\n11:memory:/docker/" + theirs + "/docker/" + ours + "\n": false,
		"12:pids:/docker/" + ours[:63] + "\n":                                                  false,
		"0::/user.slice\n":                                                                     false,
		"":                                                                                     false,
	} {
		if got := inGroups(text, ours); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// A note that is torn or somebody's names no container.
func TestNotesNameContainersAlone(t *testing.T) {
	n := notes{t.TempDir()}
	id := sandboxtest.NewID(t)
	must(t, os.WriteFile(filepath.Join(n.folder, string(id)), []byte("docker\n"+strings.Repeat("a", 63)+"\n\n/\n"), 0o600))
	if got := n.of(id); len(got) != 0 {
		t.Errorf("it names %q", got)
	}
	for _, id := range []sandbox.ID{"", "..", "a/b"} {
		if got := n.of(id); got != nil {
			t.Errorf("%q has %q", id, got)
		}
	}
}
