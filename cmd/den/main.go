// Command den is Innovation Den: the server, its demo, and the commands that speak to
// a running den. It alone knows the operating system, signals and the clock, and it
// wires every room to the next.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // schedules in local time need the zones on every host

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
)

// version is set by the build.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// Exit codes, for scripts.
const (
	exitDone     = 0
	exitFailed   = 1 // it was refused, or what was checked is not so
	exitUsage    = 2 // the words of the command are off
	exitNotFound = 3 // there is no such thing, or it is not yours
	exitDown     = 4 // no den answers, or its engine does not
)

// run is the whole program. Tests call it in their own process.
func run(ctx context.Context, args []string, getenv func(string) string, std streams) int {
	root := newRoot(getenv, std) //nolint:contextcheck // commands take that of ExecuteContext
	root.SetArgs(args)
	c, err := root.ExecuteContextC(ctx)
	err = of(c, err)
	if err == nil {
		return exitDone
	}
	var said *saidError
	if !errors.As(err, &said) {
		_, _ = fmt.Fprintln(std.err, "den: "+err.Error())
	}
	return exitCode(err)
}

// saidError is a failure that the command has already told of.
type saidError struct{ code int }

func (e *saidError) Error() string { return "" }

// usageError is a command whose words are off.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func exitCode(err error) int {
	var said *saidError
	var usage usageError
	switch {
	case errors.As(err, &said):
		return said.code
	case errors.As(err, &usage):
		return exitUsage
	}
	switch den.KindOf(err) {
	case den.NotFound:
		return exitNotFound
	case den.Down, den.Busy, den.TooSoon:
		return exitDown
	case den.Invalid, den.Denied, den.Unknown, den.Conflict, den.NotYet, den.Stale, den.Full, den.Internal:
	}
	return exitFailed
}

// newRoot is every command of the program. Each file of this folder adds its own.
func newRoot(getenv func(string) string, std streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "den",
		Short: "Try new technology in sealed, short-lived sandboxes, and record what you found",
		Long: `Innovation Den lets a government department try new technology without fear.
Suppliers' products run side by side in sealed sandboxes, people assess them by one
scheme, and everything is removed on time, with proof that nothing was left.

Start with "den demo". To run a den, see "den serve --help".`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version,
	}
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w. See %q", err, c.CommandPath()+" --help")}
	})
	root.AddCommand(newServe(getenv, std), newDemo(getenv, std), newCheck(getenv, std), newRestore(std), newConfig(std), newSample(getenv, std))
	group(root, clientCommands(getenv, std)...)
	strict(root)
	return root
}
