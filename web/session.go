package web

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"innovationden/orchestrator/den"
)

// Sessions remembers on the server who signed in with which browser. A session is
// loaded on each request and written only at sign-in and sign-out, so that reading a
// page never writes to the store.
type Sessions struct {
	scs    *scs.SessionManager
	secure bool
}

const (
	sessionLength = 12 * time.Hour
	personKey     = "person"
)

// NewSessions keeps sessions in store. secure says that visitors come by HTTPS: the
// cookie then has the __Host- prefix.
func NewSessions(store scs.Store, secure bool) *Sessions {
	m := scs.New()
	m.Store = store
	m.HashTokenInStore = true
	m.Lifetime = sessionLength
	return &Sessions{scs: m, secure: secure}
}

func (s *Sessions) cookieName() string {
	if s.secure {
		return "__Host-den_session"
	}
	return "den_session"
}

// load puts the session of a request into its context. A token that is not known is
// nobody's session, not an error.
func (s *Sessions) load(r *http.Request) (context.Context, error) {
	token := ""
	if c, err := r.Cookie(s.cookieName()); err == nil {
		token = c.Value
	}
	return s.scs.Load(r.Context(), token)
}

// none is a context with nobody's session, for who comes with a token: pages may ask for
// the session of every request.
func (s *Sessions) none(ctx context.Context) (context.Context, error) { return s.scs.Load(ctx, "") }

// Person is who signed in with the session in ctx; empty where nobody did.
func (s *Sessions) Person(ctx context.Context) den.ID {
	return den.ID(s.scs.GetString(ctx, personKey))
}

// ID names the session in ctx; empty where nobody signed in.
func (s *Sessions) ID(ctx context.Context) string { return s.scs.Token(ctx) }

// Begin signs a person in with a new session token, so that a token planted before is
// worth nothing.
func (s *Sessions) Begin(ctx context.Context, w http.ResponseWriter, person den.ID) error {
	if err := s.scs.RenewToken(ctx); err != nil {
		return err
	}
	s.scs.Put(ctx, personKey, string(person))
	token, expiry, err := s.scs.Commit(ctx)
	if err != nil {
		return err
	}
	s.write(w, token, expiry)
	return nil
}

// End signs out: the session is gone from the server.
func (s *Sessions) End(ctx context.Context, w http.ResponseWriter) error {
	s.write(w, "", time.Unix(1, 0))
	return s.scs.Destroy(ctx)
}

func (s *Sessions) write(w http.ResponseWriter, token string, expiry time.Time) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(), Value: token, Path: "/", Expires: expiry,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}

// Stands says whether the session in ctx has not been ended or run out since it was
// loaded, for what stays open.
func (s *Sessions) Stands(ctx context.Context) bool {
	fresh, err := s.scs.Load(context.Background(), s.scs.Token(ctx)) //nolint:contextcheck // ctx holds the session as it was
	return err == nil && s.Person(fresh) != "" && s.Person(fresh) == s.Person(ctx)
}
