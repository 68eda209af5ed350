package compose

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"innovationden/sandbox"
)

// spec makes a specification of what compose-go made of the model. Images are named
// as in the file, and there is no id yet.
func (r *reading) spec(project *types.Project) sandbox.Spec {
	spec := sandbox.Spec{Limits: r.opts.Limits, Network: sandbox.Cell}
	names := slices.Sorted(maps.Keys(project.Services))
	if len(names) == 0 {
		if len(project.DisabledServices) > 0 {
			r.refuseAt(r.at["services"], "services", "Every service belongs to a profile, and none is asked for.", "Leave profiles out of at least one service.")
		}
		return spec
	}
	if len(names) > 1 {
		spec.Network = sandbox.Private
	}
	used := map[string]bool{}
	for _, name := range names {
		one := r.service(project, name, used)
		spec.Services = append(spec.Services, one)
	}
	r.linkAll(spec.Services)
	for _, v := range slices.Sorted(maps.Keys(used)) {
		spec.Volumes = append(spec.Volumes, sandbox.Volume{Name: v, Bytes: r.opts.Limits.Disk})
	}
	r.checkAll(spec)
	return spec
}

// service translates one service. used collects the volumes.
func (r *reading) service(project *types.Project, name string, used map[string]bool) sandbox.Service {
	c := project.Services[name]
	s := sandbox.Service{
		Name: name, Image: c.Image, Entrypoint: []string(c.Entrypoint), Command: []string(c.Command), User: c.User, Profile: r.opts.Profile,
		WorkingDir: c.WorkingDir, Hostname: c.Hostname, Ports: slices.Sorted(slices.Values(r.ports[name])), ReadOnly: c.ReadOnly,
		Init: c.Init != nil && *c.Init, StopSignal: c.StopSignal, Health: r.health(c), Restart: restartOf(c), Share: shareOf(c), Shm: int64(c.ShmSize),
	}
	if c.StopGracePeriod != nil {
		s.StopGrace = time.Duration(*c.StopGracePeriod)
	}
	for _, key := range slices.Sorted(maps.Keys(c.Environment)) {
		if v := c.Environment[key]; v != nil {
			s.Env = append(s.Env, key+"="+*v)
		}
	}
	aliases := []string{c.ContainerName}
	for _, n := range c.Networks {
		if n != nil {
			aliases = append(aliases, n.Aliases...)
		}
	}
	s.Aliases = aliasesOf(name, c.Hostname, aliases)
	if len(c.CapAdd) == 0 && c.ReadOnly && slices.ContainsFunc(c.CapDrop, func(d string) bool { return strings.EqualFold(d, "ALL") }) && numbered(c.User) {
		s.Profile = sandbox.Strict // the file itself asks for no more
	}
	for _, v := range c.Volumes {
		volume := volumeName(v.Source)
		if v.Source == "" {
			volume = fmt.Sprintf("unnamed-%d", len(used)+1)
			for used[volume] || declared(project, volume) {
				volume += "-0"
			}
		}
		used[volume] = true
		s.Mounts = append(s.Mounts, sandbox.Mount{Volume: volume, Path: v.Target, ReadOnly: v.ReadOnly, NoCopy: v.Volume != nil && v.Volume.NoCopy})
	}
	for _, m := range r.memories {
		if m.service == name {
			s.Tmpfs = append(s.Tmpfs, m.place)
		}
	}
	for _, u := range r.uses[name] {
		f, before := u.file, r.placedBytes
		f.Content = []byte(r.texts[u.from])
		if r.placedBytes += len(f.Content); before <= sandbox.MaxFileBytes && r.placedBytes > sandbox.MaxFileBytes {
			r.refuseAt(u.spot, u.path, "From here on configs and secrets, each counted as often as it is used, come to more than "+inBytes(sandbox.MaxFileBytes)+".",
				"Put large contents into the images, or use them in fewer places.")
		}
		s.Files = append(s.Files, f)
	}
	for _, other := range slices.Sorted(maps.Keys(c.DependsOn)) {
		if d := c.DependsOn[other]; r.there(project, name, other, d.Required) {
			s.DependsOn = append(s.DependsOn, sandbox.Dependency{Service: other, Condition: sandbox.Condition(d.Condition)})
		}
	}
	return s
}

// there says whether a service that another waits for takes part, and refuses the
// file where it must and does not.
func (r *reading) there(project *types.Project, name, other string, required bool) bool {
	if _, ok := project.Services[other]; ok {
		return true
	}
	if _, left := project.DisabledServices[other]; left && required {
		p := "services." + name + ".depends_on." + other
		r.refuseAt(r.at[p], p, "The service "+other+" belongs to a profile that is not asked for.", "Leave profiles out of it, or write required: false.")
	}
	return false
}

// linkAll gives the services the names by which others link to them.
func (r *reading) linkAll(services []sandbox.Service) {
	index := map[string]int{}
	for i, s := range services {
		index[s.Name] = i
	}
	for _, from := range slices.Sorted(maps.Keys(r.links)) {
		at, ok := index[from]
		if !ok {
			continue
		}
		for _, l := range r.links[from] {
			to, ok := index[l.service]
			if !ok {
				continue
			}
			services[to].Aliases = aliasesOf(l.service, services[to].Hostname, append(services[to].Aliases, l.alias))
			if !slices.ContainsFunc(services[at].DependsOn, func(d sandbox.Dependency) bool { return d.Service == l.service }) {
				services[at].DependsOn = append(services[at].DependsOn, sandbox.Dependency{Service: l.service, Condition: sandbox.Started})
			}
		}
	}
}

// aliasesOf are the names besides a service's own, each once, in order.
func aliasesOf(name, hostname string, names []string) []string {
	var all []string
	for _, a := range slices.Sorted(slices.Values(names)) {
		if a != "" && a != name && a != hostname && !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	return all
}

func (r *reading) health(c types.ServiceConfig) *sandbox.Health {
	h := c.HealthCheck
	if h == nil || h.Disable || len(h.Test) == 0 || h.Test[0] == "NONE" {
		return nil
	}
	orElse := func(d *types.Duration, other time.Duration) time.Duration {
		if d == nil {
			return other
		}
		return time.Duration(*d)
	}
	out := &sandbox.Health{ // what is not said is as the engine has it
		Test: []string(h.Test), Interval: orElse(h.Interval, 30*time.Second), Timeout: orElse(h.Timeout, 30*time.Second),
		StartPeriod: orElse(h.StartPeriod, 0), StartInterval: orElse(h.StartInterval, 0), Retries: 3,
	}
	if h.Retries != nil {
		out.Retries = int(min(*h.Retries, sandbox.MaxRetries))
	}
	return out
}

// restartOf translates a restart policy: deploy.restart_policy wins, as in Compose.
func restartOf(c types.ServiceConfig) sandbox.Restart {
	tries := sandbox.MaxRestarts
	if c.Deploy != nil && c.Deploy.RestartPolicy != nil {
		p := c.Deploy.RestartPolicy
		if p.MaxAttempts != nil && *p.MaxAttempts > 0 {
			tries = int(min(*p.MaxAttempts, sandbox.MaxRestarts))
		}
		switch p.Condition {
		case "none":
			return sandbox.Restart{}
		case "on-failure":
			return sandbox.Restart{When: sandbox.OnFailure, Tries: tries}
		}
		return sandbox.Restart{When: sandbox.Always, Tries: tries}
	}
	how, count, _ := strings.Cut(c.Restart, ":")
	switch how {
	case "always", "unless-stopped":
		return sandbox.Restart{When: sandbox.Always, Tries: tries}
	case "on-failure":
		if n, err := fmt.Sscan(count, &tries); n != 1 || err != nil {
			tries = sandbox.MaxRestarts
		}
		return sandbox.Restart{When: sandbox.OnFailure, Tries: tries}
	}
	return sandbox.Restart{}
}

func shareOf(c types.ServiceConfig) sandbox.Share {
	share := sandbox.Share{Memory: int64(c.MemLimit), CPU: int64(math.Round(float64(c.CPUS) * 1000)), Pids: c.PidsLimit}
	if c.Deploy == nil {
		return share
	}
	if one := c.Deploy.Resources.Limits; one != nil {
		share.Memory = cmp.Or(int64(one.MemoryBytes), share.Memory)
		share.CPU = cmp.Or(int64(math.Round(float64(one.NanoCPUs)*1000)), share.CPU)
		share.Pids = cmp.Or(one.Pids, share.Pids)
	}
	return share
}

// volumeName is the name of a volume in a sandbox: lower case, with "-" for what such
// a name may not have.
func volumeName(source string) string {
	return strings.Trim(strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(source)), "-")
}

func declared(project *types.Project, volume string) bool {
	for name := range project.Volumes {
		if volumeName(name) == volume {
			return true
		}
	}
	return false
}

func numbered(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	return name != "" && strings.Trim(name, "0123456789") == "" && !sandbox.IsRoot(user)
}
