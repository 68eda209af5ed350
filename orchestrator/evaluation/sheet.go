package evaluation

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// ReadRatings reads units × raters from CSV: a first row that names the raters, then a row for each
// unit, its name first. A cell is a decimal number, or missing: empty, "-", "*", "NA", "n/a" or "not
// tested". Text that looks like a formula stays text in a name and is refused in a cell; nothing is
// ever evaluated. Returns a Fault for the first thing wrong.
func ReadRatings(r io.Reader) (Ratings, error) {
	rows, err := readSheet(r)
	if err != nil {
		return Ratings{}, err
	}
	var out Ratings
	if out.Raters, err = heading(rows[0], "rater"); err != nil {
		return Ratings{}, err
	}
	if len(rows) < 2 {
		return Ratings{}, Fault{Say: "Add at least one row of scores under the first row"}
	}
	for i, row := range rows[1:] {
		u := Unit{ID: row.cells[0], Scores: make([]Mark, len(out.Raters))}
		if u.ID == "" {
			u.ID = strconv.Itoa(i + 1)
		}
		for j, text := range row.cells[1:] {
			if u.Scores[j], err = readMark(text); err != nil {
				return Ratings{}, Fault{row.line, j + 2, err.Error()}
			}
		}
		out.Units = append(out.Units, u)
	}
	if err := out.Check(); err != nil {
		return Ratings{}, Fault{Say: err.Error()}
	}
	return out, nil
}

// ReadMarks reads entries × criteria from CSV: a first row that names the criteria, a row named
// "weight", then a row for each entry, its name first. Cells are as in ReadRatings. Between the first
// row and the first entry there may also be rows named
//
//	kind      marks or price (marks where empty)
//	worst     the worst mark (0 where empty)
//	best      the best mark (5 where empty); below the worst where less is better
//	minimum   the mark that screens out (none where empty)
//	missing   exclude, zero or interval (interval where empty)
//
// Returns a Fault for the first thing wrong.
func ReadMarks(r io.Reader) (Marks, error) {
	rows, err := readSheet(r)
	if err != nil {
		return Marks{}, err
	}
	ids, err := heading(rows[0], "criterion")
	if err != nil {
		return Marks{}, err
	}
	out := Marks{Criteria: make([]Criterion, len(ids))}
	for j, id := range ids {
		out.Criteria[j] = Criterion{ID: id, Best: 5}
	}
	settings := map[string]int{}
	for _, row := range rows[1:] {
		name := setting(row.cells[0])
		if name != "" && len(out.Entries) == 0 {
			if settings[name] > 0 {
				return Marks{}, Fault{row.line, 1, fmt.Sprintf("Give the row %q once only", name)}
			}
			settings[name] = row.line
			if err := set(out.Criteria, name, row); err != nil {
				return Marks{}, err
			}
			continue
		}
		e, err := readEntry(out.Criteria, row)
		if err != nil {
			return Marks{}, err
		}
		out.Entries = append(out.Entries, e)
	}
	if settings["weight"] == 0 {
		return Marks{}, Fault{Row: rows[0].line + 1, Say: "Add a row named \"weight\" with the weight of each criterion, before the entries"}
	}
	for j, c := range out.Criteria {
		if c.kind() == ByMark && c.Worst == c.Best {
			return Marks{}, Fault{max(settings["best"], settings["worst"]), j + 2, "Enter a worst and a best mark that differ"}
		}
	}
	if err := out.Check(); err != nil {
		return Marks{}, Fault{Say: err.Error()}
	}
	return out, nil
}

func readEntry(criteria []Criterion, row sheetRow) (Entry, error) {
	e := Entry{ID: row.cells[0], Marks: make([]Mark, len(criteria))}
	if e.ID == "" {
		return Entry{}, Fault{row.line, 1, "Enter the name of the entry"}
	}
	for j, text := range row.cells[1:] {
		mk, err := readMark(text)
		if err == nil {
			err = criteria[j].checkMark(e, mk)
		}
		if err != nil {
			return Entry{}, Fault{row.line, j + 2, err.Error()}
		}
		e.Marks[j] = mk
	}
	return e, nil
}

func setting(name string) string {
	name = strings.ToLower(name)
	switch name {
	case "weights":
		return "weight"
	case "weight", "kind", "worst", "best", "minimum", "missing":
		return name
	}
	return ""
}

func set(criteria []Criterion, name string, row sheetRow) error {
	for j := range criteria {
		if err := criteria[j].set(name, row.cells[j+1]); err != nil {
			return Fault{row.line, j + 2, err.Error()}
		}
	}
	return nil
}

func (c *Criterion) set(name, text string) error {
	word := strings.ToLower(text)
	switch name {
	case "kind":
		if k := Kind(word); k == "" || k == ByMark || k == ByPrice {
			c.Kind = k
			return nil
		}
		return say("Enter marks or price, not %q", text)
	case "missing":
		if m := Rule(word); m == "" || m == Exclude || m == Zero || m == Interval {
			c.Missing = m
			return nil
		}
		return say("Enter exclude, zero or interval, not %q", text)
	}
	mk, err := readMark(text)
	if err != nil {
		return err
	}
	switch {
	case name == "weight" && (!mk.Tested || mk.Value < 0):
		return say("Enter a weight of 0 or more")
	case name == "weight":
		c.Weight = mk.Value
	case !mk.Tested:
	case name == "worst":
		c.Worst = mk.Value
	case name == "best":
		c.Best = mk.Value
	case name == "minimum":
		c.Minimum = &mk.Value
	}
	return nil
}

func heading(row sheetRow, what string) ([]string, error) {
	if len(row.cells) < 2 {
		return nil, Fault{row.line, 0, fmt.Sprintf("Name each %s in the first row, after a first cell for the names of the rows, and put commas between cells", what)}
	}
	seen := map[string]int{}
	numbers := true
	for j, name := range row.cells[1:] {
		if name == "" {
			return nil, Fault{row.line, j + 2, fmt.Sprintf("Enter the name of the %s", what)}
		}
		if first := seen[name]; first > 0 {
			return nil, Fault{row.line, j + 2, fmt.Sprintf("The name %q is in column %s already: enter another", name, columnName(first))}
		}
		seen[name] = j + 2
		_, isNumber := number(name)
		numbers = numbers && isNumber
	}
	if _, isNumber := number(row.cells[0]); numbers && isNumber {
		return nil, Fault{row.line, 0, fmt.Sprintf("Add a first row that names each %s: this one has numbers only", what)}
	}
	return row.cells[1:], nil
}
