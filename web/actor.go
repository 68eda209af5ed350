package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
)

// Askers say who somebody is.
type Askers interface {
	// Who is the actor behind a token. Refuses Unknown.
	Who(ctx context.Context, token string) (den.Actor, error)
	// Person is the person now, with the roles now. Refuses NotFound.
	Person(context.Context, den.ID) (den.Person, error)
}

// recognise puts who asks into the request's context: the bearer of a token, or the
// person that the session belongs to, with the roles of now. Somebody who has left, or
// whom nobody knows any more, is nobody.
func (s *server) recognise(c *gin.Context) {
	if token, ok := bearer(c.Request.Header); ok {
		who, err := s.Den.Who(c.Request.Context(), token)
		if err != nil {
			s.refuse(c, err)
			return
		}
		ctx, err := s.Sessions.none(c.Request.Context())
		if err != nil {
			s.refuse(c, err)
			return
		}
		c.Request = c.Request.WithContext(actor.With(ctx, who))
		c.Next()
		return
	}
	ctx, err := s.Sessions.load(c.Request)
	if err != nil {
		s.refuse(c, err)
		return
	}
	if id := s.Sessions.Person(ctx); id != "" {
		person, err := s.Den.Person(ctx, id)
		switch {
		case err == nil && !person.Left:
			ctx = actor.With(ctx, person.Act())
		case err != nil && den.KindOf(err) != den.NotFound && den.KindOf(err) != den.Unknown:
			s.refuse(c, err)
			return
		}
	}
	c.Request = c.Request.WithContext(ctx)
	c.Next()
}

// bearer is the den's token of a request, if it has one.
func bearer(h http.Header) (string, bool) {
	kind, token, ok := strings.Cut(h.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(kind, "Bearer") {
		return "", false
	}
	return strings.TrimSpace(token), true
}

// admit lets nobody past who is not known, but for the routes that say so. What no
// route answers is said to be not there, to all alike.
func (s *server) admit(c *gin.Context) {
	if c.FullPath() == "" || actor.From(c.Request.Context()).Known() || s.open[c.Request.Method+" "+c.FullPath()] {
		c.Next()
		return
	}
	unknown := den.Refuse(den.Unknown, "Sign in to see this.")
	if c.Request.Method != http.MethodPost || isProgram(c.Request) {
		s.refuse(c, unknown)
		return
	}
	if err := s.pages.SignedOut(c); err != nil {
		s.refuse(c, err)
		return
	}
	c.Abort()
}
