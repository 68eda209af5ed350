package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// publishPage chooses what of a report the register shows, and shows what would be
// seen before it is.
type publishPage struct {
	view.Frame
	Trial   den.TrialView
	Parts   []view.Choice
	Chosen  []string
	Preview *reportParts // nil: nothing chosen yet
	Now     den.Publication
	Rev     int64
	Form    *form.Values
}

// AskPublish is GET /trials/:id/publish. The parts that are chosen stand in the address.
func (p *Pages) AskPublish(c *gin.Context) error {
	return p.showPublish(c, http.StatusOK, c.QueryArray("part"), p.blank())
}

func (p *Pages) showPublish(c *gin.Context, status int, chosen []string, v *form.Values) error {
	who := asking(c)
	t, err := p.Den.Trial(c, who, id(c))
	if err != nil {
		return err
	}
	now, err := p.Den.Publication(c, who, t.ID)
	if err != nil {
		return err
	}
	page := publishPage{Frame: p.frame(c, p.words.Say("publish.title")).Of(t.Name), Trial: t, Now: now, Rev: den.AsSeen(now.Rev), Form: v}
	isFirst := len(chosen) == 0
	if isFirst && now.Stands() {
		for _, part := range now.Parts {
			chosen = append(chosen, string(part))
		}
	}
	var parts []den.Part
	for _, part := range den.Parts {
		one := view.Choice{Value: string(part), Text: p.words.Say("part." + string(part))}
		for _, c := range chosen {
			if c == string(part) {
				parts, page.Chosen = append(parts, part), append(page.Chosen, c)
			}
		}
		page.Parts = append(page.Parts, one)
	}
	if !isFirst && len(parts) > 0 {
		r, err := p.Den.Preview(c, who, t.ID, parts)
		if err != nil {
			if status, err = p.refused(c, v, err, nil); err != nil {
				return err
			}
		} else {
			shown := p.reportParts(r)
			page.Preview = &shown
		}
	}
	page.Back, page.Errors = back(trialPath(t.ID)+"/report"), v.Summary()
	return p.show(c, status, "publish", page)
}

// Publish is POST /trials/:id/publish.
func (p *Pages) Publish(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	var names []string
	for _, part := range den.Parts {
		names = append(names, string(part))
	}
	chosen := form.Several{Name: "part", What: "publish.what-part", From: names, Min: 1}.Read(v)
	in := den.NewPublication{Why: form.Text{Name: "why", What: "publish.what-why", Max: maxReason, Lines: true}.Read(v), Rev: rev(c)}
	for _, one := range chosen {
		in.Parts = append(in.Parts, den.Part(one))
	}
	if v.Bad() {
		return p.showPublish(c, http.StatusUnprocessableEntity, chosen, v)
	}
	if _, err := p.Den.Publish(c, asking(c), id(c), in); err != nil {
		status, err := p.refused(c, v, err, map[string]string{"parts": "part"})
		if err != nil {
			return err
		}
		return p.showPublish(c, status, chosen, v)
	}
	return to(c, registerPath(id(c)), "publish")
}

// WithdrawReport is POST /trials/:id/withdraw.
func (p *Pages) WithdrawReport(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	why := form.Text{Name: "withdraw", What: "publish.what-withdraw", Max: maxReason, Lines: true}.Read(v)
	if v.Bad() {
		return p.showPublish(c, http.StatusUnprocessableEntity, nil, v)
	}
	if _, err := p.Den.WithdrawReport(c, asking(c), id(c), why, rev(c)); err != nil {
		status, err := p.refused(c, v, err, map[string]string{"why": "withdraw"})
		if err != nil {
			return err
		}
		return p.showPublish(c, status, nil, v)
	}
	return to(c, trialPath(id(c))+"/report", "withdraw-report")
}
