package pages

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// budgetPage is what a department has used of its month, as a bar and as a table.
type budgetPage struct {
	view.Frame
	Budget den.BudgetView
	Month  string
	Prices []string // of each size, for an hour
	Bar    budgetBar
	Before []monthSpent
}

// monthSpent is one of the months before.
type monthSpent struct {
	Month string
	Ran   den.Span
	Pence int64
}

// budgetBar is the drawing: a thousand wide, whatever the budget is. The table beside
// it says the same.
type budgetBar struct {
	Spent, Promised int // widths
	PromisedAt      int
	Percent         int64
}

// Budget is GET /departments/:id/budget.
func (p *Pages) Budget(c *gin.Context) error {
	b, err := p.Den.Budget(c, asking(c), id(c))
	if err != nil {
		return err
	}
	page := budgetPage{Frame: p.frame(c, p.words.Say("budget.title", "Name", b.DepartmentName)), Budget: b, Bar: barOf(b), Month: p.month(b.Month)}
	page.Back = back("/approvals")
	for _, s := range b.BySize {
		page.Prices = append(page.Prices, strconv.FormatFloat(float64(s.Size.Price)/1000, 'f', -1, 64))
	}
	for _, s := range b.Before {
		page.Before = append(page.Before, monthSpent{p.month(s.Month), s.Ran, s.Pence()})
	}
	return p.show(c, http.StatusOK, "budget", page)
}

// month is "June 2026" for "2026-06".
func (p *Pages) month(name string) string {
	first, err := time.Parse("2006-01", name)
	if err != nil {
		return name
	}
	return p.words.Say("time.month."+strconv.Itoa(int(first.Month()))) + " " + strconv.Itoa(first.Year())
}

func barOf(b den.BudgetView) budgetBar {
	const wide = 1000
	whole := b.Rules.Budget
	if whole <= 0 {
		return budgetBar{}
	}
	bar := budgetBar{Percent: b.Pence * 100 / whole}
	bar.Spent = int(min(b.Pence*wide/whole, wide))
	bar.PromisedAt = bar.Spent
	bar.Promised = min(int(min(b.Promised*wide/whole, wide)), wide-bar.Spent)
	return bar
}
