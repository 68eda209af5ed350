package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

// serviceUser is a number that nobody on a machine has.
const serviceUser = 64123

// asService has a den run as configs/den.service runs it: as a user of its own in the
// group of the engine's socket, with the capabilities that the unit grants and no others.
func (s *served) asService(e *private) {
	s.t.Helper()
	unit, err := os.ReadFile("../../configs/den.service")
	must(s.t, err)
	granted := regexp.MustCompile(`(?m)^AmbientCapabilities=(.*)$`).FindSubmatch(unit)
	if granted == nil {
		s.t.Fatal("the unit grants nothing")
	}
	caps := "-all"
	for _, one := range strings.Fields(string(granted[1])) {
		caps += ",+" + strings.ToLower(strings.TrimPrefix(one, "CAP_"))
	}
	socket, err := user.LookupGroup("docker")
	must(s.t, err)
	gid, err := strconv.Atoi(socket.Gid)
	must(s.t, err)
	must(s.t, os.Chmod(e.dir, 0o711))
	must(s.t, os.Chown(filepath.Join(e.dir, "s"), 0, gid))
	s.data = filepath.Join(e.dir, "records")
	must(s.t, os.Mkdir(s.data, 0o700))
	must(s.t, os.Chown(s.data, serviceUser, serviceUser))
	program := filepath.Join(e.dir, "program")
	from, err := os.Open(binary(s.t))
	must(s.t, err)
	to, err := os.OpenFile(program, os.O_CREATE|os.O_WRONLY, 0o755)
	must(s.t, err)
	_, err = io.Copy(to, from)
	must(s.t, errors.Join(err, from.Close(), to.Close()))
	number := strconv.Itoa(serviceUser)
	s.wrap = []string{"setpriv", "--reuid", number, "--regid", number, "--groups", socket.Gid, "--no-new-privs", "--bounding-set", caps, "--inh-caps", caps, "--ambient-caps", caps,
		"sh", "-c", `shift; exec "$0" "$@"`, program}
}

// holdsAsRoot says that the host page has the warnings of this engine and none of the den.
func (s *served) holdsAsRoot() {
	s.t.Helper()
	s.await("the host to be known", func() error {
		host, err := s.client().GetHostWithResponse(s.t.Context())
		s.answered(err, host != nil && host.JSON200 != nil, func() []byte { return host.Body })
		if !host.JSON200.Up {
			return errors.New("the engine is not up")
		}
		for _, w := range host.JSON200.Warnings {
			for _, engine := range []string{"AppArmor is not in force", "User namespaces are not in force", "The engine cannot bound a sandbox's writable layer. The den watches", "on this engine"} {
				if strings.Contains(w, engine) {
					w = ""
				}
			}
			if w != "" {
				s.t.Errorf("as a service the den cannot do what it does as root: %s", w)
			}
		}
		return nil
	})
}

// Under systemd the den is no root. What is over ends all the same while the engine is
// dead, also where the den was itself started anew meanwhile and has no namespace open; what
// is not over runs on.
func TestTheServiceEndsWhatIsOverWithoutTheEngine(t *testing.T) {
	t.Parallel()
	e := newPrivate(t)
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=0")
	s.host = e.host()
	s.asService(e)
	s.start()
	s.holdsAsRoot()
	release := s.offer(product(t, program(t), "serve"))
	stays, first, second := s.begin(time.Hour, release), s.begin(time.Hour, release), s.begin(time.Hour, release)
	for _, one := range []string{stays, first, second} {
		s.becomes(one, contract.PhaseLive)
	}
	running := e.running()
	e.kill()
	end := func(trial string, want int) {
		box, err := s.box(trial)
		must(t, err)
		ended, err := s.client().EndSandboxWithResponse(t.Context(), box.Id, nil, contract.Reason{})
		s.answered(err, ended != nil && ended.StatusCode() < 300, func() []byte { return ended.Body })
		s.await("what is over to have ended without the engine, and nothing else", func() error {
			if got := running.ended(); got != want {
				return fmt.Errorf("%d of its %d first processes have ended, want %d", got, len(running), want)
			}
			return nil
		})
	}
	end(first, 2)
	s.kill()
	s.start()
	end(second, 4)
	e.start() // its socket is of the group again
	for _, one := range []string{first, second} {
		s.becomes(one, contract.PhaseEnded)
	}
	s.afterwards(stays)
}
