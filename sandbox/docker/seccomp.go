package docker

import (
	"encoding/json"
	"fmt"

	"github.com/moby/profiles/seccomp"
)

// seccompProfile is the current default of the Moby project, sent inline with every
// container, because an engine's own may be old: that of 20.10 lets AF_VSOCK, which
// knows no namespaces, and io_uring through.
func seccompProfile() (string, error) {
	b, err := json.Marshal(seccomp.DefaultProfile())
	if err != nil {
		return "", fmt.Errorf("write the seccomp profile: %w", err)
	}
	return string(b), nil
}
