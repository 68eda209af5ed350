package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

// A token that is pasted is tried, then kept where nobody else can read it, used, and
// forgotten.
func TestLoginKeepsATokenAndLogoutForgetsIt(t *testing.T) {
	good := den.TokenText("abcdefghijklmnopqrstuvwxyz234567")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Header.Get("Authorization") != "Bearer "+good {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusUnauthorized)
			_ = json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "title": "Sign in first", "status": 401, "detail": "This token is not known."})
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"id": "per_1", "name": "Grace", "memberships": []any{}})
	}))
	t.Cleanup(server.Close)
	home := t.TempDir()
	file := filepath.Join(home, "den", "token")
	env := map[string]string{"XDG_CONFIG_HOME": home, "DEN_URL": server.URL, "DEN_DATA": filepath.Join(home, "none")}
	do := func(in string, args ...string) (int, string) {
		var out, err bytes.Buffer
		code := run(context.Background(), args, func(name string) string { return env[name] }, streams{in: strings.NewReader(in), out: &out, err: &err})
		return code, out.String() + err.String()
	}
	for what, pasted := range map[string]string{"mistyped": good[:42] + "0\n", "unknown": den.TokenText("zzzdefghijklmnopqrstuvwxyz234567") + "\n", "nothing": "\n"} {
		if code, said := do(pasted, "login"); code == exitDone {
			t.Errorf("%s is kept: %s", what, said)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%s left a file", what)
		}
	}
	if code, said := do(good+"\n", "login"); code != exitDone || !strings.Contains(said, "You are Grace") {
		t.Fatalf("login: %d %s", code, said)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v %v", info, err)
	}
	if code, said := do("", "me"); code != exitDone || !strings.Contains(said, "Grace") {
		t.Errorf("me: %d %s", code, said)
	}
	if code, _ := do("", "logout"); code != exitDone {
		t.Errorf("logout: %d", code)
	}
	if code, said := do("", "me"); code == exitDone {
		t.Errorf("me after logout: %s", said)
	}
}
