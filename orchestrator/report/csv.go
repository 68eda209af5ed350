package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"innovationden/orchestrator/den"
)

// CSV writes the tidy form: a row for each thing that the document says, in the columns
// of every report. Text that a spreadsheet would take for a formula gets an apostrophe
// before it; numbers stand in a column of their own.
func CSV(w io.Writer, r den.Report) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := [][]string{{"trial", "part", "item", "entry", "criterion", "evaluator", "number", "unit", "text", "time"}}
	for _, f := range tidy(r) {
		row := []string{string(r.Trial.ID), f.part, f.item, f.entry, f.criterion, f.evaluator, "", f.unit, f.text, ""}
		for i := range row {
			row[i] = den.ForSpreadsheet(row[i])
		}
		if f.number != nil {
			row[6] = figure(*f.number)
		}
		if !f.at.IsZero() {
			row[9] = f.at.UTC().Format(time.RFC3339)
		}
		rows = append(rows, row)
	}
	return out.WriteAll(rows)
}

// figure is a number without needless digits.
func figure(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func rankName(at int) string { return fmt.Sprintf("rank %d", at+1) }
