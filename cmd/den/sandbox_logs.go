package main

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

// How often a log that is followed is read again.
const logGap = time.Second

func (k *client) sandboxLogs() *cobra.Command {
	var follow bool
	var most int32
	var service string
	c := k.oneSandbox(&cobra.Command{
		Use:   "logs SANDBOX",
		Short: "Read the end of what a product printed",
		Long: `Read the end of what the product in a sandbox printed. The text is the product's own and
may say anything; on a terminal, what could command the terminal is left out.

With --json it is one JSON string; with --follow, one for each part that is new.`,
		Example: "  den sandbox logs lea_01…\n  den sandbox logs --follow lea_01…",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		read := func() (string, error) {
			text, err := body(c.GetSandboxLog(ctx, id, &contract.GetSandboxLogParams{Bytes: &most, Service: pointerTo(service)}))
			return string(text), err
		}
		if follow {
			return k.followLog(ctx, read, func() (contract.Sandbox, error) {
				s, err := said[contract.Sandbox](c.GetSandbox(ctx, id))
				return s.value, err
			})
		}
		text, err := read()
		if err != nil {
			return err
		}
		return k.printLog(text)
	})
	const usual = 64 << 10
	c.Flags().BoolVarP(&follow, "follow", "f", false, "go on printing until the sandbox is removed or you press Ctrl-C")
	c.Flags().StringVar(&service, "service", "", "the service of a stack; left out: the one that answers")
	c.Flags().Int32Var(&most, "bytes", usual, "print at most so many bytes from the end, up to 1,048,576")
	return c
}

func (k *client) printLog(text string) error {
	if k.json {
		return json.NewEncoder(k.std.out).Encode(text)
	}
	if k.terminal(k.std.out) {
		text = harmless(text)
	}
	_, err := io.WriteString(k.std.out, text)
	return err
}

// followLog prints what is new until the sandbox is over. The log is read after the
// state, so that the last words of a product are among what is printed.
func (k *client) followLog(ctx context.Context, read func() (string, error), state func() (contract.Sandbox, error)) error {
	before := ""
	for {
		s, err := state()
		if err != nil {
			return k.quiet(ctx, err)
		}
		now, err := read()
		if err != nil {
			return k.quiet(ctx, err)
		}
		if news := fresh(before, now); news != "" {
			if err := k.printLog(news); err != nil {
				return err
			}
		}
		if now != "" {
			before = now
		}
		if over(s) {
			k.note("The sandbox is over. %s", clean(s.Detail))
			return nil
		}
		if err := k.rest(ctx, logGap); err != nil {
			return nil //nolint:nilerr // somebody has seen enough
		}
	}
}

// quiet takes an interruption for what it is: somebody has seen enough.
func (k *client) quiet(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// fresh is what now has after before. Both are ends of one log: the longest end of
// before that now begins with is what was printed already. A log that begins with
// none of it was started anew. (Failure function of Knuth, Morris and Pratt, 1977.)
func fresh(before, now string) string {
	if now == "" || before == "" {
		return now
	}
	fail := make([]int, len(now))
	for i, n := 1, 0; i < len(now); i++ {
		for n > 0 && now[i] != now[n] {
			n = fail[n-1]
		}
		if now[i] == now[n] {
			n++
		}
		fail[i] = n
	}
	n := 0
	for i := range len(before) {
		for n > 0 && (n == len(now) || before[i] != now[n]) {
			n = fail[n-1]
		}
		if before[i] == now[n] {
			n++
		}
	}
	return now[n:]
}
