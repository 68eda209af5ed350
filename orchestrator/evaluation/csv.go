package evaluation

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of a sheet.
const (
	MaxSheetBytes   = 16 << 20
	MaxSheetRows    = 100_000
	MaxSheetColumns = 1_000
)

// Fault is what is wrong with a cell of a sheet; rows and columns count from 1.
type Fault struct {
	Row    int    `json:"row"`
	Column int    `json:"column"` // 0: the whole row
	Say    string `json:"say"`
}

func (f Fault) Error() string {
	switch {
	case f.Row == 0:
		return f.Say
	case f.Column == 0:
		return fmt.Sprintf("Row %d: %s", f.Row, f.Say)
	default:
		return fmt.Sprintf("Row %d, column %s: %s", f.Row, columnName(f.Column), f.Say)
	}
}

// Unmarked leaves out the mark (U+FEFF) that some programs begin a file with. It goes before
// the cells are read: a quote after it would not be one at the beginning of a cell.
func Unmarked(r io.Reader) io.Reader {
	const mark = "\uFEFF"
	b := bufio.NewReader(r)
	if start, _ := b.Peek(len(mark)); string(start) == mark {
		_, _ = b.Discard(len(mark)) // what was peeked at is there
	}
	return b
}

type sheetRow struct {
	line  int
	cells []string
}

func readSheet(r io.Reader) ([]sheetRow, error) {
	bounded := &io.LimitedReader{R: r, N: MaxSheetBytes + 1}
	in := csv.NewReader(Unmarked(bounded))
	in.FieldsPerRecord = -1
	var out []sheetRow
	for {
		cells, err := in.Read()
		switch {
		case bounded.N <= 0:
			return nil, Fault{Say: fmt.Sprintf("Choose a file of at most %d MB", MaxSheetBytes>>20)}
		case errors.Is(err, io.EOF):
			if len(out) == 0 {
				return nil, Fault{Say: "Choose a file that is not empty"}
			}
			return out, nil
		case err != nil:
			return nil, unreadable(err)
		}
		line, _ := in.FieldPos(0)
		row, err := clean(line, cells)
		if err != nil {
			return nil, err
		}
		if row.blank() {
			continue
		}
		if len(out) > 0 {
			if row, err = row.fit(len(out[0].cells)); err != nil {
				return nil, err
			}
		}
		if out = append(out, row); len(out) > MaxSheetRows {
			return nil, Fault{row.line, 0, fmt.Sprintf("Use at most %d rows", MaxSheetRows)}
		}
	}
}

func unreadable(err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return Fault{p.Line, 0, "Close each double quote, and write a quote inside quotes twice"}
	}
	return fmt.Errorf("read the sheet: %w", err)
}

func clean(line int, cells []string) (sheetRow, error) {
	if len(cells) > MaxSheetColumns {
		return sheetRow{}, Fault{line, 0, fmt.Sprintf("Use at most %d columns", MaxSheetColumns)}
	}
	out := sheetRow{line, make([]string, len(cells))}
	for i, c := range cells {
		if !utf8.ValidString(c) {
			return sheetRow{}, Fault{line, i + 1, "Save the file as UTF-8"}
		}
		out.cells[i] = strings.TrimSpace(c)
	}
	return out, nil
}

func (r sheetRow) blank() bool { return strings.Join(r.cells, "") == "" }

// fit makes the row as long as the first: missing cells at its end are empty, further ones must be.
func (r sheetRow) fit(columns int) (sheetRow, error) {
	for i := columns; i < len(r.cells); i++ {
		if r.cells[i] != "" {
			return r, Fault{r.line, i + 1, fmt.Sprintf("Remove this cell, or name its column in the first row, which has %d columns", columns)}
		}
	}
	cells := make([]string, columns)
	copy(cells, r.cells)
	return sheetRow{r.line, cells}, nil
}

func readMark(text string) (Mark, error) {
	switch strings.ToLower(text) {
	case "", "-", "*", "na", "n/a", "not tested":
		return Mark{}, nil
	}
	if v, ok := number(text); ok && sane(v) {
		return At(v), nil
	}
	if strings.ContainsAny(text[:1], "=+@-") {
		return Mark{}, say("Enter a number, not a formula: %q", text)
	}
	return Mark{}, say("Enter a number such as 3 or 2.5, or leave the cell empty if it was not tested, not %q", text)
}

// number reads a plain decimal: an optional minus, digits, at most one point with digits around it.
func number(s string) (float64, bool) {
	digits, point := 0, false
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '-' && i == 0:
		case r == '.' && !point && digits > 0:
			point = true
		default:
			return 0, false
		}
	}
	if digits == 0 || strings.HasSuffix(s, ".") {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// columnName is the letter that spreadsheets use: 1 is A, 27 is AA.
func columnName(n int) string {
	name := ""
	for ; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}
