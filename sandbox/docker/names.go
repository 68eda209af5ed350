package docker

import (
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"

	"innovationden/sandbox"
	"innovationden/sandbox/policy"
)

// The labels of everything that the den makes. An image that carries one with the
// prefix is refused, for its labels become those of its containers.
const (
	labelPrefix       = "innovationden."
	labelInstallation = labelPrefix + "installation"
	labelSandbox      = labelPrefix + "sandbox"
	labelService      = labelPrefix + "service"  // empty for the holder
	labelServices     = labelPrefix + "services" // how many the sandbox has
	labelSpec         = labelPrefix + "spec"     // Spec.Hash
	labelFront        = labelPrefix + "front"    // of the holder on a private network: the service that answers
	labelAddress      = labelPrefix + "address"  // and its address
	labelRestart      = labelPrefix + "restart"  // when a service that ended is started again, and how often
	labelOnce         = labelPrefix + "once"     // a service that others wait for to succeed
	holderName        = "holder"
)

// ours knows what belongs to one installation.
type ours struct{ installation string }

// name has dots between its parts, which none of them can contain.
func (o ours) name(id sandbox.ID, part string) string { return o.prefix(id) + part }

func (o ours) prefix(id sandbox.ID) string {
	return "den-" + o.installation + "." + string(id) + "."
}

func (o ours) labels(id sandbox.ID) map[string]string {
	return map[string]string{labelInstallation: o.installation, labelSandbox: string(id)}
}

func (o ours) filter() filters.Args {
	return filters.NewArgs(filters.Arg("label", labelInstallation+"="+o.installation))
}

func (o ours) filterOf(id sandbox.ID) filters.Args {
	f := o.filter()
	f.Add("label", labelSandbox+"="+string(id))
	return f
}

// owns says whether something is ours: labels alone are not enough, for a stranger's
// image may carry them, and a name alone is not, for anybody may choose it.
func (o ours) owns(labels map[string]string, name string) (sandbox.ID, bool) {
	id := sandbox.ID(labels[labelSandbox])
	if labels[labelInstallation] != o.installation || id.Check() != nil {
		return "", false
	}
	return id, strings.HasPrefix(strings.TrimPrefix(name, "/"), o.prefix(id))
}

func (o ours) ownsContainer(c container.Summary) (sandbox.ID, string, bool) {
	for _, n := range c.Names {
		if id, ok := o.owns(c.Labels, n); ok {
			return id, strings.TrimPrefix(n, "/"), true
		}
	}
	return "", "", false
}

// tag is the name under which an image is kept.
func (o ours) tag(imageID string) string {
	hash := strings.TrimPrefix(imageID, "sha256:")
	return o.kept() + ":" + hash[:min(len(hash), 24)]
}

// kept is the name that all images have which are kept.
func (o ours) kept() string { return "den-" + o.installation + "/kept" }

func reserved(labels map[string]string) (found []string) {
	for k := range labels {
		if policy.OurLabel(k) {
			found = append(found, k)
		}
	}
	return found
}
