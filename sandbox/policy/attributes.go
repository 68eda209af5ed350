package policy

import (
	"maps"
	"slices"
	"strings"
)

// Section is a part of a compose file in which attributes may stand.
type Section string

// The sections that a compose file may have here.
const (
	File         Section = "file"
	Service      Section = "service"
	Deploy       Section = "deploy"
	Resources    Section = "resources"
	Limit        Section = "limits"
	Reservation  Section = "reservations"
	RestartRule  Section = "restart_policy"
	HealthCheck  Section = "healthcheck"
	Dependency   Section = "depends_on"
	Port         Section = "port"
	Mount        Section = "mount"
	VolumeOption Section = "mount volume"
	TmpfsOption  Section = "mount tmpfs"
	Volume       Section = "volume"
	Network      Section = "network"
	Attachment   Section = "attachment"
	FileUse      Section = "file use"
	Config       Section = "config"
	Secret       Section = "secret"
	Ulimit       Section = "ulimit"
	Logging      Section = "logging"
)

// Answer is what the policy says of one attribute. Only an Allowed one may be read.
type Answer struct {
	Allowed         bool
	Known           bool   // to Compose, and refused for a reason of its own
	Reason, Instead string // where it is not
}

// Ask says whether an attribute may stand in a section. One that nothing is said of
// is refused.
func Ask(in Section, name string) Answer {
	if slices.Contains(allowed[in], name) {
		return Answer{Allowed: true}
	}
	if a, ok := refused[in][name]; ok {
		return Answer{Known: true, Reason: a[0], Instead: a[1]}
	}
	known := slices.Clone(allowed[in])
	if close := nearest(name, known); close != "" {
		return Answer{Reason: "The den does not know this attribute here.", Instead: "Did you mean " + close + "?"}
	}
	if slices.Sort(known); len(known) > 12 {
		return Answer{Reason: "The den does not know this attribute here.", Instead: "Remove it."}
	}
	return Answer{Reason: "The den does not know this attribute here.", Instead: "Use only " + strings.Join(known, ", ") + "."}
}

// Allowed lists the attributes that may stand in a section, in order.
func Allowed(in Section) []string { return slices.Sorted(slices.Values(allowed[in])) }

// Refused lists the attributes of a section that are refused with a sentence of
// their own, in order.
func Refused(in Section) []string { return slices.Sorted(maps.Keys(refused[in])) }

// Sections lists the sections, in order.
func Sections() []Section { return slices.Sorted(maps.Keys(allowed)) }

var allowed = map[Section][]string{
	File: {"name", "version", "services", "networks", "volumes", "configs", "secrets"},
	Service: {
		"attach", "cap_add", "cap_drop", "command", "configs", "container_name", "cpus", "depends_on", "deploy", "entrypoint",
		"environment", "expose", "healthcheck", "hostname", "image", "init", "labels", "links", "logging", "mem_limit",
		"networks", "pids_limit", "platform", "ports", "privileged", "profiles", "pull_policy", "read_only", "restart", "scale",
		"secrets", "security_opt", "shm_size", "stop_grace_period", "stop_signal", "tmpfs", "ulimits", "user", "volumes", "working_dir",
	},
	Deploy:       {"labels", "mode", "replicas", "resources", "restart_policy"},
	Resources:    {"limits", "reservations"},
	Limit:        {"cpus", "memory", "pids"},
	Reservation:  {"cpus", "memory"},
	RestartRule:  {"condition", "delay", "max_attempts", "window"},
	HealthCheck:  {"disable", "interval", "retries", "start_interval", "start_period", "test", "timeout"},
	Dependency:   {"condition", "required", "restart"},
	Port:         {"app_protocol", "host_ip", "mode", "name", "protocol", "published", "target"},
	Mount:        {"read_only", "source", "target", "tmpfs", "type", "volume"},
	VolumeOption: {"nocopy"},
	TmpfsOption:  {"mode", "size"},
	Volume:       {"driver", "external", "labels", "name"},
	Network:      {"attachable", "driver", "external", "internal", "labels", "name"},
	Attachment:   {"aliases", "priority"},
	FileUse:      {"gid", "mode", "source", "target", "uid"},
	Config:       {"content", "labels", "name"},
	Secret:       {"content", "labels", "name"},
	Ulimit:       {"hard", "soft"},
	Logging:      {"driver", "options"},
}
