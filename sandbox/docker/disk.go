package docker

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"

	"innovationden/sandbox"
)

// Bounds of one count. What a product piles up beyond them is more than can be counted,
// which says enough.
const (
	mostCounted = 500_000 // files of one sandbox, as many as an image may have
	mostDepth   = 512     // of folders in folders
	countBatch  = 256     // entries of a folder that are read at once
	countRest   = 10      // times as long as a count took, the next one waits
)

// count adds up what a sandbox has on disk: files that have a name, and those that were
// removed while a process holds them. Everything is opened below what was opened
// before, so that no link leads a count out of a sandbox, and no path is too long for it.
type count struct {
	sum    int64
	files  int
	more   bool // a bound was passed
	unseen bool // the den cannot see some of it
	named  map[string]bool
	shared map[inode]bool // files with several names, and those without one
}

type inode struct{ device, number uint64 }

func newCount() *count { return &count{named: map[string]bool{}, shared: map[inode]bool{}} }

// counted is the last count of a sandbox.
type counted struct {
	mu    sync.Mutex // held to count: who comes meanwhile gets the same
	at    time.Time
	took  time.Duration
	bytes int64
	more  bool
}

// onDisk counts what a sandbox has on disk. What takes long to count is counted rarely, so
// that nobody who looks at a product with very many files keeps a processor busy.
func (r *Runtime) onDisk(id sandbox.ID, p parts) (bytes int64, more bool) {
	r.mu.Lock()
	last := r.counts[id]
	if last == nil {
		last = &counted{}
		r.counts[id] = last
	}
	r.mu.Unlock()
	last.mu.Lock()
	defer last.mu.Unlock()
	began := r.now()
	if since := began.Sub(last.at); since >= 0 && since < countRest*last.took {
		return last.bytes, last.more
	}
	c := newCount()
	for _, one := range p.services {
		c.container(one)
	}
	last.bytes, last.more = c.result()
	last.at = r.now()
	last.took = last.at.Sub(began)
	return last.bytes, last.more
}

// result is how many bytes were counted, -1 where the den cannot see them, and whether
// there is more.
func (c *count) result() (bytes int64, more bool) {
	if c.unseen {
		return -1, c.more
	}
	return c.sum, c.more
}

// container counts the writable layer of a container, the three files on the host that are
// mounted into it, and its volumes, of which each counts once. The data of a trial, which a
// department gave and nobody can write, is none of them.
func (c *count) container(of *container.InspectResponse) {
	devices := map[uint64]bool{}
	for _, m := range of.Mounts {
		if m.Type != mount.TypeVolume || strings.HasSuffix(m.Name, "."+dataName) {
			continue
		}
		if !c.named[m.Name] {
			c.named[m.Name] = true
			c.tree(m.Source)
		}
		note(devices, m.Source)
	}
	if !of.HostConfig.ReadonlyRootfs {
		layer := of.GraphDriver.Data["UpperDir"]
		if layer == "" {
			c.unseen = true
		} else {
			c.tree(layer)
		}
		note(devices, of.GraphDriver.Data["MergedDir"])
		for _, p := range []string{of.HostsPath, of.ResolvConfPath, of.HostnamePath} {
			if i, err := os.Stat(p); err == nil {
				c.sum += blocks(i)
			}
		}
	}
	if len(devices) > 0 && of.State.Running {
		c.removed(of, devices)
	}
}

// note keeps the device that a folder is on, as processes see it.
func note(devices map[uint64]bool, folder string) {
	if i, err := os.Stat(folder); err == nil {
		if s, ok := i.Sys().(*syscall.Stat_t); ok {
			devices[s.Dev] = true
		}
	}
}

// tree counts a folder and all that is in it.
func (c *count) tree(folder string) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		c.unseen = true
		return
	}
	defer func() { _ = root.Close() }()
	if i, err := root.Lstat("."); err == nil {
		c.add(i)
	}
	if err := c.folder(root, 0); err != nil {
		c.unseen = true
	}
}

// folder counts what is in an open folder.
func (c *count) folder(root *os.Root, depth int) error {
	f, err := root.Open(".")
	if err != nil {
		return ignoreGone(err)
	}
	defer func() { _ = f.Close() }()
	for !c.more {
		entries, err := f.ReadDir(countBatch)
		for _, e := range entries {
			if err := c.entry(root, e.Name(), depth); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || len(entries) == 0 {
			return nil
		}
		if err != nil {
			return ignoreGone(err)
		}
	}
	return nil
}

func (c *count) entry(root *os.Root, name string, depth int) error {
	if c.files++; c.files > mostCounted || depth > mostDepth {
		c.more = true
		return nil
	}
	i, err := root.Lstat(name)
	if err != nil {
		return ignoreGone(err)
	}
	c.add(i)
	if !i.IsDir() {
		return nil
	}
	below, err := root.OpenRoot(name)
	if err != nil {
		return ignoreGone(err)
	}
	defer func() { _ = below.Close() }()
	return c.folder(below, depth+1)
}

// add counts one file, whatever number of names it has.
func (c *count) add(i fs.FileInfo) {
	s, ok := i.Sys().(*syscall.Stat_t)
	if ok && s.Nlink > 1 && !i.IsDir() {
		at := inode{s.Dev, s.Ino}
		if c.shared[at] {
			return
		}
		c.shared[at] = true
	}
	c.sum += blocks(i)
}

// ignoreGone passes over what was removed, or became something else, while it was counted.
// Only what the den may not, or cannot, is an error: a product must not make one.
func ignoreGone(err error) error {
	for _, fault := range []error{syscall.EACCES, syscall.EPERM, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EIO} {
		if errors.Is(err, fault) {
			return err
		}
	}
	return nil
}

// blocks is what a file takes on disk: stat(2) counts in units of 512 bytes.
func blocks(i fs.FileInfo) int64 {
	if s, ok := i.Sys().(*syscall.Stat_t); ok {
		return s.Blocks * 512
	}
	return i.Size()
}
