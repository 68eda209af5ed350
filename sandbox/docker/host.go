package docker

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/system"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
)

// Host: see sandbox.Runtime.
func (r *Runtime) Host(ctx context.Context) (h sandbox.Host, err error) {
	var info system.Info
	err = r.ask(ctx, func(ctx context.Context) error {
		if info, err = r.info(ctx); err != nil {
			return err
		}
		all, err := r.api.ContainerList(ctx, container.ListOptions{All: true, Filters: r.ours.filter()})
		for _, c := range all {
			if _, _, ok := r.ours.ownsContainer(c); ok {
				h.Sandboxes++
			}
		}
		return err
	})
	if err != nil {
		return sandbox.Host{}, silence("ask the engine about its host", err)
	}
	h.Engine, h.API = "Docker Engine "+info.ServerVersion, r.api.ClientVersion()
	h.OS, h.Kernel, h.CPUs, h.Memory = info.OperatingSystem, info.KernelVersion, info.NCPU, info.MemTotal
	h.CgroupV, h.Storage, h.DiskFree = info.CgroupVersion, info.Driver, -1
	if free, err := sandbox.FreeOf(info.DockerRootDir); err == nil {
		h.DiskFree = free
	}
	for _, o := range info.SecurityOptions {
		h.AppArmor = h.AppArmor || strings.HasPrefix(o, "name=apparmor")
		h.Seccomp = h.Seccomp || strings.HasPrefix(o, "name=seccomp")
		h.UserNS = h.UserNS || strings.HasPrefix(o, "name=userns") || strings.HasPrefix(o, "name=rootless")
	}
	h.DiskQuota, h.DiskSeen = bounded(info), canCount(info)
	h.Namespaces = cell.CanEnter() == nil
	h.BroadcastClosed = broadcastClosed(ctx)
	return h, nil
}

// canCount says whether the layers of an engine can be read here. Each of its folders is
// closed to others.
func canCount(info system.Info) bool {
	folder, err := os.Open(filepath.Join(info.DockerRootDir, info.Driver))
	if err != nil {
		return false
	}
	_ = folder.Close()
	return true
}

// info asks the engine about itself. An answer without its version is silence: nothing may
// be concluded, or kept, from what it leaves out.
func (r *Runtime) info(ctx context.Context) (system.Info, error) {
	info, err := r.api.Info(ctx)
	if err == nil && (info.ServerVersion == "" || info.MemTotal <= 0) {
		err = fmt.Errorf("%w: half an answer about the engine", sandbox.ErrUnavailable)
	}
	return info, err
}

// canBound says whether the engine itself can bound a writable layer. It asks once.
func (r *Runtime) canBound(ctx context.Context) (bool, error) {
	r.mu.Lock()
	known := r.quota
	r.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	var can bool
	err := r.ask(ctx, func(ctx context.Context) error {
		info, err := r.info(ctx)
		can = bounded(info)
		return err
	})
	if err != nil {
		return false, explain("ask the engine about its host", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.quota = &can
	return can, nil
}

// bounded says whether an engine keeps layers where a size can be set: btrfs, zfs,
// or overlay2 on xfs that is mounted with project quotas.
func bounded(info system.Info) bool {
	switch info.Driver {
	case "btrfs", "zfs":
		return true
	case "overlay2":
	default:
		return false
	}
	mounts, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return false
	}
	defer func() { _ = mounts.Close() }()
	return projectQuota(mounts, info.DockerRootDir)
}

// projectQuota reads mountinfo (proc_pid_mountinfo(5)) for the mount that a folder is on.
func projectQuota(mounts io.Reader, folder string) bool {
	var best string
	var quota bool
	lines := bufio.NewScanner(mounts)
	for lines.Scan() {
		left, right, ok := strings.Cut(lines.Text(), " - ")
		at, kind := strings.Fields(left), strings.Fields(right)
		if !ok || len(at) < 5 || len(kind) < 3 {
			continue
		}
		point := strings.TrimSuffix(at[4], "/")
		if (folder == point || strings.HasPrefix(folder, point+"/")) && len(point) >= len(best) {
			best = point
			options := "," + kind[2] + ","
			quota = kind[0] == "xfs" && (strings.Contains(options, ",prjquota,") || strings.Contains(options, ",pquota,"))
		}
	}
	return quota
}
