package pages

import (
	"bytes"
	"net/http"
	"runtime/pprof"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// longestProfile bounds how long processor time is measured for one request, in seconds.
const longestProfile = 60

// profilesPage offers what the program can tell of itself.
type profilesPage struct {
	view.Frame
	Form *form.Values
	Most int // seconds
}

// Profiles is GET /host/profiles.
func (p *Pages) Profiles(c *gin.Context) error {
	if err := p.runsHost(c); err != nil {
		return err
	}
	return p.showProfiles(c, http.StatusOK, p.blank())
}

func (p *Pages) showProfiles(c *gin.Context, status int, v *form.Values) error {
	page := profilesPage{Frame: p.frame(c, p.words.Say("profiles.title")), Form: v, Most: longestProfile}
	page.Back, page.Errors = back("/host"), v.Summary()
	return p.show(c, status, "profiles", page)
}

// runsHost refuses everybody but those who run the host, as its use cases do: whoever may
// not see the host learns nothing.
func (p *Pages) runsHost(c *gin.Context) error {
	if _, err := p.Den.Host(c, asking(c)); err != nil {
		return err
	}
	if !den.May(asking(c), den.RunHost, den.Owner{}) {
		return p.mayNot()
	}
	return nil
}

// HeapProfile is GET /host/profiles/heap: what holds memory, after garbage was collected.
func (p *Pages) HeapProfile(c *gin.Context) error { return p.profile(c, "heap") }

// GoroutineProfile is GET /host/profiles/goroutines: what the program is doing or waiting for.
func (p *Pages) GoroutineProfile(c *gin.Context) error { return p.profile(c, "goroutine") }

func (p *Pages) profile(c *gin.Context, name string) error {
	if err := p.runsHost(c); err != nil {
		return err
	}
	var out bytes.Buffer
	if err := pprof.Lookup(name).WriteTo(&out, 0); err != nil {
		return err
	}
	return sendProfile(c, name, out.Bytes())
}

// ProcessorProfile is GET /host/profiles/cpu?seconds=N: where processor time goes in the
// next N seconds, 1 where N is not given. One can be taken at a time.
func (p *Pages) ProcessorProfile(c *gin.Context) error {
	if err := p.runsHost(c); err != nil {
		return err
	}
	v := form.Typed(p.words.Words, c.Request.URL.Query())
	seconds := form.Int{Name: "seconds", What: "profiles.what", Min: 1, Max: longestProfile, Optional: true}.Read(v)
	if v.Bad() {
		return p.showProfiles(c, http.StatusUnprocessableEntity, v)
	}
	var out bytes.Buffer
	if err := pprof.StartCPUProfile(&out); err != nil {
		return &den.Error{Kind: den.Busy, Say: p.words.Say("profiles.busy"), Err: err}
	}
	enough := time.NewTimer(time.Duration(max(seconds, 1)) * time.Second)
	defer enough.Stop()
	select {
	case <-enough.C:
	case <-c.Request.Context().Done():
	}
	pprof.StopCPUProfile()
	return sendProfile(c, "cpu", out.Bytes())
}

func sendProfile(c *gin.Context, name string, text []byte) error {
	c.Header("Content-Disposition", `attachment; filename="den-`+name+`.pprof"`)
	c.Header("Cache-Control", "no-store")
	c.Data(http.StatusOK, "application/octet-stream", text)
	return nil
}
