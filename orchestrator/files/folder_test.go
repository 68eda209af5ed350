package files

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

type zipped struct {
	name, content string
	mode          fs.FileMode
}

func zipOf(t *testing.T, all ...zipped) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, one := range all {
		h := &zip.FileHeader{Name: one.name, Method: zip.Deflate}
		h.SetMode(one.mode | 0o644)
		f, err := w.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(f, one.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func shelf(t *testing.T) *Shelf {
	t.Helper()
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSameFilesHaveTheSameHashHoweverTheyWereSent(t *testing.T) {
	s := shelf(t)
	one, size, count, err := s.KeepFolder(t.Context(), "a.zip", bytes.NewReader(zipOf(t, zipped{name: "b/c.csv", content: "x,y"}, zipped{name: "a.txt", content: "hello"})), 1<<20)
	if err != nil || size != 8 || count != 2 {
		t.Fatalf("%d bytes in %d files: %v", size, count, err)
	}
	two, _, _, err := s.KeepFolder(t.Context(), "other.zip", bytes.NewReader(zipOf(t, zipped{name: "a.txt", content: "hello"}, zipped{name: "b/"}, zipped{name: "b/c.csv", content: "x,y"})), 1<<20)
	if err != nil || one != two {
		t.Errorf("%s and %s: %v", one, two, err)
	}
	archive, err := s.Read(one)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var names []string
	for r := tar.NewReader(archive); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
	}
	if got := strings.Join(names, " "); got != "a.txt b/ b/c.csv" {
		t.Errorf("it holds %s", got)
	}
	if _, _, count, err := s.KeepFolder(t.Context(), `C:\data\people.csv`, strings.NewReader("Ada"), 1<<20); err != nil || count != 1 {
		t.Errorf("a file that is no archive: %d, %v", count, err)
	}
}

func TestHostileArchivesAreRefusedWithEveryName(t *testing.T) {
	s := shelf(t)
	for name, c := range map[string]struct {
		sent []byte
		want []string
	}{
		"names that climb": {zipOf(t, zipped{name: "../a"}, zipped{name: "/etc/passwd"}, zipped{name: `b\c`}), []string{`"../a" leads out`, `"/etc/passwd" leads out`, `"b\\c" has characters`}},
		"a link":           {zipOf(t, zipped{"link", "/etc/passwd", fs.ModeSymlink}), []string{"is not a file"}},
		"twice":            {zipOf(t, zipped{name: "a", content: "1"}, zipped{name: "a", content: "2"}), []string{"is there twice"}},
		"file and folder":  {zipOf(t, zipped{name: "a", content: "1"}, zipped{name: "a/b", content: "2"}), []string{"is a file and a folder"}},
		"file and folders": {zipOf(t, zipped{name: "a", content: "1"}, zipped{name: "a/b/c", content: "2"}), []string{`"a" is a file and a folder`}},
		"a bomb":           {zipOf(t, zipped{name: "a", content: strings.Repeat("0", 2<<20)}), []string{"Unpacked it holds too much"}},
		"nothing":          {zipOf(t), []string{"holds a file"}},
		"torn":             {[]byte("PK\x03\x04 and no more"), []string{"cannot be read"}},
		"too deep":         {zipOf(t, zipped{name: strings.Repeat("a/", 10) + "b", content: "x"}), []string{"too deep"}},
	} {
		_, _, _, err := s.KeepFolder(t.Context(), "data.zip", bytes.NewReader(c.sent), 1<<20)
		var bad *den.Error
		if !errors.As(err, &bad) || bad.Kind != den.Invalid || bad.Field != "file" {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(bad.Error(), want) {
				t.Errorf("%s: %q does not say %q", name, bad.Error(), want)
			}
		}
	}
	if _, _, _, err := s.KeepFolder(t.Context(), "big", strings.NewReader(strings.Repeat("x", 2<<20)), 1<<20); den.KindOf(err) != den.Invalid {
		t.Errorf("too large a file: %v", err)
	}
}
