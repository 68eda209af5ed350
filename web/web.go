// Package web is the den by HTTP: one handler that gives each host name and path to who
// answers it. It knows sessions, routes and security headers, and must not know the
// store, the engine, or what a page shows.
//
// A request's way: a sandbox's name → the gateway. Everything else → request id,
// recovery, security headers, requests of other origins refused, who is asking, nobody
// past the door but where the table of routes says so, the handler.
package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/api"
	"innovationden/web/gateway"
	"innovationden/web/pages"
	"innovationden/web/view"
)

// Den is all that the web needs of the den.
type Den interface {
	pages.Den
	Askers
}

// Config is what the web is handed. All of it is needed, but for what says otherwise.
type Config struct {
	Den      Den
	Sessions *Sessions
	Gateway  *gateway.Gateway
	Visits   *gateway.Visits
	Provider *Provider      // by whom people sign in; nil: nobody
	Accounts *Passwords     // people sign in by passwords of the den itself; nil: nobody does
	Proxies  []string       // addresses and ranges whose X-Forwarded-For is believed
	Longest  time.Duration  // of a session; 0: 12 hours
	Public   string         // the address people type, such as https://den.example.gov.uk
	Zone     *time.Location // where the people are
	Now      func() time.Time
	Log      *slog.Logger
	// Mount adds the API's routes; nil: there is no API.
	Mount func(*gin.Engine)
	// Registry answers everything below /v2/, by its own rules of who may; nil: nobody
	// can push images.
	Registry http.Handler
	// Ready says why the den cannot serve now; nil: it always can.
	Ready func(context.Context) error
	// Register opens the register of trials to anybody.
	Register bool
	// Schemas are the published schemas, by their path.
	Schemas map[string][]byte
	// OpenTechmap lets anybody read suppliers, products and published challenges.
	OpenTechmap bool
	// MaxArchive bounds an uploaded image, in bytes; 0: 4 GiB.
	MaxArchive int64
	// Patience is how long somebody may send nothing of a body, or take nothing of an
	// answer; 0: a minute.
	Patience time.Duration
}

type server struct {
	Config
	pages   *pages.Pages
	metrics *metrics

	renewals renewals
	open     map[string]bool // "GET /sign-in": nobody needs to be known there
}

// New makes the handler of everything that the den answers.
func New(c Config) (http.Handler, error) {
	if c.Den == nil || c.Sessions == nil || c.Gateway == nil || c.Visits == nil || c.Zone == nil || c.Now == nil || c.Log == nil {
		return nil, errors.New("web: the den, sessions, a gateway, visits, a zone, a clock and a log are needed")
	}
	public, err := url.Parse(c.Public)
	if err != nil || public.Host == "" || public.Scheme != "http" && public.Scheme != "https" {
		return nil, fmt.Errorf("web: %q cannot be the public address; enter a URL that begins with http:// or https://", c.Public)
	}
	s := &server{Config: c, open: map[string]bool{}}
	if c.Longest > 0 {
		c.Sessions.scs.Lifetime = c.Longest
	}
	c.Sessions.held.told = func(session string) { c.Visits.Revoke(gateway.Right{Session: session}) }
	pagesConfig := pages.Config{
		Den: c.Den, Sessions: c.Sessions, Visits: c.Visits, Addresses: c.Gateway, Public: public.Scheme + "://" + public.Host, Secure: public.Scheme == "https",
		Zone: c.Zone, Now: c.Now, Log: c.Log, MaxArchive: c.MaxArchive, OpenTechmap: c.OpenTechmap, OpenRegister: c.Register,
	}
	if c.Provider != nil {
		pagesConfig.Provider = c.Provider
	}
	if c.Accounts != nil {
		pagesConfig.Passwords = c.Accounts
	}
	s.pages, err = pages.New(pagesConfig)
	if err != nil {
		return nil, err
	}
	origins := http.NewCrossOriginProtection()
	if err := origins.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	engine, err := s.engine(origins, public.Scheme == "https")
	if err != nil {
		return nil, err
	}
	all := s.beforePages(origins, engine, public.Scheme == "https")
	return c.Gateway.Before(patience{c.Now, cmp.Or(c.Patience, usualPatience)}.handler(all)), nil
}

// beforePages keeps what docker push sends from the pages: it brings its own proof with
// each request, and its paths are none of the router's.
func (s *server) beforePages(origins *http.CrossOriginProtection, pages http.Handler, https bool) http.Handler {
	if s.Registry == nil {
		return pages
	}
	policy := view.Policy{HTTPS: https}
	guarded := origins.Handler(s.Registry)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v2" && !strings.HasPrefix(r.URL.Path, "/v2/") {
			pages.ServeHTTP(w, r)
			return
		}
		policy.Set(w.Header())
		guarded.ServeHTTP(w, r)
	})
}

func (s *server) engine(origins *http.CrossOriginProtection, https bool) (*gin.Engine, error) {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.ContextWithFallback = true
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	engine.RemoteIPHeaders = []string{"X-Forwarded-For"}
	if err := engine.SetTrustedProxies(s.Proxies); err != nil {
		return nil, err
	}
	policy := view.Policy{HTTPS: https}
	s.metrics = newMetrics()
	engine.Use(s.named, s.metrics.count(s.Now), s.recovered, func(c *gin.Context) { policy.Set(c.Writer.Header()) })
	engine.Use(func(c *gin.Context) {
		if err := origins.Check(c.Request); err != nil {
			s.turnAway(c, http.StatusForbidden, "foreign", "This came from another site", "Send this from a page of the den, or with a token.")
		}
	})
	engine.Use(s.recognise, s.admit)
	engine.NoRoute(s.notFound)
	engine.NoMethod(s.notAllowed)
	for _, r := range s.Routes() {
		if r.Who == Anybody || r.Who == Reader && s.Register {
			s.open[r.Method+" "+r.Path] = true
		}
		engine.Handle(r.Method, r.Path, s.handle(r.Do))
	}
	if s.Mount != nil {
		s.open["GET /api/docs"], s.open["GET /api/openapi.json"] = true, true
		for _, route := range api.Readers() {
			s.open[route] = s.Register
		}
		s.Mount(engine)
	}
	return engine, nil
}

// handle ends a request with the error of its handler.
func (s *server) handle(do func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := do(c); err != nil {
			s.refuse(c, err)
		}
	}
}

const referenceKey = "reference"

// named gives a request a reference, by which a person can tell the operator of it.
func (s *server) named(c *gin.Context) {
	const length = 10
	ref := rand.Text()[:length]
	c.Set(referenceKey, ref)
	c.Header("X-Request-Id", ref)
	c.Next()
}

func reference(c *gin.Context) string { return c.GetString(referenceKey) }

func (s *server) healthy(c *gin.Context) error {
	c.Header("Cache-Control", "no-store")
	c.String(http.StatusOK, "ok\n")
	return nil
}

func (s *server) ready(c *gin.Context) error {
	c.Header("Cache-Control", "no-store")
	if s.Ready != nil {
		if err := s.Ready(c.Request.Context()); err != nil {
			s.Log.Warn("not ready", "error", err)
			c.String(http.StatusServiceUnavailable, "not ready\n")
			return nil
		}
	}
	c.String(http.StatusOK, "ready\n")
	return nil
}

// schema serves a published schema to whoever holds data to it, from any site.
func (s *server) schema(c *gin.Context) error {
	text, ok := s.Schemas[c.Request.URL.Path]
	if !ok {
		return den.Missing()
	}
	c.Header("Access-Control-Allow-Origin", "*")
	c.Data(http.StatusOK, "application/schema+json", text)
	return nil
}

func (s *server) static(c *gin.Context) error {
	s.pages.Static().ServeHTTP(c.Writer, c.Request)
	return nil
}
