package pack

import (
	_ "embed"
	"html/template"
	"io"
	"time"

	"innovationden/orchestrator/den"
)

//go:embed pack.html
var source string

// HTML writes a pack as one file that needs nothing else: to be kept, sent and printed.
func HTML(out io.Writer, p den.Pack, zone *time.Location) error {
	w := &writer{zone: zone}
	page, err := template.New("pack").Funcs(template.FuncMap{
		"moment": w.moment, "budget": Budget, "data": Data, "dates": w.dates, "invited": w.invited,
		"was": func(c den.Change) []Said { return Was(c, zone) },
	}).Parse(source)
	if err != nil {
		return err
	}
	return page.Execute(out, p)
}
