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

func TestADemoKeepsOffTheBackupsOfARealDen(t *testing.T) {
	env := map[string]string{"DEN_BACKUP_FOLDER": "/var/backups/den"}
	config, err := demo{std: streams{out: new(bytes.Buffer)}, getenv: func(name string) string { return env[name] }, exit: true}.settings()
	must(t, err)
	if config.Backup.Folder != "" || !strings.Contains(config.Data, "innovation-den-demo") {
		t.Errorf("it uses %q and %q", config.Backup.Folder, config.Data)
	}
}
