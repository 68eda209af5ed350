package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// Times of a progress stream.
const (
	heartbeat  = 15 * time.Second // a comment, so that a dead line is noticed
	writeBound = 10 * time.Second // a reader who takes longer is dropped
)

// WatchTrial follows a trial.
func (a *API) WatchTrial(ctx context.Context, r contract.WatchTrialRequestObject) (contract.WatchTrialResponseObject, error) {
	who := actor.From(ctx)
	p, err := a.progress(ctx, den.ID(r.Id), r.Params.LastEventID, "trial", func(ctx context.Context) (int64, any, bool, error) {
		t, err := a.den.Trial(ctx, who, den.ID(r.Id))
		if err != nil {
			return 0, nil, false, err
		}
		rev := t.Rev
		for _, e := range t.Entries {
			if e.Sandbox != nil {
				rev += e.Sandbox.Rev
			}
		}
		return rev, trial(t), t.State == den.TrialFinished || t.State == den.TrialCancelled, nil
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// WatchSandbox follows a sandbox.
func (a *API) WatchSandbox(ctx context.Context, r contract.WatchSandboxRequestObject) (contract.WatchSandboxResponseObject, error) {
	who := actor.From(ctx)
	p, err := a.progress(ctx, den.ID(r.Id), r.Params.LastEventID, "sandbox", func(ctx context.Context) (int64, any, bool, error) {
		s, err := a.den.Sandbox(ctx, who, den.ID(r.Id))
		if err != nil {
			return 0, nil, false, err
		}
		return s.Rev, sandbox(s), s.Phase.Final(), nil
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// reading gives what a stream is about now: its revision, its model, and whether
// nothing will change any more. Rights are checked each time.
type reading func(context.Context) (rev int64, model any, final bool, err error)

// progress is a stream of server-sent events: the state at once, then each change.
type progress struct {
	ctx   context.Context //nolint:containedctx // the strict server hands a response no context
	now   func() time.Time
	name  string
	read  reading
	pokes <-chan struct{}
	close func()
	rev   int64
	model any
	final bool
	seen  int64
}

func (a *API) progress(ctx context.Context, topic den.ID, last *string, name string, read reading) (*progress, error) {
	give, ok := a.streams.take(actor.From(ctx).ID)
	if !ok {
		return nil, den.Refuse(den.Busy, "You follow too many things at once. Close some of them, then try again.")
	}
	pokes, stop := a.den.Watch(ctx, topic)
	p := &progress{ctx: ctx, now: a.now, name: name, read: read, pokes: pokes, close: func() { stop(); give() }, seen: -1}
	var err error
	if p.rev, p.model, p.final, err = read(ctx); err != nil {
		p.close()
		return nil, err
	}
	if seen, err := strconv.ParseInt(value(last), 10, 64); err == nil {
		p.seen = seen
	}
	return p, nil
}

// VisitWatchTrialResponse writes the stream.
func (p *progress) VisitWatchTrialResponse(w http.ResponseWriter) error { return p.write(w) }

// VisitWatchSandboxResponse writes the stream.
func (p *progress) VisitWatchSandboxResponse(w http.ResponseWriter) error { return p.write(w) }

func (p *progress) write(w http.ResponseWriter) error {
	defer p.close()
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		if p.rev != p.seen {
			if err := p.send(w, out); err != nil {
				return err
			}
		}
		if p.final {
			return nil
		}
		select {
		case <-p.ctx.Done():
			return nil
		case <-beat.C:
			if err := p.say(w, out, ": still here\n\n"); err != nil {
				return err
			}
		case <-p.pokes:
		}
		var err error
		if p.rev, p.model, p.final, err = p.read(p.ctx); err != nil {
			if p.ctx.Err() != nil || errors.Is(err, context.Canceled) {
				return nil
			}
			return p.say(w, out, "event: gone\ndata: {}\n\n")
		}
	}
}

func (p *progress) send(w http.ResponseWriter, out *http.ResponseController) error {
	data, err := json.Marshal(p.model)
	if err != nil {
		return err
	}
	p.seen = p.rev
	return p.say(w, out, fmt.Sprintf("id: %d\nevent: %s\ndata: %s\n\n", p.rev, p.name, data))
}

// say writes one event within the bound, so that a reader who never reads is dropped
// and holds nobody else up.
func (p *progress) say(w http.ResponseWriter, out *http.ResponseController, event string) error {
	if err := out.SetWriteDeadline(p.now().Add(writeBound)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := w.Write([]byte(event)); err != nil {
		return err
	}
	return out.Flush()
}
