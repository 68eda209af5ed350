package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/web/api"
	"innovationden/web/view"
)

// referencePage is the contract of the API, for people to read.
type referencePage struct {
	view.Frame
	api.Reference
}

// Reference is GET /api/docs.
func (p *Pages) Reference(c *gin.Context) error {
	ref, err := p.reference()
	if err != nil {
		return err
	}
	page := referencePage{Frame: p.frame(c, p.words.Say("reference.title")), Reference: ref}
	page.Crumbs = p.crumbs(view.Crumb{Href: "/help", Text: p.words.Say("nav.help")}, view.Crumb{Text: page.Frame.Title})
	return p.show(c, http.StatusOK, "reference", page)
}
