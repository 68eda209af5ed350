package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

// webhook posts messages to the addresses that people gave. It follows no redirects and
// uses no proxy: what is dialled is what was checked.
type webhook struct {
	client *http.Client
	now    func() time.Time
}

func newWebhook(o Options) *webhook {
	return &webhook{now: o.Now, client: guarded(o)}
}

// guarded is a client that follows no redirects, uses no proxy and dials nothing inside
// the house that was not allowed.
func guarded(o Options) *http.Client {
	const patience, idle = 10 * time.Second, 30 * time.Second
	guard := guard{allowed: o.Inside}
	return &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: guard.dialer(patience).DialContext, TLSHandshakeTimeout: patience, ResponseHeaderTimeout: patience,
			IdleConnTimeout: idle, MaxIdleConnsPerHost: 1, MaxResponseHeaderBytes: 16 << 10, ForceAttemptHTTP2: true,
		},
	}
}

// Send posts one message, signed as Standard Webhooks say: the same id at each try, the
// time of this one.
func (w *webhook) Send(ctx context.Context, m den.Message) error {
	body, err := shape(m)
	if err != nil {
		return &den.Error{Kind: den.Invalid, Say: "The message cannot be written.", Err: err}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.To, bytes.NewReader(body))
	if err != nil {
		return &den.Error{Kind: den.Invalid, Say: "The web address cannot be used.", Err: err}
	}
	at := strconv.FormatInt(w.now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Webhook-Id", string(m.ID))
	r.Header.Set("Webhook-Timestamp", at)
	if signature, ok := Sign(m.Hook.Secret, string(m.ID), at, body); ok {
		r.Header.Set("Webhook-Signature", signature)
	}
	return post(w.client, r)
}

// post sends a request and says what came of it: Invalid where trying again is of no use.
func post(client *http.Client, r *http.Request) error {
	r.Header.Set("User-Agent", "InnovationDen")
	answer, err := client.Do(r)
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err // without the address, which is a secret of whoever gave it
	}
	var inside *insideError
	switch {
	case errors.As(err, &inside):
		return &den.Error{Kind: den.Invalid, Say: "The web address leads inside the house, which is not allowed.", Err: err}
	case err != nil:
		return &den.Error{Kind: den.Down, Say: "The web address does not answer.", Err: err}
	}
	defer func() { _ = answer.Body.Close() }()
	const enough = 64 << 10
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, enough))
	switch status := answer.StatusCode; {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusGone:
		return den.Refuse(den.Invalid, "The web address says that it is gone (410).")
	default:
		return den.Refuse(den.Down, "The web address answers with status %d.", status)
	}
}

// Sign makes the signature of a message: v1 of Standard Webhooks, HMAC-SHA256 over its
// id, its time in seconds and its body. False where the secret is none.
func Sign(secret, id, at string, body []byte) (string, bool) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return "", false
	}
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(id + "." + at + "."))
	sum.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(sum.Sum(nil)), true
}
