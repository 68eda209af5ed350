package sandbox

import "errors"

// What a caller can act on. Test with errors.Is.
var (
	// ErrUnavailable: the engine did not answer, so nothing is known.
	ErrUnavailable = errors.New("the engine does not answer")
	// ErrNoImage: no image of that id or name is on the engine.
	ErrNoImage = errors.New("no such image")
	// ErrSpec: the specification itself is not acceptable.
	ErrSpec = errors.New("not a usable specification")
	// ErrFull: the host has no room for another sandbox (disk, memory, processes).
	ErrFull = errors.New("the host is full")
	// ErrGone: the sandbox has no namespace to speak to.
	ErrGone = errors.New("the sandbox is not there")
	// ErrBroken: what is there cannot be completed; remove it first.
	ErrBroken = errors.New("the sandbox cannot be completed")
	// ErrImage: the image cannot be run here (platform, no command, a bad archive).
	ErrImage = errors.New("the image cannot be run")
)
