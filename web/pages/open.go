package pages

import (
	"errors"
	"net/http"
	"time"

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
	if den.KindOf(err) == den.NotFound || err == nil && !s.May[den.OpenSandbox] {
		in, err := p.Den.Enter(c, who, lease) // shared with this person
		if err != nil {
			return err
		}
		right := gateway.Right{Person: string(who.ID), Session: session, Lease: string(in.Lease)}
		return p.enter(c, right, in, earlier(in.EndsAt, p.Sessions.Ends(c.Request.Context())))
	}
	if err != nil {
		return err
	}
	if s.Name == "" || s.Phase.Final() || s.Phase == den.Ending {
		return to(c, sandboxPath(s.ID), "")
	}
	right := gateway.Right{Person: string(who.ID), Session: session, Lease: string(s.ID)}
	return p.enter(c, right, den.Entrance{Lease: s.ID, Name: s.Name}, p.Sessions.Ends(c.Request.Context()))
}

// enter sends somebody to a sandbox with a ticket that is good once, for a visit until
// ends.
func (p *Pages) enter(c *gin.Context, right gateway.Right, in den.Entrance, ends time.Time) error {
	ticket, err := p.Visits.Issue(right, ends)
	if errors.Is(err, gateway.ErrFull) {
		return den.Refuse(den.Busy, "%s", p.words.Say("problem.visits"))
	}
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "no-store")
	c.Header("Referrer-Policy", "no-referrer")
	c.Redirect(http.StatusSeeOther, p.Addresses.EnterURL(in.Name, ticket, c.Query("then")))
	return nil
}

// earlier is the earlier of two times; zero stands for never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
