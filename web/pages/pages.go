package pages

import (
	"embed"
	"errors"
	"log/slog"
	"sync"
	"time"

	"innovationden/web/api"
	"innovationden/web/help"
	"innovationden/web/streams"
	"innovationden/web/view"
)

//go:embed *.html
var templates embed.FS

// Config is what the pages are handed.
type Config struct {
	Den       Den
	Sessions  Sessions
	Visits    Visits
	Addresses Addresses
	Zone      *time.Location // where the people are
	Provider  Provider       // by whom people sign in; nil: nobody
	Passwords Passwords      // by which people sign in; nil: by none
	Secure    bool           // visitors come by HTTPS: cookies have the __Host- prefix
	Public    string         // the address people type, such as https://den.example.gov.uk
	Now       func() time.Time
	Log       *slog.Logger
	// OpenTechmap and OpenRegister say what people nobody knows may read: the techmap with
	// published challenges, and the register.
	OpenTechmap, OpenRegister bool
	// MaxArchive bounds an uploaded image, in bytes; 0: 4 GiB.
	MaxArchive int64
	// MaxStreams bounds the live pages of one person; 0: 16.
	MaxStreams int
}

// Pages answers people. It is safe for use by many at once.
type Pages struct {
	Config
	view      *view.View
	words     words
	say       view.Say
	help      *help.Guides
	glances   *glances
	streams   *streams.Streams
	flows     *flows
	computers *computers
	slow      *slow

	reference func() (api.Reference, error) // read when it is first asked for
}

// New reads the guides, the words and the templates that pages share.
func New(c Config) (*Pages, error) {
	if c.Den == nil || c.Sessions == nil || c.Visits == nil || c.Addresses == nil || c.Zone == nil || c.Now == nil || c.Log == nil {
		return nil, errors.New("pages: the den, sessions, visits, addresses, a zone, a clock and a log are needed")
	}
	if c.MaxArchive == 0 {
		c.MaxArchive = 4 << 30
	}
	if c.MaxStreams == 0 {
		c.MaxStreams = 16
	}
	guides, err := help.New()
	if err != nil {
		return nil, err
	}
	v, err := view.New(view.Config{Pages: templates, Zone: c.Zone, Now: c.Now})
	if err != nil {
		return nil, err
	}
	spoken := v.Words("en")
	return &Pages{
		Config: c, view: v, words: words{spoken}, say: view.Say{Words: spoken, Zone: c.Zone}, help: guides,
		glances: newGlances(), streams: streams.New(c.MaxStreams), flows: &flows{under: map[string]Flow{}, now: c.Now}, computers: &computers{under: map[string]allowed{}, now: c.Now}, slow: newSlow(c.Now),
		reference: sync.OnceValues(api.ReadReference),
	}, nil
}

// Static are the style sheets and scripts of the pages, under /static/.
func (p *Pages) Static() *view.Static { return p.view.Static() }
