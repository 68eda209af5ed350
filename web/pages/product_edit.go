package pages

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// productEditPage changes a product's entry.
type productEditPage struct {
	view.Frame
	Product   den.ProductView
	Standards string
	Amount    string
	Groups    []capabilityGroup
	Hosts     []string // that were chosen
	Hosting   []view.Choice
	Locations []view.Choice
	Bases     []view.Option
	YesNo     []view.Choice
	Form      *form.Values
}

// capabilityGroup is one group of the vocabulary as boxes to tick.
type capabilityGroup struct {
	Name   string // of the field
	Title  string
	Open   bool // something in it is ticked
	Items  []view.Choice
	Values []string
}

// EditProduct is GET /products/:id/edit.
func (p *Pages) EditProduct(c *gin.Context) error {
	one, err := p.productTo(c, den.EditEntry)
	if err != nil {
		return err
	}
	return p.showProductEdit(c, http.StatusOK, one, p.blank())
}

// SaveProduct is POST /products/:id/edit.
func (p *Pages) SaveProduct(c *gin.Context) error {
	one, err := p.productTo(c, den.EditEntry)
	if err != nil {
		return err
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in := p.readProduct(v)
	in.Rev = rev(c)
	if !v.Bad() {
		_, err = p.Den.ChangeProduct(c, asking(c), one.ID, in)
		if err == nil {
			return to(c, productPath(one.ID), "entry")
		}
	}
	status := http.StatusUnprocessableEntity
	if err != nil {
		names := map[string]string{"data_location": "data", "open_source": "open-source"}
		for _, g := range p.Den.Vocabulary().Groups[:min(1, len(p.Den.Vocabulary().Groups))] {
			names["capabilities"] = capabilityField(g)
		}
		if status, err = p.refused(c, v, err, names); err != nil {
			return err
		}
	}
	return p.showProductEdit(c, status, one, v)
}

func (p *Pages) readProduct(v *form.Values) den.ProductChange {
	in := den.ProductChange{
		Name:    form.Text{Name: "name", What: "product-new.what-name", Max: 120}.Read(v),
		Summary: form.Text{Name: "summary", What: "product-new.what-summary", Max: 4000, Lines: true, Optional: true}.Read(v),
	}
	in.Description = form.Text{Name: "description", What: "product-edit.what-description", Max: 4000, Lines: true, Optional: true}.Read(v)
	for _, g := range p.Den.Vocabulary().Groups {
		in.Capabilities = append(in.Capabilities, form.Several{Name: capabilityField(g), What: "product-edit.what-capabilities", From: capabilityIDs(g)}.Read(v)...)
	}
	in.Price = den.StatedPrice{
		Basis: den.PriceBasis(form.Choice{Name: "basis", What: "product-edit.what-basis", From: plain(den.PriceBases), Optional: true}.Read(v)),
		Pence: form.Money{Name: "price", What: "product-edit.what-price", Max: 1_000_000_000_00, Optional: true}.Read(v),
	}
	if in.Price.Basis == "" && in.Price.Pence > 0 {
		v.Say("basis", "product-edit.no-basis")
	}
	for _, h := range (form.Several{Name: "hosting", What: "product-edit.what-hosting", From: plain(den.Hostings)}).Read(v) {
		in.Hosting = append(in.Hosting, den.Hosting(h))
	}
	in.DataLocation = den.Location(form.Choice{Name: "data", What: "product-edit.what-data", From: plain(den.Locations), Optional: true}.Read(v))
	in.Standards = listed(form.Text{Name: "standards", What: "product-edit.what-standards", Max: 4000, Lines: true, Optional: true}.Read(v))
	in.OpenSource = den.Said(form.Choice{Name: "open-source", What: "entry.what-yes-no", From: []string{"yes", "no"}, Optional: true}.Read(v))
	in.Licence = form.Text{Name: "licence", What: "product-edit.what-licence", Max: 120, Optional: true}.Read(v)
	in.Accessibility = form.Text{Name: "accessibility", What: "product-edit.what-accessibility", Max: 4000, Optional: true}.Read(v)
	return in
}

func capabilityField(g den.CapabilityGroup) string { return "can-" + g.ID }

func capabilityIDs(g den.CapabilityGroup) []string {
	var ids []string
	for _, one := range g.Capabilities {
		ids = append(ids, one.ID)
	}
	return ids
}

func (p *Pages) showProductEdit(c *gin.Context, status int, one den.ProductView, v *form.Values) error {
	page := productEditPage{
		Frame: p.frame(c, p.words.Say("product.edit")).Of(one.Name), Product: one, Form: v, Standards: strings.Join(one.Standards, "\n"), Hosts: plain(one.Product.Hosting),
		Hosting: optionsOf(p, "hosting.", den.Hostings), Locations: optionsOf(p, "location.", den.Locations), YesNo: optionsOf(p, "said.", []den.Said{den.Yes, den.No}),
	}
	if one.Price.Pence > 0 {
		page.Amount = form.Pounds(one.Price.Pence)
	}
	page.Bases = []view.Option{{Text: p.words.Say("product-edit.choose-basis")}}
	for _, b := range den.PriceBases {
		page.Bases = append(page.Bases, view.Option{Value: string(b), Text: p.words.Say("basis." + string(b))})
	}
	page.Groups = p.capabilityGroups(c, v, one.Capabilities)
	page.Back, page.Errors = back(productPath(one.ID)), v.Summary()
	return p.show(c, status, "product-edit", page)
}

// capabilityGroups are the boxes of the whole vocabulary. A group with a tick is open.
func (p *Pages) capabilityGroups(c *gin.Context, v *form.Values, chosen []string) []capabilityGroup {
	var groups []capabilityGroup
	for _, g := range p.Den.Vocabulary().Groups {
		group := capabilityGroup{Name: capabilityField(g), Title: g.Title}
		for _, can := range g.Capabilities {
			group.Items = append(group.Items, view.Choice{Value: can.ID, Text: can.Title, Hint: view.Hint{Text: can.About}})
			if slices.Contains(chosen, can.ID) {
				group.Values = append(group.Values, can.ID)
			}
		}
		group.Open = len(group.Values) > 0 || len(c.Request.PostForm[group.Name]) > 0 || v.Wrong(group.Name) != ""
		groups = append(groups, group)
	}
	return groups
}
