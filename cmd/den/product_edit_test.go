package main

import "testing"

func TestAnAmountOfPoundsIsReadWholeOrNotAtAll(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "0": 0, "12": 1200, "12.4": 1240, "12.40": 1240, "£12.05": 1205, "12.": 1200, "1000000000": 100000000000} {
		if got, err := pence(text); err != nil || got != want {
			t.Errorf("%q is %d, want %d: %v", text, got, want, err)
		}
	}
	for _, text := range []string{"12.4x", "12.4-", "12.-5", "-0.50", "-3", "+3", "1,000", "12.345", ".50", "12 50", "1e3", "£", "99999999999999999999", "9999999999999999"} {
		if got, err := pence(text); err == nil {
			t.Errorf("%q is taken for %d", text, got)
		}
	}
}
