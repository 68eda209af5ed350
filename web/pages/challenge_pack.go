package pages

import (
	"bytes"
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/pack"
	"innovationden/web/view"
)

// packPage is everything that any supplier was told: the same for all.
type packPage struct {
	view.Frame
	Challenge den.ChallengeView // of the pack, and nothing besides
	Wanted    []string
	Pack      den.Pack
	Changes   []changeRow
	SignedIn  bool
}

// changeRow is something that everybody was told, with what it replaced.
type changeRow struct {
	den.Change
	Before []pack.Said
}

func (p *Pages) changeRows(all []den.Change) []changeRow {
	var rows []changeRow
	for _, one := range all {
		rows = append(rows, changeRow{one, pack.Was(one, p.Zone)})
	}
	return rows
}

// Pack is GET /challenges/:id/pack.
func (p *Pages) Pack(c *gin.Context) error {
	told, err := p.Den.ChallengePack(c, asking(c), id(c))
	if err != nil {
		return err
	}
	page := packPage{
		Frame: p.frame(c, p.words.Say("challenge-pack.title")).Of(told.Challenge.Title), Pack: told, Wanted: told.Capabilities, Changes: p.changeRows(told.Changes), SignedIn: asking(c).Known(),
		Challenge: den.ChallengeView{Challenge: told.Challenge, DepartmentName: told.DepartmentName},
	}
	page.Crumbs = p.crumbs(view.Crumb{Href: "/challenges", Text: p.words.Say("nav.challenges")},
		view.Crumb{Href: challengePath(told.Challenge.ID), Text: told.Challenge.Title}, view.Crumb{Text: p.words.Say("challenge-pack.title")})
	return p.show(c, http.StatusOK, "challenge-pack", page)
}

// PackText is GET /challenges/:id/pack/text.
func (p *Pages) PackText(c *gin.Context) error {
	told, err := p.Den.ChallengePack(c, asking(c), id(c))
	if err != nil {
		return err
	}
	return sendFile(c, "text/plain; charset=utf-8", "pack-"+string(told.Challenge.ID)+".txt", []byte(pack.Text(told, p.Zone)))
}

// PackHTML is GET /challenges/:id/pack/html: a file to keep, not a page of the den.
func (p *Pages) PackHTML(c *gin.Context) error {
	told, err := p.Den.ChallengePack(c, asking(c), id(c))
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := pack.HTML(&text, told, p.Zone); err != nil {
		return err
	}
	return sendFile(c, "text/html; charset=utf-8", "pack-"+string(told.Challenge.ID)+".html", text.Bytes())
}

// noticePage is the draft of a preliminary market engagement notice, to be copied.
type noticePage struct {
	view.Frame
	Challenge den.ChallengeView
	Text      string
}

// Notice is GET /challenges/:id/notice.
func (p *Pages) Notice(c *gin.Context) error {
	v, told, err := p.notice(c)
	if err != nil {
		return err
	}
	page := noticePage{Frame: p.frame(c, p.words.Say("challenge-notice.title")).Of(v.Title), Challenge: v, Text: pack.Notice(told, p.Zone)}
	page.Back = back(challengePath(v.ID))
	return p.show(c, http.StatusOK, "challenge-notice", page)
}

// NoticeText is GET /challenges/:id/notice/text.
func (p *Pages) NoticeText(c *gin.Context) error {
	v, told, err := p.notice(c)
	if err != nil {
		return err
	}
	return sendFile(c, "text/plain; charset=utf-8", "notice-"+string(v.ID)+".txt", []byte(pack.Notice(told, p.Zone)))
}

func (p *Pages) notice(c *gin.Context) (den.ChallengeView, den.Pack, error) {
	v, err := p.challengeTo(c, den.ReadInterest)
	if err != nil {
		return v, den.Pack{}, err
	}
	told, err := p.Den.ChallengePack(c, asking(c), v.ID)
	return v, told, err
}

// sendFile gives a file to keep: a browser never shows it as a page of the den.
func sendFile(c *gin.Context, kind, name string, text []byte) error {
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Data(http.StatusOK, kind, text)
	return nil
}
