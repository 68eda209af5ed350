package view

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed all:static
var staticFiles embed.FS

// ErrNoAssets says that the Design System was not there when the den was built.
var ErrNoAssets = errors.New("the pages' style sheets and script are not built in. Run: npm ci --prefix web/assets && node web/assets/build.mjs, then build the den again")

// Static serves the style sheets, scripts and images under /static/<hash>/<name>.
// The hash is of all files together, so that they can refer to one another and be
// kept by browsers for ever.
type Static struct {
	hash  string
	from  fs.FS // read again for those few who take nothing compressed
	files map[string]staticFile
}

type staticFile struct {
	kind   string
	etag   string
	size   int
	zipped []byte // nil where it would not be smaller
}

// NewStatic reads and compresses the files that are built in.
func NewStatic() (*Static, error) {
	files, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	return newStatic(files)
}

func newStatic(files fs.FS) (*Static, error) {
	s := &Static{from: files, files: make(map[string]staticFile)}
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		// A hash takes everything: its Write never fails.
		_, _ = sum.Write([]byte(name + " " + strconv.Itoa(len(text)) + "\n"))
		_, _ = sum.Write(text)
		s.files[name], err = readStatic(name, text)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the static files: %w", err)
	}
	for _, name := range []string{"vendor/govuk-frontend.min.css", "vendor/govuk-frontend.min.js", "vendor/moj-frontend.min.css"} {
		if _, ok := s.files[name]; !ok {
			return nil, ErrNoAssets
		}
	}
	s.hash = hex.EncodeToString(sum.Sum(nil))[:16]
	return s, nil
}

func readStatic(name string, text []byte) (staticFile, error) {
	sum := sha256.Sum256(text)
	file := staticFile{kind: kindOf(name), etag: `"` + hex.EncodeToString(sum[:8]) + `"`, size: len(text)}
	var zipped bytes.Buffer
	writer, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return file, err
	}
	if _, err := writer.Write(text); err != nil {
		return file, err
	}
	if err := writer.Close(); err != nil {
		return file, err
	}
	if zipped.Len() < len(text) {
		file.zipped = bytes.Clone(zipped.Bytes()) // a buffer has room to spare
	}
	return file, nil
}

// kindOf does not ask the machine, whose tables differ.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	default:
		return "application/octet-stream"
	}
}

// URL is where a file is served: URL("den.css").
func (s *Static) URL(name string) (string, error) {
	if _, ok := s.files[name]; !ok {
		return "", fmt.Errorf("there is no static file %q", name)
	}
	return "/static/" + s.hash + "/" + name, nil
}

// ServeHTTP answers GET and HEAD under /static/. An old hash is answered with the
// file of today, which must not be kept.
func (s *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/static/"), "/")
	file, ok := s.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Only GET and HEAD are answered here", http.StatusMethodNotAllowed)
		return
	}
	header := w.Header()
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	if hash != s.hash {
		header.Set("Cache-Control", "no-cache")
	}
	header.Set("Vary", "Accept-Encoding")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Type", file.kind)
	size, etag := file.size, file.etag
	isZipped := file.zipped != nil && acceptsGzip(r.Header.Get("Accept-Encoding"))
	if isZipped {
		header.Set("Content-Encoding", "gzip")
		size, etag = len(file.zipped), strings.TrimSuffix(file.etag, `"`)+`-gzip"`
	}
	header.Set("ETag", etag)
	if matches(r.Header.Get("If-None-Match"), etag) {
		header.Del("Content-Encoding")
		header.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Length", strconv.Itoa(size))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodGet {
		return
	}
	// A reader who left is no error of ours.
	if isZipped {
		_, _ = w.Write(file.zipped)
		return
	}
	if opened, err := s.from.Open(name); err == nil {
		_, _ = io.Copy(w, opened)
		_ = opened.Close()
	}
}

func acceptsGzip(header string) bool {
	for coding := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if name = strings.TrimSpace(name); name != "gzip" && name != "*" {
			continue
		}
		quality := strings.TrimSpace(params)
		return quality != "q=0" && quality != "q=0.0" && quality != "q=0.00" && quality != "q=0.000"
	}
	return false
}

func matches(header, etag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == etag || one == "*" {
			return true
		}
	}
	return false
}
