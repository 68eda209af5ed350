package pages

import (
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// sizePage chooses how much each product gets and how long all run.
type sizePage struct {
	stepForm
	Choices []view.Choice
	Chosen  string
	Length  string
	Most    den.Span
	Hours   hoursChoice
}

func (p *Pages) size() stepPage {
	return stepPage{
		Name: "size",
		Page: func(_ *gin.Context, e editing) (view.Page, error) {
			_, most := p.Den.Lengths()
			page := sizePage{stepForm: e.Base, Chosen: e.Trial.Size, Most: most, Hours: p.hoursOf(e.Trial.Trial.Hours)}
			length, err := p.say.Span(e.Trial.Length)
			if err != nil {
				return nil, err
			}
			page.Length = length
			for _, one := range p.Den.Sizes() {
				cost := p.say.Money(int64(float64(one.Price) / 1000 * 24))
				page.Choices = append(page.Choices, view.Choice{Value: one.Name, Text: one.Title, Hint: view.Hint{Text: p.words.Say("set-up.size-cost", "Money", cost)}})
			}
			return page, nil
		},
		Read: func(c *gin.Context, e editing, in *den.NewTrial) error {
			var from []string
			for _, one := range p.Den.Sizes() {
				from = append(from, one.Name)
			}
			_, most := p.Den.Lengths()
			in.Size = form.Choice{Name: "size", What: "set-up.what-size", From: from}.Read(e.Form)
			// A length shorter than an hour was set by a program: it stays unless it is changed.
			if kept, err := p.say.Span(e.Trial.Length); err != nil || c.PostForm("length") != kept {
				in.Length = form.Duration{Name: "length", What: "set-up.what-length", Min: time.Hour, Max: most}.Read(e.Form)
			}
			in.Hours = p.readHours(e.Form, e.Trial.Trial.Hours)
			return nil
		},
	}
}

// SizeStep is GET /trials/:id/set-up/size.
func (p *Pages) SizeStep(c *gin.Context) error { return p.showStep(c, p.size()) }

// SaveSize is POST /trials/:id/set-up/size.
func (p *Pages) SaveSize(c *gin.Context) error { return p.saveStep(c, p.size()) }
