//go:build chaos

package report

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

// What Gnumeric says that a cell holds.
const (
	gnumericNumber = "40"
	gnumericText   = "60"
)

// gnumericCell is a cell as Gnumeric understood it. A formula has no type.
type gnumericCell struct {
	Row  int    `xml:"Row,attr"`
	Col  int    `xml:"Col,attr"`
	Type string `xml:"ValueType,attr"`
	Text string `xml:",chardata"`
}

type gnumericSheet struct {
	Name   string         `xml:"Name"`
	Cells  []gnumericCell `xml:"Cells>Cell"`
	Styles []struct {
		StartRow int `xml:"startRow,attr"`
		EndRow   int `xml:"endRow,attr"`
		StartCol int `xml:"startCol,attr"`
		EndCol   int `xml:"endCol,attr"`
		Style    struct {
			Format string `xml:"Format,attr"`
		} `xml:"Style"`
	} `xml:"Styles>StyleRegion"`
}

// format is how a sheet shows a cell.
func (s gnumericSheet) format(c gnumericCell) string {
	for _, r := range s.Styles {
		if r.StartRow <= c.Row && c.Row <= r.EndRow && r.StartCol <= c.Col && c.Col <= r.EndCol {
			return r.Style.Format
		}
	}
	return ""
}

// opened has Gnumeric's ssconvert (Debian package gnumeric) open a file.
func opened(t *testing.T, name string, body []byte) []gnumericSheet {
	t.Helper()
	from, to := filepath.Join(t.TempDir(), name), filepath.Join(t.TempDir(), "as-opened.xml")
	if err := os.WriteFile(from, body, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "ssconvert", "--export-type=Gnumeric_XmlIO:sax:0", from, to).CombinedOutput(); err != nil {
		t.Fatalf("ssconvert: %v\n%s", err, out)
	}
	text, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	var book struct {
		Sheets []gnumericSheet `xml:"Sheets>Sheet"`
	}
	if err := xml.Unmarshal(text, &book); err != nil {
		t.Fatal(err)
	}
	return book.Sheets
}

// like is a text that a spreadsheet would compute if it could.
var like = []string{"=1+1", "+1+1", "-1+1", "@SUM(1)"}

// strange is a rich report in which texts look like formulas, at the start of a cell and
// on a later line.
func strange() den.Report {
	r := rich()
	r.Trial.Name, r.Trial.Question, r.Entries[0].Product, r.Scores[0].Reason = like[0], like[1], like[2], like[3]
	r.Decision.Why = "Two lines:\n=1+1"
	return r
}

// Gnumeric reads both kinds of sheet: nothing is computed, text that looks like a formula
// is text, numbers are numbers, dates are dates.
func TestChaosSheetsOpenInASpreadsheet(t *testing.T) {
	for form, c := range map[den.Form]struct {
		name   string
		sheets []string
	}{
		den.FormODS: {"report.ods", []string{"Summary", "Entries", "Scores", "Answers", "Totals", "Measured", "Proof"}},
		den.FormCSV: {"report.csv", []string{"report.csv"}},
	} {
		sheets := opened(t, c.name, bytesOf(t, form, strange()))
		var names []string
		texts, numbers, dates := map[string]int{}, map[float64]int{}, 0
		for _, s := range sheets {
			names = append(names, s.Name)
			for _, cell := range s.Cells {
				switch {
				case cell.Type == gnumericText:
					texts[cell.Text]++
				case cell.Type == gnumericNumber:
					n, err := strconv.ParseFloat(cell.Text, 64)
					if err != nil {
						t.Error(err)
					}
					numbers[n]++
					if strings.Contains(s.format(cell), "yyyy") {
						dates++
					}
				default:
					t.Errorf("%s, %s, row %d, column %d is computed, or of an unknown kind: %+v", c.name, s.Name, cell.Row, cell.Col, cell)
				}
			}
			if form == den.FormCSV {
				columnsHoldOneKind(t, s.Cells)
			}
		}
		if !slices.Equal(names, c.sheets) {
			t.Errorf("%s has the sheets %q", c.name, names)
		}
		for _, want := range append(slices.Clone(like), "Two lines:\n=1+1", "=Beta") {
			if texts[want] == 0 {
				t.Errorf("%s: %q is no text of a cell", c.name, want)
			}
		}
		for _, want := range []float64{77.8, .84, 10_000} {
			if numbers[want] == 0 {
				t.Errorf("%s: %g is no number of a cell", c.name, want)
			}
		}
		if form == den.FormODS && dates < 5 {
			t.Errorf("%s: only %d cells are dates", c.name, dates)
		}
	}
	if !t.Failed() {
		t.Log("figure: 2 sheets, 0 violations")
	}
	// The check sees a formula, or it could not fail.
	if computed := opened(t, "bad.csv", []byte("a\r\n=1+1\r\n")); computed[0].Cells[1].Type != "" {
		t.Errorf("a formula is taken for %+v", computed[0].Cells[1])
	}
}

// columnsHoldOneKind wants numbers in the tidy form's column of numbers, and nowhere else
// but where a text may look like one: units (the unit of a count is 1), texts and times.
func columnsHoldOneKind(t *testing.T, cells []gnumericCell) {
	t.Helper()
	const numberColumn, unitColumn = 6, 7
	for _, cell := range cells {
		is, want := cell.Type == gnumericNumber, cell.Col == numberColumn && cell.Row > 0
		if is != want && cell.Col < unitColumn {
			t.Errorf("row %d, column %d of the tidy form holds %+v", cell.Row, cell.Col, cell)
		}
	}
}
