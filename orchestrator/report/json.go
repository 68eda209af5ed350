package report

import (
	"encoding/json"
	"io"

	"innovationden/orchestrator/den"
)

// JSON writes the document as it stands, by the schema that Schema gives.
func JSON(w io.Writer, r den.Report) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}
