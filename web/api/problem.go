package api

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
	"innovationden/web/refusal"
)

// mostFaults bounds how many faults of one request are told.
const mostFaults = 100

// Problem answers with a problem document (RFC 9457). What is not a refusal of the
// den is logged and answered without its text.
func Problem(c *gin.Context, log *slog.Logger, err error) {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		Answer(c, tooLarge(large.Limit))
		return
	}
	if left := c.Request.Context().Err(); left != nil {
		log.Debug("the caller has left", "path", c.FullPath(), "error", err)
		Answer(c, document(&den.Error{Kind: den.Busy, Say: "The request was given up before it was done. Try again."}))
		return
	}
	var refused *den.Error
	if !errors.As(err, &refused) || refused.Kind == den.Internal {
		log.Error("request failed", "method", c.Request.Method, "path", c.FullPath(), "error", err)
	}
	if refused == nil {
		refused = &den.Error{Kind: den.Internal, Err: err}
	}
	if again := refusal.Again(refused); again != "" {
		c.Header("Retry-After", again)
	}
	Answer(c, document(refused))
}

func document(e *den.Error) contract.Problem {
	p := contract.Problem{
		Type:   "about:blank",
		Title:  title(e.Kind),
		Status: int32(refusal.Status(e.Kind)),
		Detail: refusal.Sentence(e),
	}
	var fields []contract.FieldProblem
	for _, fault := range e.All() {
		if fault.Field != "" && len(fields) < mostFaults {
			fields = append(fields, contract.FieldProblem{Pointer: pointer(fault.Field), Detail: fault.Say})
		}
	}
	if len(fields) > 0 {
		p.Errors = &fields
	}
	return p
}

// title heads a problem. A program asks for things, not for pages.
func title(kind den.Refusal) string {
	if kind == den.NotFound {
		return "Nothing found"
	}
	return refusal.Title(kind)
}

// Answer writes a problem document about the request and ends it.
func Answer(c *gin.Context, p contract.Problem) {
	p.Instance = new(c.Request.URL.EscapedPath())
	body, err := json.Marshal(p)
	if err != nil {
		c.AbortWithStatus(http.StatusInternalServerError)
		return
	}
	if p.Status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", "Bearer")
	}
	if p.Status == http.StatusServiceUnavailable {
		c.Header("Retry-After", "5")
	}
	sealed(c)
	c.Data(int(p.Status), "application/problem+json", body)
	c.Abort()
}

// sealed keeps an answer from being stored on the way, or taken for what it is not.
func sealed(c *gin.Context) {
	c.Header("Cache-Control", "no-store")
	c.Header("X-Content-Type-Options", "nosniff")
}

// plain is a problem that has no refusal behind it.
func plain(status int, title, detail string) contract.Problem {
	return contract.Problem{Type: "about:blank", Title: title, Status: int32(status), Detail: detail}
}

func tooLarge(limit int64) contract.Problem {
	return plain(http.StatusRequestEntityTooLarge, "The request is too large", "Send a smaller request. This one may have at most "+megabytes(limit)+".")
}
