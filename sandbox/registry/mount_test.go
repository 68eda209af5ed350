package registry

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// inPrivate runs the rest of a test in a process with a mount namespace of its own, so
// that no mount is ever seen outside and all of them end with it. It says whether this
// is that process.
func inPrivate(t *testing.T) bool {
	t.Helper()
	const inside = "DEN_TEST_INSIDE"
	if os.Getenv(inside) == t.Name() {
		return true
	}
	if os.Getuid() != 0 {
		t.Fatal("this test mounts file systems: run it as root")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Fatalf("in a mount namespace of its own: %v\n%s", err, out)
	}
	return false
}

// tmpfs mounts a small file system in memory.
func tmpfs(t *testing.T, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	must(t, syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)))
	t.Cleanup(func() { must(t, syscall.Unmount(dir, 0)) })
	return dir
}
