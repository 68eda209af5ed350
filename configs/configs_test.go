package configs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"innovationden/configs"
)

func environment(of map[string]string) func(string) string {
	return func(name string) string { return of[name] }
}

func TestTheBuiltInSettingsAreValid(t *testing.T) {
	c, err := configs.Load("", environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	if got := c.Trials.Longest.Span(); got != 30*24*time.Hour {
		t.Errorf("longest is %s", got)
	}
	if len(c.Sizes) < 3 || len(c.Schemes) < 3 {
		t.Errorf("there are %d sizes and %d schemes", len(c.Sizes), len(c.Schemes))
	}
	if c.Public() != "http://localhost:8080" || c.SandboxURL("calm-otter") != "http://calm-otter.localhost:8080/" {
		t.Errorf("addresses are %s and %s", c.Public(), c.SandboxURL("calm-otter"))
	}
}

func TestAFileGoesOverTheDefaultsAndTheEnvironmentOverTheFile(t *testing.T) {
	file := write(t, "den.yaml", "sandboxes:\n  most: 7\n  spare_cells: 3\n")
	c, err := configs.Load(file, environment(map[string]string{"DEN_SANDBOXES_MOST": "9", "DEN_TRIALS_LENGTH": "8h"}))
	if err != nil {
		t.Fatal(err)
	}
	if c.Sandboxes.Most != 9 || c.Sandboxes.SpareCells != 3 || c.Trials.Length.Span() != 8*time.Hour || c.Trials.Size != "small" {
		t.Errorf("got %+v %+v", c.Sandboxes, c.Trials)
	}
}

func TestSettingsThatCannotBeRead(t *testing.T) {
	cases := []struct {
		name, file string
		env        map[string]string
		says       []string
	}{
		{"an unknown key says its line", "listen: 127.0.0.1:1\nlisten_on: x\n", nil, []string{"listen_on", "2"}},
		{"a length without a unit", "trials:\n  length: 5\n", nil, []string{"den.yaml:2: write a length of time as a number and a unit", "5d"}},
		{"an amount without a unit", "listen: 127.0.0.1:1\nsandboxes:\n  warm_memory: 1\n", nil, []string{"den.yaml:3: write an amount as a number and a unit"}},
		{"a word for a number", "sandboxes: {most: many}\n", nil, []string{"den.yaml:1: write a whole number here"}},
		{"a number with a fraction", "sandboxes:\n  most: 40.7\n", nil, []string{"den.yaml:2: write a whole number here"}},
		{"a word for a list", "backup: {command: ssh}\n", nil, []string{"den.yaml:1: write a list here, not text"}},
		{"a word for a section", "log: debug\n", nil, []string{"den.yaml:1: write keys with values here, not text"}},
		{"a second document", "sandboxes: {most: 3}\n---\nlisten: 127.0.0.1:1\n", nil, []string{"write one document"}},
		{"a wrong number in the environment", "", map[string]string{"DEN_SANDBOXES_MOST": "many"}, []string{"DEN_SANDBOXES_MOST", "whole number"}},
		{"sizes that are not there", "sizes_file: /nowhere/sizes.yaml\n", nil, []string{"sizes cannot be read"}},
		{"a folder without schemes", "schemes_folder: /nowhere\n", nil, []string{"no scheme"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := configs.Load(write(t, "den.yaml", c.file), environment(c.env))
			holds(t, err, c.says...)
		})
	}
	_, err := configs.Load("/nowhere/den.yaml", environment(nil))
	holds(t, err, "/nowhere/den.yaml", "--config")
}

func TestEveryWrongSettingIsSaidAtOnce(t *testing.T) {
	file := write(t, "den.yaml", `
listen: nonsense
sandbox_domain: "not a name"
public_url: ftp://x
tls: {certificate: /nowhere/cert.pem}
trials: {length: 60d, size: vast, scheme: none}
sandboxes: {most: 0, start_by: 0s}
log: {level: loud, format: xml}
`)
	c, err := configs.Load(file, environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, c.Validate(), "listen must be", "sandbox_domain must be", "public_url must be", "tls needs both",
		"trials.length must be", "trials.size names", "trials.scheme names", "sandboxes.most", "sandboxes.start_by", "log.level", "log.format")
}

func TestAWrongSettingIsSaidBeforeAnythingStarts(t *testing.T) {
	for text, want := range map[string]string{
		"listen: 127.0.0.1:99999":       "listen must be an address and a port",
		"listen: 127.0.0.1:abc":         "listen must be an address and a port",
		"public_url: https://:443":      "public_url must be",
		"sandbox_domain: 192.0.2.1":     "sandbox_domain must be a host name",
		"engine: {host: docker.sock}":   "engine.host must say",
		"sandboxes: {most: -1}":         "sandboxes.most must be between 1 and 1000, not -1",
		"backup: {keep: 0}":             "backup.keep must be between 1 and 1000, not 0",
		"notices: {inside: [10.1.2.3]}": `notices.inside must list networks such as 10.1.2.0/24, not "10.1.2.3"`,
	} {
		c, err := configs.Load(write(t, "den.yaml", text), environment(nil))
		if err != nil {
			t.Fatal(err)
		}
		holds(t, c.Validate(), want)
	}
}

func TestAnAddressIsTheSameInWhateverCaseItIsWritten(t *testing.T) {
	c, err := configs.Load(write(t, "den.yaml", "public_url: HTTPS://Den.Example.gov.uk/"), environment(nil))
	if err != nil || c.Validate() != nil || c.Public() != "https://den.example.gov.uk" {
		t.Errorf("it is %s: %v", c.Public(), err)
	}
}

// A den on every address does not know which of them people type.
func TestADenOnEveryAddressIsToldWhereItIs(t *testing.T) {
	for listen, known := range map[string]bool{
		"127.0.0.1:8080": true, "localhost:8080": true, "10.0.0.5:443": true, "den.example.gov.uk:443": true, "[::1]:80": true,
		"0.0.0.0:443": false, "[::]:443": false, ":8080": false, "[::ffff:0.0.0.0]:443": false,
	} {
		c, err := configs.Load(write(t, "den.yaml", "listen: '"+listen+"'"), environment(nil))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Validate(); (err == nil) != known || err != nil && !strings.Contains(err.Error(), "public_url must say what people type") {
			t.Errorf("%s: %v", listen, err)
		}
		c.PublicURL = "https://den.example.gov.uk"
		if err := c.Validate(); err != nil || c.Public() != c.PublicURL {
			t.Errorf("%s with its address: %v, at %s", listen, err, c.Public())
		}
	}
}

func TestASandboxMayNotPassForTheDen(t *testing.T) {
	for public, ok := range map[string]bool{
		"https://den.example.gov.uk":             true,
		"https://trial.example.gov.uk":           false,
		"https://den.trial.example.gov.uk":       false,
		"https://den.nottrial.example.gov.uk":    true,
		"https://den.example.gov.uk/with/a/path": false,
		"https://Den.Trial.Example.gov.uk":       false,
		"https://TRIAL.example.gov.uk":           false,
		"https://den.example.gov.uk?x=1":         false,
		"https://den.example.gov.uk/#top":        false,
		"https://den:secret@den.example.gov.uk":  false,
	} {
		c, err := configs.Load(write(t, "den.yaml", "sandbox_domain: trial.example.gov.uk\npublic_url: '"+public+"'\n"), environment(nil))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Validate(); (err == nil) != ok {
			t.Errorf("%s: %v", public, err)
		}
	}
}

func TestSchemesAreHeldToWhatComparingNeeds(t *testing.T) {
	good := `
id: mini
version: 1
title: Mini
themes:
  - id: all
    title: All
    criteria:
      - {id: works, title: Works, question: Does it work?, anchors: [a, b, c, d, e, f], scored_by: people, weight: 100, weight_min: 10, weight_max: 100, missing: exclude}
`
	cases := []struct{ name, from, to, says string }{
		{"weights that do not add up", "weight: 100, weight_min", "weight: 90, weight_min", "add up to 90"},
		{"an anchor that is missing", "[a, b, c, d, e, f]", "[a, b, c]", "anchor for every mark"},
		{"a point that does not exist", "missing: exclude", "missing: exclude, technology_code: [14]", "points 1 to 13"},
		{"an unknown rule for missing data", "missing: exclude", "missing: guess", "exclude, zero or interval"},
		{"a measured one without a formula", "scored_by: people", "scored_by: measurement", "needs a formula"},
		{"no version", "version: 1", "version: 0", "version from 1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "mini.yaml"), []byte(strings.Replace(good, c.from, c.to, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := configs.Load("", environment(map[string]string{"DEN_SCHEMES_FOLDER": folder}))
			holds(t, err, c.says, "mini.yaml")
		})
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func holds(t *testing.T, err error, says ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; it should say %q", says)
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("%q is not said in: %v", s, err)
		}
	}
}
