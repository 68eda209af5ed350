package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"innovationden/configs"
	"innovationden/orchestrator"
	"innovationden/orchestrator/bolt"
	"innovationden/orchestrator/files"
)

func TestABackupThatIsNotRightIsNotRestored(t *testing.T) {
	config := emptyDen(t)
	var good bytes.Buffer
	must(t, config.Write(t.Context(), &good))
	for name, spoil := range map[string]func([]byte) []byte{
		"torn":                  func(b []byte) []byte { return b[:len(b)/2] },
		"a changed byte":        func(b []byte) []byte { b = bytes.Clone(b); b[600] ^= 1; return b },
		"a name that climbs":    func(b []byte) []byte { return with(t, b, "../evil", "x") },
		"a file of nobody's":    func(b []byte) []byte { return with(t, b, "files/evil", "x") },
		"no records":            func([]byte) []byte { return empty(t) },
		"no list":               func(b []byte) []byte { return without(t, b, manifestFile) },
		"a file that is absent": func(b []byte) []byte { return without(t, b, "record.key") },
		"not an archive":        func([]byte) []byte { return []byte(strings.Repeat("no backup ", 200)) },
	} {
		file, target := filepath.Join(t.TempDir(), "b.tar"), filepath.Join(t.TempDir(), "target")
		must(t, os.WriteFile(file, spoil(good.Bytes()), 0o600))
		var out, failed bytes.Buffer
		if code := run(t.Context(), []string{"restore", file, "--data", target}, os.Getenv, streams{out: &out, err: &failed}); code == exitDone {
			t.Errorf("%s: it was restored", name)
		}
		if _, err := os.Stat(target); err == nil {
			t.Errorf("%s: a folder was made", name)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(target), ".restoring-*")); len(left) != 0 {
			t.Errorf("%s: %v was left", name, left)
		}
	}
	file, target := filepath.Join(t.TempDir(), "b.tar"), filepath.Join(t.TempDir(), "target")
	must(t, os.WriteFile(file, good.Bytes(), 0o600))
	must(t, os.MkdirAll(target, 0o700))
	must(t, os.WriteFile(filepath.Join(target, "mine"), nil, 0o600))
	var out, failed bytes.Buffer
	if code := run(t.Context(), []string{"restore", file, "--data", target}, os.Getenv, streams{out: &out, err: &failed}); code != exitUsage {
		t.Errorf("a folder that holds something was used: %d", code)
	}
	must(t, os.Remove(filepath.Join(target, "mine")))
	if code := run(t.Context(), []string{"restore", file, "--data", target}, os.Getenv, streams{out: &out, err: &failed}); code != exitDone {
		t.Errorf("a good one was not restored: %s", &failed)
	}
}

// The name of an installation may stand in the settings alone. The restored den has it all
// the same: by that name it knows its containers.
func TestARestoredDenHasTheNameThatItsSettingsGave(t *testing.T) {
	for name, spoil := range map[string]func(string) error{
		"no file":            os.Remove,
		"a file of long ago": func(path string) error { return os.WriteFile(path, []byte("den-before\n"), 0o600) },
	} {
		config := emptyDen(t)
		must(t, spoil(config.config.Path(installationFile)))
		file, target := filepath.Join(t.TempDir(), "b.tar"), filepath.Join(t.TempDir(), "target")
		f, err := os.Create(file)
		must(t, err)
		must(t, errors.Join(config.Write(t.Context(), f), f.Close()))
		var out, failed bytes.Buffer
		if code := run(t.Context(), []string{"restore", file, "--data", target}, os.Getenv, streams{out: &out, err: &failed}); code != exitDone {
			t.Fatalf("%s: it was not restored: %s", name, &failed)
		}
		if got, err := installation(configs.Config{Data: target}); err != nil || got != config.installation {
			t.Errorf("%s: the restored den is called %q, not %q: %v", name, got, config.installation, err)
		}
	}
}

// What an older den backed up is restored all the same, and brought up to date.
func TestABackupOfAnOlderDenIsRestored(t *testing.T) {
	schemas, err := filepath.Glob("../../orchestrator/bolt/testdata/schema-*.db.gz")
	if err != nil || len(schemas) == 0 {
		t.Fatalf("files of older schemas: %v, %v", schemas, err)
	}
	for _, packed := range schemas {
		f, err := os.Open(packed)
		must(t, err)
		z, err := gzip.NewReader(f)
		must(t, err)
		records, err := io.ReadAll(z)
		must(t, errors.Join(err, f.Close()))
		var made bytes.Buffer
		a := &backupArchive{tar: tar.NewWriter(&made), manifest: manifest{MadeAt: time.Now()}}
		must(t, a.put("den.db", int64(len(records)), func(w io.Writer) error { _, err := w.Write(records); return err }))
		must(t, a.close())
		file, target := filepath.Join(t.TempDir(), "b.tar"), filepath.Join(t.TempDir(), "target")
		must(t, os.WriteFile(file, made.Bytes(), 0o600))
		for _, args := range [][]string{{"restore", file, "--data", target}, {"check", "--data", target}} {
			var out, failed bytes.Buffer
			if code := run(t.Context(), args, os.Getenv, streams{out: &out, err: &failed}); code != exitDone {
				t.Fatalf("%s: den %v ended with %d: %s%s", filepath.Base(packed), args, code, &out, &failed)
			}
		}
		if found, err := os.ReadDir(target); err != nil || len(found) != 1 {
			t.Errorf("the folder holds %v, %v", found, err)
		}
	}
}

// copied writes the files of an archive for which keep is true into another one.
func copied(t *testing.T, from []byte, to *tar.Writer, keep func(string) bool) {
	t.Helper()
	for r := tar.NewReader(bytes.NewReader(from)); ; {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		must(t, err)
		if !keep(head.Name) {
			continue
		}
		must(t, to.WriteHeader(head))
		_, err = io.Copy(to, r)
		must(t, err)
	}
}

func with(t *testing.T, from []byte, name, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	must(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: int64(len(content))}))
	_, err := io.WriteString(w, content)
	must(t, err)
	copied(t, from, w, func(string) bool { return true })
	must(t, w.Close())
	return out.Bytes()
}

// empty is a backup of which the list names nothing.
func empty(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	a := &backupArchive{tar: tar.NewWriter(&out), manifest: manifest{MadeAt: time.Now()}}
	must(t, a.close())
	return out.Bytes()
}

func without(t *testing.T, from []byte, name string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	copied(t, from, w, func(n string) bool { return n != name })
	must(t, w.Close())
	return out.Bytes()
}

func TestBackupsGoWhereTheSettingsSayAndTheOldestGo(t *testing.T) {
	b := emptyDen(t)
	b.config.Backup.Folder, b.config.Backup.Keep = filepath.Join(t.TempDir(), "backups"), 2
	for range 3 {
		made, err := b.Keep(t.Context())
		must(t, err)
		if info, err := os.Stat(made.Where); err != nil || info.Size() != made.Bytes {
			t.Errorf("%+v: %v", made, err)
		}
		if b.Last() != made {
			t.Errorf("the last is %+v, not %+v", b.Last(), made)
		}
	}
	if all := b.made(); len(all) != 2 {
		t.Errorf("the folder holds %v", all)
	}
	torn := filepath.Join(b.config.Backup.Folder, unfinishedBackup+"1")
	must(t, os.WriteFile(torn, []byte("half a backup of a den that was killed"), 0o600))
	again := newBackups(b.config, "den-test", b.store, b.registry)
	if _, err := os.Stat(torn); err == nil {
		t.Error("what was never finished stays")
	}
	if again.Last().Where != b.Last().Where {
		t.Errorf("the last is %+v, not %+v", again.Last(), b.Last())
	}
	taken := filepath.Join(t.TempDir(), "taken.tar")
	b.config.Backup.Folder, b.config.Backup.Command = "", []string{"sh", "-c", `cat > "$0"`, taken}
	_, err := b.Keep(t.Context())
	must(t, err)
	f, err := os.Open(taken)
	must(t, err)
	must(t, endsWithList(f))
	must(t, f.Close())
	b.config.Backup.Command = []string{"sh", "-c", "echo no room >&2; exit 3"}
	if _, err := b.Keep(t.Context()); err == nil || !strings.Contains(b.Last().Error, "no room") {
		t.Errorf("a command that fails: %v, %+v", err, b.Last())
	}
}

// emptyDen is the backups of a den without an engine, in a folder of its own.
func emptyDen(t *testing.T) *backups {
	t.Helper()
	data := t.TempDir()
	for name, text := range map[string]string{installationFile: "den-test\n", "record.key": "a key\n", checkpointFile: "a checkpoint\n", evidenceFile: "{}"} {
		must(t, os.WriteFile(filepath.Join(data, name), []byte(text), 0o600))
	}
	return openBackups(t, data)
}

func openBackups(t *testing.T, data string) *backups {
	t.Helper()
	store, err := bolt.Open(filepath.Join(data, "den.db"), bolt.Options{Now: time.Now, Reserve: -1})
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	config, err := configs.Load("", func(string) string { return "" })
	must(t, err)
	config.Data = data
	images, err := openRegistry(config, slog.New(slog.DiscardHandler), func() *orchestrator.Orchestrator { return nil })
	must(t, err)
	t.Cleanup(func() { must(t, images.Close()) })
	shelf, err := files.Open(config.Path("files"))
	must(t, err)
	_, _, err = shelf.Keep(t.Context(), strings.NewReader("evidence"), 100)
	must(t, err)
	return newBackups(config, "den-test", store, images)
}
