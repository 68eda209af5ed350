package docker

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
)

// notes keep on disk which containers each sandbox has, by their engine ids, one file for
// each sandbox: for a den that was started while the engine is silent, and knows neither
// namespaces nor containers. They are not synced: what they tell of ends with the machine.
type notes struct{ folder string }

func (n notes) path(id sandbox.ID) string { return filepath.Join(n.folder, string(id)) }

// add notes containers of a sandbox that were not noted before. What is torn names none.
func (n notes) add(id sandbox.ID, containers []string) (err error) {
	known := n.of(id)
	containers = slices.DeleteFunc(slices.Clone(containers), func(one string) bool { return one == "" || slices.Contains(known, one) })
	if n.folder == "" || id.Check() != nil || len(containers) == 0 {
		return nil
	}
	if err := os.MkdirAll(n.folder, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(n.path(id), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString("\n" + strings.Join(containers, "\n") + "\n")
	return errors.Join(err, f.Close())
}

// write notes containers of a sandbox, before they are started. What cannot be noted is
// started all the same: the engine ends it.
func (r *Runtime) write(id sandbox.ID, containers ...string) {
	if err := r.notes.add(id, containers); err != nil {
		r.log.Warn("the containers of a sandbox were not noted", "sandbox", id, "error", err)
	}
}

// of gives the containers that are noted of a sandbox.
func (n notes) of(id sandbox.ID) []string {
	if n.folder == "" || id.Check() != nil {
		return nil
	}
	text, err := os.ReadFile(n.path(id))
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(strings.Fields(string(text)), func(one string) bool { return !containerID.MatchString(one) })
}

// forget drops the note of a sandbox that is gone. One that stays behind names containers
// that nothing has any more.
func (r *Runtime) forget(id sandbox.ID) {
	if err := r.notes.drop(id); err != nil {
		r.log.Warn("the note of a sandbox that is gone was not removed", "sandbox", id, "error", err)
	}
}

func (n notes) drop(id sandbox.ID) error {
	if n.folder == "" || id.Check() != nil {
		return nil
	}
	if err := os.Remove(n.path(id)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

var (
	containerID   = regexp.MustCompile(`^[0-9a-f]{64}$`)
	containerPart = regexp.MustCompile(`[0-9a-f]{64}`)
)

// endNoted ends what runs in the containers that are noted of a sandbox, the holder last.
func (r *Runtime) endNoted(ctx context.Context, id sandbox.ID) (killed int) {
	for _, one := range slices.Backward(r.notes.of(id)) {
		killed += cell.EndEach(ctx, func(process string) bool { return isOf(process, one) })
	}
	return killed
}

// isOf says that all threads of a process, at its place in /proc, that have not ended are
// in the control groups of a container, one at least.
func isOf(process, container string) bool {
	inside := false
	for _, thread := range threadsOf(filepath.Base(process)) {
		text, err := os.ReadFile(filepath.Join(thread, "cgroup"))
		if err != nil {
			continue // it ended
		}
		if !inGroups(string(text), container) {
			return false
		}
		inside = true
	}
	return inside
}

// inGroups says that control groups (cgroups(7)) are those of a container: in each path
// that has a container's id, the first one is this. What lies in the groups of another is
// that other's, whatever name it gave to a group of its own.
func inGroups(text, container string) bool {
	inside := false
	for line := range strings.Lines(text) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 {
			continue
		}
		first := containerPart.FindString(fields[2])
		if first == "" {
			continue
		}
		if first != container {
			return false
		}
		inside = true
	}
	return inside
}
