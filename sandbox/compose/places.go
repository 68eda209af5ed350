package compose

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"innovationden/sandbox"
	"innovationden/sandbox/policy"
)

// maxInline is the most that all configs and secrets of a file may hold together.
const maxInline = 192 << 10

// target says where in a service something is put, and that nothing else is there.
func (r *reading) target(p string, at spot, s string) (string, bool) {
	clean := s
	if len(s) > 1 {
		clean = strings.TrimRight(s, "/")
	}
	switch {
	case clean == "/dev/shm":
		r.refuseAt(at, p, "The engine itself makes /dev/shm.", "Set its size with shm_size.")
		return "", false
	case sandbox.CheckVolume(clean) != nil:
		r.refuseAt(at, p, "Nothing can be put at "+policy.Shown(s)+".", "Enter a clean absolute path below the root, outside of /proc, /sys, /dev and the files of /etc that the engine makes.")
		return "", false
	}
	service := serviceOf(p)
	for _, other := range r.places {
		if other.service == service && other.target == clean {
			r.refuseAt(at, p, fmt.Sprintf("In line %d something is already put at %s.", other.line, policy.Shown(clean)), "Keep one of the two.")
			return "", false
		}
	}
	r.places = append(r.places, placed{spot: at, path: p, service: service, target: clean})
	return clean, true
}

// tmpfs is path[:option,option].
func tmpfs(r *reading, p string, n *node) any {
	s, ok := r.word(p, n)
	if !ok {
		return nil
	}
	where, options, _ := strings.Cut(s, ":")
	place := sandbox.Place{Bytes: r.opts.Limits.Tmp}
	for _, o := range strings.FieldsFunc(options, func(c rune) bool { return c == ',' }) {
		name, value, _ := strings.Cut(o, "=")
		switch name {
		case "rw", "noexec", "nosuid", "nodev":
		case "size":
			place.Bytes = r.tmpfsSize(p, n, value)
		case "mode":
			place.Mode = r.mode(p, n, "0"+value, 0o1777)
		default:
			r.refuse(p, n, "The option "+policy.Shown(o)+" is not possible for a place in memory.", "Use size and mode alone.")
			return nil
		}
	}
	r.keepMemory(p, n.spot, where, place)
	return nil
}

func (r *reading) keepMemory(p string, at spot, where string, place sandbox.Place) {
	if clean, ok := r.target(p, at, where); ok {
		place.Path = clean
		r.memories = append(r.memories, memory{service: serviceOf(p), place: place})
	}
}

func (r *reading) tmpfsSize(p string, n *node, s string) int64 {
	v, good := bytesOf(s)
	if most := r.opts.Limits.Tmp; !good || v < 4096 || v > most {
		r.refuse(p, n, "The size "+policy.Shown(s)+" is not possible for a place in memory.", between("a size", "4k", inBytes(most)))
	}
	return v
}

// mode reads permission bits, which begin with 0.
func (r *reading) mode(p string, n *node, s string, most int64) int64 {
	digits := strings.TrimPrefix(strings.TrimPrefix(s, "0o"), "0")
	v, err := strconv.ParseInt("0"+digits, 8, 32)
	if err != nil || s == digits || v > most {
		r.refuse(p, n, policy.Shown(s)+" is not a mode.", fmt.Sprintf("Enter an octal number that begins with 0, at most 0%o.", most))
		return 0
	}
	return v
}

// mount is source:target[:options], or the long form. compose-go sees the long form.
func mount() rule {
	memoryOf := object(policy.TmpfsOption, map[string]rule{"size": text(anyText), "mode": text(anyText)})
	long := object(policy.Mount, map[string]rule{
		"type":      text(mountType),
		"source":    text(anyText),
		"target":    text(anyText),
		"read_only": truth,
		"volume":    object(policy.VolumeOption, map[string]rule{"nocopy": truth}),
		"tmpfs":     memoryOf,
	})
	return func(r *reading, p string, n *node) any {
		if n.kind != mapping {
			return shortMount(r, p, n)
		}
		before := len(r.refused)
		one, _ := long(r, p, n).(map[string]any)
		if len(r.refused) > before {
			return nil
		}
		where, _ := one["target"].(string)
		source, _ := one["source"].(string)
		if one["type"] == "tmpfs" {
			place := sandbox.Place{Bytes: r.opts.Limits.Tmp}
			given, _ := one["tmpfs"].(map[string]any)
			if s, ok := given["size"].(string); ok {
				place.Bytes = r.tmpfsSize(p, n.get("tmpfs").get("size"), s)
			}
			if s, ok := given["mode"].(string); ok {
				place.Mode = r.mode(p, n.get("tmpfs").get("mode"), s, 0o1777)
			}
			if source != "" {
				r.refuse(p, n, "A place in memory has no source.", "Remove source.")
			}
			r.keepMemory(p, n.spot, where, place)
			return nil
		}
		if one["type"] == nil || one["tmpfs"] != nil {
			r.refuse(p, n, "The mount does not say which type it is.", "Write type: volume or type: tmpfs, and the options of that type.")
			return nil
		}
		options, _ := one["volume"].(map[string]any)
		return r.volumeMount(p, n, sandbox.Mount{Volume: source, Path: where, ReadOnly: one["read_only"] == true, NoCopy: options["nocopy"] == true})
	}
}

func mountType(_ *reading, s string) (string, string) {
	switch s {
	case "volume", "tmpfs":
		return "", ""
	case "bind":
		a := policy.Ask(policy.Mount, "bind")
		return a.Reason, a.Instead
	}
	return "A mount of type " + policy.Shown(s) + " is not possible here.", "Write type: volume or type: tmpfs."
}

func shortMount(r *reading, p string, n *node) any {
	s, ok := r.word(p, n)
	if !ok {
		return nil
	}
	parts := strings.Split(s, ":")
	if len(parts) == 1 {
		return r.volumeMount(p, n, sandbox.Mount{Path: s})
	}
	if source := parts[0]; source == "" || strings.ContainsAny(source, `/\.~`) || len(source) == 1 && len(parts) > 2 && strings.HasPrefix(parts[2], "/") {
		a := policy.Ask(policy.Mount, "bind")
		r.refuse(p, n, a.Reason, a.Instead)
		return nil
	}
	m := sandbox.Mount{Volume: parts[0], Path: parts[1]}
	for _, o := range strings.Split(strings.Join(parts[2:], ":"), ",") {
		switch o {
		case "", "rw":
		case "ro":
			m.ReadOnly = true
		case "nocopy":
			m.NoCopy = true
		default:
			r.refuse(p, n, "The option "+policy.Shown(o)+" is not possible for a volume.", "Use ro, rw or nocopy alone.")
			return nil
		}
	}
	return r.volumeMount(p, n, m)
}

// volumeMount gives the long form of a mount, whose volume has the name that the file
// gives it, or none.
func (r *reading) volumeMount(p string, n *node, m sandbox.Mount) any {
	clean, ok := r.target(p, n.spot, m.Path)
	if !ok {
		return nil
	}
	out := map[string]any{"type": "volume", "target": clean, "read_only": m.ReadOnly, "volume": map[string]any{"nocopy": m.NoCopy}}
	if m.Volume != "" {
		r.refer(p, n, "volumes", m.Volume)
		out["source"] = m.Volume
	}
	return out
}

// files are the configs or the secrets that a service uses.
func files(of string) rule {
	long := object(policy.FileUse, map[string]rule{
		"source": text(anyText), "target": text(anyText), "mode": text(anyText),
		"uid": whole(fixed(0, 1<<31-1)), "gid": whole(fixed(0, 1<<31-1)),
	})
	return many(sandbox.MaxFiles, func(r *reading, p string, n *node) any {
		before := len(r.refused)
		given := map[string]any{}
		if n.kind == mapping {
			given, _ = long(r, p, n).(map[string]any)
		} else if s, ok := r.word(p, n); ok {
			given["source"] = s
		}
		if len(r.refused) > before {
			return nil
		}
		source, _ := given["source"].(string)
		if source == "" {
			r.refuse(p, n, "It does not say which of the "+of+" is meant.", "Write source: and its name.")
			return nil
		}
		f := sandbox.File{Mode: 0o444}
		if s, ok := given["mode"].(string); ok {
			f.Mode = r.mode(p, n.get("mode"), s, 0o777)
		}
		f.UID, _ = given["uid"].(int64)
		f.GID, _ = given["gid"].(int64)
		where, _ := given["target"].(string)
		f.Path, _ = r.target(p, n.spot, filePlace(of, source, where))
		r.refer(p, n, of, source)
		service := serviceOf(p)
		r.uses[service] = append(r.uses[service], use{spot: n.spot, path: p, from: of + "." + source, file: f})
		return nil
	})
}

// filePlace is where the Compose Specification puts a config or a secret.
func filePlace(of, source, where string) string {
	switch {
	case path.IsAbs(where):
		return where
	case of == "secrets" && where != "":
		return "/run/secrets/" + where
	case of == "secrets":
		return "/run/secrets/" + source
	case where != "":
		return "/" + where
	}
	return "/" + source
}

// content is the text of a config or of a secret.
func content(r *reading, p string, n *node) any {
	s, ok := r.word(p, n)
	if !ok {
		return nil
	}
	total := len(s)
	for _, other := range r.texts {
		total += len(other)
	}
	if total > maxInline {
		r.refuse(p, n, fmt.Sprintf("All configs and secrets together are longer than %d KiB.", maxInline>>10), "Put large contents into the images.")
		return nil
	}
	parts := strings.Split(p, ".")
	r.texts[strings.Join(parts[:len(parts)-1], ".")] = s
	return nil
}

// sortedNames are the keys of a model, in order.
func sortedNames(model any) []string {
	m, _ := model.(map[string]any)
	names := make([]string, 0, len(m))
	for k := range m {
		names = append(names, k)
	}
	slices.Sort(names)
	return names
}
