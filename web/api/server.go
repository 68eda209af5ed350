package api

import (
	"log/slog"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/web/api/contract"
	"innovationden/web/streams"
)

// Base is where the API lives.
const Base = "/api/v1"

// Config is what the API is handed.
type Config struct {
	Den        Den
	Now        func() time.Time // for the deadlines of streams
	Log        *slog.Logger
	Public     string         // the address by which people reach the den, without a path
	Zone       *time.Location // of the dates in documents; nil: UTC
	MaxArchive int64          // bytes of an uploaded archive; 0: 4 GiB
	MaxStreams int            // progress streams of one person; 0: 16
	Pace       Pace           // of progress streams; zero: the usual one
	Open       bool           // anybody reads the register
}

// API answers everything under /api.
type API struct {
	den      Den
	now      func() time.Time
	log      *slog.Logger
	contract func() (bound, error) // read at the first request
	streams  *streams.Streams
	archive  int64
	pace     Pace
	zone     *time.Location
	public   string
	open     bool
	over     chan struct{} // closed by Close
	close    func()
}

var _ contract.StrictServerInterface = (*API)(nil)

// New gives the API. The contract, half a megabyte once it is read, is read at the
// first request.
func New(c Config) *API {
	if c.MaxArchive == 0 {
		c.MaxArchive = 4 << 30
	}
	if c.MaxStreams == 0 {
		c.MaxStreams = 16
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	over := make(chan struct{})
	return &API{
		den: c.Den, now: c.Now, log: c.Log, contract: sync.OnceValues(readBound),
		streams: streams.New(c.MaxStreams), archive: c.MaxArchive, pace: c.Pace.orUsual(), zone: c.Zone, public: c.Public, open: c.Open,
		over: over, close: sync.OnceFunc(func() { close(over) }),
	}
}

// Close ends every progress stream, so that a server can stop: give it to
// http.Server.RegisterOnShutdown. It may be called more than once.
func (a *API) Close() { a.close() }

// Mount adds the API's routes to an engine that has put the actor into the request's
// context and has ContextWithFallback on.
func (a *API) Mount(engine *gin.Engine) {
	engine.GET("/api/openapi.json", a.serveDocument)
	group := engine.Group("", a.known, a.bound, a.validate)
	contract.RegisterHandlersWithOptions(group, contract.NewStrictHandlerWithOptions(a, nil, contract.StrictGinServerOptions{
		RequestErrorHandlerFunc:  a.unreadable,
		HandlerErrorFunc:         func(c *gin.Context, err error) { Problem(c, a.log, err) },
		ResponseErrorHandlerFunc: a.unsent,
	}), contract.GinServerOptions{BaseURL: Base, ErrorHandler: func(c *gin.Context, err error, _ int) { a.unreadable(c, err) }})
}

func (a *API) unreadable(c *gin.Context, err error) {
	a.log.Debug("request not readable", "path", c.FullPath(), "error", err)
	p, ok := misread(err)
	if !ok {
		p = plain(400, "The request cannot be read", "The request cannot be read. Check its parameters and its body against the reference at /api/docs.")
	}
	Answer(c, p)
}

// unsent is an answer that could not be written: the caller has left, or it could not be
// put into words.
func (a *API) unsent(c *gin.Context, err error) {
	if !c.Writer.Written() {
		Problem(c, a.log, err)
		return
	}
	a.log.Debug("answer not sent", "path", c.FullPath(), "error", err)
	c.Abort()
}
