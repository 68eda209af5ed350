package pages

import (
	"maps"
	"slices"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// entriesPage chooses the products of a trial.
type entriesPage struct {
	stepForm
	Choices []view.Choice
	Chosen  []string
}

func (p *Pages) entries() stepPage {
	return stepPage{
		Name: "products",
		Page: func(c *gin.Context, e editing) (view.Page, error) {
			choices, err := p.releaseChoices(c)
			page := entriesPage{stepForm: e.Base, Choices: choices}
			for _, one := range e.Trial.Trial.Entries {
				page.Chosen = append(page.Chosen, string(one.Release))
			}
			return page, err
		},
		Read: func(c *gin.Context, e editing, in *den.NewTrial) error {
			choices, err := p.releaseChoices(c)
			if err != nil {
				return err
			}
			var from []string
			for _, one := range choices {
				from = append(from, one.Value)
			}
			chosen := form.Several{Name: "releases", What: "set-up.what-products", From: from, Min: 1}.Read(e.Form)
			in.Releases = firstIDs(in.Releases, idsOf(chosen))
			maps.DeleteFunc(in.Agreed, func(release den.ID, _ den.Ways) bool { return !slices.Contains(in.Releases, release) })
			return nil
		},
	}
}

// releaseChoices are all releases on the techmap, the newest of each product first.
func (p *Pages) releaseChoices(c *gin.Context) ([]view.Choice, error) {
	found, err := every(c, p.Den.Products, den.Filter{})
	if err != nil {
		return nil, err
	}
	var choices []view.Choice
	for _, product := range found {
		for _, r := range product.Releases {
			choices = append(choices, view.Choice{
				Value: string(r.ID), Text: p.words.Say("set-up.release", "Product", product.Name, "Version", r.Version),
				Hint: view.Hint{Text: p.words.Say("set-up.release-hint", "Supplier", product.SupplierName, "Summary", product.Summary) + " " + p.flightHint(product, r.ID)},
			})
		}
	}
	return choices, nil
}

// flightHint says what came of a release's preflight.
func (p *Pages) flightHint(product den.ProductView, release den.ID) string {
	flight, ok := product.Flown[release]
	if !ok {
		return p.words.Say("preflight-hint.none")
	}
	return p.words.Say("preflight-hint." + string(flight.State))
}

// Entries is GET /trials/:id/set-up/products.
func (p *Pages) Entries(c *gin.Context) error { return p.showStep(c, p.entries()) }

// SaveEntries is POST /trials/:id/set-up/products.
func (p *Pages) SaveEntries(c *gin.Context) error { return p.saveStep(c, p.entries()) }
