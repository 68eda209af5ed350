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

// Problem answers with a problem document (RFC 9457). What is not a refusal of the
// den is logged and answered without its text.
func Problem(c *gin.Context, log *slog.Logger, err error) {
	var refused *den.Error
	if !errors.As(err, &refused) || refused.Kind == den.Internal {
		log.Error("request failed", "method", c.Request.Method, "path", c.FullPath(), "error", err)
	}
	if refused == nil {
		refused = &den.Error{Kind: den.Internal, Err: err}
	}
	Answer(c, document(refused, c.Request.URL.Path))
}

func document(e *den.Error, instance string) contract.Problem {
	p := contract.Problem{
		Type:     "about:blank",
		Title:    refusal.Title(e.Kind),
		Status:   int32(refusal.Status(e.Kind)),
		Detail:   refusal.Sentence(e),
		Instance: &instance,
	}
	var fields []contract.FieldProblem
	for _, fault := range e.All() {
		if fault.Field != "" {
			fields = append(fields, contract.FieldProblem{Pointer: pointer(fault.Field), Detail: fault.Say})
		}
	}
	if len(fields) > 0 {
		p.Errors = &fields
	}
	return p
}

// Answer writes a problem document and ends the request.
func Answer(c *gin.Context, p contract.Problem) {
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
	c.Header("Cache-Control", "no-store")
	c.Data(int(p.Status), "application/problem+json", body)
	c.Abort()
}

// plain is a problem that has no refusal behind it.
func plain(status int, title, detail string) contract.Problem {
	return contract.Problem{Type: "about:blank", Title: title, Status: int32(status), Detail: detail}
}
