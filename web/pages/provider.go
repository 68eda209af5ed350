package pages

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// Provider signs people in elsewhere; *web.Provider is such.
type Provider interface {
	Title() string
	// Begin is where the browser goes to sign in. Busy while the provider is silent.
	Begin(context.Context, Flow) (address string, err error)
	// Finish is what the provider says of who came back with a code. Unknown.
	Finish(ctx context.Context, code string, f Flow) (Said, error)
}

// Flow is one sign-in under way at the provider. Nothing of it but State, Nonce and the
// hash of Verifier leaves the den.
type Flow struct {
	State, Nonce, Verifier string
	login                  den.Login // whose password was right, where it is a code that is waited for
	then                   string
	kept                   kept
	from                   string // the address that began it
	until                  time.Time
}

// Said is what the provider says, until when, and until when at most.
type Said struct {
	den.Word
	Refresh string
	Until   time.Time
	Longest time.Time
}

// Bounds of the flows under way: a form that is kept may be large, and whoever asks is
// nobody yet.
const (
	flowLasts   = 15 * time.Minute
	flowsMost   = 2000
	flowsOfOne  = 20
	flowsMemory = 64 << 20
)

// flows are the sign-ins under way, in memory: one that is lost begins again.
type flows struct {
	mu    sync.Mutex
	under map[string]Flow
	size  int
	now   func() time.Time
}

// put keeps a flow; false means that there are too many of this address, or in all. A
// kept form that finds no room is given up before the sign-in is.
func (f *flows) put(id string, one Flow) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	now, same := f.now(), 0
	for id, old := range f.under {
		switch {
		case !now.Before(old.until):
			f.drop(id)
		case old.from == one.from:
			same++
		}
	}
	if same >= flowsOfOne || len(f.under) >= flowsMost {
		return false
	}
	if f.size+one.kept.size() > flowsMemory {
		one.kept = kept{Lost: true}
	}
	one.until = now.Add(flowLasts)
	f.under[id] = one
	f.size += one.kept.size()
	return true
}

func (f *flows) drop(id string) {
	f.size -= f.under[id].kept.size()
	delete(f.under, id)
}

// take gives a flow, once.
func (f *flows) take(id string) (Flow, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one, ok := f.under[id]
	if ok {
		f.drop(id)
	}
	return one, ok && f.now().Before(one.until)
}

func (k kept) size() int {
	n := len(k.To)
	for _, f := range k.Fields {
		n += len(f.Name) + len(f.Value)
	}
	return n
}

func (p *Pages) flowCookie() string {
	if p.Secure {
		return "__Host-den_flow"
	}
	return "den_flow"
}

func (p *Pages) setFlow(c *gin.Context, value string, lasts int) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: p.flowCookie(), Value: value, Path: "/", MaxAge: lasts, HttpOnly: true, Secure: p.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// awayPage sends the browser on to somewhere else.
type awayPage struct {
	view.Frame
	Heading string
	Say     string
	Address string
	Go      string // the button for who is not sent on
}

// ToProvider is POST /sign-in/provider: it keeps what was typed, and goes on by a page of
// its own, for a form may not lead to another site.
func (p *Pages) ToProvider(c *gin.Context) error {
	if p.Provider == nil {
		p.Refusal(c, http.StatusGone, "not_found", "")
		return nil
	}
	if _, err := p.typed(c); err != nil {
		return err
	}
	flow := Flow{
		State: rand.Text(), Nonce: rand.Text(), Verifier: rand.Text() + rand.Text(), from: c.ClientIP(),
		then: local(c.PostForm("then")), kept: keptOf(c.Request.PostForm),
	}
	address, err := p.Provider.Begin(c, flow)
	if err != nil {
		return p.flowFailed(c, flow, err)
	}
	id := rand.Text()
	if !p.flows.put(id, flow) {
		return p.flowFailed(c, flow, den.Refuse(den.Busy, "%s", p.words.Say("provider.crowd")))
	}
	p.setFlow(c, id, int(flowLasts/time.Second))
	page := awayPage{
		Frame: p.frame(c, p.words.Say("provider.away")), Heading: p.words.Say("provider.away"), Say: p.words.Say("provider.away-say"), Address: address, Go: p.words.Say("provider.go"),
	}
	c.Header("Refresh", "0; url="+address)
	c.Header("Cache-Control", "no-store")
	return p.show(c, http.StatusOK, "away", page)
}

// Callback is GET /sign-in/callback, where the provider sends people back to. It changes
// something though it is a GET, as the protocol has it; what makes it safe is the cookie
// of the browser that began, the state, and that a flow is good once.
func (p *Pages) Callback(c *gin.Context) error {
	if p.Provider == nil {
		p.Refusal(c, http.StatusGone, "not_found", "")
		return nil
	}
	id, _ := c.Cookie(p.flowCookie())
	p.setFlow(c, "", -1)
	flow, ok := p.flows.take(id)
	if !ok || flow.State == "" || subtle.ConstantTimeCompare([]byte(flow.State), []byte(c.Query("state"))) != 1 {
		return p.flowFailed(c, flow, den.Refuse(den.Unknown, "%s", p.words.Say("provider.again")))
	}
	if c.Query("error") != "" || c.Query("code") == "" {
		p.Log.Info("provider refused", "error", c.Query("error"))
		return p.flowFailed(c, flow, den.Refuse(den.Unknown, "%s", p.words.Say("provider.refused")))
	}
	said, err := p.Provider.Finish(c, c.Query("code"), flow)
	if err != nil {
		return p.flowFailed(c, flow, err)
	}
	person, err := p.Den.SignInAs(c, said.Word)
	if err != nil {
		return p.flowFailed(c, flow, err)
	}
	start := Start{Person: person.ID, How: "provider", Until: said.Longest, Word: Word{Refresh: said.Refresh, Until: said.Until}}
	if said.Refresh == "" && said.Until.Before(said.Longest) {
		start.Until = said.Until
	}
	if err := p.begin(c, start); err != nil {
		return err
	}
	if flow.kept.To != "" {
		return p.showKept(c, person, flow.kept)
	}
	return to(c, flow.then, "")
}

// flowFailed shows the sign-in again with what was typed still in it.
func (p *Pages) flowFailed(c *gin.Context, f Flow, err error) error {
	kind := den.KindOf(err)
	if kind != den.Unknown && kind != den.Busy {
		return err
	}
	p.Log.Info("sign-in by the provider failed", "error", err)
	v := form.Typed(p.words.Words, nil)
	v.Refuse([]form.FieldError{{Say: sentence(err)}}, nil)
	if f.then == "" {
		f.then = "/"
	}
	return p.showSignIn(c, later(c, err), signInPage{Then: f.then, Form: v, Kept: f.kept})
}
