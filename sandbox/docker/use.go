package docker

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"

	"innovationden/sandbox"
)

// walked bounds how many files a look at a writable layer counts.
const walked = 200_000

// Use: see sandbox.Runtime. Memory is what cannot be given back at once: without the
// pages of files that nobody used lately, as the engine's own tools count.
func (r *Runtime) Use(ctx context.Context, id sandbox.ID) (use sandbox.Use, err error) {
	if err := id.Check(); err != nil {
		return use, err
	}
	p, err := r.glance(ctx, id)
	if err != nil {
		return use, err
	}
	if p.holder == nil && len(p.services) == 0 {
		return use, fmt.Errorf("%w: %s", sandbox.ErrGone, id)
	}
	seen := map[string]bool{}
	for name, c := range p.services {
		if disk := volumesSize(c, seen); disk < 0 || use.Disk < 0 {
			use.Disk = -1
		} else {
			use.Disk += disk
		}
		use.MemoryLimit += c.HostConfig.Memory
		if disk := diskOf(c); disk < 0 || use.Disk < 0 {
			use.Disk = -1
		} else {
			use.Disk += disk
		}
		if !c.State.Running {
			if c.State.OOMKilled {
				use.OOMs++
			}
			continue
		}
		one, err := r.measure(ctx, c)
		if err != nil {
			return sandbox.Use{}, fmt.Errorf("measure service %s: %w", name, err)
		}
		use.Memory += one.Memory
		use.CPU += one.CPU
		use.Pids += one.Pids
		use.OOMs += one.OOMs
		use.LogHeld += r.paces.heldBack(r.ours.name(id, name))
	}
	return use, nil
}

// measure reads the control groups of a container where the den sees them, and asks
// the engine otherwise, which does not count kills of children.
func (r *Runtime) measure(ctx context.Context, c *container.InspectResponse) (sandbox.Use, error) {
	if groups, err := groupsOf(c.State.Pid, c.ID); err == nil {
		if use, err := groups.use(); err == nil {
			return use, nil
		}
	}
	var s container.StatsResponse
	err := r.ask(ctx, func(ctx context.Context) error {
		answer, err := r.api.ContainerStatsOneShot(ctx, c.ID)
		if err != nil {
			return err
		}
		defer func() { _ = answer.Body.Close() }()
		return json.NewDecoder(answer.Body).Decode(&s)
	})
	if err != nil {
		return sandbox.Use{}, explain("ask the engine", err)
	}
	idle := s.MemoryStats.Stats["total_inactive_file"] + s.MemoryStats.Stats["inactive_file"]
	return sandbox.Use{
		Memory: int64(s.MemoryStats.Usage - min(idle, s.MemoryStats.Usage)),
		CPU:    time.Duration(s.CPUStats.CPUUsage.TotalUsage),
		Pids:   int64(s.PidsStats.Current),
	}, nil
}

// diskOf adds up the writable layer of a container and the three files on the host
// that are mounted into it. -1 where the den cannot see them.
func diskOf(c *container.InspectResponse) int64 {
	if c.HostConfig.ReadonlyRootfs {
		return 0
	}
	layer := c.GraphDriver.Data["UpperDir"]
	if layer == "" {
		return -1
	}
	sum := sizeOf(layer)
	if sum < 0 {
		return -1
	}
	for _, p := range []string{c.HostsPath, c.ResolvConfPath, c.HostnamePath} {
		if i, err := os.Stat(p); err == nil {
			sum += blocks(i)
		}
	}
	return sum
}

// volumesSize adds up the volumes of a container that nobody counted yet. -1 where the
// den cannot see them.
func volumesSize(c *container.InspectResponse, seen map[string]bool) int64 {
	var sum int64
	for _, m := range c.Mounts {
		if m.Type != mount.TypeVolume || seen[m.Name] {
			continue
		}
		seen[m.Name] = true
		size := sizeOf(m.Source)
		if size < 0 {
			return -1
		}
		sum += size
	}
	return sum
}

// sizeOf adds up the files of a folder; -1 where the den cannot see it.
func sizeOf(folder string) int64 {
	var sum int64
	var files int
	if _, err := os.Lstat(folder); err != nil {
		return -1
	}
	err := filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return ignoreGone(err)
		}
		if files++; files > walked {
			return filepath.SkipAll
		}
		i, err := d.Info()
		if err != nil {
			return ignoreGone(err)
		}
		sum += blocks(i)
		return nil
	})
	if err != nil {
		return -1
	}
	return sum
}

// ignoreGone passes over what was removed while it was counted.
func ignoreGone(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

// blocks is what a file takes on disk: stat(2) counts in units of 512 bytes.
func blocks(i fs.FileInfo) int64 {
	if s, ok := i.Sys().(*syscall.Stat_t); ok {
		return s.Blocks * 512
	}
	return i.Size()
}
