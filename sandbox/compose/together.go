package compose

import (
	"fmt"
	"slices"
	"strings"

	"innovationden/sandbox"
	"innovationden/sandbox/policy"
)

// checkAll refuses what only shows when the services are seen together.
func (r *reading) checkAll(spec sandbox.Spec) {
	by := map[string]sandbox.Service{}
	taken := map[string]string{}
	for _, s := range spec.Services {
		by[s.Name] = s
		taken[s.Name] = s.Name
	}
	sum := sandbox.Share{}
	for _, s := range spec.Services {
		p := "services." + s.Name
		for _, a := range append(slices.Clone(s.Aliases), s.Hostname) {
			if other, ok := taken[a]; a != "" && ok && other != s.Name {
				r.refuseAt(r.at[p], p, "The name "+policy.Shown(a)+" is that of service "+other+" too.", "Give each service names of its own.")
			}
			taken[a] = s.Name
		}
		if len(s.Aliases) > sandbox.MaxAliases {
			r.refuseAt(r.at[p], p, "The service has too many names.", fmt.Sprintf("Give it at most %d.", sandbox.MaxAliases))
		}
		if n := len(s.Mounts) + len(s.Tmpfs); n > maxPlaces {
			r.refuseAt(r.at[p], p, fmt.Sprintf("The service has %d volumes and places in memory.", n), fmt.Sprintf("Write at most %d.", maxPlaces))
		}
		for _, d := range s.DependsOn {
			_, half := r.at["services."+d.Service+".healthcheck"]
			if at := p + ".depends_on." + d.Service; d.Condition == sandbox.Healthy && by[d.Service].Health == nil && (!half || !r.tainted) {
				r.refuseAt(r.at[at], at, "The service "+d.Service+" has no health check, and so is never healthy.", "Write a healthcheck with a test for "+d.Service+".")
			}
		}
		sum.Memory += max(s.Share.Memory, 6<<20)
		sum.CPU += max(s.Share.CPU, 1)
		sum.Pids += max(s.Share.Pids, 1)
	}
	l := spec.Limits
	over := func(what, asked, has string) {
		r.refuseAt(r.at["services"], "services", "Together the services ask for "+asked+" of "+what+", and the sandbox has "+has+".", "Lower the limits under deploy.resources.limits, or choose a larger size.")
	}
	if sum.Memory > l.Memory {
		over("memory", inBytes(sum.Memory), inBytes(l.Memory))
	}
	if sum.CPU > l.CPU {
		over("processor", decimal(sum.CPU), decimal(l.CPU))
	}
	if sum.Pids > l.Pids {
		over("processes", fmt.Sprint(sum.Pids), fmt.Sprint(l.Pids))
	}
	if circle := spec.Circle(); circle != "" {
		p := "services." + circle
		if _, ok := r.at[p+".depends_on"]; ok {
			p += ".depends_on"
		}
		r.refuseAt(r.at[p], p, "The service "+circle+" waits for itself, by way of those it depends on.", "Take one of the services out of the circle.")
	}
	if len(r.refused) == 0 {
		r.checkSpec(spec)
	}
}

// checkSpec asks the sandbox itself, with an id and images in place: what the grammar
// lets through must be a specification.
func (r *reading) checkSpec(spec sandbox.Spec) {
	spec.ID = "check"
	spec.Services = slices.Clone(spec.Services)
	for i := range spec.Services {
		spec.Services[i].Image = "sha256:" + strings.Repeat("0", 64)
	}
	if err := spec.Check(); err != nil {
		r.refuseAt(r.at["services"], "services", policy.Shown(err.Error())+".", "Put right what is named.")
	}
}
