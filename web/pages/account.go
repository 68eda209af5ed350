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
	Roles  []accountRole

	Passwords bool // people can have one here
}

// accountRole is one of a person's roles, and where its people are to be seen.
type accountRole struct{ Text, Name, Href string }

// Account is GET /me.
func (p *Pages) Account(c *gin.Context) error {
	who := asking(c)
	person, err := p.Den.Person(c, who.ID)
	if err != nil {
		return err
	}
	page := accountPage{Frame: p.frame(c, p.words.Say("account.title")), Person: person, Passwords: p.Passwords != nil}
	for _, m := range person.Memberships {
		role := accountRole{Text: p.words.Say("role." + string(m.Role))}
		if v, err := p.Den.Organisation(c, who, m.In); err == nil && m.In != "" {
			role.Text, role.Name = p.words.Say("member-role."+string(m.Role)), v.Name
			role.Href = map[den.Kind]string{den.KindDepartment: "/departments/", den.KindSupplier: "/suppliers/"}[m.In.Kind()] + string(m.In) + "/members"
		}
		page.Roles = append(page.Roles, role)
	}
	return p.show(c, http.StatusOK, "account", page)
}
