package bolt

import (
	"time"

	"innovationden/orchestrator/den"
)

func by[T any, K ~string](name den.Index, key func(*T) K) index[T] {
	return index[T]{name: name, keys: func(rec *T) []string { return []string{string(key(rec))} }}
}

func counted[T any](i index[T]) index[T] {
	i.counted = true
	return i
}

func words(ids []den.ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

func readerKeys(t *den.Trial) []string {
	var keys []string
	for _, reader := range t.Readers() {
		if reader != "" {
			keys = append(keys, den.ReaderKey(reader, t.State))
		}
	}
	return keys
}

// dueAt leaves out what is final, whatever its DueAt says.
func dueAt(l *den.Lease) time.Time {
	if l.Phase.Final() {
		return time.Time{}
	}
	return l.DueAt
}

// publishedAt leaves out what was withdrawn.
func publishedAt(p *den.Publication) time.Time {
	if !p.Stands() {
		return time.Time{}
	}
	return p.At
}

// loggedUntil is when a sandbox ended of which it is still known what it printed.
func loggedUntil(r *den.Receipt) time.Time {
	if r.LogTail == "" {
		return time.Time{}
	}
	return r.EndedAt
}

// heldSize is the size of a lease that takes room of the host.
func heldSize(l *den.Lease) string {
	if !l.Phase.Holds() {
		return ""
	}
	return l.Size
}

// openDepartment is the department of a lease that is not over.
func openDepartment(l *den.Lease) den.ID {
	if l.Phase.Final() {
		return ""
	}
	return l.Department
}
