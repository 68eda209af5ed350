package pages

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// sessionsPage is where a person is signed in.
type sessionsPage struct {
	view.Frame
	Sessions []sessionRow
	Others   bool // there are others than this one
}

type sessionRow struct {
	Session
	This    bool
	Browser string
	How     string
}

// SessionsPage is GET /me/sessions.
func (p *Pages) SessionsPage(c *gin.Context) error {
	this, found, err := p.mySessions(c)
	if err != nil {
		return err
	}
	page := sessionsPage{Frame: p.frame(c, p.words.Say("sessions.title"))}
	for _, s := range found {
		row := sessionRow{Session: s, This: s.ID == this, Browser: p.browser(s.Start.With), How: p.words.Say("sessions-how." + s.Start.How)}
		page.Others = page.Others || !row.This
		page.Sessions = append(page.Sessions, row)
	}
	page.Back = back("/me")
	return p.show(c, http.StatusOK, "sessions", page)
}

// EndSession is POST /me/sessions/:id/end.
func (p *Pages) EndSession(c *gin.Context) error {
	this, found, err := p.mySessions(c)
	if err != nil {
		return err
	}
	if c.Param("id") == this {
		return p.SignOut(c)
	}
	for _, s := range found {
		if s.ID == c.Param("id") {
			if err := p.Sessions.EndOf(c.Request.Context(), s.Start.Person, s.ID); err != nil {
				return err
			}
			return to(c, "/me/sessions", "session-ended")
		}
	}
	return den.Missing()
}

// EndSessions is POST /me/sessions/end: all but this one.
func (p *Pages) EndSessions(c *gin.Context) error {
	if err := p.endOthers(c); err != nil {
		return err
	}
	return to(c, "/me/sessions", "sessions-ended")
}

func (p *Pages) endOthers(c *gin.Context) error {
	this, found, err := p.mySessions(c)
	if err != nil {
		return err
	}
	for _, s := range found {
		if s.ID == this {
			continue
		}
		if err := p.Sessions.EndOf(c.Request.Context(), s.Start.Person, s.ID); err != nil {
			return err
		}
	}
	return nil
}

// mySessions are for browsers alone: a token neither sees nor ends them.
func (p *Pages) mySessions(c *gin.Context) (this string, all []Session, err error) {
	this = p.Sessions.ID(c.Request.Context())
	if this == "" {
		return "", nil, den.Refuse(den.Unknown, "%s", p.words.Say("problem.browser"))
	}
	all, err = p.Sessions.Of(c.Request.Context(), asking(c).ID)
	return this, all, err
}

// browser is what a browser calls itself, in two words that people know.
func (p *Pages) browser(agent string) string {
	name := p.words.Say("sessions.browser")
	for _, known := range [][2]string{{"Edg/", "Edge"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, known[0]) {
			name = known[1]
			break
		}
	}
	for _, known := range [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}} {
		if strings.Contains(agent, known[0]) {
			return p.words.Say("sessions.on", "Browser", name, "System", known[1])
		}
	}
	return name
}
