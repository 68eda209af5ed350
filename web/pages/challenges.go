package pages

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// challengesPage lists challenges, those that take answers first.
type challengesPage struct {
	view.Frame
	State      den.ChallengeState
	States     []den.ChallengeState
	Challenges []den.ChallengeLine
	More       string
	MaySetUp   bool
}

// Challenges is GET /challenges.
func (p *Pages) Challenges(c *gin.Context) error {
	who := asking(c)
	page := challengesPage{Frame: p.frame(c, p.words.Say("challenges.title")), MaySetUp: setsUp(who)}
	for _, state := range den.ChallengeStates {
		if state == den.ChallengeDraft && !setsUp(who) && !den.May(who, den.ReadInterest, den.Owner{}) {
			continue
		}
		page.States = append(page.States, state)
		if string(state) == c.Query("state") {
			page.State = state
		}
	}
	found, err := p.Den.Challenges(c, who, den.ChallengeFilter{
		State: page.State, Department: den.ID(c.Query("department")), Capability: c.Query("capability"), After: c.Query("after"), Limit: pageOf,
	})
	if err != nil {
		return err
	}
	page.Challenges, page.More = found.Items, more(c, found.Next)
	var by []string
	if page.State != "" {
		by = append(by, p.words.Say("challenge-state."+string(page.State)))
	}
	if c.Query("department") != "" && len(found.Items) > 0 {
		by = append(by, found.Items[0].DepartmentName)
	}
	if wanted := c.Query("capability"); wanted != "" {
		by = append(by, p.capabilityTitles([]string{wanted})...)
	}
	page.Frame = page.Of(p.narrowed(c, by...))
	return p.show(c, http.StatusOK, "challenges", page)
}

// challengePage is a challenge as suppliers read it; its department sees beside it what
// waits for it.
type challengePage struct {
	view.Frame
	Challenge den.ChallengeView
	Wanted    []string // capabilities, in words
	Changes   []changeRow
	Answered  []den.QuestionView
	Mine      []den.QuestionView // the person's own, that wait
	Waiting   []den.QuestionView // for the department
	IsPreview bool
	MaySetUp  bool
	MayReadIn bool // what only the department reads
	MayAnswer bool
	MayRecord bool
	SignIn    string // where who is not signed in goes on; empty: it is somebody
}

// Challenge is GET /challenges/:id. A draft is shown as its task list by those who
// write it.
func (p *Pages) Challenge(c *gin.Context) error {
	v, err := p.Den.Challenge(c, asking(c), id(c))
	if err != nil {
		return err
	}
	if v.State == den.ChallengeDraft && v.May[den.SetUpChallenge] {
		return to(c, challengePath(v.ID)+"/set-up", "")
	}
	return p.showChallenge(c, v, false)
}

// Preview is GET /challenges/:id/preview: what suppliers will read.
func (p *Pages) Preview(c *gin.Context) error {
	v, err := p.challengeTo(c, den.SetUpChallenge)
	if err != nil {
		return err
	}
	return p.showChallenge(c, v, v.State == den.ChallengeDraft)
}

func (p *Pages) showChallenge(c *gin.Context, v den.ChallengeView, isPreview bool) error {
	title := v.Title
	if title == "" {
		title = p.words.Say("challenge.untitled")
	}
	page := challengePage{
		Frame: p.frame(c, title), Challenge: v, Wanted: p.capabilityTitles(v.Capabilities), Changes: p.changeRows(v.Changes), IsPreview: isPreview,
		MaySetUp: v.May[den.SetUpChallenge] && !isPreview, MayReadIn: v.May[den.ReadInterest] && !isPreview, MayRecord: v.May[den.ReadRecord] && !isPreview, MayAnswer: v.May[den.AnswerChallenge] && !isPreview,
	}
	page.Crumbs = p.crumbs(view.Crumb{Href: "/challenges", Text: p.words.Say("nav.challenges")}, view.Crumb{Text: title})
	if !asking(c).Known() {
		page.SignIn = "/sign-in?" + url.Values{"then": {challengePath(v.ID)}}.Encode()
	}
	for _, q := range v.Questions {
		switch {
		case q.Answered():
			page.Answered = append(page.Answered, q)
		case q.Mine:
			page.Mine = append(page.Mine, q)
		case v.May[den.ReadInterest]:
			page.Waiting = append(page.Waiting, q)
		}
	}
	return p.show(c, http.StatusOK, "challenge", page)
}
