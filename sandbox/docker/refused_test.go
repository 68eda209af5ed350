package docker

import (
	"errors"
	"strings"
	"testing"

	"innovationden/sandbox"
)

// What engines say of an image that cannot be started, taken from Engine 20.10 and 28.
func TestAnImageThatCannotStartIsSaidInWords(t *testing.T) {
	const runc = "Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
	for says, want := range map[string]string{
		runc + `exec: "/nothere": stat /nothere: no such file or directory: unknown.`:              `the program that it starts, "/nothere", is not in it.`,
		runc + `exec: "server": executable file not found in $PATH: unknown.`:                      `the program that it starts, "server", is not in it.`,
		runc + `exec: "/s6": permission denied: unknown.`:                                          `the program that it starts, "/s6", may not be executed`,
		runc + `exec /s7: permission denied: unknown.`:                                             `the program that it starts, "/s7", may not be executed`,
		runc + `error during container init: exec: "/s8": permission denied: unknown`:              `the program that it starts, "/s8", may not be executed`,
		runc + `chdir to cwd ("/root") set in config.json failed: permission denied`:               `the user that it runs as may not enter the folder that it works in, "/root"`,
		"Error response from daemon: unable to find user acme: no matching entries in passwd file": `its user "acme" is not in the image's /etc/passwd.`,
		"Error response from daemon: No command specified":                                         "it says nothing of what to start.",
	} {
		err := explain("start service web", engineSays(says))
		if !errors.Is(err, sandbox.ErrImage) || !strings.Contains(err.Error(), "in the service web, "+want) || strings.Contains(err.Error(), "runc") {
			t.Errorf("%s\nis said as %v", says, err)
		}
		if alone := explain("start service product", engineSays(says)).Error(); strings.Contains(alone, "in the service") || !strings.Contains(alone, want) {
			t.Errorf("%s\nof an image alone is said as %s", says, alone)
		}
	}
	if err := explain("start service web", engineSays(runc+"cannot set up the cgroup: unknown")); errors.Is(err, sandbox.ErrImage) {
		t.Errorf("what is no fault of the image is said to be one: %v", err)
	}
}
