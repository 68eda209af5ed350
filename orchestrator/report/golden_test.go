package report

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden holds what is written to what was written before, byte for byte: who reads
// these files by program must not be surprised.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what it was. Look at the difference; go test -update writes it anew.\n%s", name, got)
	}
}

func bytesOf(t *testing.T, form den.Form, r den.Report) []byte {
	t.Helper()
	d, err := Write(form, r, publisher())
	if err != nil {
		t.Fatal(err)
	}
	got, err := whole(d.Write)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestTheReportOfARichTrialInEachForm(t *testing.T) {
	golden(t, "rich.json", bytesOf(t, den.FormJSON, rich()))
	golden(t, "rich.csv", bytesOf(t, den.FormCSV, rich()))
	golden(t, "rich.ocds.json", bytesOf(t, den.FormOCDS, rich()))
	golden(t, "rich.content.xml", content(t, bytesOf(t, den.FormODS, rich())))
	schema, err := Schema("https://den.example.gov.uk" + SchemaPath)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report-1.schema.json", schema)
	if _, err := Write("pdf", rich(), publisher()); den.KindOf(err) != den.Invalid {
		t.Errorf("a form that is none: %v", err)
	}
}

func content(t *testing.T, ods []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(ods), int64(len(ods)))
	if err != nil {
		t.Fatal(err)
	}
	if string(ods[30:38]) != "mimetype" || z.File[0].Method != zip.Store || !bytes.HasPrefix(ods[38:], []byte(typeODS)) {
		t.Errorf("the type does not stand first and as it is: %q", ods[:90])
	}
	f, err := z.Open("content.xml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A spreadsheet reads a cell's type from the cell: no text of anybody is a formula, and
// every number is one.
func TestCellsSayTheirType(t *testing.T) {
	for name, strange := range map[string]string{
		"formula": "=1+1", "plus": "+1", "minus": "-1", "at": "@SUM(1)", "markup": "</text:p><x>", "control": "a\x00\x1bb", "not UTF-8": "a\xffb",
		"lines": "a\r\nb\tc", "number": "42", "date": "2026-06-01",
	} {
		t.Run(name, func(t *testing.T) {
			r := rich()
			r.Trial.Name, r.Scores[0].Reason, r.Entries[0].Product = strange, strange, strange
			body := content(t, bytesOf(t, den.FormODS, r))
			if n := bytes.Count(body, []byte(`<table:table-cell office:value-type="string">`+paragraphs(strange)+`</table:table-cell>`)); n < 3 {
				t.Errorf("%q is text in %d cells", strange, n)
			}
			d := xml.NewDecoder(bytes.NewReader(body))
			kinds := map[string]int{}
			for {
				token, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if e, ok := token.(xml.StartElement); ok && e.Name.Local == "table-cell" {
					for _, a := range e.Attr {
						if a.Name.Local == "formula" {
							t.Errorf("a formula: %v", e)
						}
						if a.Name.Local == "value-type" {
							kinds[a.Value]++
						}
					}
				}
			}
			if kinds["float"] < 20 || kinds["date"] < 5 || kinds["percentage"] < 4 || kinds["currency"] != 3 || kinds["string"] < 50 {
				t.Errorf("%v", kinds)
			}
			rows, err := csv.NewReader(bytes.NewReader(bytesOf(t, den.FormCSV, r))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				for i, cell := range row {
					if i != 6 && cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
						t.Errorf("a cell that a spreadsheet computes: %q", cell)
					}
				}
			}
		})
	}
}

// What was scored before a newer release took an entry's place is told apart in each form
// that holds the answers one by one, and so is the change itself.
func TestAnswersOfAnEarlierReleaseAreToldApart(t *testing.T) {
	page := func(r den.Report) []byte {
		body, err := whole(func(w io.Writer) error { return Page(w, r) })
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	of := func(r den.Report) map[string][]byte {
		return map[string][]byte{
			"JSON": bytesOf(t, den.FormJSON, r), "CSV": bytesOf(t, den.FormCSV, r), "ODS": content(t, bytesOf(t, den.FormODS, r)), "the page of a bundle": page(r),
		}
	}
	renewed, plain := rich(), rich()
	renewed.Scores[0].Given[0].Release = "0.9-of-before"
	plain.Scores[0].Given[0].Release, plain.Amendments = "", nil
	without := of(plain)
	for name, body := range of(renewed) {
		for _, told := range []string{"0.9-of-before", "The calendar did not work."} {
			if !bytes.Contains(body, []byte(told)) {
				t.Errorf("%s does not say %q", name, told)
			}
			if bytes.Contains(without[name], []byte(told)) {
				t.Errorf("control: %s says %q of an entry that was never renewed", name, told)
			}
		}
	}
	want := fact{part: "answers", item: "earlier release", entry: "Alpha", criterion: "Easy to use", evaluator: "Evaluator 1", text: "0.9-of-before"}
	if got := slices.DeleteFunc(tidy(renewed), func(f fact) bool { return f.item != want.item }); len(got) != 1 || got[0] != want {
		t.Errorf("the rows say %+v", got)
	}
}
