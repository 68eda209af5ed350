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

// pricesPage takes a price for each product. Like envelopes they stay closed until the
// marks are locked.
type pricesPage struct {
	view.Frame
	Trial den.TrialView
	Rows  []priceRow
	Over  bool // decided: nothing can be entered any more
	Form  *form.Values
}

type priceRow struct {
	Product, Label         string
	PriceField, BasisField string
	Entered                bool
	Amount, Basis          string // once the marks are locked
	Pence                  int64
	Entry                  den.ID
}

// AskPrices is GET /trials/:id/prices.
func (p *Pages) AskPrices(c *gin.Context) error {
	t, err := p.trialTo(c, den.SetUpTrial)
	if err != nil {
		return err
	}
	return p.showPrices(c, http.StatusOK, t, p.blank())
}

// SetPrices is POST /trials/:id/prices: those that were typed.
func (p *Pages) SetPrices(c *gin.Context) error {
	t, err := p.trialTo(c, den.SetUpTrial)
	if err != nil {
		return err
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	var all []den.NewPrice
	for _, row := range p.priceRows(t) {
		typed, said := strings.TrimSpace(c.PostForm(row.PriceField)) != "", strings.TrimSpace(c.PostForm(row.BasisField)) != ""
		in := den.NewPrice{
			Entry: row.Entry,
			Pence: form.Money{Name: row.PriceField, What: p.words.Say("prices.what", "Product", row.Product), Min: 0, Max: 1_000_000_000_000, Optional: !said}.Read(v),
			Basis: form.Text{Name: row.BasisField, What: "prices.what-basis", Max: maxReason, Lines: true, Optional: !typed}.Read(v),
		}
		if typed {
			all = append(all, in)
		}
	}
	if rows := p.priceRows(t); len(all) == 0 && !v.Bad() {
		field := ""
		if len(rows) > 0 {
			field = rows[0].PriceField
		}
		v.Say(field, "prices.nothing")
	}
	status := http.StatusUnprocessableEntity
	for _, in := range all {
		if v.Bad() {
			break
		}
		if _, err := p.Den.SetPrice(c, asking(c), t.ID, in); err != nil {
			if status, err = p.refused(c, v, err, map[string]string{"pence": "price-" + string(in.Entry), "basis": "basis-" + string(in.Entry)}); err != nil {
				return err
			}
		}
	}
	if v.Bad() {
		return p.showPrices(c, status, t, v)
	}
	return to(c, trialPath(t.ID), "prices")
}

func (p *Pages) priceRows(t den.TrialView) []priceRow {
	var rows []priceRow
	for _, e := range t.Entries {
		row := priceRow{
			Product: e.ProductName, Label: e.Label, Entry: e.ID, PriceField: "price-" + string(e.ID), BasisField: "basis-" + string(e.ID),
			Entered: slices.Contains(t.Priced, e.ID),
		}
		if t.Outcome != nil {
			for _, r := range t.Outcome.Results {
				if r.Entry == e.ID && r.Price != nil {
					row.Amount, row.Basis, row.Pence = form.Pounds(r.Price.Pence), r.Price.Basis, r.Price.Pence
				}
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func (p *Pages) showPrices(c *gin.Context, status int, t den.TrialView, v *form.Values) error {
	page := pricesPage{Frame: p.frame(c, p.words.Say("prices.title")).Of(t.Name), Trial: t, Rows: p.priceRows(t), Over: t.Outcome != nil && t.Outcome.Decision != "", Form: v}
	page.Back, page.Errors = back(trialPath(t.ID)), v.Summary()
	return p.show(c, status, "prices", page)
}
