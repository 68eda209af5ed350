package compose

import (
	"fmt"
	"slices"
	"strings"

	"innovationden/sandbox"
	"innovationden/sandbox/policy"
)

// Bounds of a file.
const (
	maxServices  = 16
	maxResources = 32
)

const (
	serviceNames  = "Use 1 to 40 lower-case letters, digits and \"-\", and not holder."
	volumeNames   = "Use 1 to 40 letters, digits, \".\", \"-\" and \"_\", and not holder."
	resourceNames = "Use 1 to 63 letters, digits, \".\", \"-\" and \"_\"."
)

func isService(name string) bool { return sandbox.CheckName(name) == nil }

func isResource(name string) bool {
	return name != "" && len(name) <= 63 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == "" && name[0] != '.' && name[0] != '-'
}

func isVolume(name string) bool {
	return isResource(name) && sandbox.CheckName(volumeName(name)) == nil
}

func notExternal(what string) rule {
	return only(false, "The "+what+" belongs to somebody else, outside this sandbox.", "Remove external: the den makes it for this sandbox.")
}

// model gives what compose-go is to see: nothing that the policy does not allow.
func (r *reading) model(root *node) map[string]any {
	inline := func(section policy.Section, what string) rule {
		read := object(section, map[string]rule{"content": content, "labels": labels, "name": nothing("")})
		return func(r *reading, p string, n *node) any {
			read(r, p, n)
			if n.kind == mapping && !slices.ContainsFunc(n.entries, func(e entry) bool { return !strings.HasPrefix(e.name, "x-") && e.name != "name" && e.name != "labels" }) {
				r.refuseAt(r.at[p], p, "The "+what+" has no content.", "Write the text under content.")
			}
			return map[string]any{}
		}
	}
	rules := map[string]rule{
		"name":     nothing(""),
		"version":  nothing(""),
		"services": named(maxServices, "services", isService, serviceNames, service),
		"volumes": named(maxServices, "volumes", isVolume, volumeNames, object(policy.Volume, map[string]rule{
			"driver": oneOf("local"), "external": notExternal("volume"), "labels": labels, "name": nothing("The den names its volumes itself."),
		})),
		"networks": named(maxResources, "networks", isResource, resourceNames, object(policy.Network, map[string]rule{
			"attachable": truth, "driver": oneOf("bridge", "default"), "external": notExternal("network"),
			"internal": truth, "labels": labels, "name": nothing("The den names its networks itself."),
		})),
		"configs": named(maxResources, "configs", isResource, resourceNames, inline(policy.Config, "config")),
		"secrets": named(maxResources, "secrets", isResource, resourceNames, inline(policy.Secret, "secret")),
	}
	out, _ := object(policy.File, rules)(r, "", root).(map[string]any)
	services, _ := out["services"].(map[string]any)
	if n := root.get("services"); n == nil || n.null || n.kind == mapping && len(n.entries) == 0 {
		r.refuse("services", root, "The file names no service.", "Write at least one service under services.")
		return nil
	}
	r.resolve(root)
	r.apart(root)
	if networks := sortedNames(out["networks"]); len(networks) > 1 {
		r.note("networks", r.at["networks"], "All services of a stack meet on one private network.")
	}
	networks := map[string]any{"default": map[string]any{}}
	for _, name := range sortedNames(out["networks"]) {
		networks[name] = map[string]any{}
	}
	volumes := map[string]any{}
	for _, name := range sortedNames(out["volumes"]) {
		volumes[name] = map[string]any{}
	}
	return map[string]any{"services": services, "networks": networks, "volumes": volumes}
}

// resolve refuses names that nothing in the file defines, and waiting in a circle.
func (r *reading) resolve(root *node) {
	for _, ref := range r.refs {
		defined := root.get(ref.to)
		if defined != nil && defined.get(ref.name) != nil || ref.to == "networks" && ref.name == "default" {
			continue
		}
		one := strings.TrimSuffix(ref.to, "s")
		r.refuseAt(ref.spot, ref.path, "There is no "+one+" "+policy.Shown(ref.name)+" in this file.", "Name one that stands under "+ref.to+", or add it there.")
	}
}

// apart refuses what would fall together: volumes whose names differ only in letters
// that names here cannot have, and limits that are given twice.
func (r *reading) apart(root *node) {
	first := map[string]string{}
	if volumes := root.get("volumes"); volumes != nil {
		for _, e := range volumes.entries {
			name := volumeName(e.name)
			if other, ok := first[name]; ok {
				r.refuseAt(e.spot, below("volumes", e.name), "The volumes "+policy.Shown(other)+" and "+policy.Shown(e.name)+" would have the same name here.", "Name one of them otherwise.")
			}
			first[name] = e.name
		}
	}
	services := root.get("services")
	if services == nil {
		return
	}
	for _, e := range services.entries {
		for old, limit := range map[string]string{"cpus": "cpus", "mem_limit": "memory", "pids_limit": "pids"} {
			given := e.value.get("deploy").get("resources").get("limits").get(limit)
			if value := e.value.get(old); value != nil && given != nil {
				p := below(below("services", e.name), old)
				r.refuse(p, value, fmt.Sprintf("The limit is given again in line %d.", given.line), "Keep deploy.resources.limits."+limit+" alone.")
			}
		}
	}
}
