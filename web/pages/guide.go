package pages

import (
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/help"
	"innovationden/web/view"
)

// helpPage lists the guides by who they are for.
type helpPage struct {
	view.Frame
	Groups []help.Group
}

// guidePage is one guide. Who may do what is made from the policy itself.
type guidePage struct {
	view.Frame
	HTML   template.HTML
	Rights []rightRow
	Roles  []den.Role
}

type rightRow struct {
	Action den.Action
	Scopes []den.Scope
}

// Help is GET /help.
func (p *Pages) Help(c *gin.Context) error {
	return p.show(c, http.StatusOK, "help", helpPage{Frame: p.frame(c, p.words.Say("help.title")), Groups: p.help.Groups()})
}

// Guide is GET /help/:guide.
func (p *Pages) Guide(c *gin.Context) error {
	guide, ok := p.help.Find(c.Param("guide"))
	if !ok {
		return den.Missing()
	}
	page := guidePage{Frame: p.frame(c, guide.Title), HTML: guide.HTML}
	page.Crumbs = p.crumbs(view.Crumb{Href: "/help", Text: p.words.Say("nav.help")}, view.Crumb{Text: guide.Title})
	if guide.Name == help.Rights {
		page.Roles = den.Roles
		for _, action := range den.Actions {
			row := rightRow{Action: action}
			for _, role := range den.Roles {
				row.Scopes = append(row.Scopes, den.Rights[action][role])
			}
			page.Rights = append(page.Rights, row)
		}
	}
	return p.show(c, http.StatusOK, "guide", page)
}
