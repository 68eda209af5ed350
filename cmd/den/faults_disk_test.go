package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"innovationden/web/api/contract"
)

// The disk under a den fails in the middle of its work: it does not confirm a change. The
// den says so and ends, rather than go on without knowing, and the next one on that disk
// knows everything that was answered.
func TestADiskThatFailsEndsTheDen(t *testing.T) {
	t.Parallel()
	disk := filepath.Join(t.TempDir(), "disk")
	f, err := os.Create(disk)
	must(t, err)
	must(t, errors.Join(f.Truncate(96<<20), f.Close()))
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", disk).CombinedOutput(); err != nil {
		t.Fatalf("mkfs.ext4: %v\n%s", err, out)
	}
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=0")
	s.wrap = []string{"unshare", "--mount", "--propagation", "private", "sh", "-c", `mount -o loop "$0" "$1" && shift && exec "$@"`, disk, s.data}
	s.start()
	release := s.offer(product(t, program(t), "serve"))
	lives := s.begin(time.Hour, release)
	s.becomes(lives, contract.PhaseLive)

	ctx, client := context.Background(), s.client()
	must(t, shutDown(s.folder()))
	draft, err := client.AddTrialWithResponse(ctx, nil, s.newTrial(time.Hour, release))
	if err == nil && draft.StatusCode() < 500 {
		t.Errorf("on a disk that fails a draft is answered with %d %s", draft.StatusCode(), draft.Body)
	}
	select {
	case <-s.ended:
	case <-time.After(time.Minute):
		t.Fatalf("the den goes on\n%s", s.log)
	}
	const say = "the disk did not confirm a change"
	if code := s.process.ProcessState.ExitCode(); code == exitDone || !strings.Contains(s.log.String(), say) {
		t.Errorf("it ended with %d and said\n%s", code, s.log)
	}

	s.start() // which mounts the disk again
	s.becomes(lives, contract.PhaseLive)
	must(t, s.settle(account{trial: lives, started: true, live: true}))
	if !t.Failed() {
		t.Log("figure: 1 disk that failed under a den, 0 violations")
	}
}

// shutDown makes a mounted file system refuse everything from now on, with FS_IOC_SHUTDOWN
// and without a flush of its log.
func shutDown(folder string) error {
	const shutdown, noLogFlush = 0x8004587d, 2 // include/uapi/linux/fs.h
	dir, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	if err := unix.IoctlSetPointerInt(int(dir.Fd()), shutdown, noLogFlush); err != nil {
		return fmt.Errorf("shutting the file system down: %w", err)
	}
	return nil
}
