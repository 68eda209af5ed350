package pages

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// noticesPage is what the person was told, the newest first.
type noticesPage struct {
	view.Frame
	Notices []den.NoticeView
	Unread  int
	More    string
}

// Notices is GET /notices.
func (p *Pages) Notices(c *gin.Context) error {
	page := noticesPage{Frame: p.frame(c, p.words.Say("notices.title")).Of(p.narrowed(c))}
	found, err := p.Den.Notices(c, asking(c), den.Filter{After: c.Query("after"), Limit: 50})
	if err != nil {
		return err
	}
	if page.Unread, err = p.Den.Unread(c, asking(c)); err != nil {
		return err
	}
	page.Notices, page.More = found.Items, more(c, found.Next)
	return p.show(c, http.StatusOK, "notices", page)
}

// ReadNotices is POST /notices/read: those that are named, or all of them.
func (p *Pages) ReadNotices(c *gin.Context) error {
	if _, err := p.typed(c); err != nil {
		return err
	}
	if _, err := p.Den.ReadNotices(c, asking(c), idsOf(c.Request.PostForm["id"])); err != nil {
		return err
	}
	return to(c, local(firstOf(c.PostForm("then"), "/notices")), "")
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// choicesPage is where a person chooses how to be told of what.
type choicesPage struct {
	view.Frame
	Box    den.MailboxView
	Form   *form.Values
	ByMail bool // this den can
	ByHook bool
	Kinds  []view.Choice
	Mail   []string // the kinds that are sent
	Hook   []string
	Shape  string
	Shapes []view.Choice
}

// NoticeChoices is GET /me/notices.
func (p *Pages) NoticeChoices(c *gin.Context) error {
	box, err := p.Den.Mailbox(c, asking(c))
	if err != nil {
		return err
	}
	return p.showChoices(c, http.StatusOK, box, p.blank())
}

// SaveNoticeChoices is POST /me/notices.
func (p *Pages) SaveNoticeChoices(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	box, err := p.Den.Mailbox(c, asking(c))
	if err != nil {
		return err
	}
	in := den.Mailbox{Quiet: map[den.Channel][]den.NoticeKind{}}
	for field, channel := range map[string]den.Channel{"mail": den.ByMail, "hook": den.ByHook} {
		if !slices.Contains(box.Ways, channel) {
			in.Quiet[channel] = box.Quiet[channel]
			continue
		}
		wanted := form.Several{Name: field, What: "notices.what-kinds", From: kindNames()}.Read(v)
		for _, kind := range den.NoticeKinds {
			if !slices.Contains(wanted, string(kind)) {
				in.Quiet[channel] = append(in.Quiet[channel], kind)
			}
		}
	}
	if slices.Contains(box.Ways, den.ByHook) {
		in.Hook.URL = form.Text{Name: "url", What: "notices.what-url", Max: 2000, Optional: true}.Read(v)
		shapes := []string{string(den.HookStandard), string(den.HookTeams), string(den.HookSlack)}
		in.Hook.Shape = den.HookShape(form.Choice{Name: "shape", What: "notices.what-shape", From: shapes, Optional: true}.Read(v))
	}
	if v.Bad() {
		return p.showChoices(c, http.StatusUnprocessableEntity, box, v)
	}
	if _, err := p.Den.SetMailbox(c, asking(c), in, rev(c)); err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showChoices(c, status, box, v)
	}
	return to(c, "/me/notices", "notices")
}

func kindNames() []string {
	var names []string
	for _, k := range den.NoticeKinds {
		names = append(names, string(k))
	}
	return names
}

func (p *Pages) showChoices(c *gin.Context, status int, box den.MailboxView, v *form.Values) error {
	page := choicesPage{
		Frame: p.frame(c, p.words.Say("notices.choose")), Box: box, Form: v, Shape: string(box.Hook.Shape),
		ByMail: slices.Contains(box.Ways, den.ByMail), ByHook: slices.Contains(box.Ways, den.ByHook),
	}
	page.Back, page.Errors = back("/notices"), v.Summary()
	if page.Shape == "" {
		page.Shape = string(den.HookStandard)
	}
	for _, k := range den.NoticeKinds {
		page.Kinds = append(page.Kinds, view.Choice{Value: string(k), Text: p.words.Say("notice-kind." + string(k))})
		if box.Wants(den.ByMail, k) {
			page.Mail = append(page.Mail, string(k))
		}
		if box.Wants(den.ByHook, k) {
			page.Hook = append(page.Hook, string(k))
		}
	}
	for _, s := range den.HookShapes {
		page.Shapes = append(page.Shapes, view.Choice{Value: string(s), Text: p.words.Say("hook-shape." + string(s))})
	}
	return p.show(c, status, "notice-choices", page)
}

// deliveriesPage is what the den could not tell people, for the operator.
type deliveriesPage struct {
	view.Frame
	Dead   []den.DeliveryView
	Waits  []den.DeliveryView // that failed already
	More   string
	MayRun bool
}

// Deliveries is GET /host/notices.
func (p *Pages) Deliveries(c *gin.Context) error {
	page := deliveriesPage{Frame: p.frame(c, p.words.Say("deliveries.title")), MayRun: den.May(asking(c), den.RunHost, den.Owner{})}
	dead, err := p.Den.Deliveries(c, asking(c), den.DeliveryDead, den.Filter{After: c.Query("after"), Limit: 50})
	if err != nil {
		return err
	}
	waits, err := p.Den.Deliveries(c, asking(c), den.DeliveryWaits, den.Filter{Limit: 50})
	if err != nil {
		return err
	}
	page.Back, page.Dead, page.More = back("/host"), dead.Items, more(c, dead.Next)
	for _, d := range waits.Items {
		if d.Tries > 0 {
			page.Waits = append(page.Waits, d)
		}
	}
	return p.show(c, http.StatusOK, "deliveries", page)
}

// RetryDelivery is POST /host/notices/:id/retry.
func (p *Pages) RetryDelivery(c *gin.Context) error {
	if _, err := p.Den.RetryDelivery(c, asking(c), id(c)); err != nil {
		return err
	}
	return to(c, "/host/notices", "retry")
}

// unread says in the navigation how many notices wait.
func (p *Pages) unread(c *gin.Context, who den.Actor) view.NavItem {
	item := view.NavItem{Href: "/notices", Text: p.words.Say("nav.notices")}
	n, err := p.Den.Unread(c, who)
	if err != nil {
		p.Log.Warn("unread notices were not counted", "error", err)
	}
	if n > 0 {
		item.Text = p.words.Say("nav.notices-unread", "Count", n)
	}
	return item
}
