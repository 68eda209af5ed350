package sandbox

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// checkStack checks what holds between the services.
func (s Spec) checkStack() error {
	if s.Network != "" && s.Network != Cell && s.Network != Private {
		return fmt.Errorf("%w: the network must be cell or private, not %q", ErrSpec, s.Network)
	}
	volumes := map[string]bool{}
	for _, v := range s.Volumes {
		if err := CheckName(v.Name); err != nil {
			return err
		}
		if volumes[v.Name] || v.Bytes < 4096 || v.Bytes > s.Limits.Disk {
			return fmt.Errorf("%w: volume %s must have a name of its own and 4096 to %d bytes", ErrSpec, v.Name, s.Limits.Disk)
		}
		volumes[v.Name] = true
	}
	if len(s.Volumes) > MaxVolumes {
		return fmt.Errorf("%w: there are %d volumes, at most %d are possible", ErrSpec, len(s.Volumes), MaxVolumes)
	}
	known := map[string]Service{}
	bytes := 0
	for _, one := range s.Services {
		known[one.Name] = one
		for _, f := range one.Files {
			bytes += len(f.Content)
		}
	}
	if bytes > MaxFileBytes {
		return fmt.Errorf("%w: its files come to %d bytes, at most %d are possible", ErrSpec, bytes, MaxFileBytes)
	}
	for _, one := range s.Services {
		if err := one.checkStack(s.Limits, volumes, known); err != nil {
			return fmt.Errorf("service %s: %w", one.Name, err)
		}
	}
	if _, ok := known[s.FrontService()]; !ok {
		return fmt.Errorf("%w: there is no service %q that could answer", ErrSpec, s.Front)
	}
	if err := s.checkData(); err != nil {
		return err
	}
	if circle := s.Circle(); circle != "" {
		return fmt.Errorf("%w: service %s waits for itself through depends_on", ErrSpec, circle)
	}
	return s.checkShares()
}

// checkData checks that the data has a place of its own in every service.
func (s Spec) checkData() error {
	d := s.Data
	if d == nil {
		return nil
	}
	if err := CheckVolume(d.Path); err != nil {
		return err
	}
	if d.Open == nil || len(d.Hash) != 64 || d.Bytes < 0 || d.Bytes > MaxData {
		return fmt.Errorf("%w: data needs an archive, its SHA-256 and at most %d bytes", ErrSpec, MaxData)
	}
	for _, one := range s.Services {
		if slices.Contains(one.places(), d.Path) {
			return fmt.Errorf("%w: service %s has something else at %s, where the data is to be", ErrSpec, one.Name, d.Path)
		}
	}
	return nil
}

// places are the paths of a service at which something is put.
func (s Service) places() []string {
	all := slices.Clone(s.Volumes)
	for _, m := range s.Mounts {
		all = append(all, m.Path)
	}
	for _, t := range s.Tmpfs {
		all = append(all, t.Path)
	}
	for _, f := range s.Files {
		all = append(all, f.Path)
	}
	return all
}

func (s Spec) checkShares() error {
	sum := Share{}
	for _, one := range s.Services {
		if one.Share.Memory < 0 || one.Share.CPU < 0 || one.Share.Pids < 0 {
			return fmt.Errorf("%w: service %s cannot take less than nothing", ErrSpec, one.Name)
		}
		sum.Memory += max(one.Share.Memory, leastMemory)
		sum.CPU += max(one.Share.CPU, 1)
		sum.Pids += max(one.Share.Pids, 1)
	}
	if len(s.Services) > 1 && (sum.Memory > s.Limits.Memory || sum.CPU > s.Limits.CPU || sum.Pids > s.Limits.Pids) {
		return fmt.Errorf("%w: the services ask for more memory, processor or processes than the sandbox has", ErrSpec)
	}
	return nil
}

func (s Service) checkStack(l Limits, volumes map[string]bool, known map[string]Service) error {
	taken := map[string]bool{}
	place := func(p string) error {
		if err := CheckVolume(p); err != nil {
			return err
		}
		if taken[p] {
			return fmt.Errorf("%w: two things are to be at %s", ErrSpec, p)
		}
		taken[p] = true
		return nil
	}
	for _, m := range s.Mounts {
		if !volumes[m.Volume] {
			return fmt.Errorf("%w: there is no volume %q", ErrSpec, m.Volume)
		}
		if err := place(m.Path); err != nil {
			return err
		}
	}
	for _, t := range s.Tmpfs {
		if t.Bytes < 4096 || t.Bytes > l.Tmp || t.Mode&^0o1777 != 0 {
			return fmt.Errorf("%w: the place in memory at %s must have 4096 to %d bytes", ErrSpec, t.Path, l.Tmp)
		}
		if err := place(t.Path); err != nil {
			return err
		}
	}
	for _, f := range s.Files {
		if f.Mode&^0o777 != 0 {
			return fmt.Errorf("%w: the mode of %s is not one of permissions", ErrSpec, f.Path)
		}
		if err := place(f.Path); err != nil {
			return err
		}
	}
	for _, d := range s.DependsOn {
		other, ok := known[d.Service]
		switch {
		case !ok:
			return fmt.Errorf("%w: it depends on %q, which is not there", ErrSpec, d.Service)
		case d.Condition == Healthy && other.Health == nil:
			return fmt.Errorf("%w: it waits for %s to be healthy, which has no health check", ErrSpec, d.Service)
		case d.Condition != Started && d.Condition != Healthy && d.Condition != Completed:
			return fmt.Errorf("%w: the condition %q is not known", ErrSpec, d.Condition)
		}
	}
	return s.checkRest()
}

var hostForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9])?$`)

// CheckHost says whether a service may be called so by the others, with ErrSpec if not.
func CheckHost(name string) error {
	if !hostForm.MatchString(name) || strings.Contains(name, "..") || name == "localhost" {
		return fmt.Errorf("%w: a host name is 1 to 63 lower-case letters, digits, \".\", \"-\" and \"_\", not %q", ErrSpec, name)
	}
	return nil
}

func (s Service) checkRest() error {
	for _, name := range append(slices.Clone(s.Aliases), s.Hostname) {
		if err := CheckHost(name); name != "" && err != nil {
			return err
		}
	}
	for _, p := range s.Ports {
		if p < 1 || p > 65535 {
			return fmt.Errorf("%w: a port is a number from 1 to 65535, not %d", ErrSpec, p)
		}
	}
	h := s.Health
	switch {
	case len(s.Aliases) > MaxAliases || len(s.Ports) > MaxPorts || len(s.Files) > MaxFiles || len(s.Mounts)+len(s.Tmpfs) > MaxVolumes:
		return fmt.Errorf("%w: it has too many names, ports, files or places", ErrSpec)
	case s.WorkingDir != "" && (!path.IsAbs(s.WorkingDir) || len(s.WorkingDir) > 255 || strings.ContainsRune(s.WorkingDir, 0)):
		return fmt.Errorf("%w: the working folder must be an absolute path, not %q", ErrSpec, s.WorkingDir)
	case s.StopSignal != "" && !slices.Contains(signals, s.StopSignal):
		return fmt.Errorf("%w: %q is not a stop signal", ErrSpec, s.StopSignal)
	case s.Shm < 0:
		return fmt.Errorf("%w: its shared memory cannot be less than nothing", ErrSpec)
	case s.StopGrace < 0 || s.StopGrace > MaxStopGrace:
		return fmt.Errorf("%w: it may take %s to stop, not %s", ErrSpec, MaxStopGrace, s.StopGrace)
	case s.Restart.When != Never && s.Restart.When != OnFailure && s.Restart.When != Always,
		s.Restart.When != Never && (s.Restart.Tries < 1 || s.Restart.Tries > MaxRestarts):
		return fmt.Errorf("%w: it can be restarted 1 to %d times, on failure or always", ErrSpec, MaxRestarts)
	case h != nil && (len(h.Test) < 2 || h.Test[0] != "CMD" && h.Test[0] != "CMD-SHELL"):
		return fmt.Errorf("%w: a health check is CMD or CMD-SHELL and a command", ErrSpec)
	case h != nil && (h.Interval < time.Second || h.Interval > MaxInterval || h.Timeout < 100*time.Millisecond || h.Timeout > MaxTimeout ||
		h.StartInterval < 0 || h.StartInterval > MaxInterval || h.StartPeriod < 0 || h.StartPeriod > MaxStartPeriod || h.Retries < 1 || h.Retries > MaxRetries):
		return fmt.Errorf("%w: the times of its health check are out of bounds", ErrSpec)
	}
	return nil
}

// Circle names a service that waits for itself through DependsOn, or nothing.
func (s Spec) Circle() string {
	needs := map[string][]Dependency{}
	for _, one := range s.Services {
		needs[one.Name] = one.DependsOn
	}
	done := map[string]bool{}
	var visit func(name string, way []string) string
	visit = func(name string, way []string) string {
		if slices.Contains(way, name) {
			return name
		}
		if done[name] {
			return ""
		}
		for _, d := range needs[name] {
			if found := visit(d.Service, append(way, name)); found != "" {
				return found
			}
		}
		done[name] = true
		return ""
	}
	for _, one := range s.Services {
		if found := visit(one.Name, nil); found != "" {
			return found
		}
	}
	return ""
}
