package pages

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// registerPage lists what departments have published.
type registerPage struct {
	view.Frame
	Text string // what was searched for
	Rows []registerRow
	Next string
}

type registerRow struct {
	Href, Name, Department, Finding string
	At                              den.Stamp
}

// registeredPage is one published report, with the replies to it.
type registeredPage struct {
	view.Frame
	Parts   reportParts
	At      den.Stamp
	Replies []den.ReplyView
	Own     []reportFile // entries that the reader may reply for
	Manage  string       // where its department changes it; empty: somebody else's
	Files   []reportFile
}

// replyPage is where a supplier replies.
type replyPage struct {
	view.Frame
	Trial, Entry string
	Text         string
	Action       string
	Form         *form.Values
}

// Register is GET /register.
func (p *Pages) Register(c *gin.Context) error {
	text := c.Query("q")
	found, err := p.Den.Register(c, asking(c), den.Filter{Text: text, After: c.Query("after")})
	if err != nil {
		return err
	}
	page := registerPage{Frame: p.frame(c, p.words.Say("register.title")).Of(p.narrowed(c, p.quoted(text))), Text: text}
	for _, one := range found.Items {
		row := registerRow{Href: registerPath(one.Trial), Name: one.Report.Trial.Name, Department: one.Report.Trial.Department, At: one.At}
		if len(one.Report.Finding) > 0 {
			row.Finding = one.Report.Finding[0]
		}
		page.Rows = append(page.Rows, row)
	}
	if found.Next != "" {
		page.Next = "/register?" + url.Values{"after": {found.Next}, "q": {text}}.Encode()
	}
	return p.show(c, http.StatusOK, "register", page)
}

// Registered is GET /register/:id.
func (p *Pages) Registered(c *gin.Context) error {
	v, err := p.Den.Published(c, asking(c), id(c))
	if err != nil {
		return err
	}
	page := registeredPage{Frame: p.frame(c, v.Report.Trial.Name).Of(p.words.Say("register.title")), Parts: p.reportParts(v.Report), At: v.At, Replies: v.Replies}
	page.Crumbs = p.crumbs(view.Crumb{Href: "/register", Text: p.words.Say("register.title")}, view.Crumb{Text: v.Report.Trial.Name})
	for _, e := range v.Own {
		page.Own = append(page.Own, reportFile{Href: registerPath(v.Trial) + "/reply/" + url.PathEscape(string(e)), Text: v.Report.EntryName(e)})
	}
	if v.May[den.DecideTrial] {
		page.Manage = trialPath(v.Trial) + "/publish"
	}
	page.Files = p.reportFiles(registerPath(v.Trial)+"/", []den.Form{den.FormJSON, den.FormCSV, den.FormODS, den.FormOCDS})
	return p.show(c, http.StatusOK, "registered", page)
}

// RegisteredFile is GET /register/:id/:form.
func (p *Pages) RegisteredFile(c *gin.Context) error {
	d, err := p.Den.PublishedAs(c, asking(c), id(c), den.Form(c.Param("form")))
	if err != nil {
		return err
	}
	return sendDocument(c, d)
}

func (p *Pages) replying(c *gin.Context) (replyPage, error) {
	v, err := p.Den.Published(c, asking(c), id(c))
	if err != nil {
		return replyPage{}, err
	}
	entry := den.ID(c.Param("entry"))
	for _, own := range v.Own {
		if own != entry {
			continue
		}
		page := replyPage{Frame: p.frame(c, p.words.Say("reply.title")).Of(v.Report.Trial.Name), Trial: v.Report.Trial.Name, Entry: v.Report.EntryName(entry), Action: c.Request.URL.Path}
		for _, r := range v.Replies {
			if r.Entry == entry {
				page.Text = r.Text
			}
		}
		page.Back = back(registerPath(v.Trial))
		return page, nil
	}
	return replyPage{}, den.Missing()
}

// AskReply is GET /register/:id/reply/:entry.
func (p *Pages) AskReply(c *gin.Context) error {
	page, err := p.replying(c)
	if err != nil {
		return err
	}
	page.Form = p.blank()
	return p.show(c, http.StatusOK, "reply", page)
}

// Reply is POST /register/:id/reply/:entry.
func (p *Pages) Reply(c *gin.Context) error {
	page, err := p.replying(c)
	if err != nil {
		return err
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.NewReply{Entry: den.ID(c.Param("entry")), Text: form.Text{Name: "text", What: "reply.what", Max: maxReason, Lines: true, Optional: page.Text != ""}.Read(v)}
	status := http.StatusUnprocessableEntity
	if !v.Bad() {
		if _, err = p.Den.ReplyTo(c, asking(c), id(c), in); err == nil {
			return to(c, registerPath(id(c)), "reply")
		}
		if status, err = p.refused(c, v, err, nil); err != nil {
			return err
		}
	}
	page.Form, page.Errors = v, v.Summary()
	return p.show(c, status, "reply", page)
}
