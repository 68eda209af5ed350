package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// What the README leads newcomers to is there.
func TestWhatTheReadmeNamesIsThere(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(string(text), -1)
	if len(links) < 40 {
		t.Errorf("only %d links were found: it has more, so the check does not see them", len(links))
	}
	for _, link := range links {
		if _, err := os.Stat(filepath.Join("../..", link[1])); err != nil {
			t.Errorf("the README leads to %s: %v", link[1], err)
		}
	}
}
