package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A demo needs an engine; without one it says so, having touched nothing that is not its
// own.
func playDemo(t *testing.T, env map[string]string, args ...string) played {
	t.Helper()
	env["DEN_ENGINE_HOST"] = "unix://" + filepath.Join(t.TempDir(), "no.sock")
	return playWith(t.Context(), nil, env, "", append([]string{"demo", "--exit"}, args...)...)
}

func TestADemoEmptiesNoFolderOfARealDen(t *testing.T) {
	for _, name := range []string{"den.db", "record.key", "files"} {
		data := t.TempDir()
		must(t, os.WriteFile(filepath.Join(data, name), []byte("real"), 0o600))
		playDemo(t, map[string]string{}, "--data", data).want(t, exitUsage, "holds "+name+", which no demo put there")
		if text, err := os.ReadFile(filepath.Join(data, name)); err != nil || string(text) != "real" {
			t.Errorf("%s is now %q: %v", name, text, err)
		}
		if found, err := os.ReadDir(data); err != nil || len(found) != 1 {
			t.Errorf("beside %s stands %v: %v", name, found, err)
		}
	}
}

func TestADemoLeavesNothingBehindButWhatWasThere(t *testing.T) {
	data := filepath.Join(t.TempDir(), "demo")
	playDemo(t, map[string]string{}, "--data", data).want(t, exitDown, "No Docker Engine answers")
	if found, err := os.ReadDir(data); err == nil {
		t.Errorf("it left %v", found)
	}
	must(t, os.MkdirAll(data, 0o700))
	must(t, os.WriteFile(filepath.Join(data, "mine"), []byte("mine"), 0o600))
	playDemo(t, map[string]string{}, "--data", data).want(t, exitDown, "No Docker Engine answers")
	if found, err := os.ReadDir(data); err != nil || len(found) != 1 || found[0].Name() != "mine" {
		t.Errorf("it left %v: %v", found, err)
	}
}

// What the environment says of a real den on the same machine is not for a demo: it would
// remove that den's sandboxes, and write and post to where only that den may.
func TestADemoKeepsOffARealDen(t *testing.T) {
	env := map[string]string{
		"DEN_ENGINE_INSTALLATION": "ministry", "DEN_BACKUP_FOLDER": "/var/backups/den", "DEN_DATA": "/var/lib/den", "DEN_RECORD_CHECKPOINTS": "https://witness.example.org",
		"DEN_NOTICES_MAIL": "smtp://mail.example.org?from=den@example.org", "DEN_SANDBOX_DOMAIN": "den-sandboxes.example.gov.uk", "DEN_PUBLIC_URL": "https://den.example.gov.uk",
		"DEN_SIGN_IN_PROVIDER_ISSUER": "https://login.example.gov.uk", "DEN_SIGN_IN_PROVIDER_CLIENT_ID": "den", "DEN_SIGN_IN_PROVIDER_CLIENT_SECRET": "secret",
		"DEN_TLS_CERTIFICATE": "/etc/den/certificate.pem", "DEN_TLS_KEY": "/etc/den/key.pem", "DEN_LISTEN": "0.0.0.0:443",
	}
	d := demo{std: streams{out: new(bytes.Buffer)}, getenv: func(name string) string { return env[name] }, exit: true}
	config, err := d.settings()
	must(t, err)
	if config.Engine.Installation != "ministry-demo" || !strings.Contains(config.Data, "innovation-den-demo") {
		t.Errorf("it is %q and keeps its records in %q", config.Engine.Installation, config.Data)
	}
	if config.Backup.Folder != "" || config.Record.Checkpoints != "" || config.Notices.Mail != "" || config.SignIn.Provider.On() || config.TLS.On() || config.SandboxDomain != "localhost" || config.PublicURL != "" {
		t.Errorf("it uses what belongs to a real den: %+v", config)
	}
	env["DEN_ENGINE_INSTALLATION"] = "a-department-with-a-long-na-me-x"
	if config, err = d.settings(); err != nil || config.Engine.Installation != "a-department-with-a-long-na-demo" {
		t.Errorf("it is %q, %v", config.Engine.Installation, err)
	}
	delete(env, "DEN_ENGINE_INSTALLATION")
	if config, err = d.settings(); err != nil || config.Engine.Installation != "" {
		t.Errorf("with no name given it is %q, %v", config.Engine.Installation, err)
	}
}
