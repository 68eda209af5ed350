package pages

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/refusal"
)

// maxForm bounds a form without files, in bytes.
const maxForm = 1 << 20

// typed reads a form. What is larger than any form of ours is refused.
func (p *Pages) typed(c *gin.Context) (*form.Values, error) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
	if err := c.Request.ParseForm(); err != nil {
		return nil, den.Refuse(den.Invalid, "%s", p.words.Say("problem.form"))
	}
	return form.Typed(p.words.Words, c.Request.PostForm), nil
}

func (p *Pages) blank() *form.Values { return form.Blank(p.words.Words) }

// refused puts what a use case says into the form, so that it is shown again with what
// was typed. It gives the status to answer with, or the error itself where the form
// must not be shown again: the thing is not there, or not the person's.
func (p *Pages) refused(c *gin.Context, v *form.Values, err error, names map[string]string) (int, error) {
	var e *den.Error
	if !errors.As(err, &e) {
		e = &den.Error{Kind: den.Internal, Err: err}
	}
	switch e.Kind {
	case den.NotFound, den.Denied, den.Unknown:
		return 0, err
	case den.Stale:
		v.Renew()
		v.Say("", "form.stale")
	case den.Internal:
		p.Log.Error("request failed", "method", c.Request.Method, "path", c.FullPath(), "error", err)
		v.Refuse([]form.FieldError{{Say: refusal.Sentence(e)}}, names)
	case den.Invalid, den.Conflict, den.NotYet, den.Busy, den.TooSoon, den.Full, den.Down:
		var said []form.FieldError
		for _, one := range e.All() {
			said = append(said, form.FieldError{Field: one.Field, Say: refusal.Sentence(one)})
		}
		v.Refuse(said, names)
	}
	return later(c, e), nil
}

// later says in the head of an answer when to try again, and gives its status.
func later(c *gin.Context, err error) int {
	var e *den.Error
	if !errors.As(err, &e) {
		e = &den.Error{Kind: den.Internal, Err: err}
	}
	if again := refusal.Again(e); again != "" {
		c.Header("Retry-After", again)
	}
	return refusal.Status(e.Kind)
}

// rev is the revision of the thing that the form was made of; 0 where it says none.
func rev(c *gin.Context) int64 {
	n, err := strconv.ParseInt(c.PostForm("rev"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// once makes a create that is sent twice happen once.
func once(c *gin.Context) den.Once {
	key := c.PostForm("once")
	if key == "" {
		return den.Once{}
	}
	sum := sha256.Sum256([]byte(c.FullPath() + "\n" + c.Request.PostForm.Encode()))
	return den.Once{Key: key, Body: hex.EncodeToString(sum[:])}
}

// fresh is a key for a create: the one that was sent, or a new one.
func fresh(c *gin.Context) string {
	if c.Request.PostForm.Get("once") != "" {
		return c.Request.PostForm.Get("once")
	}
	return rand.Text()
}

// sentence is what an error says to people.
func sentence(err error) string {
	var e *den.Error
	if !errors.As(err, &e) {
		e = &den.Error{Kind: den.Internal, Err: err}
	}
	return refusal.Sentence(e)
}
