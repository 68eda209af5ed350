package den

import "testing"

func TestASpreadsheetComputesNothingThatWasTyped(t *testing.T) {
	for text, cell := range map[string]string{
		"":                      "",
		"Booking":               "Booking",
		"'quoted'":              "'quoted'",
		"=HYPERLINK(A1)":        "'=HYPERLINK(A1)",
		"+44 20 7946 0000":      "'+44 20 7946 0000",
		"-1":                    "'-1",
		"@SUM(A1)":              "'@SUM(A1)",
		"\t=1":                  "'\t=1",
		"\r=1":                  "'\r=1",
		"\n=1":                  "'\n=1",
		"|calc":                 "'|calc",
		"%0A=1":                 "'%0A=1",
		"'=1":                   "''=1",
		"''=1":                  "'''=1",
		"1 = 1":                 "1 = 1",
		"\u00a3=":               "\u00a3=",
		"Weight: - of everyday": "Weight: - of everyday",
	} {
		if got := ForSpreadsheet(text); got != cell {
			t.Errorf("%q becomes %q, want %q", text, got, cell)
		}
		if got := FromSpreadsheet(cell); got != text {
			t.Errorf("%q is read as %q, want %q", cell, got, text)
		}
	}
}
