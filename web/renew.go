package web

import (
	"context"
	"sync"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/pages"
)

// renewals keeps two requests of one session from asking its provider at once: a
// refresh token is often good once.
type renewals struct {
	mu    sync.Mutex
	under map[string]chan struct{}
}

// enter waits for who is asking already; first says that nobody was.
func (r *renewals) enter(ctx context.Context, session string) (leave func(), first bool, err error) {
	r.mu.Lock()
	if wait, ok := r.under[session]; ok {
		r.mu.Unlock()
		select {
		case <-wait:
			return nil, false, nil
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
	}
	if r.under == nil {
		r.under = map[string]chan struct{}{}
	}
	done := make(chan struct{})
	r.under[session] = done
	r.mu.Unlock()
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.under, session)
		close(done)
	}, true, nil
}

// renew asks the provider again for a session whose word has run out. It gives the
// session as it is then: nobody's, where the provider no longer vouches. While the
// provider is silent, nothing is given: its last word is over.
func (s *server) renew(ctx context.Context, c *gin.Context) (context.Context, error) {
	word := s.Sessions.word(ctx)
	if s.Sessions.Person(ctx) == "" || word.Refresh == "" || s.Now().Before(word.Until) {
		return ctx, nil
	}
	leave, first, err := s.renewals.enter(c.Request.Context(), s.Sessions.ID(ctx))
	if err != nil {
		return nil, err
	}
	if !first {
		return s.Sessions.load(c.Request)
	}
	defer leave()
	if s.Provider == nil {
		return s.ended(ctx, c)
	}
	// Somebody may have been first between the load and now.
	if ctx, err = s.Sessions.load(c.Request); err != nil || s.Sessions.word(ctx) != word {
		return ctx, err
	}
	said, err := s.Provider.again(ctx, word.Refresh)
	if den.KindOf(err) == den.Unknown {
		s.Log.Info("provider no longer vouches", "person", s.Sessions.Person(ctx), "error", err)
		return s.ended(ctx, c)
	}
	if err != nil {
		return nil, err
	}
	who, err := s.Den.SignInAs(ctx, said.Word)
	if den.KindOf(err) == den.Unknown || err == nil && who.ID != s.Sessions.Person(ctx) {
		return s.ended(ctx, c)
	}
	if err != nil {
		return nil, err
	}
	stands, err := s.Sessions.renewed(ctx, c.Writer, pages.Word{Refresh: said.Refresh, Until: said.Until})
	if err == nil && !stands {
		return s.ended(ctx, c)
	}
	return ctx, err
}

// ended ends the session of a request, which goes on as nobody's.
func (s *server) ended(ctx context.Context, c *gin.Context) (context.Context, error) {
	if err := s.Sessions.End(ctx, c.Writer); err != nil {
		return nil, err
	}
	return s.Sessions.none(c.Request.Context())
}
