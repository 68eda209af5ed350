package pages

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// approvalsPage is the queue of an approver, and what was decided.
type approvalsPage struct {
	view.Frame
	State       den.RequestState
	Open        []den.RequestView
	Decided     []den.RequestView
	More        string
	Departments []den.Department // whose rules and budget the person may read
}

// Approvals is GET /approvals.
func (p *Pages) Approvals(c *gin.Context) error {
	who := asking(c)
	page := approvalsPage{Frame: p.frame(c, p.words.Say("approvals.title")).Of(p.narrowed(c))}
	open, err := every(c, p.Den.Requests, den.Filter{Request: den.RequestOpen})
	if err != nil {
		return err
	}
	page.Open = open
	all, err := p.Den.Requests(c, who, den.Filter{After: c.Query("after"), Limit: 50, Newest: true})
	if err != nil {
		return err
	}
	for _, r := range all.Items {
		if r.State != den.RequestOpen {
			page.Decided = append(page.Decided, r)
		}
	}
	page.More = more(c, all.Next)
	if setsUp(who) || who.Has(den.Auditor) {
		departments, err := every(c, p.Den.Departments, den.Filter{})
		if err != nil {
			return err
		}
		page.Departments = slices.DeleteFunc(departments, func(d den.Department) bool {
			return !den.May(who, den.ReadRules, den.Owner{Department: d.ID})
		})
	}
	return p.show(c, http.StatusOK, "approvals", page)
}

// approvalPage is one request, with the form of its decision.
type approvalPage struct {
	view.Frame
	Request   den.RequestView
	MayDecide bool
	Form      *form.Values
	Choices   []view.Choice
}

// Approval is GET /approvals/:id.
func (p *Pages) Approval(c *gin.Context) error {
	r, err := p.Den.Request(c, asking(c), id(c))
	if err != nil {
		return err
	}
	return p.showApproval(c, http.StatusOK, r, p.blank())
}

// DecideApproval is POST /approvals/:id.
func (p *Pages) DecideApproval(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	r, err := p.Den.Request(c, asking(c), id(c))
	if err != nil {
		return err
	}
	if !den.May(asking(c), den.DecideRequest, r.Owner()) {
		return p.mayNot()
	}
	decision := form.Choice{Name: "decision", What: "approval.what-decision", From: []string{"agree", "refuse"}}.Read(v)
	why := form.Text{Name: "why", What: "approval.what-why", Max: 1000, Lines: true}.Read(v)
	if v.Bad() {
		return p.showApproval(c, http.StatusUnprocessableEntity, r, v)
	}
	do := p.Den.Refuse
	if decision == "agree" {
		do = p.Den.Agree
	}
	if _, err := do(c, asking(c), r.ID, why, rev(c)); err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showApproval(c, status, r, v)
	}
	return to(c, "/approvals", "approval-"+decision)
}

func (p *Pages) showApproval(c *gin.Context, status int, r den.RequestView, v *form.Values) error {
	page := approvalPage{Frame: p.frame(c, p.words.Say("approval.title", "Name", r.TrialName)).Of(p.when(r.AskedAt)), Request: r, MayDecide: r.May[den.DecideRequest], Form: v}
	page.Back, page.Errors = back("/approvals"), v.Summary()
	for _, one := range []string{"agree", "refuse"} {
		page.Choices = append(page.Choices, view.Choice{Value: one, Text: p.words.Say("approval." + one)})
	}
	return p.show(c, status, "approval", page)
}

func departmentPath(id den.ID, part string) string {
	return "/departments/" + url.PathEscape(string(id)) + "/" + part
}
