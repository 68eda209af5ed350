package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// productPage is one product with its releases, the newest first.
type productPage struct {
	view.Frame
	Product   den.ProductView
	Known     known
	About     []string
	Facts     []entryFact
	Releases  []releaseRow
	MayOffer  bool
	MayEdit   bool
	MayRecord bool
	Host      string // the den's address, as docker names it
	Once      string
	Pushes    []pushRow
}

// pushRow is something that was pushed.
type pushRow struct {
	den.Push
	Size string
}

type releaseRow struct {
	den.Release
	Size   string
	Flight *den.Preflight // its last preflight; nil: none
}

// Product is GET /products/:id.
func (p *Pages) Product(c *gin.Context) error {
	product, err := p.Den.Product(c, asking(c), id(c))
	if err != nil {
		return err
	}
	page := productPage{Frame: p.frame(c, product.Name), Product: product, MayOffer: product.May[den.OfferProduct], MayEdit: product.May[den.EditEntry],
		MayRecord: den.May(asking(c), den.ReadRecord, den.Owner{Suppliers: []den.ID{product.Supplier}})}
	page.Known, page.About, page.Facts = p.known(product.Known), paragraphs(product.Description), p.productFacts(product.Product)
	page.Crumbs = p.crumbs(view.Crumb{Href: "/techmap", Text: p.words.Say("nav.products")}, view.Crumb{Text: product.Name})
	for _, r := range product.Releases {
		row := releaseRow{Release: r, Size: p.words.bytes(r.SizeBytes)}
		if flight, ok := product.Flown[r.ID]; ok {
			row.Flight = &flight
		}
		page.Releases = append(page.Releases, row)
	}
	if page.MayOffer {
		pushes, err := p.Den.Pushed(c, asking(c), product.ID)
		if err != nil {
			return err
		}
		page.Host, page.Once = c.Request.Host, fresh(c)
		for _, one := range pushes {
			page.Pushes = append(page.Pushes, pushRow{Push: one, Size: p.words.bytes(one.Bytes)})
		}
	}
	return p.show(c, http.StatusOK, "product", page)
}

// newProductPage adds a product.
type newProductPage struct {
	view.Frame
	Once      string
	Supplier  string // whose product it is to be; empty: not said
	Suppliers []view.Option
	Form      *form.Values
}

// NewProduct is GET /products/new.
func (p *Pages) NewProduct(c *gin.Context) error {
	if !writes(asking(c)) {
		return p.mayNot()
	}
	return p.showNewProduct(c, http.StatusOK, p.blank())
}

// AddProduct is POST /products.
func (p *Pages) AddProduct(c *gin.Context) error {
	if !writes(asking(c)) {
		return p.mayNot()
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	suppliers, err := p.suppliers(c)
	if err != nil {
		return err
	}
	in := den.NewProduct{
		Supplier: den.ID(form.Choice{Name: "supplier", What: "product-new.what-supplier", From: values(suppliers)}.Read(v)),
		Name:     form.Text{Name: "name", What: "product-new.what-name", Max: 120}.Read(v),
		Summary:  form.Text{Name: "summary", What: "product-new.what-summary", Max: 2000, Lines: true, Optional: true}.Read(v),
		Once:     once(c),
	}
	if v.Bad() {
		return p.showNewProduct(c, http.StatusUnprocessableEntity, v)
	}
	made, err := p.Den.AddProduct(c, asking(c), in)
	if err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showNewProduct(c, status, v)
	}
	return to(c, productPath(made.ID), "product")
}

// suppliers are those that the person can offer products for.
func (p *Pages) suppliers(c *gin.Context) ([]view.Option, error) {
	who := asking(c)
	found, err := every(c, p.Den.Suppliers, den.Filter{})
	if err != nil {
		return nil, err
	}
	var options []view.Option
	for _, s := range found {
		if den.May(who, den.EditEntry, s.Owner()) {
			options = append(options, view.Option{Value: string(s.ID), Text: s.Name})
		}
	}
	return options, nil
}

func (p *Pages) showNewProduct(c *gin.Context, status int, v *form.Values) error {
	page := newProductPage{Frame: p.frame(c, p.words.Say("product-new.title")), Once: fresh(c), Supplier: c.Query("supplier"), Form: v}
	var err error
	if page.Suppliers, err = p.suppliers(c); err != nil {
		return err
	}
	page.Back, page.Errors = back("/techmap"), v.Summary()
	return p.show(c, status, "product-new", page)
}
