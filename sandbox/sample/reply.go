package sample

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed bookwell slotwise
var files embed.FS

// pages holds one parsed template for each page of a product.
type pages struct {
	byName map[string]*template.Template
	log    *slog.Logger
}

// parsePages reads layout.html and every other *.html of a product's folder.
func parsePages(folder string, funcs template.FuncMap, log *slog.Logger) (pages, error) {
	layout, err := template.New("").Funcs(funcs).ParseFS(files, path.Join(folder, "layout.html"))
	if err != nil {
		return pages{}, err
	}
	all, err := fs.Glob(files, path.Join(folder, "*.html"))
	if err != nil {
		return pages{}, err
	}
	p := pages{byName: make(map[string]*template.Template), log: log}
	for _, file := range all {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "layout" {
			continue
		}
		base, err := layout.Clone()
		if err != nil {
			return pages{}, err
		}
		if p.byName[name], err = base.ParseFS(files, file); err != nil {
			return pages{}, err
		}
	}
	return p, nil
}

// show renders a page wholly before the first byte of it is sent.
func (p pages) show(w http.ResponseWriter, status int, name string, data any) {
	var page bytes.Buffer
	if err := p.byName[name].ExecuteTemplate(&page, "layout", data); err != nil {
		p.log.Error("page failed", "page", name, "error", err)
		http.Error(w, "Sorry, there is a problem with the service. Try again later.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = page.WriteTo(w)
}

// sendJSON answers with a JSON document of the given media type.
func sendJSON(w http.ResponseWriter, status int, media string, v any) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		http.Error(w, "The answer cannot be written as JSON.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
}

// readJSON reads one JSON document of known fields from a request. Its errors are
// sentences for the caller of an API.
func readJSON(r *http.Request, v any) error {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return errors.New("send the request as application/json")
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return fmt.Errorf("send one JSON object with the documented fields: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("send one JSON object and nothing after it")
	}
	return nil
}

// healthz answers that the product is ready.
func healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, "ok\n")
}

// sendFile answers with an embedded file that browsers may keep for an hour.
func sendFile(name, media string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		text, err := files.ReadFile(name)
		if err != nil {
			http.Error(w, "Page not found", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", media)
		w.Header().Set("Cache-Control", "public, max-age=3600")
		_, _ = w.Write(text)
	}
}
