package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
)

// steady sends a request again, once, when the connection was lost on the way and the
// request carries an Idempotency-Key: the den then knows it for the same one.
type steady struct{ client *http.Client }

// Do implements contract.HttpRequestDoer.
func (s *steady) Do(r *http.Request) (*http.Response, error) {
	res, err := s.send(r)
	if err == nil || !lost(r.Context(), err) || r.Header.Get("Idempotency-Key") == "" || r.Body != nil && r.GetBody == nil {
		return res, err
	}
	again := r.Clone(r.Context())
	if r.GetBody != nil {
		if again.Body, err = r.GetBody(); err != nil {
			return nil, err
		}
	}
	return s.send(again)
}

// send takes in the whole answer of a request that may be repeated, so that losing the
// connection in the middle of it counts as well.
func (s *steady) send(r *http.Request) (*http.Response, error) {
	res, err := s.client.Do(r)
	if err != nil || r.Header.Get("Idempotency-Key") == "" {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	if closed := res.Body.Close(); err != nil || closed != nil {
		return nil, errors.Join(err, closed)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// lost says that a connection was there and broke: a den that cannot be reached at all
// has seen nothing of the request, and asking again at once would not help.
func lost(ctx context.Context, err error) bool {
	var dialled *net.OpError
	return ctx.Err() == nil && (!errors.As(err, &dialled) || dialled.Op != "dial")
}
