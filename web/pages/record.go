package pages

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// recordPage is what happened, to one thing, by one person or to all, the newest first.
type recordPage struct {
	view.Frame
	Subject  den.ID
	Kind     den.Kind // of the subject
	Person   string   // whose acts these are
	People   []view.Option
	Acts     []view.Option
	Actor    string
	Act      string
	Form     *form.Values
	Events   []den.Event
	More     string
	LookedTo den.Stamp // how far this page looked, where older lines may fit; zero: as far as it shows
	CSV      string    // addresses of the same, to keep
	JSON     string
	IsNarrow bool // it shows only some of what could be shown
}

// recordAsked is what somebody wants to see of the record.
type recordAsked struct {
	filter den.Filter
	form   *form.Values
}

// Record is GET /record, narrowed by ?subject=, ?actor=, ?act= and two days.
func (p *Pages) Record(c *gin.Context) error {
	asked := p.recordAsked(c)
	f := asked.filter
	page := recordPage{Frame: p.frame(c, p.words.Say("record.title")), Subject: f.Subject, Kind: f.Subject.Kind(), Form: asked.form,
		Actor: string(f.Actor), Act: f.Act, Acts: p.acts()}
	page.IsNarrow = page.Form.Bad() || f.Act != "" || f.Actor != "" || !f.Since.IsZero() || !f.Before.IsZero()
	page.Errors = page.Form.Summary()
	f.After, f.Limit, f.Newest = c.Query("after"), 50, true
	found, err := p.Den.Events(c, asking(c), f)
	if err != nil {
		return err
	}
	if page.People, err = p.everybody(c); err != nil {
		return err
	}
	for _, one := range page.People {
		if one.Value == page.Actor && page.Actor != "" {
			page.Person = one.Text
		}
	}
	by := []string{page.Person}
	if page.Subject != "" {
		by = append(by, p.subjectName(c, page.Subject))
	}
	for _, one := range page.Acts {
		if one.Value == page.Act && page.Act != "" {
			by = append(by, one.Text)
		}
	}
	if !f.Since.IsZero() {
		by = append(by, p.words.Say("list.since", "When", p.date(f.Since)))
	}
	if !f.Before.IsZero() {
		by = append(by, p.words.Say("list.until", "When", p.date(f.Before.AddDate(0, 0, -1))))
	}
	page.Frame = page.Of(p.narrowed(c, by...))
	status := http.StatusUnprocessableEntity
	if !page.Form.Bad() {
		status, page.Events, page.More, page.LookedTo = http.StatusOK, found.Items, more(c, found.Next), found.LookedTo
		page.CSV, page.JSON = exportOf(c, "csv"), exportOf(c, "json")
	}
	switch page.Kind {
	case den.KindTrial:
		page.Back = back(trialPath(page.Subject))
	case den.KindLease:
		page.Back = back(sandboxPath(page.Subject))
	case den.KindProduct:
		page.Back = back(productPath(page.Subject))
	}
	return p.show(c, status, "record", page)
}

// recordAsked reads the address.
func (p *Pages) recordAsked(c *gin.Context) recordAsked {
	q := c.Request.URL.Query()
	v := form.Typed(p.words.Words, q)
	f := den.Filter{Subject: den.ID(q.Get("subject")), Actor: den.ID(q.Get("actor")), Act: q.Get("act")}
	f.Since = form.Date{Name: "since", What: "record.what-since", Zone: p.Zone, Optional: true}.Read(v)
	if last := (form.Date{Name: "until", What: "record.what-until", Zone: p.Zone, Optional: true}).Read(v); !last.IsZero() {
		f.Before = last.AddDate(0, 0, 1)
	}
	return recordAsked{f, v}
}

// acts are the kinds of things that happen, for a list to choose from.
func (p *Pages) acts() []view.Option {
	list := []view.Option{{Value: "", Text: p.words.Say("record.acts.all")}}
	for _, kind := range []string{"trial", "lease", "assessment", "product", "release", "department", "supplier", "person", "token"} {
		list = append(list, view.Option{Value: kind + ".", Text: p.words.Say("record.acts." + kind)})
	}
	return list
}

// everybody is who can be chosen; nobody for those who may not see people.
func (p *Pages) everybody(c *gin.Context) ([]view.Option, error) {
	people, err := every(c, p.Den.People, den.Filter{})
	if kind := den.KindOf(err); kind == den.NotFound || kind == den.Denied {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	list := []view.Option{{Value: "", Text: p.words.Say("record.anybody")}}
	for _, one := range people {
		list = append(list, view.Option{Value: string(one.ID), Text: one.Name})
	}
	return list, nil
}

// exportOf is the address of what is shown, as a file.
func exportOf(c *gin.Context, format string) string {
	q := url.Values{}
	for key, values := range c.Request.URL.Query() {
		if key != "after" && key != "done" {
			q[key] = values
		}
	}
	q.Set("format", format)
	return "/record/export?" + q.Encode()
}
