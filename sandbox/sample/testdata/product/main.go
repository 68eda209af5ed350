// Command product serves a sample product as the den does, for the tests.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata"

	"innovationden/sandbox/sample"
)

// run makes the executable of each run of the tests one of its own.
var run string

func main() {
	if len(os.Args) != 4 || os.Args[1] != "sample" || os.Args[2] != "serve" {
		fmt.Fprintln(os.Stderr, "use: sample serve NAME", run)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := sample.Serve(ctx, os.Args[3], os.Getenv, time.Now, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
