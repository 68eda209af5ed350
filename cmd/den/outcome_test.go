package main

import (
	"net/http"
	"strings"
	"testing"

	"innovationden/web/api/contract"
)

const scoresText = `trial: tri_1
products:
  Slotwise:
    note: On a tablet.
    scores:
      does-the-job: {mark: 4, reason: All done.}
      secure: {not_tested: true, reason: No documents.}
  product 2:
    scores:
      does-the-job: {mark: 0, reason: None done.}
`

func TestScoresAreSavedForEachProduct(t *testing.T) {
	s := launching(t)
	p := s.play(t, "outcome", "record", "-f", write(t, scoresText), "--submit")
	p.want(t, exitDone, "Your scores for Slotwise are submitted.", "Your scores for Calendra are submitted.")
	for path, want := range map[string]string{
		"/trials/tri_1/entries/ent_1/assessment": `{"note":"On a tablet.","scores":{"does-the-job":{"mark":4,"reason":"All done."},"secure":{"not_tested":true,"reason":"No documents."}},"submit":true}`,
		"/trials/tri_1/entries/ent_2/assessment": `{"scores":{"does-the-job":{"mark":0,"reason":"None done."}},"submit":true}`,
	} {
		if got := s.heard(http.MethodPut, path); len(got) != 1 || got[0].body != want {
			t.Errorf("to %s it sent %v, want %s", path, got, want)
		}
	}
	s.play(t, "outcome", "record", "tri_1", "-f", write(t, scoresText)).want(t, exitDone, "saved for you alone")
	s.play(t, "outcome", "record", "--json", "-f", write(t, scoresText)).want(t, exitDone, `{"items":[{"entry":"ent_1",`, `},{"entry":"ent_2",`)
	s.play(t, "outcome", "record", "tri_2", "-f", write(t, scoresText)).want(t, exitUsage, "the file is about the trial tri_1, not tri_2")
}

func TestScoresThatAreOffNameTheirLinesAndSaveNothing(t *testing.T) {
	for text, want := range map[string]string{
		strings.Replace(scoresText, "mark: 4", "mark: 3.5", 1):     "file.yaml:6: products Slotwise scores does-the-job mark: Give a whole mark from 0 to 5, not 3.5.",
		strings.Replace(scoresText, "mark: 4", "mark: high", 1):    "file.yaml:6: write a number here",
		strings.Replace(scoresText, "mark: 4", "makr: 4", 1):       `file.yaml:6: there is no key "makr" here`,
		strings.Replace(scoresText, "product 2:", "Nobody:", 1):    `file.yaml:8: products Nobody: This trial has no product "Nobody". Choose "Slotwise" or "Calendra".`,
		strings.Replace(scoresText, "product 2:", "Product 1:", 1): `file.yaml:3: products Slotwise: Give each product once: this one is "Product 1" too.`,
		"trial: tri_1\n": "file.yaml: products: Give the scores of at least one product.",
	} {
		s := launching(t)
		s.play(t, "outcome", "record", "-f", write(t, text)).want(t, exitFailed, want)
		if got := s.heard(http.MethodPut, ""); got != nil {
			t.Errorf("it saved %v", got)
		}
	}
}

func TestScoresThatTheDenRefusesNameTheirLinesAndWhatIsSaved(t *testing.T) {
	s := launching(t)
	s.refuse["PUT /trials/tri_1/entries/ent_2/assessment"] = problemDoc(422, "Enter a reason.",
		"/scores/does-the-job/reason", "Enter a reason.", "/scores/secure/mark", "Choose a mark.", "/note", "Shorten the note.")
	s.play(t, "outcome", "record", "-f", write(t, scoresText)).want(t, exitFailed,
		"file.yaml:10: scores does-the-job reason: Enter a reason.", "file.yaml:9: scores secure mark: Choose a mark.", "file.yaml:8: note: Shorten the note.",
		`What stands in the file before "product 2" is saved`)
}

func TestAnOutcomeIsShownByRank(t *testing.T) {
	s := launching(t)
	s.outcome = contract.Outcome{Trial: "tri_1", Finding: "Calendra is ahead.", Results: []contract.Result{
		{Entry: "ent_1", Total: 40, Low: 40, High: 40, ScreenedOut: true, Untested: []string{"secure"}, Assessors: 2},
		{Entry: "ent_2", Total: 71.25, Low: 60, High: 80, Rank: 1, Assessors: 2},
	}}
	p := s.play(t, "outcome", "show", "tri_1")
	p.want(t, exitDone, "Calendra is ahead.", "60.0 to 80.0", "screened out", "secure")
	if strings.Index(p.out, "1             Calendra") > strings.Index(p.out, "screened out  Slotwise") {
		t.Errorf("the best is not first:\n%s", p.out)
	}
	p = s.play(t, "outcome", "decide", "tri_1", "proceed", "--chosen", "calendra", "--why", "It was ahead.")
	p.want(t, exitDone, "Decision:  proceed", "Chosen:    Calendra")
	if got := s.heard(http.MethodPut, "/trials/tri_1/decision"); len(got) != 1 || got[0].body != `{"chosen":"ent_2","decision":"proceed","why":"It was ahead."}` {
		t.Errorf("it sent %v", got)
	}
	s.play(t, "outcome", "decide", "tri_1", "try-again", "--why", "x", "--chosen", "Nobody").want(t, exitNotFound, "This trial has no product")
	s.refuse["PUT /trials/tri_1/decision"] = problemDoc(422, "Choose the product to proceed with.", "/chosen", "Choose the product to proceed with.")
	s.play(t, "outcome", "decide", "tri_1", "proceed", "--why", "x").want(t, exitFailed, "--chosen: Choose the product to proceed with.")
}

func TestWhatThePanelAgreedNamesEachProductOnce(t *testing.T) {
	s := launching(t)
	text := "products:\n  Slotwise:\n    secure: {mark: 4, reason: Seen.}\n  Product 1:\n    works: {mark: 3, reason: Seen.}\n"
	s.play(t, "outcome", "agree", "tri_1", "-f", write(t, text)).want(t, exitFailed, `file.yaml:2: products Slotwise: Give each product once: this one is "Product 1" too.`)
	if got := s.heard(http.MethodPut, ""); got != nil {
		t.Errorf("it saved %v", got)
	}
}
