package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// Pace is the times of a progress stream. What is zero is the usual.
type Pace struct {
	Beat  time.Duration // a comment, so that a dead line is noticed, and a look; 15 s
	Look  time.Duration // between two looks at what nobody tells of; 1 s
	Bound time.Duration // a reader who takes longer for one event is dropped; 10 s
	Lasts time.Duration // then the caller comes back and is asked again who it is; 10 min
}

func (p Pace) orUsual() Pace {
	if p.Beat <= 0 {
		p.Beat = 15 * time.Second
	}
	if p.Look <= 0 {
		p.Look = time.Second
	}
	if p.Bound <= 0 {
		p.Bound = 10 * time.Second
	}
	if p.Lasts <= 0 {
		p.Lasts = 10 * time.Minute
	}
	return p
}

// WatchTrial follows a trial.
func (a *API) WatchTrial(ctx context.Context, r contract.WatchTrialRequestObject) (contract.WatchTrialResponseObject, error) {
	p, err := a.progress(ctx, den.ID(r.Id), r.Params.LastEventID, "trial", func(ctx context.Context, who den.Actor) (any, bool, error) {
		t, err := a.den.Trial(ctx, who, den.ID(r.Id))
		if err != nil {
			return nil, false, err
		}
		return trial(t), t.State == den.TrialFinished || t.State == den.TrialCancelled, nil
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// WatchSandbox follows a sandbox.
func (a *API) WatchSandbox(ctx context.Context, r contract.WatchSandboxRequestObject) (contract.WatchSandboxResponseObject, error) {
	p, err := a.progress(ctx, den.ID(r.Id), r.Params.LastEventID, "sandbox", func(ctx context.Context, who den.Actor) (any, bool, error) {
		s, err := a.den.Sandbox(ctx, who, den.ID(r.Id))
		if err != nil {
			return nil, false, err
		}
		return sandbox(s), s.Phase.Final(), nil
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// WatchSandboxLog follows a product's log. Nobody tells of a new line, so it is read
// again every now and then.
func (a *API) WatchSandboxLog(ctx context.Context, r contract.WatchSandboxLogRequestObject) (contract.WatchSandboxLogResponseObject, error) {
	id, most := den.ID(r.Id), int(or(r.Params.Bytes, logBytes))
	p, err := a.progress(ctx, id, r.Params.LastEventID, "log", func(ctx context.Context, who den.Actor) (any, bool, error) {
		// The state first: the last words of a product are then among what is read.
		s, err := a.den.Sandbox(ctx, who, id)
		if err != nil {
			return nil, false, err
		}
		text, err := a.den.ServiceLogs(ctx, who, id, value(r.Params.Service), most)
		return string(text), s.Phase.Final(), err
	})
	if err != nil {
		return nil, err
	}
	p.every = a.pace.Look
	return p, nil
}

// reading gives what a stream is about now, and whether nothing will change any more.
// It asks each time whether who may see it.
type reading func(ctx context.Context, who den.Actor) (model any, final bool, err error)

// progress is a stream of server-sent events: the state at once, then each change.
type progress struct {
	ctx   context.Context //nolint:containedctx // the strict server hands a response no context
	den   Den
	now   func() time.Time
	log   *slog.Logger
	pace  Pace
	name  string
	read  reading
	pokes <-chan struct{}
	over  <-chan struct{}
	close func()
	every time.Duration // looks again so often, besides the pokes; 0: never

	state
	seen string // names the state that the reader has
}

// state is what a stream is about, as it was at one look.
type state struct {
	who   den.Actor // with the rights of then
	data  []byte
	id    string // names the state in data
	final bool
}

func (a *API) progress(ctx context.Context, topic den.ID, last *string, name string, read reading) (*progress, error) {
	who := actor.From(ctx)
	give, ok := a.streams.Take(who.ID)
	if !ok {
		return nil, den.Refuse(den.Busy, "You follow too many things at once. Close some of them, then try again.")
	}
	pokes, stop := a.den.Watch(ctx, topic, who.ID)
	p := &progress{
		ctx: ctx, den: a.den, now: a.now, log: a.log, pace: a.pace, name: name, read: read,
		pokes: pokes, over: a.over, close: func() { stop(); give() }, seen: value(last),
	}
	var err error
	if p.state, err = p.look(who); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// VisitWatchTrialResponse writes the stream.
func (p *progress) VisitWatchTrialResponse(w http.ResponseWriter) error { return p.write(w) }

// VisitWatchSandboxLogResponse writes the stream.
func (p *progress) VisitWatchSandboxLogResponse(w http.ResponseWriter) error { return p.write(w) }

// VisitWatchSandboxResponse writes the stream.
func (p *progress) VisitWatchSandboxResponse(w http.ResponseWriter) error { return p.write(w) }

func (p *progress) write(w http.ResponseWriter) error {
	defer p.close()
	out := &events{w: w, control: http.NewResponseController(w), now: p.now, bound: p.pace.Bound}
	defer func() { _ = out.extend() }() // for what the server writes at the end
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	beat, last := time.NewTicker(p.pace.Beat), time.NewTimer(p.pace.Lasts)
	defer beat.Stop()
	defer last.Stop()
	if err := out.say(": following\n\n"); err != nil {
		return err
	}
	var look <-chan time.Time
	if p.every > 0 {
		ticker := time.NewTicker(p.every)
		defer ticker.Stop()
		look = ticker.C
	}
	for {
		if err := p.tell(out); err != nil || p.final {
			return err
		}
		select {
		case <-p.ctx.Done():
			return p.gone(out, context.Cause(p.ctx))
		case <-p.over:
			return nil
		case <-last.C:
			return nil
		case <-beat.C:
			if err := out.say(": still here\n\n"); err != nil {
				return err
			}
		case <-look:
		case <-p.pokes:
		}
		if err := p.again(); err != nil && !passes(err) {
			return p.gone(out, err)
		}
	}
}

// passes says of a fault that the next look may be without it: the reader keeps what
// they have meanwhile.
func passes(err error) bool {
	kind := den.KindOf(err)
	return kind == den.Down || kind == den.Busy
}

// again looks with the rights of now. A look that asks the engine takes as long as that
// does. When a poke comes while a slow one goes on, the rights may be others: what is
// seen then counts no more, and another look is taken.
func (p *progress) again() error {
	type seen struct {
		state
		err error
	}
	for {
		who, err := p.den.Still(p.ctx, p.who)
		if err != nil {
			return err
		}
		looked := make(chan seen, 1)
		go func() {
			one := seen{err: den.Refuse(den.Busy, "The look panicked.")}
			defer func() {
				if r := recover(); r != nil {
					p.log.Error("a look of a stream panicked", "about", p.name, "panic", r, "stack", string(debug.Stack()))
				}
				looked <- one
			}()
			one.state, one.err = p.look(who)
		}()
		var pokes <-chan struct{} // not before a while, or many of them would leave every look
		late := time.NewTimer(slowLook)
		for left := false; !left; {
			select {
			case one := <-looked:
				late.Stop()
				if one.err == nil {
					p.state = one.state
				}
				return one.err
			case <-p.ctx.Done():
				return nil
			case <-p.over:
				return nil
			case <-late.C:
				pokes = p.pokes
			case <-pokes:
				left = true
			}
		}
	}
}

// slowLook is how long a look may take before a poke has another one taken in its place.
const slowLook = 250 * time.Millisecond

func (p *progress) look(who den.Actor) (state, error) {
	model, final, err := p.read(p.ctx, who)
	if err != nil {
		return state{}, err
	}
	data, err := json.Marshal(model)
	if err != nil {
		return state{}, err
	}
	sum := sha256.Sum256(data)
	return state{who: who, data: data, id: hex.EncodeToString(sum[:8]), final: final}, nil
}

// tell sends the state where it is another one than the reader has.
func (p *progress) tell(out *events) error {
	if p.id == p.seen {
		return nil
	}
	p.seen = p.id
	return out.say(fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", p.id, p.name, p.data))
}

// gone says that the state can no longer be read. A fault of ours just ends the
// stream: the reader comes back.
func (p *progress) gone(out *events, err error) error {
	if slices.Contains([]den.Refusal{den.NotFound, den.Unknown, den.Denied}, den.KindOf(err)) {
		return out.say("event: gone\ndata: {}\n\n")
	}
	if p.ctx.Err() == nil {
		p.log.Error("progress stream ended", "about", p.name, "error", err)
	}
	return nil
}

// events writes server-sent events, each within the bound, so that a reader who never
// reads is dropped and holds nobody else up.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time
	bound   time.Duration
}

func (e *events) say(event string) error {
	if err := e.extend(); err != nil {
		return err
	}
	if _, err := e.w.Write([]byte(event)); err != nil {
		return err
	}
	if err := e.control.Flush(); err != nil {
		return err
	}
	_ = e.control.SetWriteDeadline(time.Time{}) // over HTTP/2 it would end the stream while nothing is written
	return nil
}

// extend gives the reader the whole bound again. What has no deadline, such as a
// recorder, needs none.
func (e *events) extend() error {
	err := e.control.SetWriteDeadline(e.now().Add(e.bound))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}
