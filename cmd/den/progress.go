package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// progress is one line on a terminal that says how far things are. Where standard
// error is no terminal it says nothing.
type progress struct {
	k     *client
	shown bool
}

func (p *progress) show(text string) {
	if p.k.terminal(p.k.std.err) {
		_, _ = fmt.Fprintf(p.k.std.err, "\r\x1b[K%s", text)
		p.shown = true
	}
}

// clear takes the line away, so that what follows starts at the margin.
func (p *progress) clear() {
	if p.shown {
		_, _ = fmt.Fprint(p.k.std.err, "\r\x1b[K")
		p.shown = false
	}
}

// phase says how a sandbox is, in the words of the pages.
func phase(s *contract.Sandbox) string {
	if s == nil {
		return "not started"
	}
	switch den.Phase(s.Phase) {
	case den.Requested:
		if s.Place > 0 {
			return ordinal(int(s.Place)) + " in the queue"
		}
		return "in the queue"
	case den.Starting:
		return "starting"
	case den.Live:
		if given(s.PauseWanted) {
			return "being paused"
		}
		return "ready"
	case den.Paused:
		if s.PauseWanted != nil && !*s.PauseWanted {
			return "being resumed"
		}
		return "paused"
	case den.Ending:
		return "being removed"
	case den.Ended:
		return "removed"
	case den.Refused:
		return "refused"
	}
	return string(s.Phase)
}

func ordinal(n int) string {
	ends := map[int]string{1: "st", 2: "nd", 3: "rd"}
	if n%100 >= 11 && n%100 <= 13 || ends[n%10] == "" {
		return fmt.Sprintf("%dth", n)
	}
	return fmt.Sprintf("%d%s", n, ends[n%10])
}

func line(t contract.Trial) string {
	var parts []string
	for _, e := range t.Entries {
		parts = append(parts, nameOf(e)+": "+phase(e.Sandbox))
	}
	return clean(strings.Join(parts, ", "))
}

func nameOf(e contract.Entry) string { return firstOf(given(e.ProductName), e.Label) }

// waitTrial follows a trial until done. Stopping the wait changes nothing.
func (k *client) waitTrial(ctx context.Context, c *contract.Client, id string, done func(contract.Trial) bool) error {
	p := progress{k: k}
	defer p.clear()
	_, err := follow(ctx, k, watchTrial(c, id), func(t contract.Trial) bool {
		p.show(line(t))
		return done(t)
	})
	p.clear()
	return k.waited(err, "trial", id)
}

// waitSandbox follows a sandbox until done.
func (k *client) waitSandbox(ctx context.Context, c *contract.Client, id string, done func(contract.Sandbox) bool) error {
	p := progress{k: k}
	defer p.clear()
	_, err := follow(ctx, k, watchSandbox(c, id), func(s contract.Sandbox) bool {
		p.show(clean(given(s.ProductName) + ": " + phase(&s)))
		return done(s)
	})
	p.clear()
	return k.waited(err, "sandbox", id)
}

// waited says what becomes of a thing that nobody waits for any more.
func (k *client) waited(err error, what, id string) error {
	look := fmt.Sprintf("den %s show %s", what, id)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, errStopped):
		k.note("Stopped waiting. The %s goes on as it is: %s", what, look)
		return &saidError{code: exitFailed}
	case den.KindOf(err) == den.Down:
		return fmt.Errorf("%w\nThe %s goes on. When the den is back: %s", err, what, look)
	}
	return err
}
