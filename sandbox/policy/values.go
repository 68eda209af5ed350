package policy

import (
	"regexp"
	"slices"
	"strings"
)

// Capabilities are those that profile standard gives, and so all that a compose file
// may ask for.
func Capabilities() []string {
	return []string{"CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"}
}

// Capability says whether a compose file may add a capability, written with or
// without CAP_.
func Capability(name string) bool {
	return slices.Contains(Capabilities(), strings.TrimPrefix(strings.ToUpper(name), "CAP_"))
}

// ReservedLabel says whether a label claims to be the den's, or the engine's own.
func ReservedLabel(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "innovationden.") || strings.HasPrefix(name, "com.docker.") || strings.HasPrefix(name, "io.containerd.")
}

// OurLabel says whether a label of an image claims to be the den's. Labels of tools
// that build images (com.docker.…) are usual in images and mean nothing here.
func OurLabel(name string) bool { return strings.HasPrefix(strings.ToLower(name), "innovationden.") }

var (
	imageName = regexp.MustCompile(`^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?/)?` +
		`[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*` +
		`(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`)
	imageID = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// ImageName says whether a text names an image: [host[:port]/]name[:tag][@digest], or
// an image id (distribution/reference, grammar).
func ImageName(s string) bool {
	return len(s) <= 255 && (imageID.MatchString(s) || imageName.MatchString(s))
}
