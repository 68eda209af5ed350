package docker

import (
	"errors"
	"fmt"
	"strings"

	"github.com/containerd/errdefs"

	"innovationden/sandbox"
)

// unknown is what a caller sees when it left before the engine had answered.
func unknown(err error) error {
	return fmt.Errorf("%w in time: %w", sandbox.ErrUnavailable, err)
}

// explain puts an engine's error into the words of the contract.
func explain(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case isOurs(err):
		return err
	case silent(err):
		return fmt.Errorf("%w: %s: %w", sandbox.ErrUnavailable, what, err)
	case inWords(what, err) != "":
		return fmt.Errorf("%w: %s", sandbox.ErrImage, inWords(what, err))
	case says(err, "no space left on device", "cannot allocate memory", "resource temporarily unavailable",
		"too many open files", "disk quota exceeded"):
		return fmt.Errorf("%w: %s: %w", sandbox.ErrFull, what, err)
	case says(err, "no such image"):
		return fmt.Errorf("%w: %s: %w", sandbox.ErrNoImage, what, err)
	case says(err, "no command specified", "executable file not found", "exec format error", "exec: \"", "unable to find user",
		"unable to find group", "no matching entries in passwd file", "does not match the detected host platform"):
		return fmt.Errorf("%w: %s: %w", sandbox.ErrImage, what, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// silence is what a look that failed amounts to: nothing is known.
func silence(what string, err error) error {
	if err == nil || isOurs(err) {
		return err
	}
	return fmt.Errorf("%w: %s: %w", sandbox.ErrUnavailable, what, err)
}

// silent says that the engine did not answer at all, or is about to stop.
func silent(err error) bool {
	if errdefs.IsUnavailable(err) || errdefs.IsCanceled(err) || errdefs.IsDeadlineExceeded(err) {
		return true
	}
	return !errdefs.IsNotFound(err) && !errdefs.IsConflict(err) && !errdefs.IsInvalidArgument(err) &&
		!errdefs.IsInternal(err) && !errdefs.IsPermissionDenied(err) && !errdefs.IsUnauthorized(err) &&
		!errdefs.IsNotModified(err) && !errdefs.IsUnknown(err) && !errdefs.IsNotImplemented(err)
}

func isOurs(err error) bool {
	for _, one := range []error{
		sandbox.ErrUnavailable, sandbox.ErrNoImage, sandbox.ErrSpec, sandbox.ErrFull, sandbox.ErrGone, sandbox.ErrBroken, sandbox.ErrImage,
	} {
		if errors.Is(err, one) {
			return true
		}
	}
	return false
}

func says(err error, phrases ...string) bool {
	text := strings.ToLower(err.Error())
	for _, p := range phrases {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}
