package pages

import (
	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
)

// What follows asks the policy before a form is shown, so that nobody fills in what they
// may not send. The use case behind the form asks again.

// mayNot refuses whoever may see a thing, and not do this with it.
func (p *Pages) mayNot() error {
	return den.Refuse(den.Denied, "%s", p.words.Say("problem.may-not"))
}

// trialTo reads the trial of the address for whoever may do something with it.
func (p *Pages) trialTo(c *gin.Context, do den.Action) (den.TrialView, error) {
	t, err := p.Den.Trial(c, asking(c), id(c))
	switch {
	case err != nil || t.May[do]:
	case do == den.AssessTrial && t.LeftToOthers(asking(c)):
		err = t.NotNamed()
	default:
		err = p.mayNot()
	}
	return t, err
}

// challengeTo reads the challenge of the address for whoever may do something with it.
func (p *Pages) challengeTo(c *gin.Context, do den.Action) (den.ChallengeView, error) {
	v, err := p.Den.Challenge(c, asking(c), id(c))
	if err == nil && !v.May[do] {
		err = p.mayNot()
	}
	return v, err
}

// productTo reads the product of the address for whoever may do something with it.
func (p *Pages) productTo(c *gin.Context, do den.Action) (den.ProductView, error) {
	one, err := p.Den.Product(c, asking(c), id(c))
	if err == nil && !one.May[do] {
		err = p.mayNot()
	}
	return one, err
}
