package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAProviderTakesFiveLines(t *testing.T) {
	text := `sign_in:
  provider:
    issuer: https://login.example.gov.uk
    client_id: den
    client_secret: not-a-secret
    groups: [{group: local-services, role: member, department: Department for Local Services}]
`
	c := load(t, text)
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	if p := c.SignIn.Provider; !p.On() || p.Groups[0].Department != "Department for Local Services" || p.GroupsClaim != "groups" {
		t.Errorf("%+v", p)
	}
}

func TestASignInThatCannotBeIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"provider: {issuer: 'http://login.example', client_id: a, client_secret: b}": "issuer must be https://",
		"provider: {issuer: 'https://login.example', client_secret: b}":              "client_id must be",
		"provider: {issuer: 'https://login.example', client_id: a}":                  "needs a client_secret or",
		"provider: {client_id: a}":     "needs an issuer",
		"provider: {client_secret: b}": "needs an issuer",
		"provider: {issuer: 'https://x', client_id: a, client_secret_file: /nowhere/secret}": "client_secret_file cannot be read",
		"provider: {issuer: 'https://x', client_id: a, client_secret_file: /dev/null}":       "client_secret_file names /dev/null, which is empty",
		"proxies: [everybody]": "must list addresses",
		"session: 30d":         "sign_in.session must be between",
		"provider: {issuer: 'https://x', client_id: a, client_secret: b, groups: [{group: g, role: operator, department: D}]}": "number 1",
		"provider: {issuer: 'https://x', client_id: a, client_secret: b, groups: [{group: g, role: member}]}":                  "number 1",
		"provider: {issuer: 'https://x', client_id: a, client_secret: b, groups: [{group: g, role: evaluator}]}":               "number 1",
	} {
		err := load(t, "sign_in:\n  "+text+"\n").Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestPasswordsAreOnWhereThereIsNoProvider(t *testing.T) {
	const provider = "  provider: {issuer: 'https://login.example', client_id: a, client_secret: b}\n"
	for text, want := range map[string]bool{
		"":                                         true,
		"sign_in:\n  local: false\n":               false,
		"sign_in:\n" + provider:                    false,
		"sign_in:\n  local: true\n" + provider:     true,
		"sign_in:\n  local: false\n" + provider:    false,
		"sign_in:\n  session: 8h\n  local: true\n": true,
	} {
		if got := load(t, text).SignIn.Passwords(); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	c, err := Load("", func(name string) string { return map[string]string{"DEN_SIGN_IN_LOCAL": "false"}[name] })
	if err != nil || c.SignIn.Passwords() {
		t.Errorf("by the environment: %v %v", c.SignIn.Local, err)
	}
}

func load(t *testing.T, text string) Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "den.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(file, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	return c
}
