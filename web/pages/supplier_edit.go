package pages

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// supplierEditPage changes a supplier's entry.
type supplierEditPage struct {
	view.Frame
	Supplier       den.SupplierView
	Accreditations string
	Frameworks     string
	Sizes, YesNo   []view.Choice
	Contacts       []contactFields
	Form           *form.Values
}

// contactFields are the fields of one contact.
type contactFields struct {
	N    int // from 1
	Name string
	den.Contact
}

func (p *Pages) editedSupplier(c *gin.Context) (den.SupplierView, error) {
	s, err := p.Den.Supplier(c, asking(c), id(c))
	if err == nil && !s.May[den.EditEntry] {
		err = p.mayNot()
	}
	return s, err
}

// EditSupplier is GET /suppliers/:id/edit.
func (p *Pages) EditSupplier(c *gin.Context) error {
	s, err := p.editedSupplier(c)
	if err != nil {
		return err
	}
	return p.showSupplierEdit(c, http.StatusOK, s, p.blank())
}

// SaveSupplier is POST /suppliers/:id/edit.
func (p *Pages) SaveSupplier(c *gin.Context) error {
	s, err := p.editedSupplier(c)
	if err != nil {
		return err
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in := readSupplier(v)
	in.Rev = rev(c)
	if v.Bad() {
		return p.showSupplierEdit(c, http.StatusUnprocessableEntity, s, v)
	}
	if _, err := p.Den.ChangeSupplier(c, asking(c), s.ID, in); err != nil {
		status, err := p.refused(c, v, err, map[string]string{"contacts": "contact-1-name"})
		if err != nil {
			return err
		}
		return p.showSupplierEdit(c, status, s, v)
	}
	return to(c, supplierPath(s.ID), "entry")
}

func readSupplier(v *form.Values) den.SupplierChange {
	in := den.SupplierChange{
		Name: form.Text{Name: "name", What: "supplier-edit.what-name", Max: 120}.Read(v),
		SupplierProfile: den.SupplierProfile{
			Summary:        form.Text{Name: "summary", What: "supplier-edit.what-summary", Max: 4000, Lines: true, Optional: true}.Read(v),
			Place:          form.Text{Name: "place", What: "supplier-edit.what-place", Max: 120, Optional: true}.Read(v),
			Size:           den.Headcount(form.Choice{Name: "size", What: "supplier-edit.what-size", From: plain(den.Headcounts), Optional: true}.Read(v)),
			SME:            den.Said(form.Choice{Name: "sme", What: "entry.what-yes-no", From: []string{"yes", "no"}, Optional: true}.Read(v)),
			Frameworks:     listed(form.Text{Name: "frameworks", What: "supplier-edit.what-frameworks", Max: 4000, Lines: true, Optional: true}.Read(v)),
			Accreditations: listed(form.Text{Name: "accreditations", What: "supplier-edit.what-accreditations", Max: 4000, Lines: true, Optional: true}.Read(v)),
			Website:        form.Text{Name: "website", What: "supplier-edit.what-website", Max: 4000, Optional: true}.Read(v),
		},
	}
	for n := range den.MostContacts {
		field := "contact-" + strconv.Itoa(n+1) + "-"
		in.Contacts = append(in.Contacts, den.Contact{
			Name:  form.Text{Name: field + "name", What: "supplier-edit.what-contact", Max: 120, Optional: true}.Read(v),
			Email: form.Text{Name: field + "email", What: "supplier-edit.what-email", Max: 120, Optional: true}.Read(v),
			Phone: form.Text{Name: field + "phone", What: "supplier-edit.what-phone", Max: 40, Optional: true}.Read(v),
		})
	}
	return in
}

func (p *Pages) showSupplierEdit(c *gin.Context, status int, s den.SupplierView, v *form.Values) error {
	page := supplierEditPage{
		Frame: p.frame(c, p.words.Say("supplier.edit")).Of(s.Name), Supplier: s, Form: v,
		Accreditations: strings.Join(s.Accreditations, "\n"), Frameworks: strings.Join(s.Frameworks, "\n"),
		Sizes: optionsOf(p, "size.", den.Headcounts), YesNo: optionsOf(p, "said.", []den.Said{den.Yes, den.No}),
	}
	for n := range den.MostContacts {
		one := contactFields{N: n + 1, Name: "contact-" + strconv.Itoa(n+1) + "-"}
		if n < len(s.Contacts) {
			one.Contact = s.Contacts[n]
		}
		page.Contacts = append(page.Contacts, one)
	}
	page.Back, page.Errors = back(supplierPath(s.ID)), v.Summary()
	return p.show(c, status, "supplier-edit", page)
}
