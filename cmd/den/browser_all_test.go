package main

import (
	"os"
	"slices"
	"testing"
)

// The browser is Chromium, the den is the real binary, the engine is Docker: what a
// person sees and can do, from signing in to the receipt.
func TestBrowser(t *testing.T) {
	seen, browser := newSights(t), chromium(t)
	d := newSeenDen(t, browser, seen, "demo")
	made := &seenTrial{name: "Registering a birth"}
	for _, part := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"a trial is set up and started", func(t *testing.T) { d.setsUp(t, made) }},
		{"both products come live and open", func(t *testing.T) { d.opens(t, made) }},
		{"an evaluator scores both", func(t *testing.T) { d.scores(t, made) }},
		{"it is decided and ended with receipts", func(t *testing.T) { d.decides(t, made) }},
		{"a challenge becomes a trial, and nobody sees who asked", d.challenges},
		{"all of it without JavaScript", func(t *testing.T) { d.plainly(t) }},
		{"every other page", func(t *testing.T) { d.tours(t, made) }},
		{"an empty den", func(t *testing.T) { empties(t, newSeenDen(t, browser, seen, "serve")) }},
		{"the first page is light", d.light},
		{"no page was left out", seen.leftNothingOut},
		{"the markup keeps the rules", seen.keepTheRules},
	} {
		if !t.Run(part.name, part.do) && made.path == "" {
			t.FailNow()
		}
	}
	d.faults(t)
}

// A check that cannot fail proves nothing.
func TestBrowserChecksSeeWhatIsWrong(t *testing.T) {
	seen, browser := newSights(t), chromium(t)
	d := newSeenDen(t, browser, seen, "serve")
	b := d.person(t)
	b.open("/sign-in")
	b.do(evaluate(b.seen.axe + ";0"))
	if found := b.broken(desktop); len(found) > 0 {
		t.Fatalf("the page is not for everybody before it is spoiled: %v", found)
	}
	b.do(evaluate(`document.querySelector('label').remove()`))
	if len(b.broken(desktop)) == 0 {
		t.Error("an input without a label was not seen")
	}
	b.do(evaluate(`document.body.insertAdjacentHTML('beforeend', '<p style="color:red">x</p>')`))
	b.until(`document.querySelector('p[style]')`)
	b.mu.Lock()
	if len(b.console) == 0 {
		t.Error("an inline style was let through without a word")
	}
	b.mu.Unlock()
	if left := seen.unvisited(t); len(left) < 30 || slices.Contains(left, "/sign-in") {
		t.Errorf("after one page these were not visited: %v", left)
	}
	folder := t.TempDir()
	if err := os.WriteFile(folder+"/x.html", []byte(`<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><p id="a" id="b">x</div></body></html>`), 0o600); err != nil {
		t.Fatal(err)
	}
	if len(validate(t, folder)) == 0 {
		t.Error("html-validate does not see an attribute that stands twice")
	}
}
