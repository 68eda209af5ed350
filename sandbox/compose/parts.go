package compose

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/policy"
)

// decimal writes thousandths as a number of processors.
func decimal(thousandths int64) string {
	s := fmt.Sprintf("%d.%03d", thousandths/1000, thousandths%1000)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

var decimalForm = regexp.MustCompile(`^[0-9]{0,4}(\.[0-9]{0,9})?$`)

func thousandthsOf(s string) (int64, bool) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !decimalForm.MatchString(s) {
		return 0, false
	}
	return int64(v*1000 + 0.5), true
}

func dependsOn(r *reading, p string, n *node) any {
	out := map[string]any{}
	if n.kind == mapping {
		one := object(policy.Dependency, map[string]rule{
			"condition": oneOf(string(sandbox.Started), string(sandbox.Healthy), string(sandbox.Completed)),
			"required":  truth,
			"restart":   truth,
		})
		for _, e := range n.entries {
			at := below(p, e.name)
			r.at[at] = e.spot
			r.refs = append(r.refs, reference{spot: e.spot, path: at, to: "services", name: e.name})
			asked := map[string]any{"condition": string(sandbox.Started), "required": true}
			if !e.value.null {
				given, _ := one(r, at, e.value).(map[string]any)
				for k, v := range given {
					asked[k] = v
				}
			}
			delete(asked, "restart") // the den restarts a service by its own policy
			out[e.name] = asked
		}
		return out
	}
	many(maxPlaces, func(r *reading, at string, n *node) any {
		if name, ok := r.word(at, n); ok {
			r.refer(at, n, "services", name)
			r.at[below(p, name)] = n.spot
			out[name] = map[string]any{"condition": string(sandbox.Started), "required": true}
		}
		return nil
	})(r, p, n)
	return out
}

func linkTo(r *reading, p string, n *node) any {
	s, ok := r.word(p, n)
	if !ok {
		return nil
	}
	name, alias, given := strings.Cut(s, ":")
	r.refer(p, n, "services", name)
	alias = strings.ToLower(alias)
	if given && sandbox.CheckHost(alias) != nil {
		r.refuse(p, n, policy.Shown(alias)+" cannot be the name of a host.", "Use 1 to 63 letters, digits, \".\", \"-\" and \"_\", and not localhost.")
		return nil
	}
	from := serviceOf(p)
	r.links[from] = append(r.links[from], link{service: name, alias: alias})
	return nil
}

func deploy() rule {
	limits := object(policy.Limit, map[string]rule{
		"cpus": processors, "memory": size(memoryBounds),
		"pids": whole(func(r *reading) (int64, int64) { return 1, r.opts.Limits.Pids }),
	})
	reserved := object(policy.Reservation, map[string]rule{
		"cpus":   processors,
		"memory": size(func(r *reading) (int64, int64) { return 0, r.opts.Limits.Memory }),
	})
	again := object(policy.RestartRule, map[string]rule{
		"condition":    oneOf("none", "on-failure", "any"),
		"max_attempts": whole(fixed(0, sandbox.MaxRestarts)),
		"delay":        nothing("The den itself chooses how long to wait before it starts a service again."),
		"window":       nothing("The den itself chooses how long to wait before it starts a service again."),
	})
	return object(policy.Deploy, map[string]rule{
		"labels":         labels,
		"mode":           oneOf("replicated"),
		"replicas":       whole(fixed(1, 1)),
		"resources":      object(policy.Resources, map[string]rule{"limits": limits, "reservations": reserved}),
		"restart_policy": again,
	})
}

func health() rule {
	return object(policy.HealthCheck, map[string]rule{
		"disable":        truth,
		"interval":       span(time.Second, sandbox.MaxInterval),
		"retries":        whole(fixed(1, sandbox.MaxRetries)),
		"start_interval": span(time.Second, sandbox.MaxInterval),
		"start_period":   span(0, sandbox.MaxStartPeriod),
		"test":           healthTest,
		"timeout":        span(100*time.Millisecond, sandbox.MaxTimeout),
	})
}

func healthTest(r *reading, p string, n *node) any {
	if n.kind != list {
		s, ok := r.word(p, n)
		switch {
		case !ok:
			return nil
		case strings.TrimSpace(s) == "" || len(s) > 4096:
			r.refuse(p, n, "The command is empty or too long.", "Write a command of at most 4096 bytes.")
			return nil
		}
		return []any{"CMD-SHELL", s}
	}
	words, _ := many(maxWords, text(anyWord))(r, p, n).([]any)
	if len(words) != len(n.items) {
		return nil
	}
	first := ""
	if len(words) > 0 {
		first, _ = words[0].(string)
	}
	switch {
	case first == "NONE" && len(words) == 1, first == "CMD" && len(words) > 1, first == "CMD-SHELL" && len(words) == 2:
		return words
	}
	r.refuse(p, n, "The test is not one that the engine can run.", `Write ["CMD", program, argument …], ["CMD-SHELL", "command"] or ["NONE"].`)
	return nil
}

func networksOf(r *reading, p string, n *node) any {
	out := map[string]any{}
	if n.kind == mapping {
		one := object(policy.Attachment, map[string]rule{
			"aliases": many(sandbox.MaxAliases, host), "priority": nothing(""),
		})
		for _, e := range n.entries {
			at := below(p, e.name)
			r.refs = append(r.refs, reference{spot: e.spot, path: at, to: "networks", name: e.name})
			out[e.name] = map[string]any{}
			if !e.value.null {
				if v := one(r, at, e.value); v != nil {
					out[e.name] = v
				}
			}
		}
		return out
	}
	many(maxPlaces, func(r *reading, at string, n *node) any {
		if name, ok := r.word(at, n); ok {
			r.refer(at, n, "networks", name)
			out[name] = map[string]any{}
		}
		return nil
	})(r, p, n)
	return out
}

// portForm is [[address:]host ports:]ports[/protocol].
var portForm = regexp.MustCompile(`^(?:(?:[0-9.]+:|\[[0-9a-fA-F:.]+\]:)?(?:[0-9]{1,5}(?:-[0-9]{1,5})?)?:)?([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/(tcp|udp))?$`)

// port gives the ports inside the service that a short form declares, first-last.
func port(r *reading, p string, n *node) any {
	s, ok := r.word(p, n)
	if !ok {
		return nil
	}
	m := portForm.FindStringSubmatch(s)
	if m == nil {
		r.refuse(p, n, policy.Shown(s)+" is not a port.", "Enter the port inside the service, as in 8080 or 8080/tcp.")
		return nil
	}
	first, _ := strconv.Atoi(m[1])
	last := first
	if m[2] != "" {
		last, _ = strconv.Atoi(m[2])
	}
	switch {
	case first < 1 || last > 65535 || last < first:
		r.refuse(p, n, policy.Shown(s)+" is not a port.", "Enter a number between 1 and 65535.")
		return nil
	case last-first >= sandbox.MaxPorts:
		r.refuse(p, n, fmt.Sprintf("It declares %d ports.", last-first+1), fmt.Sprintf("Declare at most %d.", sandbox.MaxPorts))
		return nil
	case m[3] == "udp":
		r.note(p, n.spot, "Visitors reach TCP ports alone. The services reach this one among themselves.")
		return nil
	}
	return fmt.Sprintf("%d-%d", first, last)
}

func ports() rule {
	long := object(policy.Port, map[string]rule{
		"app_protocol": nothing(""), "host_ip": nothing(""), "name": nothing(""), "published": nothing(""),
		"mode":     oneOf("ingress"),
		"protocol": oneOf("tcp", "udp"),
		"target":   port,
	})
	return func(r *reading, p string, n *node) any {
		v := many(sandbox.MaxPorts, func(r *reading, p string, n *node) any {
			if n.kind != mapping {
				return port(r, p, n)
			}
			one, _ := long(r, p, n).(map[string]any)
			if n.get("target") == nil || n.get("target").null {
				r.refuse(p, n, "The port names no target.", "Write target: and the port inside the service.")
			}
			if one["protocol"] == "udp" {
				r.note(p, n.spot, "Visitors reach TCP ports alone. The services reach this one among themselves.")
				return nil
			}
			return one["target"]
		})(r, p, n)
		r.note(p, n.spot, "Nothing is published on the host. Visitors come through the den's own address.")
		r.keepPorts(p, n, v)
		return nil
	}
}

func expose(r *reading, p string, n *node) any {
	r.keepPorts(p, n, many(sandbox.MaxPorts, port)(r, p, n))
	return nil
}

// keepPorts adds what port gave to the ports of the service.
func (r *reading) keepPorts(p string, n *node, spans any) {
	service := serviceOf(p)
	all, _ := spans.([]any)
	for _, one := range all {
		s, _ := one.(string)
		from, to, _ := strings.Cut(s, "-")
		first, _ := strconv.Atoi(from)
		last, _ := strconv.Atoi(to)
		for ; first != 0 && first <= last; first++ {
			if !slices.Contains(r.ports[service], first) {
				r.ports[service] = append(r.ports[service], first)
			}
		}
		if len(r.ports[service]) > sandbox.MaxPorts {
			r.refuse(p, n, "The service declares too many ports.", fmt.Sprintf("Declare at most %d.", sandbox.MaxPorts))
			return
		}
	}
}

func ulimits() rule {
	return func(r *reading, p string, n *node) any {
		if n.kind != mapping {
			r.refuse(p, n, "It must be a mapping of limits.", "Write nofile: and a number.")
			return nil
		}
		for _, e := range n.entries {
			at := below(p, e.name)
			most := map[string]int64{"nofile": r.opts.Limits.Files, "nproc": r.opts.Limits.Pids}[e.name]
			if most == 0 {
				r.refuseAt(e.spot, at, "The limit "+policy.Shown(e.name)+" is not one that a service may set.", "Use nofile or nproc, or remove it.")
				continue
			}
			each := whole(fixed(0, most))
			if e.value.kind == mapping {
				object(policy.Ulimit, map[string]rule{"soft": each, "hard": each})(r, at, e.value)
			} else {
				each(r, at, e.value)
			}
			r.note(at, e.spot, "The den sets the limit by the size of the trial.")
		}
		return nil
	}
}
