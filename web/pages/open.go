package pages

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/gateway"
)

// Open is GET /open/:name, where name is a lease's id or the first part of a sandbox's
// address. It checks the right to open, makes a ticket that is good once, and sends the
// person to the sandbox. What is not there and what is not theirs get the same answer.
func (p *Pages) Open(c *gin.Context) error {
	who := asking(c)
	session := p.Sessions.ID(c.Request.Context())
	if session == "" {
		return den.Refuse(den.Unknown, "%s", p.words.Say("problem.browser"))
	}
	lease := den.ID(c.Param("name"))
	if lease.Kind() != den.KindLease {
		found, ok := p.Addresses.Lease(string(lease))
		if !ok {
			return den.Missing()
		}
		lease = den.ID(found)
	}
	s, err := p.Den.Sandbox(c, who, lease)
	if err != nil {
		return err
	}
	if !s.May[den.OpenSandbox] {
		return den.Missing()
	}
	if s.Name == "" || s.Phase.Final() || s.Phase == den.Ending {
		return to(c, sandboxPath(s.ID), "")
	}
	ticket, err := p.Visits.Issue(gateway.Right{Person: string(who.ID), Session: session, Lease: string(s.ID)}, p.Sessions.Ends(c.Request.Context()))
	if errors.Is(err, gateway.ErrFull) {
		return den.Refuse(den.Busy, "%s", p.words.Say("problem.visits"))
	}
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "no-store")
	c.Header("Referrer-Policy", "no-referrer")
	c.Redirect(http.StatusSeeOther, p.Addresses.EnterURL(s.Name, ticket, c.Query("then")))
	return nil
}
