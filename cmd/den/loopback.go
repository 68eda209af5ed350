package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

// Bounds of a login by the browser.
const (
	loginPatience = 10 * time.Minute
	nameMost      = 60 // runes of the computer's name
)

// comeback waits on this computer for what the browser brings back (RFC 8252): a code
// that is of no use without the verifier (RFC 7636), which never leaves this process but
// to the den.
type comeback struct {
	base            *url.URL
	state, verifier string
	port            int
	brought         chan brought // the first that is right
}

type brought struct {
	code, refusal string
	said          chan string // what the browser is to show
}

// byBrowser gets a token by the browser of this computer.
func (k *client) byBrowser(ctx context.Context, base *url.URL, may []string, lasts time.Duration) (token string, err error) {
	ctx, stop := context.WithTimeout(ctx, loginPatience)
	defer stop()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("nothing can be listened for on this computer: %w", err)
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return "", errors.Join(errors.New("the address that is listened on is none of TCP"), listener.Close())
	}
	l := &comeback{base: base, state: rand.Text(), verifier: rand.Text() + rand.Text(), port: address.Port, brought: make(chan brought)}
	server := &http.Server{Handler: l, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10}
	over := make(chan error, 1)
	go func() { over <- server.Serve(listener) }()
	page := l.page(computerName(), may, lasts)
	k.note("Allow this computer in your browser: %s", page)
	if err := k.browse(ctx, page); err != nil {
		k.note("No browser opened (%v). Open the address yourself, on this computer.", err)
	}
	token, err = l.wait(ctx, over)
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = server.Shutdown(ending) // the last answer is on its way to the browser
	return token, err
}

// page is where the den asks whether this computer is allowed.
func (l *comeback) page(name string, may []string, lasts time.Duration) string {
	sum := sha256.Sum256([]byte(l.verifier))
	at := l.base.JoinPath("me", "computers", "new")
	at.RawQuery = url.Values{
		"port": {strconv.Itoa(l.port)}, "state": {l.state}, "challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
		"name": {name}, "may": may, "seconds": {strconv.Itoa(int(lasts / time.Second))},
	}.Encode()
	return at.String()
}

func computerName() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "this computer"
	}
	runes := []rune(name)
	return string(runes[:min(len(runes), nameMost)])
}

// wait gives the token when the right answer came. Others are turned away and change
// nothing.
func (l *comeback) wait(ctx context.Context, over <-chan error) (string, error) {
	select {
	case b := <-l.brought:
		token, err := "", error(nil)
		if b.refusal != "" {
			err = den.Refuse(den.Denied, "The computer was not allowed in the browser. Nothing was kept.")
		} else {
			token, err = l.fetch(ctx, b.code)
		}
		say := "This computer is allowed. You can close this window and go back to the command line."
		if err != nil {
			say = "This computer was not allowed. You can close this window; the command line says why."
		}
		b.said <- say
		return token, err
	case err := <-over:
		return "", fmt.Errorf("listening for the browser ended: %w", err)
	case <-ctx.Done():
		return "", den.Refuse(den.Unknown, "Nobody allowed this computer in time. Run the command again.")
	}
}

// ServeHTTP is what the browser comes back to.
func (l *comeback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src data:; frame-ancestors 'none'")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	q := r.URL.Query()
	isOurs := r.Method == http.MethodGet && r.URL.Path == "/" && r.Host == net.JoinHostPort("127.0.0.1", strconv.Itoa(l.port)) &&
		subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(l.state)) == 1 && (q.Get("code") != "") != (q.Get("error") != "")
	if !isOurs {
		w.WriteHeader(http.StatusBadRequest)
		l.show(w, "This does not belong to the login that is waiting here. Nothing was done.")
		return
	}
	b := brought{code: q.Get("code"), refusal: q.Get("error"), said: make(chan string, 1)}
	select {
	case l.brought <- b:
		l.show(w, <-b.said)
	case <-r.Context().Done():
	}
}

func (l *comeback) show(w io.Writer, say string) {
	_, _ = fmt.Fprintf(w, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\"><title>den login</title></head><body><main><h1>den login</h1><p>%s</p></main></body></html>\n", say)
}

// fetch brings the code with its verifier, and gets the token.
func (l *comeback) fetch(ctx context.Context, code string) (string, error) {
	form := url.Values{"code": {code}, "verifier": {l.verifier}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.base.JoinPath("sign-in", "computer").String(), strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "den/"+version)
	res, err := newHTTPClient().Do(req)
	if err != nil {
		return "", den.Refuse(den.Down, "The den did not answer: %v", err)
	}
	defer func() { _ = res.Body.Close() }()
	var got struct{ Token, Detail string }
	const most = 64 << 10
	if err := json.NewDecoder(io.LimitReader(res.Body, most)).Decode(&got); err != nil {
		return "", fmt.Errorf("the den answered %s, which is no token: %w", res.Status, err)
	}
	if res.StatusCode != http.StatusOK {
		return "", den.Refuse(den.Unknown, "%s", firstOf(got.Detail, "The den answered "+res.Status+"."))
	}
	return whole(got.Token, "the den's answer")
}
