package pages

import (
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
)

// narrowed names a list after what it was narrowed to and how far it was read, so that two
// tabs with the same list can be told apart. Empty where it is the beginning of all.
func (p *Pages) narrowed(c *gin.Context, by ...string) string {
	if c.Query("after") != "" {
		by = append(by, p.words.Say("list.further"))
	}
	var said []string
	for _, one := range by {
		if one = strings.TrimSpace(one); one != "" {
			said = append(said, one)
		}
	}
	return strings.Join(said, ", ")
}

// quoted is what somebody searched for, as a title names it.
func (p *Pages) quoted(text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return ""
	}
	return p.words.Say("list.quoted", "Text", text)
}

// when is a moment in a title; empty where it cannot be said.
func (p *Pages) when(at time.Time) string {
	said, err := p.say.DateTime(at)
	if err != nil || at.IsZero() {
		return ""
	}
	return said
}

// date is a day in a title; empty where it cannot be said.
func (p *Pages) date(at time.Time) string {
	said, err := p.say.Date(at)
	if err != nil {
		return ""
	}
	return said
}

// subjectName is what the thing is called whose record somebody reads, as they may see it.
func (p *Pages) subjectName(c *gin.Context, subject den.ID) string {
	who := asking(c)
	switch subject.Kind() {
	case den.KindTrial:
		if t, err := p.Den.Trial(c, who, subject); err == nil {
			return t.Name
		}
	case den.KindLease:
		if s, err := p.Den.Sandbox(c, who, subject); err == nil {
			return s.ProductName + ", " + s.TrialName
		}
	case den.KindProduct:
		if one, err := p.Den.Product(c, who, subject); err == nil {
			return one.Name
		}
	}
	return string(subject)
}
