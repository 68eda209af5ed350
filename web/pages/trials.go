package pages

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// trialsPage lists trials, newest first, of one state or all.
type trialsPage struct {
	view.Frame
	State    den.TrialState
	States   []den.TrialState
	Trials   []den.TrialView
	More     string
	MaySetUp bool
}

func trialStates() []den.TrialState {
	return []den.TrialState{den.TrialRunning, den.TrialDraft, den.TrialFinished, den.TrialCancelled}
}

const pageOf = 20 // trials, products, events on one page

// Trials is GET /trials.
func (p *Pages) Trials(c *gin.Context) error {
	page := trialsPage{Frame: p.frame(c, p.words.Say("trials.title")), States: trialStates(), MaySetUp: setsUp(asking(c))}
	for _, state := range page.States {
		if string(state) == c.Query("state") {
			page.State = state
		}
	}
	found, err := p.Den.Trials(c, asking(c), den.Filter{State: page.State, After: c.Query("after"), Limit: pageOf, Newest: true})
	if err != nil {
		return err
	}
	page.Trials, page.More = found.Items, more(c, found.Next)
	said := ""
	if page.State != "" {
		said = p.words.Say("state." + string(page.State))
	}
	page.Frame = page.Of(p.narrowed(c, said))
	return p.show(c, http.StatusOK, "trials", page)
}

// every reads a list to its end: what a form leaves out cannot be chosen.
func every[T any](c *gin.Context, list func(context.Context, den.Actor, den.Filter) (den.Page[T], error), f den.Filter) (all []T, err error) {
	for f.Limit = 1000; ; {
		page, err := list(c, asking(c), f)
		if err != nil {
			return nil, err
		}
		if all, f.After = append(all, page.Items...), page.Next; f.After == "" {
			return all, nil
		}
	}
}

// more is the address of the next page of a list; empty where there is none.
func more(c *gin.Context, after string) string {
	if after == "" {
		return ""
	}
	next := url.Values{}
	for key, values := range c.Request.URL.Query() {
		if key != "done" {
			next[key] = values
		}
	}
	next.Set("after", after)
	return c.Request.URL.Path + "?" + next.Encode()
}
