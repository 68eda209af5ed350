package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// homePage is what needs the person's attention, and nothing else.
type homePage struct {
	view.Frame
	Requests  []den.RequestView // to approve
	ToAssess  []toAssess
	Ending    []den.SandboxView
	ToDecide  []den.TrialView
	Drafts    []den.TrialView
	Running   []den.TrialView
	Sandboxes []den.SandboxView
	Notices   []den.NoticeView
	ToAnswer  []den.ChallengeLine
	Answers   []den.ChallengeLine
	ForYou    []den.ChallengeLine
	MaySetUp  bool
	MayOffer  bool
}

// toAssess is a trial and how much of it the person has to score.
type toAssess struct {
	Trial den.TrialView
	Left  int
}

const homeNotices = 5 // the newest ones: the record has all

// Home is GET /.
func (p *Pages) Home(c *gin.Context) error {
	who := asking(c)
	home, err := p.Den.Home(c, who)
	if err != nil {
		return err
	}
	if own := onlySupplier(who); own != "" {
		return p.showOverview(c, own, home.Notices[:min(homeNotices, len(home.Notices))])
	}
	page := homePage{
		Frame: p.frame(c, p.words.Say("home.title")), Requests: home.Requests, Ending: home.Ending, Sandboxes: home.Sandboxes,
		ToDecide: home.ToDecide, Notices: home.Notices[:min(homeNotices, len(home.Notices))],
		MaySetUp: setsUp(who), MayOffer: offers(who), ToAnswer: home.ToAnswer, Answers: home.Answers, ForYou: home.ForYou,
	}
	for _, t := range home.ToAssess {
		page.ToAssess = append(page.ToAssess, toAssess{Trial: t, Left: len(t.Entries) - submitted(t, who.ID)})
	}
	for _, t := range home.Trials {
		switch {
		case t.State == den.TrialDraft && t.May[den.SetUpTrial]:
			page.Drafts = append(page.Drafts, t)
		case t.State == den.TrialRunning:
			page.Running = append(page.Running, t)
		}
	}
	return p.show(c, http.StatusOK, "home", page)
}

// Empty says that nothing needs the person.
func (h homePage) Empty() bool {
	return len(h.Requests)+len(h.ToAssess)+len(h.Ending)+len(h.ToDecide)+len(h.Drafts)+len(h.Running)+len(h.Sandboxes)+len(h.Notices)+len(h.ToAnswer)+len(h.Answers)+len(h.ForYou) == 0
}

// submitted counts the entries that somebody has finished assessing.
func submitted(t den.TrialView, who den.ID) int {
	n := 0
	for _, a := range t.Assessments {
		if a.Evaluator == who && a.Submitted() {
			n++
		}
	}
	return n
}

func setsUp(a den.Actor) bool {
	return a.Has(den.Member) || a.Has(den.Approver) || a.Has(den.Operator)
}

func offers(a den.Actor) bool { return a.Has(den.SupplierMember) || a.Has(den.Operator) }

// writes says that somebody may write some entry of the techmap.
func writes(a den.Actor) bool {
	for role := range den.Rights[den.EditEntry] {
		if a.Has(role) {
			return true
		}
	}
	return false
}
