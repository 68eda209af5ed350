package docker

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/docker/docker/api/types/container"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
)

const groupRoot = "/sys/fs/cgroup"

// groups are the control groups of a container, by controller; the unified hierarchy
// of version 2 has the name "".
type groups map[string]string

// groupsOf finds the control groups of a process (cgroups(7)), and makes sure that
// they are those of the container, for the number may belong to another by now. The
// kernel takes a thread that ended out of its groups, so a process is asked for by any
// of its threads.
func groupsOf(pid int, container string) (groups, error) {
	for _, thread := range threadsOf(strconv.Itoa(pid)) {
		if b, err := os.ReadFile(path.Join(thread, "cgroup")); err == nil {
			if g := readGroups(b, container); len(g) > 0 {
				return g, nil
			}
		}
	}
	return nil, errors.New("the process is not in the container's control groups")
}

// groupsOfContainer finds the control groups that have processes of a container, also where
// the engine says that it has none; nothing where there are none, or they cannot be seen.
func groupsOfContainer(c *container.InspectResponse) groups {
	if g, err := groupsOf(c.State.Pid, c.ID); err == nil {
		return g
	}
	for _, controller := range []string{"pids", ""} {
		for _, at := range []string{"/docker/" + c.ID, "/system.slice/docker-" + c.ID + ".scope"} { // as the engine's drivers name them
			if g := (groups{controller: at}); len(g.processes()) > 0 {
				return g
			}
		}
	}
	return nil
}

// kill ends the processes of a container, and says how many there were.
func (g groups) kill(container string) (there int) {
	for _, text := range g.processes() {
		pid, err := strconv.Atoi(text)
		if err != nil {
			continue
		}
		if cell.Kill(pid, func() bool { _, err := groupsOf(pid, container); return err == nil }) {
			there++
		}
	}
	return there
}

// threadsOf lists where the threads of a process that have not ended are in /proc. Its
// first one may have, before the others.
func threadsOf(pid string) []string {
	all, _ := filepath.Glob(path.Join("/proc", pid, "task", "[0-9]*")) // the pattern is well formed
	return slices.DeleteFunc(all, func(thread string) bool {
		_, err := os.Readlink(path.Join(thread, "exe"))
		return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH)
	})
}

// lostFirstThread says that a process goes on without its first thread.
func lostFirstThread(pid int) bool {
	_, err := os.Readlink(path.Join("/proc", strconv.Itoa(pid), "exe"))
	return errors.Is(err, fs.ErrNotExist) && len(threadsOf(strconv.Itoa(pid))) > 0
}

func readGroups(b []byte, container string) groups {
	g := groups{}
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		f := strings.SplitN(line, ":", 3)
		if len(f) != 3 || !strings.Contains(f[2], container) {
			continue
		}
		for _, controller := range strings.Split(f[1], ",") {
			g[controller] = f[2]
		}
	}
	return g
}

func (g groups) use() (sandbox.Use, error) {
	if at, ok := g["memory"]; ok {
		return g.useV1(path.Join(groupRoot, "memory", at))
	}
	at, ok := g[""]
	if !ok {
		return sandbox.Use{}, errors.New("no control group with a memory controller")
	}
	return useV2(path.Join(groupRoot, at))
}

func (g groups) useV1(memory string) (u sandbox.Use, err error) {
	if u.Memory, err = number(path.Join(memory, "memory.usage_in_bytes")); err != nil {
		return u, err
	}
	u.Memory -= min(u.Memory, keyed(path.Join(memory, "memory.stat"), "total_inactive_file"))
	u.OOMs = keyed(path.Join(memory, "memory.oom_control"), "oom_kill")
	nanoseconds, err := number(path.Join(groupRoot, "cpuacct", g["cpuacct"], "cpuacct.usage"))
	if err != nil {
		return u, err
	}
	u.CPU = time.Duration(nanoseconds)
	u.Pids, err = number(path.Join(groupRoot, "pids", g["pids"], "pids.current"))
	return u, err
}

func useV2(at string) (u sandbox.Use, err error) {
	if u.Memory, err = number(path.Join(at, "memory.current")); err != nil {
		return u, err
	}
	u.Memory -= min(u.Memory, keyed(path.Join(at, "memory.stat"), "inactive_file"))
	u.OOMs = keyed(path.Join(at, "memory.events"), "oom_kill")
	u.CPU = time.Duration(keyed(path.Join(at, "cpu.stat"), "usage_usec")) * time.Microsecond
	u.Pids, err = number(path.Join(at, "pids.current"))
	return u, err
}

// processes lists the processes of a container; nothing where they cannot be seen.
func (g groups) processes() []string {
	at := path.Join(groupRoot, g[""])
	if g["pids"] != "" {
		at = path.Join(groupRoot, "pids", g["pids"])
	}
	b, err := os.ReadFile(path.Join(at, "cgroup.procs"))
	if err != nil {
		return nil
	}
	return strings.Fields(string(b))
}

func number(file string) (int64, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
}

// keyed reads one value of a file of "key value" lines; 0 where it has no such key.
func keyed(file, key string) int64 {
	f, err := os.Open(file)
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if k, v, _ := strings.Cut(lines.Text(), " "); k == key {
			n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
			if err != nil {
				return 0
			}
			return n
		}
	}
	return 0
}
