package api

import (
	"net/http"
	"strconv"
)

// printed is what a product printed: a stranger's text, never anything but text.
type printed []byte

// VisitGetSandboxLogResponse writes it so that no browser takes it for a page.
func (p printed) VisitGetSandboxLogResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(p)))
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(p)
	return err
}
