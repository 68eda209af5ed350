package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"innovationden/orchestrator/den"
	"innovationden/web/pages"
)

// SessionStore keeps sessions; *bolt.Sessions is such.
type SessionStore interface {
	scs.CtxStore
	// AllCtx gives the data of every session that stands, by a key of the store's.
	AllCtx(context.Context) (map[string][]byte, error)
	// End ends the session of such a key.
	End(ctx context.Context, key string) error
}

// Sessions remembers on the server who signed in with which browser. A session is
// loaded on each request and written only at sign-in, when its provider is asked again,
// and at sign-out, so that reading a page never writes to the store.
type Sessions struct {
	scs    *scs.SessionManager
	store  SessionStore
	secure bool
	held   held

	ending sync.Mutex // held to end a session, and to write one anew that must stand
}

const (
	sessionLength = 12 * time.Hour

	personKey = "person"
	idKey     = "id"
	howKey    = "how"
	whereKey  = "where"
	withKey   = "with"
	sinceKey  = "since"
	wordKey   = "word"
	againKey  = "again"
)

// NewSessions keeps sessions in store. secure says that visitors come by HTTPS: the
// cookie then has the __Host- prefix.
func NewSessions(store SessionStore, secure bool) *Sessions {
	m := scs.New()
	m.Store = store
	m.HashTokenInStore = true
	m.Lifetime = sessionLength
	return &Sessions{scs: m, store: store, secure: secure, held: held{open: map[string]map[*hold]bool{}}}
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
	if s.ID(ctx) == "" {
		return ""
	}
	return den.ID(s.scs.GetString(ctx, personKey))
}

// ID names the session in ctx; empty where nobody signed in. It is not the cookie, and
// opens nothing.
func (s *Sessions) ID(ctx context.Context) string { return s.scs.GetString(ctx, idKey) }

// Ends implements pages.Sessions.
func (s *Sessions) Ends(ctx context.Context) time.Time {
	ends := s.scs.Deadline(ctx)
	if word := s.word(ctx); word.Refresh != "" && word.Until.Before(ends) {
		return word.Until // until the provider is asked again
	}
	return ends
}

// word is what the provider said of who signed in.
func (s *Sessions) word(ctx context.Context) pages.Word {
	return pages.Word{Refresh: s.scs.GetString(ctx, wordKey), Until: time.Unix(s.scs.GetInt64(ctx, againKey), 0)}
}

// Begin signs a person in with a new session token, so that a token planted before is
// worth nothing. The session that the browser had is over.
func (s *Sessions) Begin(ctx context.Context, w http.ResponseWriter, in pages.Start) error {
	before := s.ID(ctx)
	if err := s.scs.Clear(ctx); err != nil {
		return err
	}
	if err := s.scs.RenewToken(ctx); err != nil {
		return err
	}
	for key, text := range map[string]string{
		personKey: string(in.Person), idKey: rand.Text(), howKey: in.How, whereKey: in.Where, withKey: in.With,
	} {
		s.scs.Put(ctx, key, text)
	}
	s.scs.Put(ctx, sinceKey, s.scs.Deadline(ctx).Add(-s.scs.Lifetime).Unix())
	if !in.Until.IsZero() && in.Until.Before(s.Ends(ctx)) {
		s.scs.SetDeadline(ctx, in.Until)
	}
	s.keep(ctx, in.Word)
	if err := s.commit(ctx, w); err != nil {
		return err
	}
	s.held.end(before)
	return nil
}

// keep writes what a provider said into the session.
func (s *Sessions) keep(ctx context.Context, word pages.Word) {
	if word.Refresh != "" {
		s.scs.Put(ctx, wordKey, word.Refresh)
		s.scs.Put(ctx, againKey, word.Until.Unix())
	}
}

// renewed writes what a provider said again into the session in ctx, unless somebody has
// ended it meanwhile: what is written would be there again. It says whether it stands.
func (s *Sessions) renewed(ctx context.Context, w http.ResponseWriter, word pages.Word) (bool, error) {
	s.ending.Lock()
	defer s.ending.Unlock()
	if !s.Stands(ctx) {
		return false, nil
	}
	s.keep(ctx, word)
	return true, s.commit(ctx, w)
}

func (s *Sessions) commit(ctx context.Context, w http.ResponseWriter) error {
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
	id := s.ID(ctx)
	s.ending.Lock()
	err := s.scs.Destroy(ctx)
	s.ending.Unlock()
	s.held.end(id)
	return err
}

func (s *Sessions) write(w http.ResponseWriter, token string, expiry time.Time) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(), Value: token, Path: "/", Expires: expiry,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}

// Stands says whether the session in ctx has not been ended or run out since it was
// loaded, for what stays open.
//
//nolint:contextcheck // ctx holds the session as it was, and Load would give that
func (s *Sessions) Stands(ctx context.Context) bool {
	fresh, err := s.scs.Load(context.Background(), s.scs.Token(ctx))
	return err == nil && s.Person(fresh) != "" && s.ID(fresh) == s.ID(ctx)
}
