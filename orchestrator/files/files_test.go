package files_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/files"
)

const helloHash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // of "hello"

func shelf(t *testing.T) (*files.Shelf, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "files")
	s, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func count(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAFileComesBackByItsHash(t *testing.T) {
	s, dir := shelf(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			hash, size, err := s.Keep(t.Context(), strings.NewReader("hello"), 5)
			if hash != helloHash || size != 5 || err != nil {
				t.Errorf("kept %s, %d, %v", hash, size, err)
			}
		})
	}
	all.Wait()
	if n := count(t, dir); n != 1 {
		t.Errorf("%d files for one content", n)
	}
	r, err := s.Read(helloHash)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(r); string(text) != "hello" || err != nil {
		t.Errorf("read %q, %v", text, err)
	}
	_ = r.Close()
	for range 2 {
		if err := s.Remove(helloHash); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Read(helloHash); den.KindOf(err) != den.NotFound {
		t.Errorf("after its removal: %v", err)
	}
}

func TestAChangedFileIsNotReadToItsEnd(t *testing.T) {
	s, dir := shelf(t)
	if _, _, err := s.Keep(t.Context(), strings.NewReader("hello"), 10); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "2c", helloHash), []byte("hallo"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := s.Read(helloHash)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadAll(r); !errors.Is(err, files.ErrChanged) {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNotKeptLeavesNothing(t *testing.T) {
	s, dir := shelf(t)
	ended, end := context.WithCancel(t.Context())
	end()
	for name, keep := range map[string]func() error{
		"too large": func() error { _, _, err := s.Keep(t.Context(), bytes.NewReader(make([]byte, 11)), 10); return err },
		"given up":  func() error { _, _, err := s.Keep(ended, strings.NewReader("hello"), 10); return err },
		"broken off": func() error {
			_, _, err := s.Keep(t.Context(), io.MultiReader(strings.NewReader("he"), broken{}), 10)
			return err
		},
	} {
		if err := keep(); err == nil {
			t.Errorf("%s: it was kept", name)
		}
	}
	if n := count(t, dir); n != 0 {
		t.Errorf("%d files are left", n)
	}
	if err := os.WriteFile(filepath.Join(dir, ".new-1"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Open(dir); err != nil || count(t, dir) != 0 {
		t.Errorf("after the next start %d files are left, %v", count(t, dir), err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("cut") }

func TestANameThatIsNoHashLeadsNowhere(t *testing.T) {
	s, _ := shelf(t)
	for _, name := range []string{"", "x", "../../etc/passwd", strings.ToUpper(helloHash), helloHash + "00", strings.Repeat("/", 64)} {
		if _, err := s.Read(name); den.KindOf(err) != den.NotFound {
			t.Errorf("read %q: %v", name, err)
		}
		if err := s.Remove(name); den.KindOf(err) != den.NotFound {
			t.Errorf("remove %q: %v", name, err)
		}
	}
}
