package pages

import (
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// Every value of a fixed set that a page may have to say has words.
func TestEveryValueHasWords(t *testing.T) {
	all, err := view.ReadWords()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, a := range den.Actions {
		keys = append(keys, "action."+string(a))
	}
	for _, k := range den.NoticeKinds {
		keys = append(keys, "notice-kind."+string(k))
	}
	for _, s := range den.ChallengeStates {
		keys = append(keys, "challenge-state."+string(s))
	}
	for _, d := range []den.DataUse{den.DataSynthetic, den.DataAgreed} {
		keys = append(keys, "data."+string(d), "data-hint."+string(d))
	}
	for _, what := range []string{"close-challenge", "withdraw-challenge", "take-back"} {
		keys = append(keys, "ask."+what+"-title", "ask."+what+"-say", "ask."+what+"-button", "done."+what)
	}
	for _, done := range []string{"published", "changed", "asked", "interest", "answered", "invited", "thanked", "trial"} {
		keys = append(keys, "done.challenge-"+done)
	}
	for _, step := range []string{"problem", "people", "success", "limits", "plan"} {
		keys = append(keys, "challenge-set-up."+step)
	}
	for _, r := range den.Roles {
		keys = append(keys, "role."+string(r))
	}
	for phase := range den.Moves {
		keys = append(keys, "phase."+string(phase))
	}
	for _, s := range []den.TrialState{den.TrialDraft, den.TrialRunning, den.TrialFinished, den.TrialCancelled} {
		keys = append(keys, "state."+string(s))
	}
	for _, r := range den.Reasons {
		keys = append(keys, "reason."+string(r))
	}
	for _, d := range []den.Decision{den.Proceed, den.TryAgain, den.Stop} {
		keys = append(keys, "decision."+string(d), "decision-hint."+string(d))
	}
	for _, k := range []den.Refusal{den.Invalid, den.NotFound, den.Denied, den.Unknown, den.Conflict, den.NotYet, den.Stale, den.Busy, den.TooSoon, den.Full, den.Down, den.Internal} {
		keys = append(keys, "problem."+string(k))
	}
	for _, what := range []string{"end", "restart", "pause", "resume", "end-trial", "cancel"} {
		keys = append(keys, "ask."+what+"-title", "ask."+what+"-say", "ask."+what+"-button", "done."+what)
	}
	for _, done := range []string{"start", "extend", "decide", "product", "release", "department", "supplier", "assess-saved", "assess-submitted", "signed-out"} {
		keys = append(keys, "done."+done)
	}
	keys = append(keys, "ask.hand-over-title", "ask.hand-over-say", "ask.hand-over-button", "done.hand-over", "done.entry")
	for set, values := range map[string][]string{
		"size": plain(den.Headcounts), "said": {"yes", "no"}, "hosting": plain(den.Hostings), "location": plain(den.Locations),
		"price": plain(den.PriceBases), "basis": plain(den.PriceBases),
	} {
		for _, value := range values {
			keys = append(keys, set+"."+value)
		}
	}
	for lang, words := range all {
		for _, key := range keys {
			if !words.Has(key) {
				t.Errorf("%s has no words for %s", lang, key)
			}
		}
	}
}

func TestOneIsSaidAsOne(t *testing.T) {
	all, err := view.ReadWords()
	if err != nil {
		t.Fatal(err)
	}
	w := words{all["en"]}
	for said, want := range map[string]string{
		w.Count("codes.on", 1): "You are asked for a code after your password. You have 1 recovery code left.",
		w.Count("sbom.format", 1, "Format", "SPDX 2.3", "When", "today"):       "SPDX 2.3, 1 component, added today.",
		w.Count("sbom.stretch", 1, "First", 1, "Last", 1):                      "1 to 1 of 1 component",
		w.Count("trial.scheme-is", 1, "Title", "Standard", "Version", 2):       "Standard, version 2: 1 question for people",
		w.Count("report.tried-one", 1, "Product", "Bookwell", "Name", "a.org"): "Bookwell: a.org, once",
		w.Count("report.tried-one", 2, "Product", "Bookwell", "Name", "a.org"): "Bookwell: a.org, 2 times",
	} {
		if said != want {
			t.Errorf("%q, not %q", said, want)
		}
	}
}

func TestALinkBackStaysInTheDen(t *testing.T) {
	for then, want := range map[string]string{
		"/trials?state=draft": "/trials?state=draft", "/": "/", "": "/", "trials": "/", "//evil.example": "/", "/\\evil.example": "/",
		"https://evil.example": "/", "/a\nb": "/", "/sign-out": "/", "/sign-in?then=/": "/", "/%2f%2fevil.example": "/",
		"/open/calm-fox?then=%2Fx": "/open/calm-fox?then=%2Fx", "/trials#x": "/trials",
	} {
		if got := local(then); got != want {
			t.Errorf("%q leads to %q, want %q", then, got, want)
		}
	}
}

func TestAmountsAreSaidAsPeopleSayThem(t *testing.T) {
	all, err := view.ReadWords()
	if err != nil {
		t.Fatal(err)
	}
	w := words{all["en"]}
	for n, want := range map[int64]string{0: "0 KB", 1536: "1.5 KB", 90 << 20: "90 MB", 512 << 20: "512 MB", 3 << 29: "1.5 GB"} {
		if got := w.bytes(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
	for n, want := range map[float64]string{3: "3", 3.6666: "3.67", 0: "0", 10: "10", 2.5: "2.5"} {
		if got := mark(n); got != want {
			t.Errorf("%v is %q, want %q", n, got, want)
		}
	}
	if got := printable([]byte("a\x1b[31mb\x00\tc\nd\xff")); got != "a[31mb\tc\nd" {
		t.Errorf("a stranger's text is %q", got)
	}
}
