package pages

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// measuredParts are the parts of a report that were measured.
func (p *Pages) measuredParts(r den.Report) reportParts {
	out := reportParts{R: r}
	block := func(into []measuredBlock, c *view.Chart, rows []measuredRow, caption, what string) []measuredBlock {
		if len(rows) == 0 {
			return into
		}
		return append(into, measuredBlock{Chart: c, Table: measuredTable{Rows: rows, Caption: p.words.Say(caption), What: p.words.Say(what), Names: entryNames(r)}})
	}
	out.Measured = block(nil, p.launchChart(r), p.factRows(r), "report.measured-table", "report.fact")
	if times := p.realTimesChart(r); times != nil {
		out.Measured = block(out.Measured, times, p.timesRows(r), "times.table", "times.what")
	}
	if span, ok := useOver(r); ok {
		for _, f := range p.useFigures() {
			if c := p.useChart(r, span, f); c != nil {
				out.Measured = block(out.Measured, c, p.useRows(r, span, f), f.caption, "use.when")
			}
		}
	}
	out.Measured = block(out.Measured, nil, p.weightRows(r), "report.weights", "report.page")
	if l := r.Load; l != nil {
		out.LoadSay, out.Notes = p.loadSay(l), p.loadNotes(l)
		if (l.State == string(den.LoadDone) || l.State == string(den.LoadRunning)) && len(l.Rates) > 0 {
			out.Load = block(nil, p.firstLoadChart(r), p.loadTimeRows(r), "load.times-table", "times.what")
			out.Load = block(out.Load, p.loadChart(r), p.loadRows(r), "load.table", "load.rates")
		}
	}
	for _, one := range r.Facts {
		for _, t := range one.Tried {
			out.Tried = append(out.Tried, p.words.Count("report.tried-one", t.Times, "Product", r.EntryName(one.Entry), "Name", t.Name))
		}
	}
	return out
}

// factRows puts the facts of all entries side by side.
func (p *Pages) factRows(r den.Report) []measuredRow {
	var order []string
	for _, one := range r.Facts {
		for _, f := range one.Facts {
			// What has a picture stands in the table beside that.
			if !slices.Contains(order, f.ID) && !slices.Contains(percentiles(), f.ID) && !(strings.HasPrefix(f.ID, "load_") && f.ID != den.FactLoadErrors) {
				order = append(order, f.ID)
			}
		}
	}
	var rows []measuredRow
	for _, id := range order {
		row := measuredRow{Title: p.factTitle(id)}
		for _, e := range r.Entries {
			said := p.words.Say("report.not-measured")
			if slices.Contains([]string{"ways_out", "connections_out", "bytes_out", "mails_caught"}, id) {
				said = p.words.Say("report.none-open")
			}
			if f, ok := factOf(r, e.ID, id); ok {
				said = p.amount(f)
			}
			row.Values = append(row.Values, said)
		}
		rows = append(rows, row)
	}
	return rows
}

// timesRows are the response times of real use.
func (p *Pages) timesRows(r den.Report) (rows []measuredRow) {
	for _, one := range percentiles() {
		for i, e := range r.Entries {
			if f, ok := factOf(r, e.ID, one); ok {
				rows = p.into(rows, p.factTitle(one), i, len(r.Entries), rounded(f.Value))
			}
		}
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
		return p.brief(time.Duration(f.Value * float64(time.Second)))
	case "ms":
		return p.milliseconds(f.Value)
	case "processors":
		return p.unit("unit.processors", rounded(f.Value))
	case "1/s":
		return p.unit("unit.a-second", rounded(f.Value))
	case "B":
		return p.words.bytes(int64(f.Value))
	case "share":
		return percent(f.Value)
	}
	return rounded(f.Value)
}

// unit is an amount with its unit, in the singular where it is 1.
func (p *Pages) unit(key, amount string) string {
	n := 2
	if amount == "1" {
		n = 1
	}
	return p.words.Count(key, n, "N", amount)
}

func (p *Pages) milliseconds(n float64) string {
	amount := rounded(n)
	if n > 0 && amount == "0" {
		return p.words.Say("unit.instant")
	}
	return p.unit("unit.milliseconds", amount)
}

// brief is a length of time that was measured: "12 milliseconds", "1.3 seconds", and from a
// minute on as any other length. Nothing at all is "0 seconds".
func (p *Pages) brief(d den.Span) string {
	switch {
	case d > 0 && d.Round(time.Millisecond) < time.Second:
		return p.milliseconds(float64(d) / float64(time.Millisecond))
	case d < time.Minute:
		return p.unit("unit.seconds", rounded(d.Seconds()))
	}
	said, err := p.say.Span(d.Round(time.Minute))
	if err != nil {
		return p.unit("unit.seconds", rounded(d.Seconds()))
	}
	return said
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
