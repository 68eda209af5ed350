package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/refusal"
)

// isProgram says that the answer is read by a program: all of the API, and what a
// page's script sends.
func isProgram(r *http.Request) bool {
	if r.URL.Path == "/api" || strings.HasPrefix(r.URL.Path, "/api/") {
		return true
	}
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "application/json") || strings.Contains(accept, "text/event-stream")
}

// refuse ends a request with an error: a page for people, a problem document (RFC 9457)
// for programs. It is the one place that logs what is no refusal of the den.
func (s *server) refuse(c *gin.Context, err error) {
	c.Abort()
	if c.Writer.Written() {
		s.Log.Error("answer cut off", "path", c.FullPath(), "request", reference(c), "error", err)
		return
	}
	if !isProgram(c.Request) {
		s.pages.Problem(c, err, reference(c))
		return
	}
	var e *den.Error
	if !errors.As(err, &e) {
		e = &den.Error{Kind: den.Internal, Err: err}
	}
	if e.Kind == den.Internal {
		s.Log.Error("request failed", "method", c.Request.Method, "path", c.FullPath(), "request", reference(c), "error", err)
	}
	if again := refusal.Again(e); again != "" {
		c.Header("Retry-After", again)
	}
	s.problem(c, refusal.Status(e.Kind), refusal.Title(e.Kind), refusal.Sentence(e))
}

// turnAway ends a request that never came to a handler.
func (s *server) turnAway(c *gin.Context, status int, kind, title, say string) {
	c.Abort()
	if isProgram(c.Request) {
		s.problem(c, status, title, say)
		return
	}
	s.pages.Refusal(c, status, kind, "")
}

func (s *server) problem(c *gin.Context, status int, title, detail string) {
	body, err := json.Marshal(map[string]any{"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": c.Request.URL.Path})
	if err != nil {
		c.Status(http.StatusInternalServerError)
		return
	}
	if status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", "Bearer")
	}
	c.Header("Cache-Control", "no-store")
	c.Data(status, "application/problem+json", body)
}

// recovered keeps a fault of ours from ending the den. Visitors see a reference, the log
// the stack.
func (s *server) recovered(c *gin.Context) {
	defer func() {
		fault := recover()
		if fault == nil {
			return
		}
		if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(fault)
		}
		s.Log.Error("request panicked", "method", c.Request.Method, "path", c.FullPath(), "request", reference(c), "fault", fault, "stack", string(debug.Stack()))
		c.Abort()
		if c.Writer.Written() {
			// Half an answer must not look like a whole one.
			panic(http.ErrAbortHandler)
		}
		if isProgram(c.Request) {
			s.problem(c, http.StatusInternalServerError, refusal.Title(den.Internal), refusal.Sentence(nil))
			return
		}
		s.pages.Refusal(c, http.StatusInternalServerError, "failed", reference(c))
	}()
	c.Next()
}

func (s *server) notFound(c *gin.Context) {
	missing := den.Missing()
	s.turnAway(c, http.StatusNotFound, "not_found", refusal.Title(den.NotFound), missing.Say)
}

func (s *server) notAllowed(c *gin.Context) {
	s.turnAway(c, http.StatusMethodNotAllowed, "method", "This cannot be used like that", "Use one of the methods that the header Allow names.")
}
