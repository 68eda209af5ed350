package sandbox

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Bounds of a stack. A compose file is refused in these terms before a runtime sees it.
const (
	MaxStopGrace   = time.Minute
	MaxInterval    = 5 * time.Minute
	MaxTimeout     = time.Minute
	MaxStartPeriod = 10 * time.Minute
	MaxRetries     = 20
	MaxRestarts    = 10
	MaxPorts       = 64
	MaxFiles       = 32
	MaxAliases     = 8
	leastMemory    = 6 << 20
)

// Network says where the services of a sandbox meet.
type Network string

// The networks. Cell: one sealed namespace with loopback, for one service. Private:
// an internal bridge without a host address, one address for each service. Empty
// means Cell.
const (
	Cell    Network = "cell"
	Private Network = "private"
)

// Volume is a named place on disk that outlives a restart of the services that use
// it, and goes with the sandbox.
type Volume struct {
	Name  string // as a service name
	Bytes int64  // the most it may hold; with all writable layers together never more than Limits.Disk
}

// Mount puts a volume of the sandbox at a path of a service. An empty volume is
// filled with what the image has at that path.
type Mount struct {
	Volume   string
	Path     string
	ReadOnly bool `json:",omitempty"`
	NoCopy   bool `json:",omitempty"` // leave it empty
}

// Place is a bounded, empty, writable place in memory.
type Place struct {
	Path  string
	Bytes int64 // at most Limits.Tmp
	Mode  int64 `json:",omitempty"` // permission bits; 0: the runtime's own choice
}

// File is a small file that the release brings along (a config or a secret): it is
// there before the service starts, and cannot be written.
type File struct {
	Path    string
	Content []byte
	Mode    int64 // permission bits
	UID     int64 `json:",omitempty"`
	GID     int64 `json:",omitempty"`
}

// Condition says what a service waits for before it starts.
type Condition string

// The conditions of the Compose Specification.
const (
	Started   Condition = "service_started"
	Healthy   Condition = "service_healthy"
	Completed Condition = "service_completed_successfully"
)

// Dependency is another service of the same sandbox that must come first.
type Dependency struct {
	Service   string
	Condition Condition
}

// Health is a command that the engine may run inside a service to say whether it is
// healthy. Its output is kept short; it runs inside the limits of the service.
type Health struct {
	Test          []string // CMD or CMD-SHELL, then words
	Interval      time.Duration
	Timeout       time.Duration
	StartPeriod   time.Duration
	StartInterval time.Duration `json:",omitempty"` // between checks within StartPeriod, where the engine can; 0: Interval
	Retries       int
}

// Again says when a service that ended is started again.
type Again string

// When a service that ended is started again. Never is the zero value.
const (
	Never     Again = ""
	OnFailure Again = "on-failure" // it ended with a code other than 0
	Always    Again = "always"
)

// Restart is how the den, which owns the life of a sandbox, restarts one service.
// The engine's own policy stays "no".
type Restart struct {
	When  Again
	Tries int // at most so many times in the life of the sandbox, 1 to MaxRestarts
}

// Share is what one service may take of the limits of its sandbox. Zero is an equal
// share of what the others leave.
type Share struct {
	Memory int64 // bytes
	CPU    int64 // thousandths of one processor
	Pids   int64
}

var signals = []string{"SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGKILL"}

// Signals are the stop signals that a service may name.
func Signals() []string { return slices.Clone(signals) }

// CheckName says whether a service or a volume may be called so, with ErrSpec if not.
func CheckName(name string) error {
	switch {
	case !serviceForm.MatchString(name):
		return fmt.Errorf("%w: a name is 1 to 40 lower-case letters, digits and \"-\", not %q", ErrSpec, name)
	case name == "holder":
		return fmt.Errorf("%w: the name \"holder\" belongs to the cell", ErrSpec)
	}
	return nil
}

// CheckUser says whether a service may run as this user (user or user:group), with
// ErrSpec if not.
func CheckUser(user string) error {
	if !userForm.MatchString(user) {
		return fmt.Errorf("%w: %q is not a user or user:group", ErrSpec, user)
	}
	return nil
}

// IsRoot says whether a user (user or user:group) is the superuser by its name.
func IsRoot(user string) bool { return isRoot(user) }

// Shares divides the limits among the services: what a service names for itself,
// and for the others equal parts of the rest. It presumes a spec that Check accepts.
func (s Spec) Shares() []Share {
	part := func(total int64, of func(*Share) *int64) func([]Share) {
		return func(all []Share) {
			open := int64(0)
			for i := range all {
				if v := *of(&all[i]); v > 0 {
					total -= v
				} else {
					open++
				}
			}
			for i := range all {
				if v := of(&all[i]); *v <= 0 {
					*v = max(total/open, 1)
				}
			}
		}
	}
	all := make([]Share, len(s.Services))
	for i, one := range s.Services {
		all[i] = one.Share
	}
	part(s.Limits.Memory, func(x *Share) *int64 { return &x.Memory })(all)
	part(s.Limits.CPU, func(x *Share) *int64 { return &x.CPU })(all)
	part(s.Limits.Pids, func(x *Share) *int64 { return &x.Pids })(all)
	return all
}

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
	if len(s.Volumes) > maxVolumes {
		return fmt.Errorf("%w: there are %d volumes, at most %d are possible", ErrSpec, len(s.Volumes), maxVolumes)
	}
	known := map[string]Service{}
	for _, one := range s.Services {
		known[one.Name] = one
	}
	for _, one := range s.Services {
		if err := one.checkStack(s.Limits, volumes, known); err != nil {
			return fmt.Errorf("service %s: %w", one.Name, err)
		}
	}
	if circle := s.Circle(); circle != "" {
		return fmt.Errorf("%w: service %s waits for itself through depends_on", ErrSpec, circle)
	}
	return s.checkShares()
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
	case len(s.Aliases) > MaxAliases || len(s.Ports) > MaxPorts || len(s.Files) > MaxFiles || len(s.Mounts)+len(s.Tmpfs) > maxVolumes:
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
