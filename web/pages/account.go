package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// accountPage is what the den knows of the person who looks.
type accountPage struct {
	view.Frame
	Person den.Person
	Roles  []string
}

// Account is GET /me.
func (p *Pages) Account(c *gin.Context) error {
	who := asking(c)
	person, err := p.Den.Person(c, who.ID)
	if err != nil {
		return err
	}
	page := accountPage{Frame: p.frame(c, p.words.Say("account.title")), Person: person}
	for _, m := range person.Memberships {
		page.Roles = append(page.Roles, p.words.Say("role."+string(m.Role)))
	}
	return p.show(c, http.StatusOK, "account", page)
}
