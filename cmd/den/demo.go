package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"innovationden/configs"
)

func newDemo(getenv func(string) string, std streams) *cobra.Command {
	d := demo{std: std, getenv: getenv}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show a whole trial: two products side by side, on real Docker",
		Long: `Start a den with invented people, suppliers and two example products, start a trial of
both, and serve it on this machine alone until you stop it. Everything it made is
removed at the end.

With --exit it plays the whole story by itself: both products are launched, opened
through their addresses, assessed, ended and removed. It exits 0 only if every step
happened and nothing is left.`,
		Example: "  den demo\n  den demo --exit --json",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return d.run(c.Context()) },
	}
	c.Flags().BoolVar(&d.exit, "exit", false, "play the story without a person, then stop")
	c.Flags().BoolVar(&d.json, "json", false, "with --exit: print what happened as one JSON document")
	c.Flags().StringVar(&d.data, "data", "", "folder of the demo's records, new or of an earlier demo; emptied at the start and at the end")
	c.Flags().StringVar(&d.address, "listen", "", "loopback address and port (127.0.0.1:8080; with --exit any that is free)")
	return c
}

type demo struct {
	std     streams
	getenv  func(string) string
	exit    bool
	json    bool
	data    string
	address string
}

// demoPatience bounds the story without a person.
const demoPatience = 45 * time.Second

func (d demo) run(ctx context.Context) (err error) {
	config, err := d.settings()
	if err != nil {
		return err
	}
	h, err := d.open(ctx, config)
	if err != nil {
		return err
	}
	var left error // what could not be removed: the folder names it to the next demo
	defer func() {
		if left != nil {
			h.close()
			return
		}
		err = errors.Join(err, h.clear())
	}()
	listener, err := h.listen(ctx)
	if err != nil {
		return err
	}
	if d.exit {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, demoPatience)
		defer stop()
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- h.run(running, listener) }()
	defer func() { stop(); err = errors.Join(err, <-ended) }()
	defer func() { left = h.drain(ctx); err = errors.Join(err, left) }()

	if d.exit {
		return d.play(ctx, h)
	}
	return d.show(ctx, h, ended)
}

// show starts the trial and serves it until somebody stops it.
func (d demo) show(ctx context.Context, h *house, ended chan error) error {
	s := story{house: h}
	if err := s.setUp(ctx); err != nil {
		return err
	}
	if err := s.launch(ctx); err != nil {
		return err
	}
	if err := s.assess(ctx); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(d.std.out, `
Innovation Den is running. Open

    %s

and choose who you want to be. Two products of two suppliers are running side by
side: %s and %s. Each is sealed: nothing in it can reach the internet or this
machine. One is removed in %s, the other in %s, with a receipt.

Press Ctrl-C to stop. Everything is removed then.
`, h.config.Public(), s.products[0].Title, s.products[1].Title, spoken(showFirst), spoken(showSecond))
	select {
	case <-ctx.Done():
		_, _ = fmt.Fprintln(d.std.out, "\nRemoving everything …")
		return nil
	case err := <-ended:
		ended <- nil
		return err
	}
}

// play tells the story without a person and says what happened.
func (d demo) play(ctx context.Context, h *house) error {
	s := story{house: h}
	told, err := s.play(ctx)
	if d.json {
		if err := document(d.std.out, told); err != nil {
			return err
		}
	} else {
		told.print(d.std.out)
	}
	if err == nil && !told.OK {
		err = errors.New("not everything happened as it must; see above")
	}
	return err
}

// ofRealDens begin the variables that name what belongs to a real den: a demo is not found
// there, writes nothing there, and posts nothing there.
var ofRealDens = []string{"DEN_BACKUP_", "DEN_DATA", "DEN_LISTEN", "DEN_NOTICES_MAIL", "DEN_PUBLIC_URL", "DEN_RECORD_", "DEN_SANDBOX_DOMAIN", "DEN_SIGN_IN_PROVIDER_", "DEN_TLS_"}

// ownName is the installation of a demo beside a den of that name, because a demo removes
// everything of its own from the engine; empty: one is made in the demo's folder.
func ownName(installation string) string {
	const after, most = "-demo", 32 // as long as an installation's name may be
	if installation == "" {
		return ""
	}
	return strings.TrimRight(installation[:min(len(installation), most-len(after))], "-") + after
}

// settings are the built-in ones, on loopback, with a folder of the demo's own.
func (d demo) settings() (configs.Config, error) {
	config, err := configs.Load("", func(name string) string {
		if slices.ContainsFunc(ofRealDens, func(begin string) bool { return strings.HasPrefix(name, begin) }) {
			return ""
		}
		return d.getenv(name)
	})
	if err != nil {
		return config, usageError{err}
	}
	config.Listen, config.Data = d.address, d.data
	config.Engine.Installation = ownName(config.Engine.Installation)
	config.Log.Level = "error"
	if level := d.getenv("DEN_LOG_LEVEL"); level != "" {
		config.Log.Level = level
	}
	if config.Listen == "" {
		config.Listen = "127.0.0.1:8080"
		if d.exit {
			config.Listen = "127.0.0.1:0"
		}
	}
	if config.Data == "" {
		name := "innovation-den-demo"
		if d.exit {
			name = fmt.Sprintf("innovation-den-demo-%d", os.Getpid())
		}
		config.Data = filepath.Join(os.TempDir(), name)
	}
	if err := loopback(&config); err != nil {
		return config, usageError{err}
	}
	if err := config.Validate(); err != nil {
		return config, usageError{err}
	}
	return config, nil
}

// loopback refuses to show the demo, in which anybody can be anybody, to other
// machines, and chooses a free port where none was named.
func loopback(config *configs.Config) error {
	host, port, err := net.SplitHostPort(config.Listen)
	ip := net.ParseIP(host)
	if err != nil || ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("the demo listens on loopback only, such as 127.0.0.1:8080, not %q: on it anybody can be anybody", config.Listen)
	}
	if port != "0" {
		return nil
	}
	listener, err := net.Listen("tcp", config.Listen) //nolint:noctx // closed at once
	if err != nil {
		return err
	}
	config.Listen = listener.Addr().String()
	return listener.Close()
}
