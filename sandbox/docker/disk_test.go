package docker

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"golang.org/x/sys/unix"

	"innovationden/sandbox"
)

const megabyte = 1 << 20

// write makes a file of so many bytes that are not a hole.
func write(t *testing.T, name string, size int) *os.File {
	t.Helper()
	f, err := os.Create(name)
	must(t, err)
	_, err = f.WriteString(strings.Repeat("x", size))
	must(t, err)
	must(t, f.Sync()) // or its blocks are not given out yet
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func countOf(folder string) (int64, bool) {
	c := newCount()
	c.tree(folder)
	return c.result()
}

// near: folders take blocks too.
func near(got, want int64) bool { return got >= want && got < want+megabyte/2 }

func TestFilesOfAFolderAreCountedOnce(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o700))
	write(t, filepath.Join(dir, "a", "b", "one"), megabyte)
	write(t, filepath.Join(dir, "two"), megabyte)
	for n := range 5 {
		must(t, os.Link(filepath.Join(dir, "two"), filepath.Join(dir, fmt.Sprint("again", n))))
	}
	must(t, os.Symlink("/usr", filepath.Join(dir, "out")))
	must(t, os.Symlink("a", filepath.Join(dir, "in")))
	if got, more := countOf(dir); !near(got, 2*megabyte) || more {
		t.Errorf("%d bytes, more: %v", got, more)
	}
	if got, _ := countOf(filepath.Join(dir, "gone")); got != -1 {
		t.Errorf("a folder that is not there has %d bytes", got)
	}
}

// A product must not hide what it writes behind folders that no path leads to, or behind
// more files than anybody counts.
func TestWhatCannotBeCountedToItsEndIsMore(t *testing.T) {
	t.Run("deep", func(t *testing.T) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "zz"), megabyte)
		at, err := os.OpenRoot(dir)
		must(t, err)
		for range 100 { // longer than any path may be
			name := strings.Repeat("d", 100)
			must(t, at.Mkdir(name, 0o700))
			below, err := at.OpenRoot(name)
			must(t, err)
			must(t, at.Close())
			at = below
		}
		f, err := at.Create("hidden")
		must(t, err)
		_, err = f.WriteString(strings.Repeat("x", 2*megabyte))
		must(t, err)
		must(t, f.Sync())
		must(t, f.Close())
		must(t, at.Close())
		if got, more := countOf(dir); !near(got, 3*megabyte) || more {
			t.Errorf("%d bytes, more: %v", got, more)
		}
	})
	t.Run("deeper", func(t *testing.T) {
		dir := t.TempDir()
		at, err := os.OpenRoot(dir)
		must(t, err)
		for range mostDepth + 2 {
			must(t, at.Mkdir("d", 0o700))
			below, err := at.OpenRoot("d")
			must(t, err)
			must(t, at.Close())
			at = below
		}
		must(t, at.Close())
		if got, more := countOf(dir); got < 0 || !more {
			t.Errorf("%d bytes, more: %v", got, more)
		}
	})
	t.Run("many", func(t *testing.T) {
		dir := t.TempDir()
		for n := range 3 {
			write(t, filepath.Join(dir, fmt.Sprint(n)), 1)
		}
		c := newCount()
		c.files = mostCounted - 2
		c.tree(dir)
		if got, more := c.result(); got < 0 || !more {
			t.Errorf("%d bytes, more: %v", got, more)
		}
	})
}

// A product did not write what a department gave all products to read.
func TestTheDataOfATrialIsNotWhatAProductWrote(t *testing.T) {
	data, own := t.TempDir(), t.TempDir()
	write(t, filepath.Join(data, "rooms.csv"), 2*megabyte)
	write(t, filepath.Join(own, "bookings"), megabyte)
	o := ours{"x"}
	one := container.InspectResponse{
		ContainerJSONBase: &container.ContainerJSONBase{HostConfig: &container.HostConfig{ReadonlyRootfs: true}, State: &container.State{}},
		Mounts: []container.MountPoint{
			{Type: mount.TypeVolume, Name: o.name("box", dataName), Source: data}, {Type: mount.TypeVolume, Name: o.name("box", volumePart+"data"), Source: own},
		},
	}
	c := newCount()
	c.container(&one)
	if got, more := c.result(); !near(got, megabyte) || more {
		t.Errorf("%d bytes, more: %v", got, more)
	}
}

// What takes long to count is counted rarely.
func TestALongCountIsNotMadeAgainAtOnce(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	r := &Runtime{counts: map[sandbox.ID]*counted{}, now: func() time.Time {
		now = now.Add(time.Second) // so a count takes a second
		return now
	}}
	one := container.InspectResponse{ContainerJSONBase: &container.ContainerJSONBase{HostConfig: &container.HostConfig{}, State: &container.State{}}}
	one.GraphDriver.Data = map[string]string{"UpperDir": dir}
	p := parts{services: map[string]*container.InspectResponse{"one": &one}}
	for n, want := range []int64{0, 0, 1} {
		if n == 2 {
			now = now.Add(countRest * time.Second)
		}
		if got, more := r.onDisk("box", p); !near(got, want*megabyte) || more {
			t.Errorf("count %d: %d bytes, more: %v", n+1, got, more)
		}
		if n == 0 {
			write(t, filepath.Join(dir, "later"), megabyte)
		}
	}
}

// A file that was removed while it is open takes its place on disk until it is closed.
func TestRemovedFilesThatAreOpenAreCounted(t *testing.T) {
	dir := t.TempDir()
	f := write(t, filepath.Join(dir, "log"), 3*megabyte)
	write(t, filepath.Join(dir, "kept"), megabyte)
	must(t, os.Remove(f.Name()))
	devices := map[uint64]bool{}
	note(devices, dir)
	c := newCount()
	c.tree(dir)
	c.descriptors("/proc/self/fd", devices)
	c.descriptors("/proc/self/fd", devices) // another process that has the same file open
	if got, _ := c.result(); !near(got, 4*megabyte) {
		t.Errorf("%d bytes", got)
	}
	c = newCount()
	c.descriptors("/proc/self/fd", map[uint64]bool{1 << 40: true})
	if got, _ := c.result(); got != 0 {
		t.Errorf("on a device that is not the sandbox's: %d bytes", got)
	}
}

// Nor does it need a descriptor of its process: it may be mapped, or be open in a thread
// that has descriptors of its own.
func TestRemovedFilesThatAreHeldOtherwiseAreCounted(t *testing.T) {
	dir := t.TempDir()
	devices := map[uint64]bool{}
	note(devices, dir)
	self := strconv.Itoa(os.Getpid())
	before := newCount()
	before.process(self, devices)
	t.Run("mapped", func(t *testing.T) {
		f := write(t, filepath.Join(dir, "mapped"), 3*megabyte)
		place, err := unix.Mmap(int(f.Fd()), 0, 1, unix.PROT_READ, unix.MAP_PRIVATE)
		must(t, err)
		t.Cleanup(func() { must(t, unix.Munmap(place)) })
		must(t, f.Close())
		must(t, os.Remove(f.Name()))
		c := newCount()
		c.process(self, devices)
		if got := c.sum - before.sum; !near(got, 3*megabyte) {
			t.Errorf("%d bytes", got)
		}
	})
	t.Run("in a table of its own", func(t *testing.T) {
		name := filepath.Join(dir, "open")
		must(t, write(t, name, 3*megabyte).Close())
		opened, seen := make(chan error), make(chan struct{})
		go func() {
			runtime.LockOSThread() // it ends with its thread
			err := unix.Unshare(unix.CLONE_FILES)
			if err == nil {
				_, err = unix.Open(name, unix.O_RDONLY, 0)
			}
			opened <- err
			<-seen
		}()
		must(t, <-opened)
		must(t, os.Remove(name))
		c := newCount()
		c.process(self, devices)
		close(seen)
		if got := c.sum - before.sum; !near(got, 3*megabyte) {
			t.Errorf("%d bytes", got)
		}
	})
}
