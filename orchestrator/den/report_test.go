package den

import "testing"

func TestEntriesOfAReportAreToldApart(t *testing.T) {
	r := Report{Entries: []ReportEntry{
		{ID: "a", Label: "Product 1", Product: "Bookwell", Version: "2"}, {ID: "b", Label: "Product 2", Product: "Bookwell", Version: "2.1"},
		{ID: "c", Label: "Product 3", Product: "Slotwise", Version: "1"}, {ID: "d", Label: "Product 4", Product: "Bookwell", Version: "2"}, {ID: "e", Label: "Product 5"}, {ID: "f", Label: "Product 6"},
	}}
	for id, want := range map[ID]string{"a": "Bookwell 2", "b": "Bookwell 2.1", "c": "Slotwise", "d": "Bookwell 2 (Product 4)", "e": "Product 5", "f": "Product 6", "g": ""} {
		if got := r.EntryName(id); got != want {
			t.Errorf("%s is called %q, want %q", id, got, want)
		}
	}
}
