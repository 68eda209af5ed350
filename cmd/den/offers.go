package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"math"
	"net/netip"
	"os"
	"sync"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/cell"
	"innovationden/sandbox/services"
)

// evidenceFile keeps what running products tried to reach while the den is away.
const evidenceFile = "evidence.json"

// offers answers names inside every sandbox and keeps what its product tried to reach.
// It gives the engine's runtime its two hooks, and is orchestrator.Evidence.
type offers struct {
	path string
	log  *slog.Logger
	open services.Offers

	// ways says what is opened in a sandbox; set before anything runs.
	ways func(ctx context.Context, sandbox string) (den.Ways, error)

	mu    sync.Mutex
	known map[sandbox.ID]map[string]*cell.Namespace // where each service is offered something
	past  map[sandbox.ID]services.Evidence          // of an earlier run of the den, or of an earlier life of the sandbox
	since map[sandbox.ID]time.Time                  // when a life ended; not there: it was in an earlier run of the den
}

// newOffers reads what an earlier run kept. A file that cannot be read is no reason not
// to start: it is said, and begun anew.
func newOffers(path string, log *slog.Logger) *offers {
	o := &offers{path: path, log: log, known: map[sandbox.ID]map[string]*cell.Namespace{}, past: map[sandbox.ID]services.Evidence{}, since: map[sandbox.ID]time.Time{}}
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &o.past)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("evidence not read", "error", err)
		o.past = map[sandbox.ID]services.Evidence{}
	}
	return o
}

// offer is docker.Config.Offer. A stack's own names are answered by its engine; a cell's
// one product finds itself under its host name. Where a service was before it was started
// again, nobody is any more: what is open there would keep the namespace.
func (o *offers) offer(ctx context.Context, id sandbox.ID, _ sandbox.Spec, service string, space *cell.Namespace) error {
	o.mu.Lock()
	past := o.past[id]
	delete(o.since, id)
	if o.known[id] == nil {
		o.known[id] = map[string]*cell.Namespace{}
	}
	before := o.known[id][service]
	o.known[id][service] = space
	o.mu.Unlock()
	if offer, ok := o.open.Of(id); ok && before != nil && before.Inode() != space.Inode() {
		offer.Leave(before)
	}
	open, err := o.ways(ctx, string(id))
	if err != nil {
		return err // nothing is opened rather than too much
	}
	config := configOf(open)
	config.Names = map[string][]netip.Addr{"sandbox": {cell.Address}}
	config.Past, config.Now, config.Log = past, time.Now, o.log
	return o.open.Open(ctx, id, space, config)
}

// configOf says what ways are in the words of the services.
func configOf(open den.Ways) services.Config {
	c := services.Config{Mail: open.Mail}
	for _, w := range open.Out {
		c.Out = append(c.Out, services.Allowed{Host: w.Host, Port: w.Port})
	}
	return c
}

// Env implements orchestrator.Evidence.
func (o *offers) Env(open den.Ways, names []string) []string {
	c := configOf(open)
	c.Names = map[string][]netip.Addr{}
	for _, name := range names {
		c.Names[name] = nil
	}
	return c.Env()
}

// withdraw is docker.Config.Withdraw. What was tried and used stays for a while: an engine
// that was restarted withdraws what no lease has taken over yet. Mails go at once.
func (o *offers) withdraw(id sandbox.ID) {
	ended, wasOpen := o.open.Close(id)
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.known, id)
	if !wasOpen {
		ended = o.past[id]
	}
	ended.MailsMore += uint64(len(ended.Mails))
	ended.Mails = nil
	o.past[id], o.since[id] = ended, time.Now()
}

// evidence is what is known of a sandbox: of one that is not open, what was kept of it
// before.
func (o *offers) evidence(id sandbox.ID) services.Evidence {
	if offer, ok := o.open.Of(id); ok {
		return offer.Evidence()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.past[id]
}

// Kept implements orchestrator.Evidence.
func (o *offers) Kept(id string) (kept den.Kept) {
	seen := o.evidence(sandbox.ID(id))
	for _, t := range seen.Tried {
		kept.Tried = append(kept.Tried, den.Tried{Name: t.Name, Times: timesOf(t.Times()), First: t.First, Last: t.Last})
	}
	for _, u := range seen.Used {
		kept.Used = append(kept.Used, den.Used{
			Way: den.Way{Host: u.Host, Port: u.Port}, Times: timesOf(u.Times), Refused: timesOf(u.Refused), Failed: timesOf(u.Failed),
			Sent: bytesIn(u.Sent), Received: bytesIn(u.Received),
		})
	}
	for _, m := range seen.Mails {
		kept.Mails = append(kept.Mails, den.Mail{
			At: m.At, From: m.From, To: m.To, Subject: m.Subject, Text: m.Text, Attached: m.Attached, Size: m.Size,
		})
	}
	kept.Sent = timesOf(uint64(len(seen.Mails)) + seen.MailsMore)
	return kept
}

func timesOf(n uint64) int   { return int(min(n, math.MaxInt32)) }
func bytesIn(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

// keep writes what is known into the file, every now and then and at the end, so that a
// den that is killed loses a minute of it at most. What was not opened again yet, as
// where the engine does not answer, stays in it.
func (o *offers) keep() {
	o.mu.Lock()
	all := map[sandbox.ID]services.Evidence{}
	maps.Copy(all, o.past)
	for id := range o.known {
		if offer, ok := o.open.Of(id); ok {
			if e := offer.Evidence(); len(e.Tried) > 0 || len(e.Used) > 0 || len(e.Mails) > 0 {
				all[id] = e
			}
		}
	}
	o.mu.Unlock()
	text, err := json.Marshal(all)
	if err == nil {
		err = writeSafely(o.path, string(text))
	}
	if err != nil {
		o.log.Warn("evidence not kept", "error", err)
	}
}

// run opens the offers of sandboxes that outlived an earlier run of the den, and keeps
// the evidence until ctx ends, and once more then.
func (o *offers) run(ctx context.Context, engine sandbox.Runtime) {
	const every = time.Minute
	tick := time.NewTicker(every)
	defer tick.Stop()
	there := o.resume(ctx, engine)
	for {
		select {
		case <-ctx.Done():
			o.keep()
			return
		case <-tick.C:
			o.keep()
			o.forget(there, time.Now())
			if there == nil {
				there = o.resume(ctx, engine)
			}
		}
	}
}

// forget drops what was kept of sandboxes that are over: of those that an earlier run had
// and the engine has no more, and of those that have not started again for an hour. There
// is what the engine had at the start; nil: it has not said. Whoever ended them has taken
// it over.
func (o *offers) forget(there map[sandbox.ID]bool, now time.Time) {
	const while = time.Hour
	o.mu.Lock()
	defer o.mu.Unlock()
	maps.DeleteFunc(o.past, func(id sandbox.ID, _ services.Evidence) bool {
		ended, ok := o.since[id]
		if ok && now.Sub(ended) > while {
			delete(o.since, id)
			return true
		}
		return !ok && there != nil && !there[id] && o.known[id] == nil
	})
}

// resume has the engine's runtime open each sandbox that runs, which it otherwise does
// when the first visitor comes, and says which there are; nil: the engine did not say.
func (o *offers) resume(ctx context.Context, engine sandbox.Runtime) map[sandbox.ID]bool {
	found, err := engine.List(ctx)
	if err != nil {
		return nil
	}
	there := map[sandbox.ID]bool{}
	for _, f := range found {
		there[f.ID] = true
		if _, err := engine.Ports(ctx, f.ID); err != nil {
			o.log.Debug("sandbox not opened", "sandbox", f.ID, "error", err)
		}
	}
	return there
}

// close ends every offer. The sandboxes run on.
func (o *offers) close() {
	if err := o.open.CloseAll(func(sandbox.ID, services.Evidence) error { return nil }); err != nil {
		o.log.Warn("an offer was not closed", "error", err)
	}
}
