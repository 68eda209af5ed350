package pages

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
)

// Times of a live page.
const (
	liveLasts  = 10 * time.Minute       // then the browser comes back, and is asked again who it is
	liveEvery  = 5 * time.Second        // how often what is used is looked at
	liveGap    = 100 * time.Millisecond // between two updates, so that a burst is one
	writeBound = 10 * time.Second       // a reader who takes longer is dropped
)

// fragment is the inside of a live part, and whether it will never change again.
type fragment func(ctx context.Context, who den.Actor) (markup []byte, final bool, err error)

// follow answers with server-sent events: the whole fragment at once, then whenever it
// changed. Each reader has a goroutine and a write deadline of its own, so one that
// never reads holds nobody up. An event's id names its content: a reader who says what
// it saw last is not sent the same again.
func (p *Pages) follow(c *gin.Context, topic den.ID, render fragment) error {
	ctx, who := c.Request.Context(), asking(c)
	markup, final, err := render(ctx, who)
	if err != nil {
		return err
	}
	give, ok := p.streams.Take(who.ID)
	if !ok {
		return den.Refuse(den.Busy, "%s", p.words.Say("problem.streams"))
	}
	defer give()
	ctx, cancel := context.WithTimeout(ctx, liveLasts)
	defer cancel()
	pokes, stop := p.Den.Watch(ctx, topic, who.ID)
	defer stop()
	header := c.Writer.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	c.Status(http.StatusOK)
	out := &listener{w: c.Writer, control: http.NewResponseController(c.Writer), now: p.Now, seen: c.GetHeader("Last-Event-ID")}
	for {
		if err := out.tell(markup); err != nil {
			return nil //nolint:nilerr // the reader has left, or was dropped
		}
		if final {
			_ = out.write("event: done\ndata:\n\n")
			return nil
		}
		if !wait(ctx, pokes) {
			if den.KindOf(context.Cause(ctx)) == den.Unknown {
				_ = out.write("event: reload\ndata:\n\n") // the session is over
			}
			return nil
		}
		if who, err = p.still(ctx, who); err == nil {
			markup, final, err = render(ctx, who)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case den.KindOf(err) == den.Down, den.KindOf(err) == den.Busy:
		case err != nil:
			// What the person may no longer see, the page says by itself.
			_ = out.write("event: reload\ndata:\n\n")
			return nil
		}
	}
}

// wait is over when something changed or it is time to look; false when all is over.
func wait(ctx context.Context, pokes <-chan struct{}) bool {
	tick := time.NewTimer(liveEvery)
	defer tick.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-tick.C:
		return true
	case <-pokes:
	}
	gap := time.NewTimer(liveGap)
	defer gap.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-gap.C:
		return true
	}
}

// still is the person with the roles of now, if the session stands.
func (p *Pages) still(ctx context.Context, who den.Actor) (den.Actor, error) {
	if p.Sessions.ID(ctx) != "" && !p.Sessions.Stands(ctx) {
		return den.Actor{}, den.Refuse(den.Unknown, "%s", p.words.Say("problem.unknown_actor"))
	}
	return p.Den.Still(ctx, who)
}

// listener is one reader of a live page.
type listener struct {
	w       http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time
	seen    string
	beats   int
}

// tell sends the fragment where it is another one than the reader has; else now and
// then a comment, so that a dead line is noticed.
func (l *listener) tell(markup []byte) error {
	sum := sha256.Sum256(markup)
	id := hex.EncodeToString(sum[:8])
	if id == l.seen {
		if l.beats++; l.beats%3 != 1 {
			return nil
		}
		return l.write(": still here\n\n")
	}
	l.seen = id
	var event bytes.Buffer
	fmt.Fprintf(&event, "id: %s\n", id)
	for line := range bytes.Lines(markup) {
		event.WriteString("data: ")
		event.Write(bytes.TrimRight(line, "\r\n"))
		event.WriteByte('\n')
	}
	event.WriteByte('\n')
	return l.write(event.String())
}

func (l *listener) write(event string) error {
	if err := l.control.SetWriteDeadline(l.now().Add(writeBound)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := l.w.Write([]byte(event)); err != nil {
		return err
	}
	if err := l.control.Flush(); err != nil {
		return err
	}
	_ = l.control.SetWriteDeadline(time.Time{}) // over HTTP/2 it would end the stream while nothing is written
	return nil
}

// part renders a fragment of a page for somebody.
func (p *Pages) part(page, name string, data any) ([]byte, error) {
	return p.view.Part("en", page, name, data)
}
