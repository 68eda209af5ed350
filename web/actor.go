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
	// SignInAs is who a provider vouches for. Refuses Unknown.
	SignInAs(context.Context, den.Word) (den.Person, error)
}

// recognise puts who asks into the request's context: the bearer of a token, or the
// person that the session belongs to, with the roles of now. The context ends when the
// token or the session does.
func (s *server) recognise(c *gin.Context) {
	find := s.bySession
	if _, ok := bearer(c.Request.Header); ok {
		find = s.byToken
	}
	ctx, release, err := find(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	defer release()
	c.Request = c.Request.WithContext(ctx)
	c.Next()
}

func (s *server) byToken(c *gin.Context) (context.Context, func(), error) {
	token, _ := bearer(c.Request.Header)
	who, err := s.Den.Who(c.Request.Context(), token)
	if err != nil {
		return nil, nil, err
	}
	ctx, err := s.Sessions.none(c.Request.Context())
	if err != nil {
		return nil, nil, err
	}
	if who.Until.IsZero() {
		return actor.With(ctx, who), func() {}, nil
	}
	ctx, release := context.WithDeadlineCause(ctx, who.Until, errOver())
	return actor.With(ctx, who), release, nil
}

// bySession finds the person of a session. Somebody who has left, or whom nobody knows
// any more, is nobody.
func (s *server) bySession(c *gin.Context) (context.Context, func(), error) {
	ctx, err := s.Sessions.load(c.Request)
	if err != nil {
		return nil, nil, err
	}
	if ctx, err = s.renew(ctx, c); err != nil {
		return nil, nil, err
	}
	id := s.Sessions.Person(ctx)
	if id == "" {
		return ctx, func() {}, nil
	}
	person, err := s.Den.Person(ctx, id)
	switch {
	case den.KindOf(err) == den.NotFound, den.KindOf(err) == den.Unknown:
		return ctx, func() {}, nil
	case err != nil:
		return nil, nil, err
	}
	ctx, release := s.Sessions.held.take(ctx, s.Sessions.ID(ctx), s.Sessions.Ends(ctx))
	return actor.With(ctx, person.Act()), release, nil
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
