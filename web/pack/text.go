package pack

import (
	"fmt"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

// width is how wide a line of text may be before it goes on in the next one.
const width = 78

// Text is a pack as plain text. Times are those of zone.
func Text(p den.Pack, zone *time.Location) string {
	w := writer{zone: zone}
	c := p.Challenge
	w.title(c.Title)
	w.line("Everything that any supplier was told, as of %s. It is the same for all.", w.moment(p.At))
	w.fact("Department", p.DepartmentName)
	w.part("The problem", c.Problem)
	w.part("Who is affected", c.People)
	w.part("What success looks like", c.Success)
	w.part("Constraints", c.Constraints)
	w.part("Data", Data(c))
	w.part("Dates", strings.Join(w.dates(c), "\n"))
	w.part("Budget guide", Budget(c.Budget))
	w.part("What a product should be able to do", strings.Join(p.Capabilities, "\n"))
	if c.Outcome != "" {
		w.part("Outcome", c.Outcome)
	}
	w.heading("Questions and answers")
	if len(p.Questions) == 0 {
		w.line("Nobody has asked a question that was answered.")
	}
	for n, q := range p.Questions {
		w.line("%d. %s", n+1, q.Said)
		w.line("Answered on %s:", w.moment(q.AnsweredAt))
		w.line("%s", q.Answer)
	}
	w.heading("What was told, and when")
	for _, one := range p.Changes {
		w.line("%s: %s", w.moment(one.At), strings.TrimSpace(one.Say+" "+one.Why))
		for _, was := range Was(one, zone) {
			w.line("Until then, %s: %s", was.Part, was.Text)
		}
	}
	w.part("Invitations", w.invited(p))
	return w.String()
}

// Data says what data may be used.
func Data(c den.Challenge) string {
	if c.Data == den.DataAgreed {
		return c.Agreed
	}
	return "Synthetic data only. Nothing about real people is used."
}

// Budget is the guide in words; empty where nothing is said.
func Budget(b den.Budget) string {
	switch {
	case b.Low == 0 && b.High == 0:
		return ""
	case b.High == 0:
		return "From " + pounds(b.Low) + "."
	}
	return "Between " + pounds(b.Low) + " and " + pounds(b.High) + "."
}

func pounds(pence int64) string {
	text := fmt.Sprint(pence / 100)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	if pence%100 != 0 {
		text += fmt.Sprintf(".%02d", pence%100)
	}
	return "£" + text
}

type writer struct {
	strings.Builder
	zone *time.Location
}

func (w *writer) title(text string) {
	w.WriteString(text + "\n" + strings.Repeat("=", min(width, len([]rune(text)))) + "\n\n")
}

func (w *writer) heading(text string) {
	w.WriteString(text + "\n" + strings.Repeat("-", len([]rune(text))) + "\n\n")
}

func (w *writer) part(heading, text string) {
	if text != "" {
		w.heading(heading)
		w.line("%s", text)
	}
}

func (w *writer) fact(name, text string) { w.line("%s: %s", name, text) }

// line is a paragraph, broken into lines of one width.
func (w *writer) line(format string, args ...any) {
	for _, line := range strings.Split(fmt.Sprintf(format, args...), "\n") {
		w.WriteString(wrapped(line) + "\n")
	}
	w.WriteString("\n")
}

func wrapped(line string) string {
	var out strings.Builder
	at := 0
	for _, word := range strings.Fields(line) {
		n := len([]rune(word))
		switch {
		case at == 0:
		case at+1+n > width:
			out.WriteByte('\n')
			at = 0
		default:
			out.WriteByte(' ')
			at++
		}
		out.WriteString(word)
		at += n
	}
	return out.String()
}

func (w *writer) moment(at time.Time) string { return den.Moment(at.In(w.zone)) }
func (w *writer) day(at time.Time) string    { return at.In(w.zone).Format("2 January 2006") }

func (w *writer) dates(c den.Challenge) []string {
	var lines []string
	for _, one := range []struct {
		name string
		at   time.Time
	}{
		{"Published", c.PublishedAt}, {"Questions until", c.Timetable.QuestionsUntil}, {"Answers until", c.Timetable.AnswersUntil}, {"Closed", c.ClosedAt},
	} {
		if !one.at.IsZero() {
			lines = append(lines, one.name+": "+w.moment(one.at))
		}
	}
	if !c.Timetable.TrialFrom.IsZero() {
		lines = append(lines, "Trial from: "+w.day(c.Timetable.TrialFrom))
	}
	return lines
}
