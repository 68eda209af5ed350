package pages

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/refusal"
	"innovationden/web/view"
)

// problemPage is the page for every error that no form can show.
type problemPage struct {
	view.Frame
	Heading   string
	Say       string
	Reference string // of the request, for the operator; empty where it is of no use
	SignIn    string // where to sign in; empty where that does not help
}

// Problem answers with an error page, or with the sign-in where that is what is
// missing. reference names the request in the log.
func (p *Pages) Problem(c *gin.Context, err error, reference string) {
	var e *den.Error
	if !errors.As(err, &e) {
		e = &den.Error{Kind: den.Internal, Err: err}
	}
	if e.Kind == den.Unknown && (c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead) {
		c.Header("Cache-Control", "no-store")
		c.Redirect(http.StatusSeeOther, "/sign-in?"+url.Values{"then": {c.Request.URL.RequestURI()}}.Encode())
		return
	}
	status := refusal.Status(e.Kind)
	page := problemPage{Say: refusal.Sentence(e)}
	if e.Kind == den.Internal {
		p.Log.Error("request failed", "method", c.Request.Method, "path", c.FullPath(), "request", reference, "error", err)
		page.Reference = reference
	}
	if e.Kind == den.Unknown {
		page.SignIn = "/sign-in"
	}
	if again := refusal.Again(e); again != "" {
		c.Header("Retry-After", again)
	}
	p.problem(c, status, "problem."+string(e.Kind), page)
}

// Refusal is a problem that comes from the door and not from a use case: kind is one
// of "not_found", "method", "foreign", "failed".
func (p *Pages) Refusal(c *gin.Context, status int, kind, reference string) {
	p.problem(c, status, "problem."+kind, problemPage{Say: p.words.Say("problem-say." + kind), Reference: reference})
}

func (p *Pages) problem(c *gin.Context, status int, heading string, page problemPage) {
	page.Heading = p.words.Say(heading)
	page.Frame = p.frame(c, page.Heading)
	page.Notice = nil
	if err := p.show(c, status, "problem", page); err != nil {
		p.Log.Error("error page not shown", "error", err)
		if !c.Writer.Written() {
			c.String(http.StatusInternalServerError, page.Say)
		}
	}
}
