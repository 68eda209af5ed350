package pages

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// overviewPage is what a supplier opens first: what it has in the den, and what waits
// for it.
type overviewPage struct {
	view.Frame
	Overview  den.Overview
	Notices   []den.NoticeView // not read yet, on the person's own first page
	Sandboxes []liveSandbox
	ToAnswer  []overviewChallenge
	Others    []overviewChallenge
	Trials    []overviewTrial
	MayOffer  bool
	MayEdit   bool
}

// overviewChallenge is a challenge with why it is for the supplier, in sentences.
type overviewChallenge struct {
	den.OverviewChallenge
	Why []string
}

// overviewTrial is an entry with its result in a sentence, and where to reply.
type overviewTrial struct {
	den.OverviewTrial
	Result  string
	ReplyAt string // the address of the form; empty: there is nothing to reply to
}

// Overview is GET /suppliers/:id/overview.
func (p *Pages) Overview(c *gin.Context) error { return p.showOverview(c, id(c), nil) }

func (p *Pages) showOverview(c *gin.Context, supplier den.ID, notices []den.NoticeView) error {
	v, err := p.Den.Overview(c, asking(c), supplier)
	if err != nil {
		return err
	}
	page := overviewPage{
		Frame: p.frame(c, p.words.Say("overview.title", "Supplier", v.Supplier.Name)), Overview: v, Notices: notices,
		MayOffer: v.May[den.OfferProduct], MayEdit: v.May[den.EditEntry],
	}
	for _, one := range v.Sandboxes {
		page.Sandboxes = append(page.Sandboxes, p.liveSandbox(one))
	}
	for _, one := range v.Challenges {
		row := overviewChallenge{OverviewChallenge: one}
		for _, fit := range one.Fits {
			row.Why = append(row.Why, p.words.Say("overview.fits", "Product", fit.Name, "Common", p.series(p.capabilityTitles(fit.InCommon))))
		}
		if one.ToAnswer() {
			page.ToAnswer = append(page.ToAnswer, row)
		} else {
			page.Others = append(page.Others, row)
		}
	}
	for _, one := range v.Trials {
		if !one.IsOver && one.Decision == "" && !one.Published {
			continue // its sandbox is listed
		}
		row := overviewTrial{OverviewTrial: one}
		if one.Rank > 0 {
			row.Result = p.words.Say("summary.total", "Total", total(one.Total), "Rank", one.Rank, "Ranked", one.Ranked)
		}
		if one.Published && asking(c).Is(den.SupplierMember, v.Supplier.ID) {
			row.ReplyAt = registerPath(one.Trial) + "/reply/" + url.PathEscape(string(one.Entry))
		}
		page.Trials = append(page.Trials, row)
	}
	return p.show(c, http.StatusOK, "overview", page)
}

// Fresh says that the supplier has done nothing here yet.
func (o overviewPage) Fresh() bool { return len(o.Overview.Products) == 0 }

// onlySupplier is the supplier of somebody who is nothing else here than its member;
// empty: somebody else.
func onlySupplier(a den.Actor) den.ID {
	own := a.In(den.SupplierMember)
	if len(own) != 1 || len(a.Memberships) != 1 {
		return ""
	}
	return own[0]
}
