package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// removePage asks whether somebody's personal data is to be removed, and shows operators
// where the name stands in texts; afterwards where it was left.
type removePage struct {
	view.Frame
	Mine      bool
	RemovedAt den.Stamp
	Shown     bool // the texts: for operators
	Looked    int
	Whole     mentionList
	Parts     mentionList
	Sure      []view.Choice
	Action    string
	Form      *form.Values
}

// mentionList is texts, and how many there is no room for.
type mentionList struct {
	Items []den.Mention
	Count int
	More  int
	Was   bool // they were left at a removal: what stood in them was not kept
}

// AskRemoveMyData is GET /me/data/remove.
func (p *Pages) AskRemoveMyData(c *gin.Context) error {
	return p.showRemoval(c, http.StatusOK, "", "/me", p.blank())
}

// AskRemovePersonData is GET /people/:id/data/remove.
func (p *Pages) AskRemovePersonData(c *gin.Context) error {
	return p.showRemoval(c, http.StatusOK, id(c), personPath(c), p.blank())
}

// RemoveMyData is POST /me/data/remove.
func (p *Pages) RemoveMyData(c *gin.Context) error {
	return p.removePersonal(c, "", "/me", "/sign-in")
}

// RemovePersonData is POST /people/:id/data/remove.
func (p *Pages) RemovePersonData(c *gin.Context) error {
	return p.removePersonal(c, id(c), personPath(c), personPath(c)+"/data/remove")
}

func (p *Pages) showRemoval(c *gin.Context, status int, person den.ID, path string, v *form.Values) error {
	all, err := p.Den.PersonalData(c, asking(c), person)
	if err != nil {
		return err
	}
	title := p.words.Say("remove.title", "Name", all.Name)
	switch {
	case person == "":
		title = p.words.Say("remove.title-mine")
	case !all.RemovedAt.IsZero():
		title = p.words.Say("remove.title-removed")
	}
	page := removePage{
		Frame: p.frame(c, title), Mine: person == "", RemovedAt: all.RemovedAt, Action: path + "/data/remove", Form: v,
		Sure: []view.Choice{{Value: "yes", Text: p.words.Say("personal.sure")}},
	}
	page.Back, page.Errors = back(path+"/data"), v.Summary()
	found, err := p.Den.Mentions(c, asking(c), person)
	switch kind := den.KindOf(err); {
	case err == nil:
		page.Shown, page.Looked = true, found.Looked
		page.Whole = mentionList{Count: found.Whole, Was: !all.RemovedAt.IsZero()}
		page.Parts = mentionList{Count: found.Parts, Was: !all.RemovedAt.IsZero()}
		for _, m := range found.Items {
			list := &page.Whole
			if m.Part {
				list = &page.Parts
			}
			list.Items = append(list.Items, m)
		}
		page.Whole.More, page.Parts.More = found.Whole-len(page.Whole.Items), found.Parts-len(page.Parts.Items)
	case !page.Mine || kind != den.NotFound && kind != den.Denied:
		return err
	}
	c.Header("Cache-Control", "no-store")
	return p.show(c, status, "personal-remove", page)
}

func (p *Pages) removePersonal(c *gin.Context, person den.ID, path, after string) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.RemovalOrder{
		Person: person, Sure: len(form.Several{Name: "sure", What: "personal.what-sure", From: []string{"yes"}}.Read(v)) == 1,
		Why: form.Text{Name: "why", What: "personal.what-why", Max: 1000, Lines: true, Optional: true}.Read(v),
	}
	if !v.Bad() {
		if _, err = p.Den.RemovePersonalData(c, asking(c), in); err == nil {
			return to(c, after, "personal-removed")
		}
	}
	status := http.StatusUnprocessableEntity
	if err != nil {
		if status, err = p.refused(c, v, err, nil); err != nil {
			return err
		}
	}
	return p.showRemoval(c, status, person, path, v)
}
