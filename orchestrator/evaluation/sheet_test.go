package evaluation

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

const marksSheet = "\uFEFFentry,technical,cultural,price\r\n" +
	"weight,.6,.1,.3\r\n"

func TestReadMarksReadsAWholeTable(t *testing.T) {
	m, err := ReadMarks(strings.NewReader("\uFEFF\"entry\",technical,\"cultural, fit\",price\r\n" +
		"weight,60,10,30\r\nkind,,,price\r\nbest,3,3,\r\nminimum,1,,\r\nmissing,zero,exclude,interval\r\n\r\n" +
		"A,2.5, 3 ,15000\r\n=cmd|'x'!A1,not tested,n/a\r\nbest,0.5,-,10000\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Criteria) != 3 || len(m.Entries) != 3 {
		t.Fatalf("got %d criteria and %d entries, want 3 and 3", len(m.Criteria), len(m.Entries))
	}
	c := m.Criteria
	if c[1].ID != "cultural, fit" || c[0].Best != 3 || *c[0].Minimum != 1 || c[1].Minimum != nil || c[2].Kind != ByPrice || c[1].Missing != Exclude {
		t.Errorf("criteria: %+v", c)
	}
	if e := m.Entries[1]; e.ID != "=cmd|'x'!A1" || e.Marks[0].Tested || e.Marks[1].Tested || e.Marks[2].Tested {
		t.Errorf("formula-like name and gaps: %+v", e)
	}
	if m.Entries[0].Marks[1] != At(3) || m.Entries[2].ID != "best" {
		t.Errorf("entries: %+v", m.Entries)
	}
	if _, err := Rank(m, Options{}); err != nil {
		t.Errorf("the sheet does not rank: %v", err)
	}
}

func TestReadRatingsReadsUnitsByRaters(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("unit,A,B,C,D\n")
	r := raters(t, k1)
	for i, u := range r.Units {
		csv.WriteString(string(rune('a' + i)))
		for _, s := range u.Scores {
			csv.WriteByte(',')
			if s.Tested {
				csv.WriteString(plain(s.Value))
			}
		}
		csv.WriteByte('\n')
	}
	got, err := ReadRatings(strings.NewReader(csv.String()))
	if err != nil {
		t.Fatal(err)
	}
	nearFigure(t, "K1 from a sheet", Alpha(got, Ordinal), .815388)
	if len(got.Raters) != 4 || got.Units[11].ID != "l" {
		t.Errorf("got %v and %+v", got.Raters, got.Units[11])
	}
}

func TestFaultsNameRowAndColumn(t *testing.T) {
	marks := func(s string) error { _, err := ReadMarks(strings.NewReader(s)); return err }
	ratings := func(s string) error { _, err := ReadRatings(strings.NewReader(s)); return err }
	manyRaters, manyEntries := "", ""
	for i := range 600 {
		manyRaters += ",r" + plain(float64(i))
		manyEntries += "e" + plain(float64(i)) + ",1\n"
	}
	for _, c := range []struct {
		read func(string) error
		text string
		row  int
		col  int
		say  string
	}{
		{marks, "e,a,b\nweight,1,1\nA,1,=1+2\n", 3, 3, "not a formula"},
		{marks, "e,a,b\nweight,1,1\nA,1,+3\n", 3, 3, "not a formula"},
		{marks, "e,a,b\nweight,1,1\nA,1,@SUM(A1)\n", 3, 3, "not a formula"},
		{marks, "e,a,b\nweight,1,1\nA,1,\"1,5\"\n", 3, 3, "Enter a number such as 3 or 2.5"},
		{marks, "e,a,b\nweight,1,1\nA,1,0x10\n", 3, 3, "Enter a number"},
		{marks, "e,a,b\nweight,1,1\nA,1,1e3\n", 3, 3, "Enter a number"},
		{marks, "e,a,b\nweight,1,1\nA,1,NaN\n", 3, 3, "Enter a number"},
		{marks, "e,a,b\nweight,1,1\nA,1,9\n", 3, 3, "between 0 and 5"},
		{marks, "e,a,b\nweight,1,1\nA,1,2,3\n", 3, 4, "Remove this cell"},
		{marks, "e,a,b\nweight,1,1\n,1,2\n", 3, 1, "name of the entry"},
		{marks, "e,a,b\nweight,1,\nA,1,2\n", 2, 3, "weight of 0 or more"},
		{marks, "e,a,b\nweight,1,1\nweights,1,1\n", 3, 1, "once only"},
		{marks, "e,a,b\nweight,1,1\nmissing,,guess\n", 3, 3, "exclude, zero or interval"},
		{marks, "e,a,b\nweight,1,1\nkind,money,\n", 3, 2, "marks or price"},
		{marks, "e,a,b\nweight,1,1\nbest,0,\nA,1,2\n", 3, 2, "worst and a best mark that differ"},
		{marks, "e,a,b\nA,1,2\n", 2, 0, "row named \"weight\""},
		{marks, "e,a,a\nweight,1,1\n", 1, 3, "column B already"},
		{marks, "e,a,\nweight,1,1\n", 1, 3, "name of the criterion"},
		{marks, "e;a;b\nweight;1;1\n", 1, 0, "commas between cells"},
		{marks, "e,a,b\nweight,1,1\nA,1,2\nA,1,2\n", 0, 0, "\"A\" once only"},
		{marks, "e,a,b\nweight,1,1\n", 0, 0, "at least one entry"},
		{marks, "e,\"a,b\nweight,1,1\n", 2, 0, "Close each double quote"},
		{ratings, "1,2,3\n1,2,2\n", 1, 0, "numbers only"},
		{ratings, "unit,A,B\n", 0, 0, "at least one row"},
		{ratings, "unit,A,B\nx,1,two\n", 2, 3, "Enter a number"},
		{ratings, "unit,A\xff,B\nx,1,2\n", 1, 2, "UTF-8"},
		{ratings, "unit" + manyRaters + strings.Repeat("\nx", 2000), 0, 0, "at most 1000000 scores"},
		{marks, "e,a\nweight,1\n" + manyEntries, 0, 0, "at most 200 entries"},
		{ratings, "", 0, 0, "not empty"},
		{ratings, "unit" + strings.Repeat(",r", MaxSheetColumns), 1, 0, "at most 1000 columns"},
		{ratings, "unit,A\n" + strings.Repeat("x,1\n", MaxSheetRows), MaxSheetRows + 1, 0, "at most 100000 rows"},
		{ratings, "unit,A\nx," + strings.Repeat("1", MaxSheetBytes), 0, 0, "at most 16 MB"},
	} {
		err := c.read(c.text)
		var f Fault
		head := c.text[:min(len(c.text), 40)]
		if !errors.As(err, &f) {
			t.Errorf("%q: got %v, want a fault", head, err)
			continue
		}
		if f.Row != c.row || f.Column != c.col || !strings.Contains(f.Say, c.say) {
			t.Errorf("%q: got row %d column %d %q, want row %d column %d …%s…", head, f.Row, f.Column, f.Say, c.row, c.col, c.say)
		}
	}
	if got := marks("e,a,b\nweight,1,1\nA,1,=1+2\n").Error(); got != `Row 3, column C: Enter a number, not a formula: "=1+2"` {
		t.Errorf("the sentence is %s", got)
	}
}

func TestColumnNamesAreThoseOfSpreadsheets(t *testing.T) {
	for n, want := range map[int]string{1: "A", 26: "Z", 27: "AA", 52: "AZ", 703: "AAA"} {
		if got := columnName(n); got != want {
			t.Errorf("column %d is %s, want %s", n, got, want)
		}
	}
}

func FuzzSheets(f *testing.F) {
	f.Add(marksSheet + "A,1,2,3\n")
	f.Add("unit,A,B\nx,1,2\ny,,=1\n")
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := ReadMarks(strings.NewReader(text)); err == nil {
			o, err := Rank(m, Options{Draws: 20})
			if err != nil {
				t.Fatalf("read, but not ranked: %v", err)
			}
			if _, err := json.Marshal(o); err != nil {
				t.Fatalf("not a document: %v", err)
			}
		}
		if r, err := ReadRatings(strings.NewReader(text)); err == nil {
			a, err := Agree(r, Options{Resamples: 20})
			if err != nil {
				t.Fatalf("read, but not computed: %v", err)
			}
			if _, err := json.Marshal(a); err != nil {
				t.Fatalf("not a document: %v", err)
			}
		}
	})
}

func TestMarksGoThroughJSON(t *testing.T) {
	b, err := json.Marshal([]Mark{At(2.5), {}})
	if err != nil || string(b) != "[2.5,null]" {
		t.Fatalf("%s, %v", b, err)
	}
	var back []Mark
	if err := json.Unmarshal(b, &back); err != nil || back[0] != At(2.5) || back[1].Tested {
		t.Fatalf("%v, %v", back, err)
	}
}

func TestFormulas(t *testing.T) {
	for text, marks := range map[string]map[float64]float64{
		"startup_ms: linear 5 at ≤1000, 0 at ≥30000":     {0: 5, 1000: 5, 15500: 2.5, 30000: 0, 99999: 0},
		"answered_share: linear 5 at ≥0.999, 0 at ≤0.95": {1: 5, .999: 5, .9745: 2.5, .95: 0, 0: 0},
	} {
		f, err := ParseFormula(text)
		if err != nil {
			t.Fatal(err)
		}
		if f.String() != text {
			t.Errorf("%q became %q", text, f)
		}
		for v, want := range marks {
			near(t, f.Fact, f.Mark(v).Value, want)
		}
	}
	for _, bad := range []string{"", "startup_ms", "startup_ms: 5", "Start up: linear 5 at ≤1, 0 at ≥3", "x: linear 5 at ≤3, 0 at ≥1",
		"x: linear 5 at ≤1, 0 at ≤3", "x: linear 0 at ≤1, 5 at ≥3", "x: linear 5 at 1, 0 at 3", "x: linear 5 at ≤1, 0 at ≥1", "x: linear 5 at ≤1, 0 at ≥3e4"} {
		if f, err := ParseFormula(bad); err == nil {
			t.Errorf("%q was taken for %+v", bad, f)
		}
	}
}
