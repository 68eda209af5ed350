package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

// loginDen answers a code once it comes with the verifier of the challenge, and knows
// one token.
type loginDen struct {
	*httptest.Server
	challenge, code string
}

func newLoginDen(t *testing.T, good string) *loginDen {
	d := &loginDen{code: "the-code"}
	answer := func(w http.ResponseWriter, status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /sign-in/computer", func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.Sum256([]byte(r.FormValue("verifier")))
		if r.FormValue("code") != d.code || base64.RawURLEncoding.EncodeToString(sum[:]) != d.challenge {
			answer(w, http.StatusUnauthorized, map[string]string{"detail": "This login has been used."})
			return
		}
		answer(w, http.StatusOK, map[string]string{"token": good})
	})
	mux.HandleFunc("GET /api/v1/me", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+good {
			answer(w, http.StatusUnauthorized, map[string]string{"detail": "Not known."})
			return
		}
		answer(w, http.StatusOK, map[string]any{"id": "per_1", "name": "Grace", "memberships": []any{}})
	})
	d.Server = httptest.NewServer(mux)
	t.Cleanup(d.Close)
	return d
}

// logsIn runs "den login --browser" with a browser that does what it is given.
func logsIn(t *testing.T, d *loginDen, home string, browse func(context.Context, url.Values)) (code int, said string) {
	t.Helper()
	var out bytes.Buffer
	env := map[string]string{"XDG_CONFIG_HOME": home, "DEN_URL": d.URL}
	k := &client{getenv: func(name string) string { return env[name] }, std: streams{in: strings.NewReader(""), out: &out, err: &out}, now: time.Now, rest: rest, terminal: isTerminal}
	k.browse = func(ctx context.Context, address string) error {
		page, err := url.Parse(address)
		if err != nil || page.Path != "/me/computers/new" || !strings.HasPrefix(address, d.URL+"/") {
			t.Errorf("the browser is sent to %s", address)
		}
		d.challenge = page.Query().Get("challenge")
		browse(ctx, page.Query())
		return nil
	}
	c := k.login()
	c.SetArgs([]string{"--browser"})
	c.SilenceUsage, c.SilenceErrors = true, true
	err := c.ExecuteContext(t.Context())
	if err != nil {
		return exitFailed, out.String() + err.Error()
	}
	return exitDone, out.String()
}

// comes brings an answer to the command that waits; host replaces the name that it is
// asked by.
func comes(ctx context.Context, port, host, path string, answer url.Values) (status int) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+port+path+"?"+answer.Encode(), nil)
	if err != nil {
		return 0
	}
	if host != "" {
		r.Host = host
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// What does not belong to the login that waits is turned away and ends nothing; the
// right answer after it is taken, and its token kept where nobody else can read it.
func TestLoginByTheBrowserRefusesWrongStates(t *testing.T) {
	good := den.TokenText("abcdefghijklmnopqrstuvwxyz234567")
	d, home, last := newLoginDen(t, good), t.TempDir(), make(chan int, 1)
	code, said := logsIn(t, d, home, func(ctx context.Context, asked url.Values) {
		port, state := asked.Get("port"), asked.Get("state")
		for what, bad := range map[string]struct {
			host, path string
			answer     url.Values
		}{
			"another state":           {"", "/", url.Values{"code": {d.code}, "state": {state[1:] + "A"}}},
			"no state":                {"", "/", url.Values{"code": {d.code}}},
			"an empty state":          {"", "/", url.Values{"code": {d.code}, "state": {""}}},
			"no code":                 {"", "/", url.Values{"state": {state}}},
			"a code and a refusal":    {"", "/", url.Values{"code": {d.code}, "error": {"access_denied"}, "state": {state}}},
			"a refusal with no state": {"", "/", url.Values{"error": {"access_denied"}}},
			"another path":            {"", "/code", url.Values{"code": {d.code}, "state": {state}}},
			"another host's name":     {"evil.example:" + port, "/", url.Values{"code": {d.code}, "state": {state}}},
		} {
			if got := comes(ctx, port, bad.host, bad.path, bad.answer); got != http.StatusBadRequest {
				t.Errorf("%s is answered by %d", what, got)
			}
		}
		go func() { last <- comes(t.Context(), port, "", "/", url.Values{"code": {d.code}, "state": {state}}) }()
	})
	if code != exitDone || !strings.Contains(said, "You are Grace") || <-last != http.StatusOK {
		t.Fatalf("login: %d %s", code, said)
	}
	if strings.Contains(said, good) {
		t.Error("the token is printed")
	}
	kept := filepath.Join(home, "den", "token")
	info, err := os.Stat(kept)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v %v", info, err)
	}
	if text, err := os.ReadFile(kept); err != nil || strings.TrimSpace(string(text)) != good {
		t.Errorf("the file holds %q: %v", text, err)
	}
}

// A refusal, and a code that the den does not know, leave no file.
func TestLoginByTheBrowserKeepsNothingThatWasNotAllowed(t *testing.T) {
	for what, answer := range map[string]url.Values{"refused": {"error": {"access_denied"}}, "another code": {"code": {"another"}}} {
		d, home, last := newLoginDen(t, den.TokenText("abcdefghijklmnopqrstuvwxyz234567")), t.TempDir(), make(chan int, 1)
		code, said := logsIn(t, d, home, func(ctx context.Context, asked url.Values) {
			answer.Set("state", asked.Get("state"))
			go func() { last <- comes(t.Context(), asked.Get("port"), "", "/", answer) }()
		})
		if code != exitFailed || <-last != http.StatusOK {
			t.Errorf("%s: %d %s", what, code, said)
		}
		if _, err := os.Stat(filepath.Join(home, "den", "token")); err == nil {
			t.Errorf("%s left a file", what)
		}
	}
}

// allowsAComputer drives "den login --browser" in Chromium, and looks at its page.
func (d *seenDen) allowsAComputer(b *tab) {
	b.Helper()
	home, asked, over := b.TempDir(), make(chan string, 1), make(chan error, 1)
	env := map[string]string{"XDG_CONFIG_HOME": home, "DEN_URL": b.root}
	k := &client{getenv: func(name string) string { return env[name] }, std: streams{in: strings.NewReader(""), out: &quietLog{}, err: &quietLog{}}, now: time.Now, rest: rest, terminal: isTerminal}
	k.browse = func(_ context.Context, address string) error { asked <- address; return nil }
	c := k.login()
	c.SetArgs([]string{"--browser", "--may", "read", "--lasts", "7d"})
	c.SilenceUsage, c.SilenceErrors = true, true
	go func() { over <- c.ExecuteContext(b.Context()) }()
	b.open(strings.TrimPrefix(<-asked, b.root))
	b.shows("main", "It may")
	b.look("computer")
	b.press("Allow this computer")
	b.until(`document.body.innerText.includes('This computer is allowed. You can close this window')`)
	if err := <-over; err != nil {
		b.Errorf("den login: %v", err)
	}
	info, err := os.Stat(filepath.Join(home, "den", "token"))
	if err != nil || info.Mode().Perm() != 0o600 {
		b.Errorf("the file: %v %v", info, err)
	}
	b.open("/me/computers/new?port=1")
	b.look("computer-none")
}
