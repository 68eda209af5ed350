package pages

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// rulesPage is what a department may start, and, for those who may, the form of it.
type rulesPage struct {
	view.Frame
	Rules     den.RulesView
	Rev       int64
	Form      *form.Values
	MayChange bool
	Typed     map[string]string // what stands in the fields
	Said      map[string]string // the same in words, for those who only read it
	Ticked    map[string][]string
	Sizes     []view.Choice
	AtBudget  []view.Choice
}

// Rules is GET /departments/:id/rules.
func (p *Pages) Rules(c *gin.Context) error {
	r, err := p.Den.Rules(c, asking(c), id(c))
	if err != nil {
		return err
	}
	return p.showRules(c, http.StatusOK, r, p.blank())
}

// SaveRules is POST /departments/:id/rules.
func (p *Pages) SaveRules(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	before, err := p.Den.Rules(c, asking(c), id(c))
	if err != nil {
		return err
	}
	if !before.May[den.SetRules] {
		return p.mayNot()
	}
	in := readRules(v, before)
	if v.Bad() {
		return p.showRules(c, http.StatusUnprocessableEntity, before, v)
	}
	if _, err := p.Den.SetRules(c, asking(c), in, rev(c)); err != nil {
		status, err := p.refused(c, v, err, map[string]string{"ways_out": "ways-out", "ask_sizes": "ask-sizes", "ask_pence": "ask-pence", "at_budget": "at-budget"})
		if err != nil {
			return err
		}
		return p.showRules(c, status, before, v)
	}
	return to(c, departmentPath(before.Department, "rules"), "rules")
}

const (
	mostMoney = 100_000_000_00 // pence
	mostCount = 1_000_000
)

func readRules(v *form.Values, before den.RulesView) den.Rules {
	var sizes []string
	for _, s := range before.Offered {
		sizes = append(sizes, s.Name)
	}
	length := func(name, what string) den.Span {
		return form.Duration{Name: name, What: what, Min: time.Hour, Max: max(before.DenLongest, time.Hour), Optional: true}.Read(v)
	}
	return den.Rules{
		Department: before.Department,
		Most:       form.Int{Name: "most", What: "rules.what-most", Min: 1, Max: mostCount, Optional: true}.Read(v),
		Longest:    length("longest", "rules.what-longest"),
		Length:     length("length", "rules.what-length"),
		Sizes:      form.Several{Name: "sizes", What: "rules.what-sizes", From: sizes}.Read(v),
		AskSizes:   form.Several{Name: "ask-sizes", What: "rules.what-sizes", From: sizes}.Read(v),
		WaysOut:    hosts(form.Text{Name: "ways-out", What: "rules.what-ways-out", Max: 5000, Lines: true, Optional: true}.Read(v)),
		NoWaysOut:  form.Bool{Name: "no-ways-out"}.Read(v),
		AskWaysOut: form.Bool{Name: "ask-ways-out"}.Read(v),
		AskAlways:  form.Bool{Name: "ask-always"}.Read(v),
		AskPence:   form.Money{Name: "ask-pence", What: "rules.what-ask-pence", Min: 1, Max: mostMoney, Optional: true}.Read(v),
		Hours:      int64(form.Int{Name: "hours", What: "rules.what-hours", Min: 1, Max: mostCount, Optional: true}.Read(v)),
		Budget:     form.Money{Name: "budget", What: "rules.what-budget", Min: 1, Max: mostMoney, Optional: true}.Read(v),
		AtBudget:   den.AtBudget(form.Choice{Name: "at-budget", What: "rules.what-at-budget", From: []string{"warn", "pause", "end"}, Optional: true}.Read(v)),
	}
}

// hosts are the names in a text, one a line.
func hosts(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if line = strings.ToLower(strings.TrimSpace(line)); line != "" {
			all = append(all, line)
		}
	}
	return all
}

func (p *Pages) showRules(c *gin.Context, status int, r den.RulesView, v *form.Values) error {
	page := rulesPage{
		Frame: p.frame(c, p.words.Say("rules.title", "Name", r.DepartmentName)), Rules: r, Rev: den.AsSeen(r.Rev), Form: v, MayChange: r.May[den.SetRules],
		Typed: map[string]string{"ways-out": strings.Join(r.WaysOut, "\n"), "at-budget": string(r.AtBudget)},
	}
	page.Ticked = map[string][]string{}
	for name, is := range map[string]bool{"no-ways-out": r.NoWaysOut, "ask-always": r.AskAlways, "ask-ways-out": r.AskWaysOut} {
		if is {
			page.Ticked[name] = []string{"yes"}
		}
	}
	page.Back, page.Errors = back("/approvals"), v.Summary()
	if page.Typed["at-budget"] == "" {
		page.Typed["at-budget"] = string(den.BudgetWarns)
	}
	for name, n := range map[string]int64{"most": int64(r.Most), "hours": r.Rules.Hours} {
		if n > 0 {
			page.Typed[name] = strconv.FormatInt(n, 10)
		}
	}
	for name, pence := range map[string]int64{"ask-pence": r.AskPence, "budget": r.Rules.Budget} {
		if pence > 0 {
			page.Typed[name] = form.Pounds(pence)
		}
	}
	for name, length := range map[string]den.Span{"longest": r.Longest, "length": r.Length} {
		if length > 0 {
			text, err := p.say.Span(length)
			if err != nil {
				return err
			}
			page.Typed[name] = text
		}
	}
	for _, s := range r.Offered {
		price := p.say.Money(int64(float64(s.Price) / 1000 * 24))
		page.Sizes = append(page.Sizes, view.Choice{Value: s.Name, Text: s.Title, Hint: view.Hint{Text: p.words.Say("set-up.size-cost", "Money", price)}})
	}
	for _, one := range []den.AtBudget{den.BudgetWarns, den.BudgetPauses, den.BudgetEnds} {
		page.AtBudget = append(page.AtBudget, view.Choice{Value: string(one), Text: p.words.Say("at-budget." + string(one))})
	}
	page.Said = p.rulesSaid(r)
	return p.show(c, status, "rules", page)
}

// rulesSaid are the rules that do not say themselves what they are: money, what is chosen
// of several, and yes or no. What sets no bound is left out.
func (p *Pages) rulesSaid(r den.RulesView) map[string]string {
	said := map[string]string{"ways-out": strings.Join(r.WaysOut, "\n"), "at-budget": p.words.Say("at-budget." + string(cmp.Or(r.AtBudget, den.BudgetWarns)))}
	if r.NoWaysOut {
		said["ways-out"] = p.words.Say("rules.nothing")
	}
	for name, is := range map[string]bool{"ask-always": r.AskAlways, "ask-ways-out": r.AskWaysOut} {
		said[name] = p.words.Say("rules.no")
		if is {
			said[name] = p.words.Say("rules.yes")
		}
	}
	for name, pence := range map[string]int64{"ask-pence": r.AskPence, "budget": r.Rules.Budget} {
		if pence > 0 {
			said[name] = p.say.Money(pence)
		}
	}
	for name, sizes := range map[string][]string{"sizes": r.Sizes, "ask-sizes": r.AskSizes} {
		var titles []string
		for _, s := range r.Offered {
			if slices.Contains(sizes, s.Name) {
				titles = append(titles, s.Title)
			}
		}
		said[name] = strings.Join(titles, "\n")
	}
	return said
}
