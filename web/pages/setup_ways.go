package pages

import (
	"slices"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// waysPage agrees to what products ask to reach from their sandboxes.
type waysPage struct {
	stepForm
	Choices []view.Choice
	Chosen  []string
}

// mailWay stands for caught mail among the values of the form.
const mailWay = "mail"

func (p *Pages) ways() stepPage {
	return stepPage{
		Name: "ways",
		Page: func(_ *gin.Context, e editing) (view.Page, error) {
			page := waysPage{stepForm: e.Base}
			for _, entry := range e.Trial.Entries {
				page.Choices = append(page.Choices, p.wayChoices(entry)...)
				page.Chosen = append(page.Chosen, wayValues(entry.Release, entry.Agreed)...)
			}
			return page, nil
		},
		Read: func(_ *gin.Context, e editing, in *den.NewTrial) error {
			var from []string
			for _, entry := range e.Trial.Entries {
				from = append(from, wayValues(entry.Release, entry.Asks)...)
			}
			chosen := form.Several{Name: "agreed", What: "set-up.what-ways", From: from}.Read(e.Form)
			in.Agreed = map[den.ID]den.Ways{}
			for _, entry := range e.Trial.Entries {
				in.Agreed[entry.Release] = chosenWays(entry, chosen)
			}
			return nil
		},
	}
}

func (p *Pages) wayChoices(e den.EntryView) []view.Choice {
	var all []view.Choice
	for _, way := range e.Asks.Out {
		all = append(all, view.Choice{
			Value: wayValue(e.Release, way.String()), Text: p.words.Say("set-up.way", "Product", e.ProductName, "Host", way.Host, "Port", way.Port),
			Hint: view.Hint{Text: p.words.Say("set-up.way-hint")},
		})
	}
	if e.Asks.Mail {
		all = append(all, view.Choice{
			Value: wayValue(e.Release, mailWay), Text: p.words.Say("set-up.mail", "Product", e.ProductName),
			Hint: view.Hint{Text: p.words.Say("set-up.mail-hint")},
		})
	}
	return all
}

func wayValue(release den.ID, way string) string { return string(release) + " " + way }

func wayValues(release den.ID, w den.Ways) []string {
	var all []string
	for _, way := range w.Out {
		all = append(all, wayValue(release, way.String()))
	}
	if w.Mail {
		all = append(all, wayValue(release, mailWay))
	}
	return all
}

func chosenWays(e den.EntryView, chosen []string) den.Ways {
	open := den.Ways{Mail: e.Asks.Mail && slices.Contains(chosen, wayValue(e.Release, mailWay))}
	for _, way := range e.Asks.Out {
		if slices.Contains(chosen, wayValue(e.Release, way.String())) {
			open.Out = append(open.Out, way)
		}
	}
	return open
}

// agreedNow is what a draft opens, by release.
func agreedNow(t den.TrialView) map[den.ID]den.Ways {
	all := map[den.ID]den.Ways{}
	for _, e := range t.Entries {
		if !e.Agreed.None() {
			all[e.Release] = e.Agreed
		}
	}
	return all
}

// wayLines say, for each product that may reach something, what it is.
func (p *Pages) wayLines(t den.TrialView) []string {
	var lines []string
	for _, e := range t.Entries {
		for _, way := range e.Agreed.Out {
			lines = append(lines, p.words.Say("set-up.way", "Product", e.ProductName, "Host", way.Host, "Port", way.Port))
		}
		if e.Agreed.Mail {
			lines = append(lines, p.words.Say("set-up.mail", "Product", e.ProductName))
		}
	}
	return lines
}

// open counts the ways that lead out of the sandboxes of a trial. Caught mail does not.
func open(t den.TrialView) (n int) {
	for _, e := range t.Entries {
		n += len(e.Agreed.Out)
	}
	return n
}

// WaysStep is GET /trials/:id/set-up/ways.
func (p *Pages) WaysStep(c *gin.Context) error { return p.showStep(c, p.ways()) }

// SaveWays is POST /trials/:id/set-up/ways.
func (p *Pages) SaveWays(c *gin.Context) error { return p.saveStep(c, p.ways()) }
