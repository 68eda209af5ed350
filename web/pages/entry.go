package pages

import (
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// entryFact is one line of what an entry says.
type entryFact struct {
	Key   string
	Lines []string // empty: it does not say
	Link  string   // the one line leads there
}

// supplierFacts is what a supplier says of itself, in the order of its page.
func (p *Pages) supplierFacts(s den.Supplier) []entryFact {
	facts := []entryFact{
		{Key: "size", Lines: p.chosenWords("size.", string(s.Size))},
		{Key: "sme", Lines: p.chosenWords("said.", string(s.SME))},
		{Key: "place", Lines: said(s.Place)},
		{Key: "frameworks", Lines: s.Frameworks},
		{Key: "accreditations", Lines: s.Accreditations},
		{Key: "website", Lines: said(s.Website), Link: s.Website},
	}
	return p.keyed("supplier.", facts)
}

// productFacts is what a supplier says of its product, in the order of its page.
func (p *Pages) productFacts(one den.Product) []entryFact {
	var hosting []string
	for _, h := range one.Hosting {
		hosting = append(hosting, p.words.Say("hosting."+string(h)))
	}
	licence := p.chosenWords("said.", string(one.OpenSource))
	if one.OpenSource == den.Yes {
		licence = []string{p.words.Say("product.licence-is", "Licence", one.Licence)}
	}
	facts := []entryFact{
		{Key: "capabilities", Lines: p.capabilityTitles(one.Capabilities)},
		{Key: "price", Lines: said(p.price(one.Price))},
		{Key: "hosting", Lines: hosting},
		{Key: "data", Lines: p.chosenWords("location.", string(one.DataLocation))},
		{Key: "standards", Lines: one.Standards},
		{Key: "open-source", Lines: licence},
		{Key: "accessibility", Lines: said(one.Accessibility), Link: one.Accessibility},
	}
	return p.keyed("product.", facts)
}

func (p *Pages) keyed(page string, facts []entryFact) []entryFact {
	for n := range facts {
		facts[n].Key = p.words.Say(page + facts[n].Key)
	}
	return facts
}

// chosenWords says a value of a fixed set, if one was chosen.
func (p *Pages) chosenWords(set, value string) []string {
	if value == "" {
		return nil
	}
	return []string{p.words.Say(set + value)}
}

func said(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func (p *Pages) capabilityTitles(ids []string) []string {
	words := p.Den.Vocabulary()
	var titles []string
	for _, id := range ids {
		titles = append(titles, words.Title(id))
	}
	return titles
}

// price says a price with what it is for; empty where there is none.
func (p *Pages) price(price den.StatedPrice) string {
	switch {
	case price.Basis == "":
		return ""
	case !price.Basis.Amount():
		return p.words.Say("price." + string(price.Basis))
	}
	return p.words.Say("price."+string(price.Basis), "Amount", p.say.Money(price.Pence))
}

// paragraphs divides a plain text at its empty lines.
func paragraphs(text string) []string {
	var all []string
	for one := range strings.SplitSeq(text, "\n\n") {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}

// listed divides what was typed into a list, one on each line.
func listed(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// optionsOf offers the values of a fixed set, in words.
func optionsOf[T ~string](p *Pages, set string, all []T) []view.Choice {
	var items []view.Choice
	for _, one := range all {
		items = append(items, view.Choice{Value: string(one), Text: p.words.Say(set + string(one))})
	}
	return items
}

func plain[T ~string](all []T) []string {
	out := make([]string, 0, len(all))
	for _, one := range all {
		out = append(out, string(one))
	}
	return out
}

func supplierPath(id den.ID) string { return "/suppliers/" + string(id) }
