package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"innovationden/configs"
	"innovationden/orchestrator"
	"innovationden/orchestrator/bolt"
	"innovationden/orchestrator/den"
	"innovationden/orchestrator/files"
	"innovationden/orchestrator/ledger"
	"innovationden/sandbox"
	"innovationden/sandbox/docker"
	"innovationden/sandbox/registry"
	"innovationden/web"
	"innovationden/web/api"
	"innovationden/web/gateway"
)

func newServe(getenv func(string) string, std streams) *cobra.Command {
	var file, data, listen string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the den",
		Long: `Run the den until it is told to stop. Without a settings file it listens on
127.0.0.1:8080 and keeps its records in /var/lib/den. It needs root, or CAP_SYS_ADMIN,
CAP_SYS_PTRACE, CAP_NET_ADMIN and CAP_KILL with the host's view of processes, and a
Docker Engine.

A variable DEN_<SECTION>_<SETTING> wins over the settings file. One that is no setting is
refused, but for DEN_URL and DEN_TOKEN, which are of the commands that speak to a den.

Sandboxes run on while the den is stopped; what was due meanwhile is done at the start.`,
		Example: "  den serve\n  den serve --config /etc/den/den.yaml\n  den serve --data ./data --listen 127.0.0.1:9000",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := configs.Mistyped(os.Environ()); err != nil {
				return usageError{err}
			}
			config, err := configs.Load(file, getenv)
			if err != nil {
				return usageError{err}
			}
			if data != "" {
				config.Data = data
			}
			if listen != "" {
				config.Listen = listen
			}
			if err := config.Validate(); err != nil {
				return usageError{fmt.Errorf("the settings cannot be used:\n%w", err)}
			}
			return serve(c.Context(), config, std)
		},
	}
	c.Flags().StringVar(&file, "config", "", "settings file (YAML); see den config")
	c.Flags().StringVar(&data, "data", "", "folder of the records, instead of the one in the settings")
	c.Flags().StringVar(&listen, "listen", "", "address and port, instead of the one in the settings")
	return c
}

// serve opens the house, says where it is, and runs it until ctx ends.
func serve(ctx context.Context, config configs.Config, std streams) error {
	debug.SetGCPercent(20) // what the start throws away must not spread what stays
	log := newLog(config.Log, std.err)
	h, err := openHouse(config, log, false) //nolint:contextcheck // it only wires; requests bring their own
	if err != nil {
		return err
	}
	defer h.close()
	listener, err := h.listen(ctx)
	if err != nil {
		return err
	}
	if err := h.writeToken(ctx); isFull(err) {
		log.Error("the token of the command line was not kept", "error", err)
	} else if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := h.greet(ctx, std.out); err != nil {
		return errors.Join(err, listener.Close())
	}
	return h.run(ctx, listener)
}

// house is every room, wired.
type house struct {
	config  configs.Config
	log     *slog.Logger
	store   *bolt.DB
	key     *ledger.Key
	runtime *docker.Runtime
	offers  *offers

	installation string
	files        *files.Shelf
	registry     *registry.Registry
	den          *orchestrator.Orchestrator
	gateway      *gateway.Gateway
	programs     *api.API
	handler      http.Handler
	certs        *certificates
}

// openHouse wires the rooms. It asks the engine nothing, so it succeeds while the
// engine is down.
func openHouse(config configs.Config, log *slog.Logger, demo bool) (h *house, err error) {
	h = &house{config: config, log: log}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	if err := os.MkdirAll(config.Data, 0o700); err != nil {
		return h, fmt.Errorf("the data folder cannot be made: %w", err)
	}
	if h.store, err = bolt.Open(config.Path("den.db"), bolt.Options{Now: time.Now}); err != nil {
		return h, err
	}
	if h.key, err = ledger.OpenKey(config.Data, rand.Reader); err != nil {
		return h, err
	}
	h.installation, err = installation(config)
	if err != nil {
		return h, err
	}
	if h.files, err = files.Open(config.Path("files")); err != nil {
		return h, err
	}
	h.offers = newOffers(config.Path(evidenceFile), log)
	if h.registry, err = openRegistry(config, log, func() *orchestrator.Orchestrator { return h.den }); err != nil {
		return h, err
	}
	if h.runtime, err = docker.Open(docker.Config{
		Host: config.Engine.Host, Installation: h.installation, Now: time.Now, Log: log, Notes: config.Path(notesFolder), Offer: h.offers.offer, Withdraw: h.offers.withdraw,
	}); err != nil {
		return h, err
	}
	return h, h.wire(demo)
}

// wire hands the rooms to each other.
func (h *house) wire(demo bool) error {
	table := gateway.NewTable()
	publish := &publisher{table: table, now: time.Now, log: h.log}
	visits := gateway.NewVisits(gateway.VisitRules{Clock: time.Now, Random: rand.Reader, Still: publish.still})
	publish.visits = visits
	c := h.config
	spare := c.Sandboxes.SpareCells
	if spare == 0 {
		spare = -1
	}
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return err
	}
	senders, err := openSenders(c, h.log)
	if err != nil {
		return err
	}
	witness, err := openOutside(c, h.log)
	if err != nil {
		return err
	}
	keeps := c.Retention.Rules()
	ticks, run := hostTicks()
	h.den = orchestrator.New(orchestrator.Config{
		Witness: witness, Keeps: &keeps,
		Store: h.store, Runtime: h.runtime, Images: h.runtime, Now: time.Now, Ticks: ticks, Machine: run, NewID: newIDs(time.Now), Secret: newSecret, Name: newName,
		Sizes: c.Sizes, Schemes: c.Schemes, Vocabulary: c.Vocabulary, OpenTechmap: c.Techmap.Public, DefaultScheme: c.Trials.Scheme, DefaultSize: c.Trials.Size,
		DefaultLength: c.Trials.Length.Span(), LongestLength: c.Trials.Longest.Span(),
		StartPatience: c.Sandboxes.StartBy.Span(), Spare: spare, Warm: int64(c.Sandboxes.WarmMemory), Preflown: c.Sandboxes.Preflight && !demo, Room: c.Sandboxes.Most, Grace: c.Sandboxes.Grace.Span(), ImageGrace: c.Sandboxes.ImageGrace.Span(),
		Open: c.Publishing.Open,
		DataFree: func() int64 {
			if free, err := sandbox.FreeOf(c.Data); err == nil {
				return free
			}
			return -1
		},
		Shown:    h.shown(),
		Evidence: h.offers, Pages: measures{}, Loads: measures{}, Tally: func(name string) (den.Tally, bool) { return h.gateway.Tally(name) }, Stacks: stacks{}, Files: h.files, Backups: newBackups(c, h.installation, h.store, h.registry), Forms: h.forms(), Address: c.SandboxURL, Routes: publish, Visits: publish, Log: h.log,
		Narrow: func(person den.ID) { visits.Revoke(gateway.Right{Person: string(person)}) }, Version: version, Demo: demo,
		Pushes: pushes{h.registry}, Zone: zone, Holidays: c.Calendar, Senders: senders, Link: func(path string) string { return c.Public() + path },
		Seal: h.writeCheckpoint, Sign: h.key.Sign, Key: den.RecordKey{Public: h.key.Public(), Fingerprint: h.key.Fingerprint()},
	})
	h.offers.ways = h.den.WaysOf
	public, err := publicURL(c)
	if err != nil {
		return err
	}
	h.gateway, err = gateway.New(gateway.Options{
		Routes: table, Visitors: visits, Dialer: h.den, Domain: c.SandboxDomain, Control: c.Public(), Clock: time.Now, Log: h.log,
		HTTPS: public.Scheme == "https", Port: public.Port(),
	})
	if err != nil {
		return err
	}
	h.programs = api.New(api.Config{Den: h.den, Now: time.Now, Log: h.log, Public: c.Public(), Zone: zone, Open: c.Publishing.Open})
	schemas, err := h.schemas()
	if err != nil {
		return err
	}
	provider, err := providerOf(c)
	if err != nil {
		return err
	}
	var accounts *web.Passwords
	if c.SignIn.Passwords() {
		accounts = web.NewPasswords()
	}
	h.handler, err = web.New(web.Config{
		Accounts: accounts,
		Provider: provider, Proxies: c.SignIn.Proxies, Longest: c.SignIn.Session.Span(),
		Den: h.den, Sessions: web.NewSessions(h.store.Sessions(), public.Scheme == "https"), Gateway: h.gateway, Visits: visits,
		OpenTechmap: c.Techmap.Public,
		Public:      c.Public(), Now: time.Now, Log: h.log, Zone: zone, Schemas: schemas, Register: h.config.Publishing.Open, Mount: h.programs.Mount, Ready: h.ready, Registry: h.registry.Handler(door{h.den}),
	})
	return err
}

// lastWord is how long requests under way may go on when the den stops, before those
// that would never end, such as pages that follow a trial, are cut off.
const lastWord = 2 * time.Second

// run serves until ctx ends or something that nothing can go on without has failed.
func (h *house) run(ctx context.Context, listener net.Listener) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	debug.SetGCPercent(50) // an idle den is small; a busy one spends a little more on collecting
	server := gateway.Server(h.handler, h.log)
	requests, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	defer cutOff()
	server.BaseContext = func(net.Listener) context.Context { return requests }
	server.RegisterOnShutdown(h.programs.Close)
	done := make(chan struct{}, 5)
	begin := func(what string, do func() error) {
		go func() {
			if err := do(); err != nil && ctx.Err() == nil {
				stop(fmt.Errorf("%s: %w", what, err))
			}
			done <- struct{}{}
		}()
	}
	begin("the orchestrator stopped", func() error { return h.den.Run(ctx) })
	begin("keeping evidence stopped", func() error { h.offers.run(ctx, h.runtime); return nil })
	begin("collecting pushed images stopped", func() error { return collectGarbage(ctx, h.registry, h.log) })
	begin("the gateway stopped", func() error { h.gateway.Run(ctx); return nil })
	begin("the server stopped", func() error { return ignoreClosed(server.Serve(listener)) })
	go h.stayLean(ctx)
	select {
	case <-ctx.Done():
	case <-h.store.Broken():
		stop(errors.New("the disk did not confirm a change, so the den stops rather than go on without knowing. Check the disk, then start it again"))
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, context.Canceled) {
		cause = nil // it was told to stop
	}
	stop(nil)
	defer time.AfterFunc(lastWord, cutOff).Stop()
	return errors.Join(cause, h.leave(ctx, server, done))
}

// leave lets requests under way finish and everything that was begun end.
func (h *house) leave(ctx context.Context, server *http.Server, done <-chan struct{}) error {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	h.gateway.Close()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close() // streams that never end
	}
	for range cap(done) {
		<-done
	}
	h.writeCheckpoint(ctx)
	return err
}

// ready says why nobody should be sent here yet: what was due while the den was away is
// done first. An engine that is silent is no reason: reading and ending go on.
func (h *house) ready(ctx context.Context) error {
	host, err := h.den.Host(ctx, den.System())
	if err == nil && host.LastPass.IsZero() {
		err = den.Refuse(den.Busy, "The den is starting. Try again in a moment.")
	}
	return err
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// close lets go of everything that was opened. Sandboxes run on.
func (h *house) close() {
	if h.offers != nil {
		h.offers.close()
	}
	if h.registry != nil {
		if err := h.registry.Close(); err != nil {
			h.log.Warn("registry not closed", "error", err)
		}
	}
	if h.runtime != nil {
		if err := h.runtime.Close(); err != nil {
			h.log.Warn("engine not closed", "error", err)
		}
	}
	if h.store != nil {
		if err := h.store.Close(); err != nil {
			h.log.Warn("store not closed", "error", err)
		}
	}
}

func newLog(c configs.Log, to io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Level)) // Validate has checked it
	options := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}
