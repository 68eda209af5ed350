package pack

import (
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

// ToFill marks what only a person can fill in.
const ToFill = "[to be filled in]"

// Notice is the draft of a preliminary market engagement notice: what section 17 of the
// Procurement Act 2023 and regulation 17 of the Procurement Regulations 2024 ask for,
// from what the challenge says. What the den cannot know is marked ToFill. Times are
// those of zone.
func Notice(p den.Pack, zone *time.Location) string {
	w := writer{zone: zone}
	c := p.Challenge
	w.title("Preliminary market engagement notice: DRAFT")
	w.line("Procurement Act 2023, section 17. A draft to copy into the central digital platform (Find a Tender, notice UK2). Check every line before you publish it.")
	w.line("Publish it before any tender notice for the same contract. Without it the tender notice has to say why there is none (section 17(1)).")
	w.heading("Contracting authority")
	w.fact("Name", p.DepartmentName)
	w.fact("Public procurement organisation number", ToFill)
	w.fact("Address", ToFill)
	w.fact("Contact name and e-mail address", ToFill)
	w.heading("Procurement")
	w.fact("Title of the procurement", c.Title)
	w.fact("Unique identifier of the procurement", ToFill)
	w.fact("Reference in the innovation den", string(c.ID))
	w.heading("Contract subject-matter")
	w.line("%s", c.Problem)
	w.line("Who is affected: %s", c.People)
	w.line("What success looks like: %s", c.Success)
	if c.Constraints != "" {
		w.line("Constraints: %s", c.Constraints)
	}
	w.fact("Main category (goods, services or works)", ToFill)
	w.fact("CPV codes", ToFill)
	w.fact("Place of performance", ToFill)
	w.fact("Estimated value, with and without VAT", value(c.Budget))
	w.fact("Estimated contract dates", ToFill)
	w.heading("Preliminary market engagement")
	w.fact(engagement(c), or(w.closing(c)))
	w.line("Description of the process: %s", w.process(p))
	w.fact("Particularly suitable for small and medium-sized enterprises or for voluntary, community and social enterprises", ToFill)
	w.fact("Where suppliers take part", "the address of this challenge "+ToFill)
	w.heading("Equal information")
	w.line("Steps taken so that nobody who takes part gains an unfair advantage and competition is not distorted (section 16): every question that was answered, and every change with the wording it replaced, is told to all suppliers alike and stands, dated, in the pack of the challenge. Questions are published without the name of who asked. Proposed products are tried under one protocol that is locked before the trial starts. Not taking part is no disadvantage in a later procurement.")
	w.fact("Told to a supplier outside the den (meetings, visits, calls), to be told to all", ToFill)
	w.fact("Where the pack is found", ToFill)
	return w.String()
}

// value is the budget guide as the start of an estimate: whether it includes VAT only a
// person can say.
func value(b den.Budget) string {
	if text := Budget(b); text != "" {
		return text + " This is the budget guide of the challenge; say whether it includes VAT: " + ToFill
	}
	return ToFill
}

func or(text string) string {
	if text == "" {
		return ToFill
	}
	return text
}

// engagement says whether the date is the one planned or the one that was.
func engagement(c den.Challenge) string {
	if c.ClosedAt.IsZero() {
		return "Date when the engagement is intended to close"
	}
	return "Date when the engagement closed"
}

func (w *writer) closing(c den.Challenge) string {
	switch {
	case !c.ClosedAt.IsZero():
		return w.moment(c.ClosedAt)
	case !c.Timetable.AnswersUntil.IsZero():
		return w.moment(c.Timetable.AnswersUntil)
	}
	return ""
}

// process tells how suppliers take part, or took part.
func (w *writer) process(p den.Pack) string {
	c := p.Challenge
	said := []string{"The problem is published as a challenge to all suppliers on the authority's innovation den. Suppliers may ask questions, offer advice, and propose products that exist."}
	if t := c.Timetable.QuestionsUntil; !t.IsZero() {
		said = append(said, "Questions are taken until "+w.moment(t)+".")
	}
	if t := c.Timetable.AnswersUntil; !t.IsZero() {
		said = append(said, "Expressions of interest and information are taken until "+w.moment(t)+".")
	}
	said = append(said, "Proposed products may be tried side by side in sealed, short-lived sandboxes. "+Data(c))
	if t := c.Timetable.TrialFrom; !t.IsZero() {
		said = append(said, "Trials begin from "+w.day(t)+".")
	}
	return strings.Join(said, " ")
}
