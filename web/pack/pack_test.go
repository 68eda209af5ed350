package pack_test

import (
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/pack"
)

func sample() den.Pack {
	at := time.Date(2026, 6, 3, 15, 30, 0, 0, time.UTC)
	return den.Pack{
		At: at, DepartmentName: "Department for Local Services", Capabilities: []string{"Booking of appointments"},
		Challenge: den.Challenge{
			ID: "cha_1", Title: "Booking <appointments>", Problem: "People call us.\nEvery day.", People: "60,000 parents.", Success: "Nobody has to call.",
			PublishedAt: at, Timetable: den.Timetable{QuestionsUntil: at.Add(24 * time.Hour), AnswersUntil: at.Add(48 * time.Hour), TrialFrom: at.Add(96 * time.Hour)},
			Budget: den.Budget{Low: 1_000_000, High: 5_000_050},
		},
		Questions: []den.QuestionView{{Said: "How many <b>offices</b>?", Answer: "Forty.", AnsweredAt: at}},
		Invited:   []den.Stamp{at, at},
		Changes: []den.Change{
			{At: at, Say: "It was published.", Why: "Because."},
			{At: at, Say: "The problem changed.", Was: &den.ChallengeText{Title: "Booking", Problem: "People write to us."}, Is: &den.ChallengeText{Title: "Booking", Problem: "People call us."}},
		},
	}
}

func TestEveryFormSaysTheSame(t *testing.T) {
	var page strings.Builder
	if err := pack.HTML(&page, sample(), time.UTC); err != nil {
		t.Fatal(err)
	}
	text := pack.Text(sample(), time.UTC)
	for _, said := range []string{
		"People call us.", "60,000 parents.", "Nobody has to call.", "Forty.", "3 June 2026, 3:30pm", "Between £10,000 and £50,000.50.",
		"Synthetic data only", "Booking of appointments", "Questions until: 4 June 2026, 3:30pm", "Trial from: 7 June 2026", "It was published. Because.", "Until then, The problem: People write to us.", "asked suppliers to look at this challenge on 3 June 2026.",
	} {
		if !strings.Contains(text, said) {
			t.Errorf("the text lacks %q:\n%s", said, text)
		}
		if !strings.Contains(page.String(), said) {
			t.Errorf("the page lacks %q:\n%s", said, page.String())
		}
	}
	if strings.Contains(page.String(), "<b>offices") || !strings.Contains(page.String(), "&lt;b&gt;offices") {
		t.Error("a stranger's words are markup in the page")
	}
	for _, line := range strings.Split(text, "\n") {
		if n := len([]rune(line)); n > 78 {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
}

func TestTheNoticeHasWhatRegulation17AsksFor(t *testing.T) {
	flat := func(p den.Pack) string { return strings.Join(strings.Fields(pack.Notice(p, time.UTC)), " ") }
	open := flat(sample())
	for _, said := range []string{
		"Name: Department for Local Services", "Title of the procurement: Booking <appointments>", "Unique identifier of the procurement: " + pack.ToFill,
		"Contract subject-matter", "People call us.", "Date when the engagement is intended to close: 5 June 2026, 3:30pm",
		"Description of the process: The problem is published", "Estimated value, with and without VAT: Between £10,000 and £50,000.50.", "section 17", "without the name of who asked", "section 17(1)", "the wording it replaced", "outside the den",
	} {
		if !strings.Contains(open, said) {
			t.Errorf("the notice lacks %q:\n%s", said, open)
		}
	}
	p := sample()
	p.Challenge.ClosedAt, p.Challenge.Budget = p.At, den.Budget{}
	if closed := flat(p); !strings.Contains(closed, "Date when the engagement closed: 3 June 2026, 3:30pm") || !strings.Contains(closed, "Estimated value, with and without VAT: "+pack.ToFill) {
		t.Errorf("a closed engagement says %s", closed)
	}
}
