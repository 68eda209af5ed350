//go:build chaos

package report

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

// Gnumeric reads both kinds of sheet: text that looks like a formula stays text, and
// numbers are numbers. It needs the program ssconvert (Debian package gnumeric).
func TestChaosSheetsOpenInASpreadsheet(t *testing.T) {
	r := rich()
	r.Scores[0].Reason = "=1+1"
	for form, name := range map[den.Form]string{den.FormODS: "report.ods", den.FormCSV: "report.csv"} {
		folder := t.TempDir()
		from, to := filepath.Join(folder, name), filepath.Join(folder, "out.csv")
		if err := os.WriteFile(from, bytesOf(t, form, r), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{from, to}
		if form == den.FormODS {
			args = []string{"-S", from, filepath.Join(folder, "out-%n.csv")}
		}
		if out, err := exec.CommandContext(t.Context(), "ssconvert", args...).CombinedOutput(); err != nil {
			t.Fatalf("ssconvert: %v\n%s", err, out)
		}
		found, err := filepath.Glob(filepath.Join(folder, "out*.csv"))
		if err != nil || form == den.FormODS && len(found) != 7 {
			t.Fatalf("%s has the sheets %v", name, found)
		}
		var all []string
		for _, one := range found {
			text, err := os.ReadFile(one)
			if err != nil {
				t.Fatal(err)
			}
			reader := csv.NewReader(strings.NewReader(string(text)))
			reader.FieldsPerRecord = -1
			rows, err := reader.ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				all = append(all, row...)
			}
		}
		said := strings.Join(all, "\x00")
		for _, want := range []string{"=1+1", "=Beta", "77.8"} {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q was not kept", name, want)
			}
		}
		for _, cell := range all {
			if cell == "2" && form == den.FormCSV {
				continue // marks and ranks
			}
			if strings.HasPrefix(cell, "#") || strings.Contains(cell, "#NAME") {
				t.Errorf("%s: something was computed: %q", name, cell)
			}
		}
	}
}
