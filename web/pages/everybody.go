package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// everybodyPage lists all people, for who runs the den.
type everybodyPage struct {
	view.Frame
	Path    string
	Text    string // what was searched for
	People  []everybodyRow
	More    string
	Manages bool
}

type everybodyRow struct {
	den.Person
	Roles string
}

const peopleOf = 50 // people on one page

// Everybody is GET /people, narrowed by ?q=.
func (p *Pages) Everybody(c *gin.Context) error {
	text := c.Query("q")
	people, err := p.Den.Everybody(c, asking(c), den.Filter{Text: text, After: c.Query("after"), Limit: peopleOf})
	if err != nil {
		return err
	}
	page := everybodyPage{Frame: p.frame(c, p.words.Say("everybody.title")), Path: "/people", Text: text, More: more(c, people.Next), Manages: den.May(asking(c), den.ManagePeople, den.Owner{})}
	for _, one := range people.Items {
		row := everybodyRow{Person: one}
		for _, r := range den.Roles {
			if one.Act().Has(r) {
				row.Roles = join(row.Roles, p.words.Say("role."+string(r)))
			}
		}
		if row.Roles == "" { // who has no other role was asked to assess
			row.Roles = p.words.Say("role.evaluator")
		}
		page.People = append(page.People, row)
	}
	return p.show(c, http.StatusOK, "everybody", page)
}

// PersonLeft is POST /people/:id/left; ?back is for who has come back.
func (p *Pages) PersonLeft(c *gin.Context) error {
	if _, err := p.typed(c); err != nil {
		return err
	}
	isBack := c.PostForm("back") != ""
	if _, err := p.Den.SetLeft(c, asking(c), id(c), !isBack, ""); err != nil {
		return err
	}
	if isBack {
		return to(c, "/people", "person-back")
	}
	return to(c, "/people", "person-left")
}
