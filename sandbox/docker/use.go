package docker

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/docker/docker/api/types/container"

	"innovationden/sandbox"
)

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
	for name, c := range p.services {
		use.MemoryLimit += c.HostConfig.Memory
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
	use.Disk, use.DiskMore = r.onDisk(id, p)
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
