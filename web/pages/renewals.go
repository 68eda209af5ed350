package pages

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// renewalsPage is what was proposed in place of what runs in a sandbox: its supplier
// proposes and withdraws here, its department decides.
type renewalsPage struct {
	view.Frame
	Sandbox den.SandboxView
	Current den.ID
	Veiled  bool
	Open    *renewalRow // nil: none
	Earlier []renewalRow
	Rev     int64

	MayDecide, MayWithdraw, MayPropose bool

	Form    *form.Values
	Offers  []view.Choice
	Opens   []view.Choice
	Choices []view.Choice
}

// renewalRow is one proposal with what differs, in words.
type renewalRow struct {
	den.RenewalItem
	Version, Digest, Profile, Ways renewalChange
}

// renewalChange is one thing that two releases say.
type renewalChange struct{ Was, Now string }

// Same says that it does not differ.
func (c renewalChange) Same() bool { return c.Was == c.Now }

const opensMail = "mail"

// Renewals is GET /sandboxes/:id/renewals.
func (p *Pages) Renewals(c *gin.Context) error {
	v, err := p.Den.Renewals(c, asking(c), id(c))
	if err != nil {
		return err
	}
	return p.showRenewals(c, http.StatusOK, v, p.blank())
}

// ProposeRenewal is POST /sandboxes/:id/renewals.
func (p *Pages) ProposeRenewal(c *gin.Context) error {
	return p.onRenewals(c, den.OfferProduct, func(v den.RenewalsView, f *form.Values) (string, func() (den.RenewalsView, error)) {
		var ids []string
		for _, r := range v.Offers {
			ids = append(ids, string(r.ID))
		}
		in := den.NewRenewal{Rev: rev(c)}
		if len(ids) > 0 {
			in.Release = den.ID(form.Choice{Name: "release", What: "renewals.what-release", From: ids}.Read(f))
		}
		in.Why = form.Text{Name: "why", What: "renewals.what-why", Max: 4000, Lines: true}.Read(f)
		return "propose", func() (den.RenewalsView, error) { return p.Den.Propose(c, asking(c), v.Sandbox.ID, in) }
	})
}

// WithdrawRenewal is POST /sandboxes/:id/renewals/withdraw.
func (p *Pages) WithdrawRenewal(c *gin.Context) error {
	return p.onRenewals(c, den.OfferProduct, func(v den.RenewalsView, _ *form.Values) (string, func() (den.RenewalsView, error)) {
		return "withdraw", func() (den.RenewalsView, error) {
			return p.Den.WithdrawRenewal(c, asking(c), v.Sandbox.ID, rev(c))
		}
	})
}

// DecideRenewal is POST /sandboxes/:id/renewals/decide.
func (p *Pages) DecideRenewal(c *gin.Context) error {
	return p.onRenewals(c, den.SetUpTrial, func(v den.RenewalsView, f *form.Values) (string, func() (den.RenewalsView, error)) {
		decision := form.Choice{Name: "decision", What: "renewals.what-decision", From: []string{"agree", "refuse"}}.Read(f)
		in := den.RenewalDecision{Rev: rev(c)}
		for _, one := range (form.Several{Name: "opens", What: "renewals.what-opens", From: choiceValues(p.opens(v))}).Read(f) {
			if way, bad := den.ReadWay(one); one != opensMail && bad == nil {
				in.Opens.Out = append(in.Opens.Out, way)
			}
			in.Opens.Mail = in.Opens.Mail || one == opensMail
		}
		in.Why = form.Text{Name: "why", What: "renewals.what-reason", Max: 4000, Lines: true}.Read(f)
		do := p.Den.RefuseRenewal
		if decision == "agree" {
			do = p.Den.AgreeRenewal
		}
		return decision, func() (den.RenewalsView, error) { return do(c, asking(c), v.Sandbox.ID, in) }
	})
}

// onRenewals reads a form about what is proposed, asks the policy early, and does what the
// form says. It goes on to the sandbox that the product has then.
func (p *Pages) onRenewals(c *gin.Context, needs den.Action, read func(den.RenewalsView, *form.Values) (string, func() (den.RenewalsView, error))) error {
	f, err := p.typed(c)
	if err != nil {
		return err
	}
	v, err := p.Den.Renewals(c, asking(c), id(c))
	if err != nil {
		return err
	}
	if !v.May[needs] {
		return p.mayNot()
	}
	what, do := read(v, f)
	if f.Bad() {
		return p.showRenewals(c, http.StatusUnprocessableEntity, v, f)
	}
	after, err := do()
	if err != nil {
		status, err := p.refused(c, f, err, nil)
		if err != nil {
			return err
		}
		return p.showRenewals(c, status, v, f)
	}
	path := sandboxPath(after.Current)
	if what == "propose" || what == "withdraw" {
		path += "/renewals"
	}
	return to(c, path, "renewal-"+what)
}

func (p *Pages) showRenewals(c *gin.Context, status int, v den.RenewalsView, f *form.Values) error {
	page := renewalsPage{
		Frame: p.frame(c, p.words.Say("renewals.title", "Product", v.Sandbox.ProductName)).Of(v.Sandbox.TrialName), Sandbox: v.Sandbox, Current: v.Current, Veiled: v.Veiled,
		Rev: v.Rev, Form: f, Opens: p.opens(v),
	}
	page.Back, page.Errors = back(sandboxPath(v.Sandbox.ID)), f.Summary()
	for _, one := range v.Items {
		row := p.renewalRow(one)
		if one.Open() {
			page.Open = &row
			continue
		}
		page.Earlier = append(page.Earlier, row)
	}
	page.MayDecide = page.Open != nil && v.Replaceable && v.May[den.SetUpTrial] && page.Open.AskedBy != asking(c).ID
	page.MayWithdraw = page.Open != nil && v.May[den.OfferProduct]
	page.MayPropose = page.Open == nil && v.Replaceable && v.May[den.OfferProduct]
	for _, r := range v.Offers {
		page.Offers = append(page.Offers, view.Choice{Value: string(r.ID), Text: r.Version})
	}
	for _, one := range []string{"agree", "refuse"} {
		page.Choices = append(page.Choices, view.Choice{Value: one, Text: p.words.Say("renewals." + one)})
	}
	return p.show(c, status, "renewals", page)
}

func (p *Pages) renewalRow(r den.RenewalItem) renewalRow {
	return renewalRow{
		RenewalItem: r,
		Version:     renewalChange{r.Was.Version, r.Now.Version},
		Digest:      renewalChange{cmp.Or(r.Was.Digest, r.Was.Image), cmp.Or(r.Now.Digest, r.Now.Image)},
		Profile:     renewalChange{r.Was.Profile, r.Now.Profile},
		Ways:        renewalChange{p.waysSaid(r.Was.Asks), p.waysSaid(r.Now.Asks)},
	}
}

func (p *Pages) waysSaid(w den.Ways) string {
	var all []string
	for _, one := range w.Out {
		all = append(all, one.String())
	}
	if w.Mail {
		all = append(all, p.words.Say("renewals.mail"))
	}
	return cmp.Or(strings.Join(all, ", "), p.words.Say("renewals.ways-none"))
}

// opens are the boxes to tick for what a proposed release asks for beyond what is open.
func (p *Pages) opens(v den.RenewalsView) (out []view.Choice) {
	for _, one := range v.Items {
		for _, way := range one.ToOpen.Out {
			out = append(out, view.Choice{Value: way.String(), Text: p.words.Say("renewals.opens-way", "Host", way.Host, "Port", way.Port)})
		}
		if one.ToOpen.Mail {
			out = append(out, view.Choice{Value: opensMail, Text: p.words.Say("renewals.opens-mail")})
		}
	}
	return out
}
