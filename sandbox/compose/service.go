package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"innovationden/sandbox"
	"innovationden/sandbox/policy"
)

// Bounds of one service.
const (
	maxWords  = 128
	maxWord   = 32 << 10
	maxVars   = 200
	maxLabels = 200
	maxPlaces = 16
)

// serviceRules read the attributes of a service.
func serviceRules() map[string]rule {
	return map[string]rule{
		"attach":            nothing(""),
		"cap_add":           many(32, text(capability)),
		"cap_drop":          many(64, text(capabilityWord)),
		"command":           command,
		"configs":           files("configs"),
		"container_name":    host,
		"cpus":              processors,
		"depends_on":        dependsOn,
		"deploy":            deploy(),
		"entrypoint":        entrypoint,
		"environment":       environment,
		"expose":            expose,
		"healthcheck":       health(),
		"hostname":          host,
		"image":             text(image),
		"init":              truth,
		"labels":            labels,
		"links":             many(maxPlaces, linkTo),
		"logging":           object(policy.Logging, map[string]rule{"driver": oneOf("json-file", "local", "none"), "options": nothing("The den keeps the log itself; the options have no effect.")}),
		"mem_limit":         size(memoryBounds),
		"networks":          networksOf,
		"pids_limit":        whole(func(r *reading) (int64, int64) { return 1, r.opts.Limits.Pids }),
		"platform":          text(platform),
		"ports":             ports(),
		"privileged":        only(false, "It gives the service every right on the host.", "Remove it. Profile standard gives what the usual images need."),
		"profiles":          many(maxPlaces, text(profileName)),
		"pull_policy":       pullPolicy,
		"read_only":         truth,
		"restart":           text(restart),
		"scale":             whole(fixed(1, 1)),
		"secrets":           files("secrets"),
		"security_opt":      many(8, text(securityOption)),
		"shm_size":          size(func(r *reading) (int64, int64) { return 4 << 10, r.opts.Limits.Memory / 2 }),
		"stop_grace_period": span(0, sandbox.MaxStopGrace),
		"stop_signal":       stopSignal,
		"tmpfs":             oneOrMany(maxPlaces, tmpfs),
		"ulimits":           ulimits(),
		"user":              text(user),
		"volumes":           many(maxPlaces, mount()),
		"working_dir":       text(folder),
	}
}

func service(r *reading, p string, n *node) any {
	out := object(policy.Service, serviceRules())(r, p, n)
	if n.kind == mapping && (n.get("image") == nil || n.get("image").null) && n.get("build") == nil {
		r.refuseAt(r.at[p], p, "The service names no image.", "Write image: and the name of the image.")
	}
	return out
}

func image(_ *reading, s string) (string, string) {
	if !policy.ImageName(s) {
		return policy.Shown(s) + " is not the name of an image.", "Write it as name:tag or name@sha256:…, in lower case."
	}
	return "", ""
}

func platform(r *reading, s string) (string, string) {
	if s != r.opts.Platform && s != "linux" {
		return "Sandboxes here are " + r.opts.Platform + ", not " + policy.Shown(s) + ".", "Build the image for " + r.opts.Platform + "."
	}
	return "", ""
}

func capability(r *reading, s string) (string, string) {
	switch {
	case r.opts.Profile == sandbox.Strict:
		return "Profile strict gives no capability.", "Remove it, or ask for profile standard in the release."
	case !policy.Capability(s):
		return "The capability " + policy.Shown(s) + " is more than a sandbox gives.", "Remove it. Profile standard gives " + strings.Join(policy.Capabilities(), ", ") + "."
	}
	return "", ""
}

func capabilityWord(_ *reading, s string) (string, string) {
	if len(s) > 40 || strings.Trim(strings.ToUpper(s), "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
		return policy.Shown(s) + " is not a capability.", "Write its name, or ALL."
	}
	return "", ""
}

func securityOption(_ *reading, s string) (string, string) {
	switch s {
	case "no-new-privileges", "no-new-privileges:true", "no-new-privileges=true":
		return "", "" // holds for every sandbox
	}
	return "The option " + policy.Shown(s) + " would loosen how the service is held.", "Remove it. The den sets seccomp, AppArmor and no-new-privileges itself."
}

func restart(_ *reading, s string) (string, string) {
	switch s {
	case "no", "always", "unless-stopped", "on-failure":
		return "", ""
	}
	var tries int
	if n, err := fmt.Sscanf(s, "on-failure:%d", &tries); n == 1 && err == nil && tries >= 1 && tries <= sandbox.MaxRestarts && s == fmt.Sprintf("on-failure:%d", tries) {
		return "", ""
	}
	return policy.Shown(s) + " is not a restart policy that the den can keep.", fmt.Sprintf("Enter no, always, unless-stopped, on-failure, or on-failure:1 to on-failure:%d.", sandbox.MaxRestarts)
}

func user(r *reading, s string) (string, string) {
	switch {
	case sandbox.CheckUser(s) != nil:
		return policy.Shown(s) + " is not a user.", "Enter a user or user:group, as in 1000:1000."
	case r.opts.Profile == sandbox.Strict && sandbox.IsRoot(s):
		return "Profile strict runs nothing as root.", "Enter a number other than 0, or ask for profile standard in the release."
	}
	return "", ""
}

func folder(_ *reading, s string) (string, string) {
	switch {
	case !path.IsAbs(s) || len(s) > 255 || strings.ContainsAny(s, "\x00\n"):
		return policy.Shown(s) + " is not an absolute path.", "Begin it with /."
	case sandbox.OfKernel(s):
		return policy.Shown(s) + " is one of the kernel's folders.", "Enter a folder outside of /proc, /sys and /dev."
	}
	return "", ""
}

func profileName(_ *reading, s string) (string, string) {
	if len(s) > 40 || s == "" || strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") != "" {
		return policy.Shown(s) + " is not the name of a profile.", "Use at most 40 letters, digits, \".\", \"-\" and \"_\"."
	}
	return "", ""
}

func stopSignal(r *reading, p string, n *node) any {
	s, ok := r.word(p, n)
	if !ok {
		return nil
	}
	full := "SIG" + strings.TrimPrefix(strings.ToUpper(s), "SIG")
	if !slices.Contains(sandbox.Signals(), full) {
		r.refuse(p, n, policy.Shown(s)+" is not a signal that stops a service here.", "Enter "+either(sandbox.Signals())+".")
		return nil
	}
	return full
}

func pullPolicy(r *reading, p string, n *node) any {
	if v := oneOf("always", "missing", "if_not_present", "never")(r, p, n); v != nil {
		r.note(p, n.spot, "The den pulls nothing: it runs the images of the release.")
	}
	return nil
}

// host is a name by which the other services find this one.
func host(r *reading, p string, n *node) any {
	s, ok := r.word(p, n)
	if !ok {
		return nil
	}
	name := strings.ToLower(s)
	if sandbox.CheckHost(name) != nil || len(name) != len(s) { // a letter of another script can have a small form that is not of its own
		r.refuse(p, n, policy.Shown(s)+" cannot be the name of a host.", "Use 1 to 63 letters, digits, \".\", \"-\" and \"_\", and not localhost.")
		return nil
	}
	return name
}

// command is a text that is split as a shell would, or a list of words.
func command(r *reading, p string, n *node) any {
	if n.kind == list {
		words, _ := many(maxWords, text(anyWord))(r, p, n).([]any)
		if len(n.items) == 0 {
			r.refuse(p, n, "It is empty.", "Remove it, and the image's own is used.")
		}
		return words
	}
	s, ok := r.word(p, n)
	if !ok {
		return nil
	}
	var split types.ShellCommand
	switch err := split.DecodeMapstructure(s); {
	case len(s) > maxWord:
		r.refuse(p, n, "It is too long.", fmt.Sprintf("Write at most %d bytes.", maxWord))
	case err != nil:
		r.refuse(p, n, "It cannot be split into words: a quote or a bracket is open.", `Write it as a list: ["sh", "-c", "…"].`)
	case len(split) == 0:
		r.refuse(p, n, "It is empty.", "Remove it, and the image's own is used.")
	case len(split) > maxWords:
		r.refuse(p, n, fmt.Sprintf("It has %d words.", len(split)), fmt.Sprintf("Write at most %d.", maxWords))
	default:
		words := make([]any, len(split))
		for i, w := range split {
			words[i] = w
		}
		return words
	}
	return nil
}

// entrypoint is a command that is not what the kernel shows itself by.
func entrypoint(r *reading, p string, n *node) any {
	words := command(r, p, n)
	if all, _ := words.([]any); len(all) > 0 {
		if first, _ := all[0].(string); sandbox.OfKernel(first) {
			r.refuse(p, n, "It starts "+policy.Shown(first)+", which is one of the kernel's files.", "Start a program that the image itself holds.")
		}
	}
	return words
}

func anyWord(_ *reading, s string) (string, string) {
	if len(s) > maxWord {
		return "It is too long.", fmt.Sprintf("Write at most %d bytes.", maxWord)
	}
	return "", ""
}

func environment(r *reading, p string, n *node) any {
	out := map[string]any{}
	r.pairs(p, n, maxVars, func(p string, at *node, name, value string, given bool) {
		switch {
		case name == "" || len(name) > 256 || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c > '~' || c == '=' }):
			r.refuse(p, at, policy.Shown(name)+" is not the name of a variable.", "Use letters, digits and _.")
		case !given:
			r.refuse(p, at, "The variable "+policy.Shown(name)+" has no value: the den gives a file no environment.", "Write the value itself, as \"docker compose config\" prints it.")
		case len(value) > maxWord-len(name)-1:
			r.refuse(p, at, "The value is too long.", fmt.Sprintf("Write at most %d bytes, or use configs.", maxWord))
		default:
			out[name] = value
		}
	})
	return out
}

func labels(r *reading, p string, n *node) any {
	r.pairs(p, n, maxLabels, func(p string, at *node, name, _ string, _ bool) {
		if policy.ReservedLabel(name) {
			r.refuse(p, at, "The label "+policy.Shown(name)+" belongs to the den or to the engine.", "Remove it.")
		}
	})
	r.note(p, n.spot, "The den labels its own things; these labels have no effect.")
	return nil
}

func processors(r *reading, p string, n *node) any {
	s, ok := r.word(p, n)
	if !ok {
		return nil
	}
	thousandths, good := thousandthsOf(s)
	if most := r.opts.Limits.CPU; !good || thousandths < 10 || thousandths > most {
		r.refuse(p, n, policy.Shown(s)+" is not possible here.", between("a number of processors", "0.01", decimal(most)))
		return nil
	}
	return decimal(thousandths)
}

func memoryBounds(r *reading) (int64, int64) { return 6 << 20, r.opts.Limits.Memory }
