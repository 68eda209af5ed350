package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// supplierPage is a supplier's entry on the techmap.
type supplierPage struct {
	view.Frame
	Supplier    den.SupplierView
	About       []string
	Facts       []entryFact
	MayRecord   bool
	MayEdit     bool
	MayOverview bool
	MayPeople   bool
	MayHandOver bool
}

// Supplier is GET /suppliers/:id.
func (p *Pages) Supplier(c *gin.Context) error {
	s, err := p.Den.Supplier(c, asking(c), id(c))
	if err != nil {
		return err
	}
	page := supplierPage{Frame: p.frame(c, s.Name), Supplier: s, About: paragraphs(s.Summary), Facts: p.supplierFacts(s.Supplier)}
	page.MayRecord = den.May(asking(c), den.ReadRecord, den.OwnerOf(s.ID))
	page.MayEdit, page.MayHandOver = s.May[den.EditEntry], s.May[den.AddOrganisation] && s.AddedBy != ""
	page.MayOverview = den.May(asking(c), den.ReadSandbox, den.Owner{Suppliers: []den.ID{s.ID}})
	page.MayPeople = den.May(asking(c), den.ReadMembers, den.OwnerOf(s.ID))
	page.Crumbs = p.crumbs(view.Crumb{Href: "/techmap", Text: p.words.Say("nav.products")}, view.Crumb{Text: s.Name})
	return p.show(c, http.StatusOK, "supplier", page)
}

func (p *Pages) handOverQuestion(c *gin.Context) (question, error) {
	s, err := p.Den.Supplier(c, asking(c), id(c))
	if err != nil {
		return question{}, err
	}
	if !den.May(asking(c), den.AddOrganisation, den.Owner{}) {
		return question{}, p.mayNot()
	}
	path := supplierPath(s.ID)
	return question{
		What: "hand-over", Product: s.Name, Back: path, Action: path + "/hand-over", After: path, Done: "hand-over", Rev: s.Rev,
		Do: func(_ string, rev int64) error {
			_, err := p.Den.HandOver(c, asking(c), s.ID, rev)
			return err
		},
	}, nil
}

// AskHandOver is GET /suppliers/:id/hand-over.
func (p *Pages) AskHandOver(c *gin.Context) error { return p.asks(c, p.handOverQuestion) }

// HandOver is POST /suppliers/:id/hand-over.
func (p *Pages) HandOver(c *gin.Context) error { return p.answers(c, p.handOverQuestion) }
