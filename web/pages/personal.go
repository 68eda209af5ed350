package pages

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// personalPage is what the den keeps about one person, and the way to have it removed.
type personalPage struct {
	view.Frame
	Data  den.PersonalData
	Path  string // below it are the file and the removal
	Mine  bool
	Parts []counted
}

// counted is how many records of a kind there are.
type counted struct {
	What string
	N    int
}

// MyData is GET /me/data.
func (p *Pages) MyData(c *gin.Context) error { return p.personal(c, "", "/me") }

// PersonData is GET /people/:id/data.
func (p *Pages) PersonData(c *gin.Context) error { return p.personal(c, id(c), personPath(c)) }

// MyDataFile is GET /me/data/file: all of it as one document.
func (p *Pages) MyDataFile(c *gin.Context) error { return p.personalFile(c, "") }

// PersonDataFile is GET /people/:id/data/file.
func (p *Pages) PersonDataFile(c *gin.Context) error { return p.personalFile(c, id(c)) }

func personPath(c *gin.Context) string { return "/people/" + url.PathEscape(c.Param("id")) }

func (p *Pages) personal(c *gin.Context, person den.ID, path string) error {
	all, err := p.Den.PersonalData(c, asking(c), person)
	if err != nil {
		return err
	}
	title := p.words.Say("personal.title", "Name", all.Name)
	if person == "" {
		title = p.words.Say("personal.title-mine")
	}
	page := personalPage{
		Frame: p.frame(c, title), Data: all, Path: path + "/data", Mine: person == "",
		Parts: []counted{
			{p.words.Say("personal.roles"), len(all.Roles)}, {p.words.Say("personal.known"), len(all.Known)}, {p.words.Say("personal.tokens"), len(all.Tokens)},
			{p.words.Say("personal.notices"), len(all.Notices)}, {p.words.Say("personal.assessments"), len(all.Assessments)}, {p.words.Say("personal.declared"), len(all.Declared)},
			{p.words.Say("personal.did"), len(all.Did)}, {p.words.Say("personal.happened"), len(all.Happened)},
		},
	}
	page.Back = back("/people")
	if page.Mine {
		page.Back = back("/me")
	}
	c.Header("Cache-Control", "no-store")
	return p.show(c, http.StatusOK, "personal", page)
}

func (p *Pages) personalFile(c *gin.Context, person den.ID) error {
	all, err := p.Den.PersonalData(c, asking(c), person)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	file(c, "application/json", "data-of-"+string(all.ID)+".json")
	c.Data(http.StatusOK, "application/json", append(text, '\n'))
	return nil
}
