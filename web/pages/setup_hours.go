package pages

import (
	"slices"
	"strconv"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// hoursChoice is when the sandboxes of a trial run: a part of the step about their size.
type hoursChoice struct {
	When  string // "always" or "office"
	Whens []view.Choice
	Days  []string
	Week  []view.Choice
	From  string
	To    string
}

func (p *Pages) hoursOf(h *den.Hours) hoursChoice {
	c := hoursChoice{When: "always", From: "9:00am", To: "5:00pm", Days: []string{"1", "2", "3", "4", "5"}}
	for _, one := range []string{"always", "office"} {
		c.Whens = append(c.Whens, view.Choice{Value: one, Text: p.words.Say("set-up.hours-" + one)})
	}
	for _, d := range den.Week {
		c.Week = append(c.Week, view.Choice{Value: strconv.Itoa(int(d)), Text: p.words.Say("time.weekday." + strconv.Itoa(int(d)))})
	}
	if h == nil {
		return c
	}
	c.When, c.Days, c.From, c.To = "office", nil, den.TimeOfDay(h.From), den.TimeOfDay(h.To)
	for _, d := range h.Days {
		c.Days = append(c.Days, strconv.Itoa(int(d)))
	}
	return c
}

// readHours reads when sandboxes run; nil: all the time.
func (p *Pages) readHours(v *form.Values, before *den.Hours) *den.Hours {
	when := form.Choice{Name: "hours", What: "set-up.what-hours", From: []string{"always", "office"}, Optional: true}.Read(v)
	if when != "office" {
		return nil
	}
	h := den.Hours{Zone: p.Zone.String()}
	if before != nil {
		h.Zone = before.Zone
	}
	var numbers []string
	for _, d := range den.Week {
		numbers = append(numbers, strconv.Itoa(int(d)))
	}
	days := form.Several{Name: "days", What: "set-up.what-hours-days", From: numbers, Min: 1}.Read(v)
	for _, d := range den.Week {
		if slices.Contains(days, strconv.Itoa(int(d))) {
			h.Days = append(h.Days, d)
		}
	}
	h.From = int(form.Clock{Name: "from", What: "set-up.what-from"}.Read(v) / time.Minute)
	h.To = int(form.Clock{Name: "to", What: "set-up.what-to"}.Read(v) / time.Minute)
	if !v.Bad() && h.To == 0 {
		h.To = 24 * 60 // "midnight", at the end
	}
	return &h
}
