package pages

import (
	"fmt"
	"math"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// schemePage chooses by which scheme a trial is assessed.
type schemePage struct {
	stepForm
	Choices []view.Choice
	Chosen  string
}

func schemeName(r den.SchemeRef) string { return fmt.Sprintf("%s.%d", r.ID, r.Version) }

func (p *Pages) scheme() stepPage {
	return stepPage{
		Name: "scheme",
		Page: func(_ *gin.Context, e editing) (view.Page, error) {
			page := schemePage{stepForm: e.Base, Chosen: schemeName(e.Trial.Trial.Scheme)}
			for _, s := range p.Den.Schemes() {
				page.Choices = append(page.Choices, view.Choice{
					Value: schemeName(s.Ref()), Text: p.words.Say("set-up.scheme-is", "Title", s.Title, "Version", s.Version), Hint: view.Hint{Text: s.Summary},
				})
			}
			return page, nil
		},
		Read: func(_ *gin.Context, e editing, in *den.NewTrial) error {
			refs := map[string]den.SchemeRef{}
			var from []string
			for _, s := range p.Den.Schemes() {
				name := schemeName(s.Ref())
				refs[name], from = s.Ref(), append(from, name)
			}
			chosen := refs[form.Choice{Name: "scheme", What: "set-up.what-scheme", From: from}.Read(e.Form)]
			if chosen != in.Scheme {
				in.Scheme, in.Weights = chosen, nil
			}
			return nil
		},
	}
}

// SchemeStep is GET /trials/:id/set-up/scheme.
func (p *Pages) SchemeStep(c *gin.Context) error { return p.showStep(c, p.scheme()) }

// SaveScheme is POST /trials/:id/set-up/scheme.
func (p *Pages) SaveScheme(c *gin.Context) error { return p.saveStep(c, p.scheme()) }

// weightsPage says how much each criterion counts.
type weightsPage struct {
	stepForm
	Themes []weightTheme
}

type weightTheme struct {
	Title string
	Rows  []weightRow
}

type weightRow struct {
	den.Criterion
	Field string
	Value string
}

func (p *Pages) weights() stepPage {
	return stepPage{
		Name: "weights",
		Page: func(_ *gin.Context, e editing) (view.Page, error) {
			page := weightsPage{stepForm: e.Base}
			for _, theme := range e.Trial.Scheme.Themes {
				one := weightTheme{Title: theme.Title}
				for _, c := range theme.Criteria {
					one.Rows = append(one.Rows, weightRow{Criterion: c, Field: "weight-" + c.ID, Value: form.Figure(weightOf(e.Trial, c))})
				}
				page.Themes = append(page.Themes, one)
			}
			return page, nil
		},
		Read: func(_ *gin.Context, e editing, in *den.NewTrial) error {
			in.Weights = p.readWeights(e)
			return nil
		},
	}
}

// readWeights gives the weights that differ from the scheme's. They add up to 100,
// because the limits of each are meant out of 100.
func (p *Pages) readWeights(e editing) map[string]float64 {
	changed, sum := map[string]float64{}, 0.0
	for _, c := range e.Trial.Scheme.Criteria() {
		w := p.readWeight(e.Form, c, false)
		if sum += w; w != c.Weight {
			changed[c.ID] = w
		}
	}
	if !e.Form.Bad() && math.Round(10*sum) != 1000 {
		e.Form.Say("weight-"+e.Trial.Scheme.Criteria()[0].ID, "set-up.weights-sum", "Sum", mark(sum))
	}
	return changed
}

// readWeight reads the weight of one criterion, within the limits that its scheme sets.
func (p *Pages) readWeight(v *form.Values, c den.Criterion, isOptional bool) float64 {
	most := c.WeightMax
	if most == 0 {
		most = 100
	}
	return form.Number{Name: "weight-" + c.ID, What: p.words.Say("set-up.weight-of", "Title", c.Title), Min: c.WeightMin, Max: most, Optional: isOptional}.Read(v)
}

func weightOf(t den.TrialView, c den.Criterion) float64 {
	if w, ok := t.Weights[c.ID]; ok {
		return w
	}
	return c.Weight
}

// Weights is GET /trials/:id/set-up/weights.
func (p *Pages) Weights(c *gin.Context) error { return p.showStep(c, p.weights()) }

// SaveWeights is POST /trials/:id/set-up/weights.
func (p *Pages) SaveWeights(c *gin.Context) error { return p.saveStep(c, p.weights()) }
