package sandbox

import (
	"context"
	"fmt"
	"io"
	"slices"
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
	MaxFileBytes   = 4 << 20 // of all files of all services, each as often as it is put somewhere
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

// Data is a folder of files that every service of a sandbox can read and none can write:
// the same for all sandboxes that are to be compared.
type Data struct {
	Path  string // where the services see it
	Hash  string // hex SHA-256 of the archive: other files are another specification
	Bytes int64  // of all files together, at most MaxData
	// Open gives the archive, a tar of folders and regular files. It is called once for
	// each attempt to make the sandbox, and what it gives is closed.
	Open func(context.Context) (io.ReadCloser, error) `json:"-"`
}

// MaxData is the most that the files of a Data may hold together, in bytes.
const MaxData = 256 << 20

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

// FrontService names the service that answers.
func (s Spec) FrontService() string {
	if s.Front == "" && len(s.Services) > 0 {
		return s.Services[0].Name
	}
	return s.Front
}

// Index is the place of a service among the services; -1 where there is none such.
func (s Spec) Index(service string) int {
	return slices.IndexFunc(s.Services, func(one Service) bool { return one.Name == service })
}

// Checked says whether another service waits for this one to be healthy.
func (s Spec) Checked(service string) bool {
	for _, one := range s.Services {
		if slices.Contains(one.DependsOn, Dependency{Service: service, Condition: Healthy}) {
			return true
		}
	}
	return false
}

// Once says whether a service may end: it succeeded when others wait for just that.
func (s Spec) Once(service string) bool {
	for _, one := range s.Services {
		if slices.Contains(one.DependsOn, Dependency{Service: service, Condition: Completed}) {
			return true
		}
	}
	return false
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
	if !isUser(user) {
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
