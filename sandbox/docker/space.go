package docker

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"

	"innovationden/sandbox"
)

// spaceKept is what archives leave free of a disk, in bytes: more than a launch asks for,
// so that no upload keeps a trial from starting.
const spaceKept = 512 << 20

// spaceStep is how much room an archive takes at a time that is longer than was said.
const spaceStep = 64 << 20

// spaces counts what archives that are under way may still write, so that several at once
// are not each promised the same room. A disk that cannot be asked is not bound.
type spaces struct {
	free func(folder string) (disk uint64, free int64, err error)

	mu       sync.Mutex
	promised map[uint64]int64 // by disk: bytes that were promised and are not written
}

func newSpaces() *spaces { return &spaces{free: freeOf, promised: map[uint64]int64{}} }

// freeOf is the disk that a folder is on, and how many bytes are free on it.
func freeOf(folder string) (disk uint64, free int64, err error) {
	var at syscall.Stat_t
	if err := syscall.Stat(folder, &at); err != nil {
		return 0, 0, err
	}
	free, err = sandbox.FreeOf(folder)
	return at.Dev, free, err
}

// space is what one archive was promised. Its methods are for one goroutine.
type space struct {
	of    *spaces
	taken map[uint64]int64
}

func (s *spaces) begin() *space { return &space{of: s, taken: map[uint64]int64{}} }

// take promises more bytes in a folder. ErrFull where they would not leave spaceKept.
func (p *space) take(folder string, bytes int64) error {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	disk, free, err := p.of.free(folder)
	if err != nil {
		return nil //nolint:nilerr // see spaces
	}
	if free-p.of.promised[disk]-spaceKept < bytes {
		return fmt.Errorf("%w: %d bytes for an archive, where %d are free, and %d of those promised to others", sandbox.ErrFull, bytes, free, p.of.promised[disk]-p.taken[disk])
	}
	p.of.promised[disk] += bytes
	p.taken[disk] += bytes
	return nil
}

// give takes back what was promised: it is written now, or will not be.
func (p *space) give(folder string, bytes int64) {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	disk, _, err := p.of.free(folder)
	if err != nil {
		return
	}
	p.of.promised[disk] -= bytes
	p.taken[disk] -= bytes
}

// end gives back all.
func (p *space) end() {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	for disk, bytes := range p.taken {
		p.of.promised[disk] -= bytes
	}
	clear(p.taken)
}

// spaced writes to where room was promised, and takes more when that is used up.
type spaced struct {
	to     io.Writer
	space  *space
	folder string
	left   int64 // of what was promised
}

func (w *spaced) Write(b []byte) (int, error) {
	if short := int64(len(b)) - w.left; short > 0 {
		step := max(short, spaceStep)
		if err := w.space.take(w.folder, step); err != nil {
			return 0, err
		}
		w.left += step
	}
	n, err := w.to.Write(b)
	w.left -= int64(n)
	w.space.give(w.folder, int64(n))
	return n, err
}

// engineFolder is where the engine keeps its data; "" where it is not known.
func (r *Runtime) engineFolder(ctx context.Context) (folder string) {
	r.mu.Lock()
	folder = r.folder
	r.mu.Unlock()
	if folder != "" {
		return folder
	}
	err := r.ask(ctx, func(ctx context.Context) error {
		info, err := r.info(ctx)
		folder = info.DockerRootDir
		return err
	})
	if err != nil {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.folder = folder
	return folder
}

// place is where an archive is kept while it is checked.
type place struct {
	folder string // the system's where empty
	engine string // where the engine keeps its data; "" where it is not known
	space  *space // nil: nobody counts
	size   int64  // what was said of the archive
}

// engineTimes is how often an engine has the bytes of an archive while it loads it: as it
// came, and unpacked.
const engineTimes = 2

// placeFor promises an archive the room that its size asks for. ErrFull.
func (r *Runtime) placeFor(ctx context.Context, space *space, size int64) (place, error) {
	at := place{folder: cmp.Or(r.temp, os.TempDir()), engine: r.engineFolder(ctx), space: space, size: size}
	if err := space.take(at.folder, at.size); err != nil {
		return at, err
	}
	return at, space.take(at.engine, engineTimes*at.size)
}

// writer writes to the file that keeps the archive.
func (at place) writer(to io.Writer) io.Writer {
	if at.space == nil {
		return to
	}
	return &spaced{to: to, space: at.space, folder: at.folder, left: at.size}
}

// unpack promises the engine what it will write of an archive that was checked. ErrFull.
func (at place) unpack(a *archive) error {
	at.space.give(at.engine, engineTimes*at.size)
	return at.space.take(at.engine, a.size+a.Unpacked)
}
