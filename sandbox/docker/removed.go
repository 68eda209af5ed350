package docker

import (
	"bufio"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/docker/docker/api/types/container"

	"innovationden/sandbox/cell"
)

// removed counts the files without a name that the processes of a container hold on its
// devices: open, or in their memory. Those that are kept in memory alone are on others.
func (c *count) removed(of *container.InspectResponse, devices map[uint64]bool) {
	groups, err := groupsOf(of.State.Pid, of.ID)
	if err != nil {
		return // the engine's host is another, or it has just ended
	}
	for _, pid := range groups.processes() {
		c.process(pid, devices)
	}
}

// process looks at what the threads of a process hold: their memory, which is one, and
// their descriptors, of which each thread may have a table of its own.
func (c *count) process(pid string, devices map[uint64]bool) {
	var tables []int // by a thread that has it
	for _, thread := range threadsOf(pid) {
		tid, err := strconv.Atoi(path.Base(thread))
		if err != nil || c.more {
			continue
		}
		if len(tables) == 0 {
			c.mapped(path.Join("/proc", path.Base(thread)), devices)
		}
		if at, known := slices.BinarySearchFunc(tables, tid, cell.CompareFiles); !known {
			tables = slices.Insert(tables, at, tid)
			c.descriptors(path.Join(thread, "fd"), devices)
		}
	}
}

func (c *count) descriptors(folder string, devices map[uint64]bool) {
	f, err := os.Open(folder)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	for !c.more {
		names, err := f.Readdirnames(countBatch)
		for _, name := range names {
			c.held(path.Join(folder, name), devices)
		}
		if err != nil {
			return
		}
	}
}

// mapped counts the files of proc_pid_maps(5) that were removed.
func (c *count) mapped(process string, devices map[uint64]bool) {
	f, err := os.Open(path.Join(process, "maps"))
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan() && !c.more; {
		if !strings.HasSuffix(lines.Text(), " (deleted)") {
			continue
		}
		place, _, _ := strings.Cut(lines.Text(), " ")
		from, to, _ := strings.Cut(place, "-")
		c.held(path.Join(process, "map_files", strings.TrimLeft(from, "0")+"-"+strings.TrimLeft(to, "0")), devices)
	}
}

// held counts the file that a link of a process leads to, if it has no name.
func (c *count) held(link string, devices map[uint64]bool) {
	if c.files++; c.files > mostCounted {
		c.more = true
		return
	}
	i, err := os.Stat(link) // of what is held, not of a path
	if err != nil {
		return
	}
	s, ok := i.Sys().(*syscall.Stat_t)
	if !ok || s.Nlink > 0 || !i.Mode().IsRegular() || !devices[s.Dev] || c.shared[inode{s.Dev, s.Ino}] {
		return
	}
	c.shared[inode{s.Dev, s.Ino}] = true
	c.sum += blocks(i)
}
