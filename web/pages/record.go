package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// recordPage is what happened, to one thing or to all, the newest first.
type recordPage struct {
	view.Frame
	Subject den.ID
	Events  []den.Event
	More    string
}

// Record is GET /record, with ?subject= of one thing.
func (p *Pages) Record(c *gin.Context) error {
	page := recordPage{Frame: p.frame(c, p.words.Say("record.title")), Subject: den.ID(c.Query("subject"))}
	found, err := p.Den.Events(c, asking(c), den.Filter{Subject: page.Subject, After: c.Query("after"), Limit: 50, Newest: true})
	if err != nil {
		return err
	}
	page.Events, page.More = found.Items, more(c, found.Next)
	switch page.Subject.Kind() {
	case den.KindTrial:
		page.Back = back(trialPath(page.Subject))
	case den.KindLease:
		page.Back = back(sandboxPath(page.Subject))
	}
	return p.show(c, http.StatusOK, "record", page)
}
