package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// headerLimit bounds what a stranger's first answer may make us read, in bytes.
const headerLimit = 64 << 10

// Probe says where a product answers.
type Probe struct {
	Port int
	Path string // starts with "/"
}

// Asking is how often a product is asked, and how long it may take to answer once.
type Asking struct{ Every, Patience time.Duration }

// AwaitAnswer asks a product over and over until it answers HTTP with a status below
// 500, or ctx ends. An accepted connection alone is not an answer: some programs accept
// and never speak. It returns the last error seen, wrapped, when ctx ends, and ErrGone
// at once.
func AwaitAnswer(ctx context.Context, d Dialer, id ID, p Probe, a Asking) (status int, err error) {
	var last error
	tick := time.NewTicker(a.Every)
	defer tick.Stop()
	for {
		status, err := Ask(ctx, d, id, p, a.Patience)
		switch {
		case err == nil && status < http.StatusInternalServerError:
			return status, nil
		case err == nil:
			last = fmt.Errorf("it answered with status %d", status)
		case errors.Is(err, ErrGone):
			return 0, err
		case ctx.Err() == nil:
			last = err
		}
		select {
		case <-ctx.Done():
			if last == nil {
				last = ctx.Err()
			}
			return 0, fmt.Errorf("no answer on port %d: %w", p.Port, last)
		case <-tick.C:
		}
	}
}

// Ask asks a product once, with at most patience for the head of its answer. ErrGone and
// ErrUnavailable say nothing of the product.
func Ask(ctx context.Context, d Dialer, id ID, p Probe, patience time.Duration) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := d.Dial(ctx, id, p.Port)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+p.Path, nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("User-Agent", "innovation-den-readiness")
	request.Close = true
	if err := request.Write(conn); err != nil {
		return 0, err
	}
	answer, err := http.ReadResponse(bufio.NewReader(io.LimitReader(conn, headerLimit)), request)
	if err != nil {
		return 0, err
	}
	_ = answer.Body.Close()
	return answer.StatusCode, nil
}
