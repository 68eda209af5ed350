package orchestrator

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

// A sheet is the suppliers or the products of the techmap as CSV: a line of the names of
// the columns, and one line for each entry. Lists are divided by semicolons. What could be
// taken for a formula has an apostrophe before it, which reading takes away again.

const (
	mostLinesOfSheet = 20_000
	mostRefusals     = 100
)

// sheetColumns are the columns of each sheet, in order. An id may be left out.
func sheetColumns(of den.Sheet) []string {
	switch of {
	case den.SupplierSheet:
		return []string{"id", "name", "summary", "size", "sme", "place", "frameworks", "accreditations", "website", "contact", "contact_email", "contact_phone"}
	case den.ProductSheet:
		return []string{"id", "supplier", "name", "summary", "description", "capabilities", "hosting", "data_location", "standards", "price_basis", "price_pounds", "open_source", "licence", "accessibility"}
	}
	return nil
}

// ExportTechmap writes a sheet.
func (o *Orchestrator) ExportTechmap(ctx context.Context, actor den.Actor, of den.Sheet, to io.Writer) error {
	columns := sheetColumns(of)
	if columns == nil {
		return den.Missing()
	}
	var rows [][]string
	err := o.readTechmap(ctx, actor, func(tx den.Tx) (err error) {
		if of == den.SupplierSheet {
			rows, err = supplierRows(tx)
			return err
		}
		rows, err = productRows(tx)
		return err
	})
	if err != nil {
		return err
	}
	w := csv.NewWriter(to)
	w.UseCRLF = true
	if err := w.Write(columns); err != nil {
		return err
	}
	for _, row := range rows {
		for n := range row {
			row[n] = den.ForSpreadsheet(row[n])
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func supplierRows(tx den.Tx) (rows [][]string, err error) {
	all, err := every(tx.Suppliers(), den.Query{})
	for _, s := range all {
		var c den.Contact
		if len(s.Contacts) > 0 {
			c = s.Contacts[0]
		}
		rows = append(rows, []string{
			string(s.ID), s.Name, s.Summary, string(s.Size), string(s.SME), s.Place, strings.Join(s.Frameworks, "; "), strings.Join(s.Accreditations, "; "),
			s.Website, c.Name, c.Email, c.Phone,
		})
	}
	return rows, err
}

func productRows(tx den.Tx) (rows [][]string, err error) {
	suppliers, err := every(tx.Suppliers(), den.Query{})
	if err != nil {
		return nil, err
	}
	names := map[den.ID]string{}
	for _, s := range suppliers {
		names[s.ID] = s.Name
	}
	all, err := every(tx.Products(), den.Query{})
	for _, p := range all {
		var hosting []string
		for _, h := range p.Hosting {
			hosting = append(hosting, string(h))
		}
		amount := ""
		if p.Price.Pence > 0 {
			amount = fmt.Sprintf("%d.%02d", p.Price.Pence/100, p.Price.Pence%100)
		}
		rows = append(rows, []string{
			string(p.ID), names[p.Supplier], p.Name, p.Summary, p.Description, strings.Join(p.Capabilities, "; "), strings.Join(hosting, "; "), string(p.DataLocation),
			strings.Join(p.Standards, "; "), string(p.Price.Basis), amount, string(p.OpenSource), p.Licence, p.Accessibility,
		})
	}
	return rows, err
}

// ImportTechmap reads a sheet and changes the techmap as it says: a line whose id or name
// is there changes that entry, in the columns that the sheet has; another adds one. All of
// it is done, or, where any line cannot be, nothing: every refusal names its line and column.
func (o *Orchestrator) ImportTechmap(ctx context.Context, actor den.Actor, of den.Sheet, from io.Reader) (done den.Imported, err error) {
	if err := o.mayImport(actor); err != nil {
		return done, err
	}
	s, err := readSheet(of, from)
	if err != nil {
		return done, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		done = den.Imported{}
		i := &importing{o: o, tx: tx, p: p, by: actor, names: map[string][]den.ID{}, products: map[den.ID]map[string]den.ID{}, done: &done}
		if err := i.known(); err != nil {
			return err
		}
		for _, line := range s {
			if err := i.take(of, line); err != nil {
				return err
			}
		}
		return i.refusals.Err()
	})
	return done, err
}

// mayImport is asked once, before anything is read; each line is asked for itself.
func (o *Orchestrator) mayImport(actor den.Actor) error {
	for role := range den.Rights[den.EditEntry] {
		if actor.Has(role) || actor.ID == den.System().ID {
			return nil
		}
	}
	return allow(actor, den.EditEntry, den.ReadTechmap, den.Owner{})
}

// sheetLine is one line: its number, and its cells by column.
type sheetLine struct {
	number int
	cells  map[string]string
}

// has says whether the sheet has a column.
func (l sheetLine) has(column string) bool { _, ok := l.cells[column]; return ok }

// set puts a cell into a field where the sheet has that column.
func (l sheetLine) set(column string, into *string) {
	if l.has(column) {
		*into = l.cells[column]
	}
}

func (l sheetLine) list(column string, into *[]string) {
	if l.has(column) {
		*into = nil
		for one := range strings.SplitSeq(l.cells[column], ";") {
			if one = strings.TrimSpace(one); one != "" {
				*into = append(*into, one)
			}
		}
	}
}

// readSheet reads the lines, which must be whole: right columns, right number of cells.
func readSheet(of den.Sheet, from io.Reader) ([]sheetLine, error) {
	known := sheetColumns(of)
	r := csv.NewReader(evaluation.Unmarked(from))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		return nil, unreadable(err)
	}
	var faults den.Faults
	for n, name := range head {
		if len(faults) == mostRefusals {
			break
		}
		head[n] = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(known, head[n]) {
			faults.Add(den.Bad("sheet", "Line 1, column %d: there is no column %q. The columns are %s.", n+1, name, strings.Join(known, ", ")))
		} else if slices.Index(head, head[n]) < n {
			faults.Add(den.Bad("sheet", "Line 1, column %d: %q is there twice. Take one out.", n+1, name))
		}
	}
	need := []string{"name"}
	if of == den.ProductSheet {
		need = append(need, "supplier")
	}
	for _, name := range need {
		if !slices.Contains(head, name) {
			faults.Add(den.Bad("sheet", "Line 1: add the column %q.", name))
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return sheetLines(r, head)
}

func sheetLines(r *csv.Reader, head []string) (lines []sheetLine, _ error) {
	var faults den.Faults
	for len(faults) < mostRefusals {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, unreadable(err)
		}
		number, _ := r.FieldPos(0)
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		if len(lines) == mostLinesOfSheet {
			return nil, den.Bad("sheet", "Give at most %d lines at once.", mostLinesOfSheet)
		}
		if len(cells) != len(head) {
			faults.Add(den.Bad("sheet", "Line %d: it has %d cells, and the first line has %d. Give each line as many.", number, len(cells), len(head)))
			continue
		}
		line := sheetLine{number: number, cells: map[string]string{}}
		for n, name := range head {
			line.cells[name] = strings.TrimSpace(den.FromSpreadsheet(cells[n]))
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 && len(faults) == 0 {
		faults.Add(den.Bad("sheet", "Give at least one line below the names of the columns."))
	}
	return lines, faults.Err()
}

func unreadable(err error) error {
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return den.Bad("sheet", "Line %d, character %d: this is not CSV: %v.", bad.Line, bad.Column, bad.Err)
	}
	if errors.Is(err, io.EOF) {
		return den.Bad("sheet", "Choose a CSV file whose first line names its columns. This one is empty.")
	}
	return &den.Error{Kind: den.Invalid, Field: "sheet", Say: "The file could not be read to its end. Send it again.", Err: err}
}
