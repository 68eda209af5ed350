package report

import (
	_ "embed"
	"fmt"
	"html"
	"io"
	"strings"
	"text/template"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

//go:embed page.tmpl
var pageText string

// Page writes the document as one HTML file that needs nothing else. Everything that it
// shows is escaped.
func Page(w io.Writer, r den.Report) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"x":     func(v any) string { return html.EscapeString(fmt.Sprint(v)) },
		"name":  func(id den.ID) string { return html.EscapeString(r.EntryName(id)) },
		"title": func(id string) string { return html.EscapeString(r.CriterionTitle(id)) },
		"day": func(at time.Time) string {
			if at.IsZero() {
				return "–"
			}
			return at.UTC().Format("2 January 2006, 15:04 UTC")
		},
		"mark":  func(n *float64) string { return orDash(n, "%.4g") },
		"share": func(n float64) string { return fmt.Sprintf("%.1f%%", 100*n) },
		"given": func(n *int) string {
			if n == nil {
				return "not tested"
			}
			return fmt.Sprint(*n)
		},
		"pictures": func() string {
			return timesPicture(r) + usePicture(r, memoryUse()) + usePicture(r, processorUse())
		},
		"called": titleOf,
		"amount": amount,
		"differ": evaluation.NotComparable,
		"words":  func(s string) string { return html.EscapeString(strings.ReplaceAll(s, "_", " ")) },
		"get": func(criterion string, entry den.ID) den.ReportScore {
			s, _ := r.Score(criterion, entry)
			return s
		},
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return t.Execute(w, r)
}

// amount is a measured value with its unit in words.
func amount(f den.ReportFact) string {
	switch f.Unit {
	case "share":
		return fmt.Sprintf("%.1f%%", 100*f.Value)
	case "B":
		return fmt.Sprintf("%.1f MB", f.Value/(1<<20))
	case "1":
		return fmt.Sprintf("%.10g", f.Value)
	case "s":
		return den.SpellShort(time.Duration(f.Value * float64(time.Second)))
	}
	said := fmt.Sprintf("%.2f", f.Value)
	if f.Value >= 10 {
		said = fmt.Sprintf("%.0f", f.Value)
	}
	unit, ok := map[string]string{"ms": "milliseconds", "1/s": "requests a second"}[f.Unit]
	if !ok {
		unit = html.EscapeString(f.Unit)
	}
	if f.Unit == "ms" && f.Value > 0 && said == "0.00" {
		return "less than a millisecond"
	}
	return said + " " + unit
}

func orDash(n *float64, format string) string {
	if n == nil {
		return "–"
	}
	return fmt.Sprintf(format, *n)
}
