package pages

import (
	"net/http"
	"slices"
	"time"

	"innovationden/orchestrator/den"
)

// measuredParts are the parts of a report that were measured.
func (p *Pages) measuredParts(r den.Report) reportParts {
	out := reportParts{R: r}
	block := func(b measuredBlock, caption, what string) {
		if len(b.Table.Rows) > 0 {
			b.Table.Caption, b.Table.What, b.Table.Names = p.words.Say(caption), p.words.Say(what), entryNames(r)
			out.Measured = append(out.Measured, b)
		}
	}
	block(measuredBlock{Chart: p.launchChart(r), Table: measuredTable{Rows: p.factRows(r)}}, "report.measured-table", "report.fact")
	block(measuredBlock{Table: measuredTable{Rows: p.weightRows(r)}}, "report.weights", "report.page")
	block(measuredBlock{Table: measuredTable{Rows: p.loadRows(r)}}, "load.table", "load.rates")
	out.Notes = p.loadNotes(r.Load)
	for _, one := range r.Facts {
		for _, t := range one.Tried {
			out.Tried = append(out.Tried, p.words.Say("report.tried-one", "Product", r.EntryName(one.Entry), "Name", t.Name, "Times", t.Times))
		}
	}
	return out
}

// factRows puts the facts of all entries side by side.
func (p *Pages) factRows(r den.Report) []measuredRow {
	var order []string
	for _, one := range r.Facts {
		for _, f := range one.Facts {
			if !slices.Contains(order, f.ID) {
				order = append(order, f.ID)
			}
		}
	}
	var rows []measuredRow
	for _, id := range order {
		row := measuredRow{Title: p.factTitle(id)}
		for _, e := range r.Entries {
			said := p.words.Say("report.not-measured")
			if f, ok := factOf(r, e.ID, id); ok {
				said = p.amount(f)
			}
			row.Values = append(row.Values, said)
		}
		rows = append(rows, row)
	}
	return rows
}

func factOf(r den.Report, entry den.ID, id string) (den.ReportFact, bool) {
	for _, one := range r.Facts {
		for _, f := range one.Facts {
			if one.Entry == entry && f.ID == id {
				return f, true
			}
		}
	}
	return den.ReportFact{}, false
}

func (p *Pages) factTitle(id string) string {
	if p.words.Has("fact." + id) {
		return p.words.Say("fact." + id)
	}
	return id
}

// amount is a measured value with its unit, as people write it.
func (p *Pages) amount(f den.ReportFact) string {
	switch f.Unit {
	case "s":
		if f.Value >= 60 {
			span, err := p.say.Span(time.Duration(f.Value * float64(time.Second)).Round(time.Minute))
			if err == nil {
				return span
			}
		}
		return p.words.Say("unit.seconds", "N", mark(f.Value))
	case "ms":
		return p.words.Say("unit.milliseconds", "N", mark(f.Value))
	case "processors":
		return p.words.Say("unit.processors", "N", mark(f.Value))
	case "1/s":
		return p.words.Say("unit.a-second", "N", mark(f.Value))
	case "B":
		return p.words.bytes(int64(f.Value))
	case "share":
		return percent(f.Value)
	}
	return mark(f.Value)
}

// weightRows are the pages that the protocol names, with what each weighs by product.
func (p *Pages) weightRows(r den.Report) (rows []measuredRow) {
	for i, e := range r.Entries {
		for _, one := range r.Facts {
			if one.Entry != e.ID {
				continue
			}
			for _, page := range one.Pages {
				rows = p.into(rows, page.Path, i, len(r.Entries), p.weightSay(page))
			}
		}
	}
	return rows
}

// into sets one value of the row with a title, which is added where it is not there.
func (p *Pages) into(rows []measuredRow, title string, column, columns int, value string) []measuredRow {
	at := slices.IndexFunc(rows, func(row measuredRow) bool { return row.Title == title })
	if at < 0 {
		at = len(rows)
		rows = append(rows, measuredRow{Title: title, Values: slices.Repeat([]string{p.words.Say("report.not-measured")}, columns)})
	}
	rows[at].Values[column] = value
	return rows
}

func (p *Pages) weightSay(page den.ReportPage) string {
	size := p.words.bytes(page.Bytes)
	switch {
	case page.Fault != "":
		return page.Fault
	case page.Status >= http.StatusBadRequest:
		return p.words.Say("report.page-status", "Status", page.Status)
	case page.Cut:
		return p.words.Say("report.page-more", "Size", size)
	}
	return p.words.Count("report.page-parts", page.Parts, "Size", size)
}
