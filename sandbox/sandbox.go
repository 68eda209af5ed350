package sandbox

import (
	"context"
	"io"
	"net"
	"time"
)

// ID names a sandbox for its whole life. Names and labels of everything that the
// sandbox is made of derive from it, so that a repeated act finds what an earlier
// one made. It is made of lower-case letters and digits, at most 40 of them.
type ID string

// Runtime is the public promise of a place that runs sandboxes. It is safe for
// use by many goroutines.
//
// Every verb may be called again after any failure, a time-out and a lost reply
// included: it then completes what the earlier call left undone. When the context
// ends the outcome is unknown, never "not done".
//
// Errors wrap one of the Err values of this package when the caller can act on
// the difference.
type Runtime interface {
	// Host says what this place can do and what is in force on it.
	// ErrUnavailable when the engine does not answer.
	Host(ctx context.Context) (Host, error)

	// Hold makes the empty cell of a sandbox: a sealed network namespace and
	// nothing in it. It is done when the cell can be joined and dialled.
	Hold(ctx context.Context, id ID) error

	// Start makes whatever of the sandbox is missing, the cell included, and
	// starts what does not run. A service that exited is started again, unless
	// others waited for its success and it succeeded. It returns when the
	// services were started, which says nothing of whether they answer, or when
	// those that are left wait for others longer than the runtime does: Look then
	// says Partial, and Start is called again. ErrNoImage, ErrSpec, ErrFull,
	// ErrUnavailable; ErrBroken when what is there cannot be completed and must
	// be removed first.
	Start(ctx context.Context, spec Spec) error

	// Look says what is seen of a sandbox now. A sandbox nobody made is Absent
	// and no error. Silence of the engine is ErrUnavailable and State.Seen is
	// Unknown: it is never Absent. A service that ended and may be restarted
	// counts as running, and is started again when it is looked at, after a pause
	// that grows.
	Look(ctx context.Context, id ID) (State, error)

	// Pause freezes every service of a running sandbox; Resume lets them go on.
	Pause(ctx context.Context, id ID) error
	Resume(ctx context.Context, id ID) error

	// Find lists what exists under the sandbox's label, stopped or running.
	Find(ctx context.Context, id ID) (Found, error)

	// Remove takes away everything that Find finds: containers with their
	// volumes, then networks and volumes by label. It returns when nothing was
	// left to ask for, or the first error. Removing what is not there succeeds.
	Remove(ctx context.Context, id ID) error

	// List finds every sandbox of this installation, by label, in one listing.
	// An error means that nothing may be concluded.
	List(ctx context.Context) ([]Found, error)

	// Dialer opens connections inside sandboxes.
	Dialer

	// Ports says which TCP ports the sandbox's processes listen on, in order; on
	// a private network, those of the service that answers.
	Ports(ctx context.Context, id ID) ([]int, error)

	// Logs returns at most the last limit bytes of what a service printed,
	// standard output and error together, oldest first. The text is a
	// stranger's: never render it as anything but text.
	Logs(ctx context.Context, id ID, service string, limit int) ([]byte, error)

	// Use measures what the sandbox uses now.
	Use(ctx context.Context, id ID) (Use, error)

	// Wake sends something whenever the engine hinted at a change of one of our
	// sandboxes, until ctx ends. Hints are lost and repeated; they prove nothing.
	Wake(ctx context.Context) <-chan ID

	// Forget closes what is held open in this process for a sandbox (its
	// namespace). Remove does so too.
	Forget(id ID)
}

// Stopper is a Runtime that can ask a product to end by itself before it is removed.
type Stopper interface {
	// Stop asks every service of a sandbox to end, with its stop signal, and ends by
	// force what still runs after grace. It says whether it had to. What does not run
	// is left alone. The sandbox stays, to be removed.
	Stop(ctx context.Context, id ID, grace time.Duration) (killed bool, err error)
}

// Cutter is a Runtime that can end what runs in a sandbox while the engine is silent.
type Cutter interface {
	// Cut kills every process of a sandbox whose namespace this process holds open, or of
	// which it has noted before what it is made of, and waits until they have ended or ctx
	// does. It asks the engine nothing, waits for no other verb, and gives how many
	// processes it killed: 0 where neither is so.
	// The sandbox stays, to be removed.
	Cut(ctx context.Context, id ID) int
}

// Dialer opens a TCP connection to a port inside a sandbox's namespace.
type Dialer interface {
	// Dial connects from inside the namespace: first to the cell's own address,
	// then to 127.0.0.1 and ::1; on a private network, to the address of the
	// service that answers, once every service was started. ErrGone when the
	// sandbox has no namespace; a *net.OpError when nothing accepts there.
	Dial(ctx context.Context, id ID, port int) (net.Conn, error)
}

// Images is where a runtime keeps images. Images carry no labels of ours: they
// are known by id and by our tag.
type Images interface {
	// Image looks an image up by id (sha256:…), digest or name. ErrNoImage.
	Image(ctx context.Context, ref string) (Image, error)
	// Load reads a `docker save` archive and returns the images in it. The names that
	// the archive gives an image come first among its Names; they are not given to it
	// on the engine, so they never move a tag that exists. size is how many bytes its
	// sender says there are, 0 where nobody says: what there is no room for is refused
	// with ErrFull before it is read. ErrImage, ErrFull, ErrUnavailable.
	Load(ctx context.Context, archive io.Reader, size int64) ([]Image, error)
	// Keep gives an image our tag, so that it stays while it is wanted.
	Keep(ctx context.Context, imageID string) error
	// Drop takes our tag off again and lets the engine free what nobody uses.
	// Dropping what is not there succeeds.
	Drop(ctx context.Context, imageID string) error
	// Keeps lists the ids of the images that carry our tag, in order.
	Keeps(ctx context.Context) ([]string, error)
}

// Image is what is known of an image before it runs.
type Image struct {
	ID       string   // sha256:… of its configuration
	Digests  []string // name@sha256:… of its manifest, where it was pushed or pulled
	Names    []string // tags
	Size     int64    // bytes, unpacked
	Platform string   // linux/amd64
	Ports    []int    // EXPOSEd TCP ports, in order
	Volumes  []string // declared VOLUME paths, in order
	User     string
	Layers   int
	Reserved []string // labels in the image that claim to be ours; a release with any is refused
}

// Spec says all there is to say about a sandbox to be made.
type Spec struct {
	ID       ID
	Services []Service // one for a product of one container
	Limits   Limits    // for the whole sandbox, not for each service
	Network  Network   `json:",omitempty"`
	Volumes  []Volume  `json:",omitempty"`
	Front    string    `json:",omitempty"` // the service that answers; empty: the first
	Data     *Data     `json:",omitempty"` // nil: none
}

// Service is one container of a sandbox.
type Service struct {
	Name       string   // lower-case letters, digits and "-"; unique in the sandbox
	Image      string   // image id, sha256:…
	Entrypoint []string // nil: the image's
	Command    []string // nil: the image's
	Env        []string // KEY=value
	User       string   // empty: 65532:65532 in profile strict, the image's in standard
	Profile    Profile
	Volumes    []string // paths that get a bounded, empty, writable place in memory

	// What a stack may say besides. Zero is the image's own or none.
	WorkingDir string        `json:",omitempty"`
	Hostname   string        `json:",omitempty"`
	Aliases    []string      `json:",omitempty"` // further names by which the other services find it
	Ports      []int         `json:",omitempty"` // TCP ports it declares, in order; nothing is published
	DependsOn  []Dependency  `json:",omitempty"`
	Health     *Health       `json:",omitempty"`
	Mounts     []Mount       `json:",omitempty"`
	Tmpfs      []Place       `json:",omitempty"`
	Files      []File        `json:",omitempty"`
	ReadOnly   bool          `json:",omitempty"` // a read-only root in profile standard too
	Init       bool          `json:",omitempty"` // an init process reaps what the command leaves
	Shm        int64         `json:",omitempty"` // bytes of /dev/shm, counted as memory; 0: the runtime's own choice
	StopSignal string        `json:",omitempty"`
	StopGrace  time.Duration `json:",omitempty"`
	Restart    Restart       `json:",omitzero"`
	Share      Share         `json:",omitzero"`
}

// Profile is how tightly a service is held.
type Profile string

// The profiles. Strict: no capability, read-only root, not root. Standard: for
// images that start as root and drop: a short list of mild capabilities.
const (
	Strict   Profile = "strict"
	Standard Profile = "standard"
)

// Limits bound a sandbox. Zero is not "unlimited": the runtime refuses it with ErrSpec.
type Limits struct {
	Memory int64 // bytes of memory and swap together
	CPU    int64 // thousandths of one processor
	Pids   int64 // processes and threads
	Files  int64 // open descriptors of one process
	Tmp    int64 // bytes of each place in memory (/tmp and each volume)
	Disk   int64 // bytes of the writable layer; watched where the engine cannot bound it
	Log    int64 // bytes of log kept by the engine
}

// Seen is what a look can say.
type Seen string

// What a look can say. Unknown is silence, not absence. Held is an empty cell.
// Partial means that some of it was never started. Exited: the cell is there, a
// service ended. Stopped: the cell itself stopped (the engine restarted, or the
// holder died), so that the namespace and everything in memory is lost. Broken:
// it cannot be completed.
const (
	Unknown Seen = "unknown"
	Absent  Seen = "absent"
	Held    Seen = "held"
	Partial Seen = "partial"
	Running Seen = "running"
	Paused  Seen = "paused"
	Exited  Seen = "exited"
	Stopped Seen = "stopped"
	Broken  Seen = "broken"
)

// State is what was seen of a sandbox at one moment.
type State struct {
	Seen     Seen
	Services []ServiceState
}

// ServiceState is what was seen of one service.
type ServiceState struct {
	Name      string
	Running   bool
	ExitCode  int // where it is not running and ever ran
	OOM       bool
	StartedAt time.Time
	EndedAt   time.Time
	Error     string // what the engine said, for the log
}

// Found is everything that carries one sandbox's label.
type Found struct {
	ID         ID
	Containers []string // names
	Networks   []string
	Volumes    []string
	Youngest   time.Time // when the newest of them was made
}

// Empty says that nothing was found.
func (f Found) Empty() bool {
	return len(f.Containers) == 0 && len(f.Networks) == 0 && len(f.Volumes) == 0
}

// Use is what a sandbox uses at one moment.
type Use struct {
	Memory      int64         // bytes
	MemoryLimit int64         // bytes
	CPU         time.Duration // processor time since the start
	Pids        int64
	Disk        int64         // bytes of the writable layers and volumes; -1 where not measured
	DiskMore    bool          // there is more on disk than could be counted, by the number or the depth of its files
	OOMs        int64         // out-of-memory kills seen since the start, children included
	LogHeld     time.Duration // how long services had to wait, because they wrote to their log too quickly, since this process reads along
}

// Host says what is in force where sandboxes run.
type Host struct {
	Engine     string // "Docker Engine 20.10.24"
	API        string
	OS         string
	Kernel     string
	CPUs       int
	Memory     int64 // bytes
	DiskFree   int64 // bytes where the engine keeps its data; -1 where not known
	CgroupV    string
	Storage    string
	AppArmor   bool
	Seccomp    bool
	UserNS     bool
	DiskQuota  bool // the engine itself can bound a writable layer
	DiskSeen   bool // this process can count what is in one
	Namespaces bool // this process may enter network namespaces
	Sandboxes  int  // containers of this installation

	// BroadcastClosed: what a private network broadcasts does not reach the host.
	BroadcastClosed bool
}

// Warnings are plain sentences about what is not in force here, for the start of
// the program and the operator's page.
func (h Host) Warnings() []string {
	var w []string
	if !h.Namespaces {
		w = append(w, "The den cannot enter network namespaces. Run it as root, or with CAP_SYS_ADMIN and the host's view of processes.")
	}
	if !h.AppArmor {
		w = append(w, "AppArmor is not in force on this engine. Sandboxes are held by capabilities, seccomp and namespaces alone.")
	}
	if !h.UserNS {
		w = append(w, "User namespaces are not in force on this engine. Root in a sandbox of profile standard is root on the host behind its other walls.")
	}
	if !h.Seccomp {
		w = append(w, "The engine does not filter system calls (seccomp). Do not run strangers' products on it.")
	}
	switch {
	case h.DiskQuota:
	case h.DiskSeen:
		w = append(w, "The engine cannot bound a sandbox's writable layer. The den watches its size and ends a sandbox that passes its cap.")
	default:
		w = append(w, "Nothing bounds what a sandbox writes to its disk: the engine cannot, and the den cannot read the engine's folder. Grant the den CAP_DAC_READ_SEARCH, as configs/den.service does.")
	}
	if !h.BroadcastClosed {
		w = append(w, "What a private network broadcasts can reach the host. Install iptables and run the den as root or with CAP_NET_ADMIN, so that it can close this.")
	}
	return w
}
