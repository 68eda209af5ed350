package bolt

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	t.Logf("%s", out)
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

// disk is a real file system in a file, whose power can be cut.
type disk struct{ file, dir string }

func newDisk(t *testing.T, bytes int64, mkfs ...string) *disk {
	t.Helper()
	d := &disk{file: filepath.Join(t.TempDir(), "disk"), dir: t.TempDir()}
	f, err := os.Create(d.file)
	must(t, err)
	must(t, f.Truncate(bytes))
	must(t, f.Close())
	run(t, append(mkfs, d.file)...)
	d.mount(t)
	t.Cleanup(func() { d.unmount(t) })
	return d
}

func (d *disk) mount(t *testing.T) {
	t.Helper()
	run(t, "mount", "-o", "loop", d.file, d.dir)
}

func (d *disk) unmount(t *testing.T) {
	t.Helper()
	must(t, syscall.Unmount(d.dir, 0))
}

// cut ends all writing at once: FS_IOC_SHUTDOWN without a flush of the log. What was
// not synced is lost, as with the power.
func (d *disk) cut(t *testing.T) {
	t.Helper()
	const shutdown, noLogFlush = 0x8004587d, 2 // include/uapi/linux/fs.h
	dir, err := os.Open(d.dir)
	must(t, err)
	defer dir.Close()
	flag := uint32(noLogFlush)
	must(t, ioctl(dir.Fd(), shutdown, &flag))
}

func run(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
}
