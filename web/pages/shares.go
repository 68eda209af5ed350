package pages

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// sharesPage lists whom a trial's sandboxes are shared with, and shares them. Link is
// that of the one that was just made: no other page has it.
type sharesPage struct {
	view.Frame
	Trial    den.TrialView
	Shares   []den.ShareView
	Link     string
	LinkFor  string
	What     []view.Option
	People   []view.Option
	Groups   []view.Option
	MayShare bool
	Until    string
	Once     string
	Form     *form.Values
}

// Shares is GET /trials/:id/shares.
func (p *Pages) Shares(c *gin.Context) error {
	return p.showShares(c, http.StatusOK, sharesPage{Form: p.blank()})
}

// AddShare is POST /trials/:id/shares. For a link it answers with the link and no
// redirect: there is no address at which it could be seen again.
func (p *Pages) AddShare(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.NewShare{
		Trial: id(c), Lease: den.ID(form.Text{Name: "sandbox", What: "shares.what", Optional: true}.Read(v)), Once: once(c),
		For: form.Text{Name: "for", What: "shares.what-for", Max: 120, Optional: true}.Read(v),
	}
	if lasts := (form.Duration{Name: "lasts", What: "shares.what-lasts", Min: time.Hour, Max: 90 * 24 * time.Hour}).Read(v); lasts > 0 {
		in.EndsAt = p.Now().Add(lasts)
	}
	switch (form.Choice{Name: "how", What: "shares.what-how", From: []string{"link", "person", "group"}}).Read(v) {
	case "link":
		in.Link, in.Passcode = true, form.Text{Name: "passcode", What: "shares.what-passcode", Max: 100, Lines: true, Optional: true}.Read(v)
	case "person":
		in.With = chosenID(c, v, "person", "shares.what-person")
	case "group":
		in.With = chosenID(c, v, "group", "shares.what-group")
	}
	page := sharesPage{Form: v}
	if !v.Bad() {
		_, secret, err := p.Den.AddShare(c, asking(c), in)
		if err == nil && !in.Link {
			return to(c, sharesPath(in.Trial), "shared")
		}
		if err == nil {
			page = sharesPage{Form: p.blank(), Link: p.linkOf(secret), LinkFor: in.For}
			c.Request.PostForm.Del("once")
			return p.showShares(c, http.StatusOK, page)
		}
		status, err := p.refused(c, v, err, map[string]string{"with": map[bool]string{true: "person", false: "group"}[c.PostForm("how") == "person"], "ends_at": "lasts"})
		if err != nil {
			return err
		}
		return p.showShares(c, status, page)
	}
	return p.showShares(c, http.StatusUnprocessableEntity, page)
}

// chosenID is what was chosen of a list that the use case knows.
func chosenID(c *gin.Context, v *form.Values, name, what string) den.ID {
	return den.ID(form.Choice{Name: name, What: what, From: c.PostFormArray(name)}.Read(v))
}

// TakeShare is POST /trials/:id/shares/:share/withdraw.
func (p *Pages) TakeShare(c *gin.Context) error {
	if _, err := p.Den.TakeShare(c, asking(c), id(c), den.ID(c.Param("share")), ""); err != nil {
		return err
	}
	return to(c, sharesPath(id(c)), "share-taken")
}

func sharesPath(trial den.ID) string { return trialPath(trial) + "/shares" }

// linkOf is the whole link to a secret, at the address that this person uses.
func (p *Pages) linkOf(secret string) string {
	return p.Addresses.Control() + "/visit/" + url.PathEscape(secret)
}

func (p *Pages) showShares(c *gin.Context, status int, page sharesPage) error {
	t, err := p.Den.Trial(c, asking(c), id(c))
	if err != nil {
		return err
	}
	page.Trial, page.MayShare = t, t.May[den.ShareSandbox] && t.State == den.TrialRunning
	if page.Shares, err = p.Den.Shares(c, asking(c), t.ID); err != nil {
		return err
	}
	slices.SortStableFunc(page.Shares, func(a, b den.ShareView) int { return cmp.Compare(rank(a.Over), rank(b.Over)) })
	if page.MayShare {
		if err := p.shareChoices(c, &page); err != nil {
			return err
		}
	}
	page.Once = fresh(c)
	page.Frame = p.frame(c, p.words.Say("shares.title")).Of(t.Name)
	page.Back, page.Errors = back(trialPath(t.ID)), page.Form.Summary()
	c.Header("Cache-Control", "no-store")
	return p.show(c, status, "shares", page)
}

func rank(isOver bool) int {
	if isOver {
		return 1
	}
	return 0
}

// shareChoices fills in what can be shared, and with whom.
func (p *Pages) shareChoices(c *gin.Context, page *sharesPage) error {
	page.What = []view.Option{{Value: "", Text: p.words.Say("shares.all")}}
	for _, e := range page.Trial.Entries {
		if e.Sandbox != nil && !e.Sandbox.Phase.Final() {
			page.What = append(page.What, view.Option{Value: string(e.Sandbox.ID), Text: e.ProductName})
		}
	}
	people, err := p.everybody(c)
	if err != nil {
		return err
	}
	page.People = []view.Option{{Value: "", Text: p.words.Say("shares.choose")}}
	if len(people) > 1 {
		page.People = append(page.People, people[1:]...)
	}
	page.Groups = []view.Option{{Value: "", Text: p.words.Say("shares.choose")}}
	departments, err := every(c, p.Den.Departments, den.Filter{})
	if err != nil {
		return err
	}
	for _, d := range departments {
		page.Groups = append(page.Groups, view.Option{Value: string(d.ID), Text: d.Name})
	}
	suppliers, err := every(c, p.Den.Suppliers, den.Filter{})
	if err != nil {
		return err
	}
	for _, s := range suppliers {
		page.Groups = append(page.Groups, view.Option{Value: string(s.ID), Text: s.Name})
	}
	return nil
}
