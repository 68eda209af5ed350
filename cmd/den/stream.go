package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func watchTrial(c *contract.Client, id string) func(context.Context, *string) (*http.Response, error) {
	return func(ctx context.Context, last *string) (*http.Response, error) {
		return c.WatchTrial(ctx, id, &contract.WatchTrialParams{LastEventID: last})
	}
}

func watchSandbox(c *contract.Client, id string) func(context.Context, *string) (*http.Response, error) {
	return func(ctx context.Context, last *string) (*http.Response, error) {
		return c.WatchSandbox(ctx, id, &contract.WatchSandboxParams{LastEventID: last})
	}
}

// event is one server-sent event.
type event struct{ id, name, data string }

// events reads a stream of server-sent events until each says so, the stream ends or
// something fails. An event may have at most 4 MB.
func events(stream io.Reader, each func(event) (done bool, err error)) (done bool, err error) {
	const first, most = 64 << 10, 4 << 20
	lines := bufio.NewScanner(stream)
	lines.Buffer(make([]byte, 0, first), most)
	var e event
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data += value
		case "": // a comment, or the empty line that ends an event
			if lines.Text() != "" || e.data == "" {
				continue
			}
			if done, err := each(e); done || err != nil {
				return done, err
			}
			e = event{}
		}
	}
	return false, lines.Err()
}

// How a stream that breaks off is taken up again.
const (
	attempts = 6
	firstGap = 250 * time.Millisecond
)

// follow reads the progress of one thing until done says so of its latest state. A
// stream that breaks off is taken up where it was; a den that does not come back
// within about fifteen seconds is an error.
func follow[T any](ctx context.Context, k *client, open func(ctx context.Context, last *string) (*http.Response, error), done func(T) bool) (T, error) {
	var latest T
	var last *string
	failed := 0
	for {
		res, err := open(ctx, last)
		if err == nil && res.StatusCode >= http.StatusBadRequest {
			_, err = body(res, nil)
			if den.KindOf(err) != den.Down {
				return latest, err
			}
		}
		finished := false
		if err == nil {
			finished, err = events(res.Body, func(e event) (bool, error) {
				if e.name == "gone" {
					return false, den.Missing()
				}
				failed = 0
				latest = *new(T)
				if err := json.Unmarshal([]byte(e.data), &latest); err != nil {
					return false, fmt.Errorf("what the den told of its progress cannot be read: %w", err)
				}
				last = &e.id
				return done(latest), nil
			})
			_ = res.Body.Close()
		}
		var refused *den.Error
		switch {
		case finished:
			return latest, nil
		case ctx.Err() != nil:
			return latest, ctx.Err()
		case errors.As(err, &refused) && refused.Kind == den.NotFound:
			return latest, err
		}
		if failed++; failed > attempts {
			if err == nil {
				err = io.ErrUnexpectedEOF
			}
			if !errors.As(err, &refused) {
				err = unreached(err)
			}
			return latest, err
		}
		if err := k.rest(ctx, firstGap<<(failed-1)); err != nil {
			return latest, err
		}
	}
}
