package pages

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/view"
)

// words say a sentence of the catalogue. A key without words is shown as it is; a
// test of the catalogue finds it before anybody sees it.
type words struct{ view.Words }

func (w words) Say(key string, pairs ...any) string {
	text, err := w.Words.Say(key, pairs...)
	if err != nil {
		return key
	}
	return text
}

func (w words) Count(key string, n int, pairs ...any) string {
	text, err := w.Words.Count(key, n, pairs...)
	if err != nil {
		return key
	}
	return text
}

func asking(c *gin.Context) den.Actor { return actor.From(c.Request.Context()) }

// frame is what stands around every page. The notice comes from ?done=, which a
// redirect after a success carries.
func (p *Pages) frame(c *gin.Context, title string) view.Frame {
	f := view.Frame{Title: title, Path: c.Request.URL.Path}
	who := asking(c)
	if who.Known() {
		f.Who = view.Who{ID: string(who.ID), Name: who.Name, Role: p.role(who)}
		f.Nav = p.navigation(c, who)
	} else {
		f.Nav = p.visiting(f.Path)
	}
	if done := "done." + c.Query("done"); p.words.Has(done) {
		f.Notice = &view.NotificationBanner{Type: "success", Text: p.words.Say(done)}
	}
	return f
}

// role is what somebody is, in words: the widest of several. Who has none was asked
// to assess a trial.
func (p *Pages) role(a den.Actor) string { return p.words.Say("role." + roleKey(a)) }

func roleKey(a den.Actor) string {
	for _, role := range den.Roles {
		if a.Has(role) {
			return string(role)
		}
	}
	return "evaluator"
}

// navigation offers what the person can do something with.
func (p *Pages) navigation(c *gin.Context, a den.Actor) []view.NavItem {
	nav := []view.NavItem{{Href: "/", Text: p.words.Say("nav.home")}}
	if own := a.In(den.SupplierMember); len(own) == 1 && onlySupplier(a) == "" { // else it is the first page
		nav = append(nav, view.NavItem{Href: supplierPath(own[0]) + "/overview", Text: p.words.Say("nav.overview")})
	}
	if seesTrials(a) {
		nav = append(nav, view.NavItem{Href: "/trials", Text: p.words.Say("nav.trials")})
	}
	if p.OpenTechmap || den.May(a, den.ReadChallenge, den.Owner{}) {
		nav = append(nav, view.NavItem{Href: "/challenges", Text: p.words.Say("nav.challenges")})
	}
	if p.sharesSomething(c, a) {
		nav = append(nav, view.NavItem{Href: "/shared", Text: p.words.Say("nav.shared")})
	}
	if p.OpenTechmap || den.May(a, den.ReadTechmap, den.Owner{}) {
		nav = append(nav, view.NavItem{Href: "/techmap", Text: p.words.Say("nav.products")})
	}
	nav = append(nav, view.NavItem{Href: "/register", Text: p.words.Say("nav.register")})
	if setsUp(a) || a.Has(den.Auditor) {
		nav = append(nav, view.NavItem{Href: "/approvals", Text: p.words.Say("nav.approvals")})
	}
	if den.May(a, den.ReadHost, den.Owner{}) {
		nav = append(nav, view.NavItem{Href: "/record", Text: p.words.Say("nav.record")},
			view.NavItem{Href: "/host", Text: p.words.Say("nav.host")})
	}
	return append(nav, p.unread(c, a), view.NavItem{Href: "/help", Text: p.words.Say("nav.help")})
}

// sharesSomething says that others share a product with somebody now. Where it cannot be
// told, the page is not offered; its address answers all the same.
func (p *Pages) sharesSomething(c *gin.Context, a den.Actor) bool {
	list, err := p.Den.SharedWith(c, a)
	if err != nil {
		p.Log.Warn("what is shared was not counted", "error", err)
	}
	return len(list) > 0
}

// visiting offers what can be read without an account, and the way in, unless that is the
// page itself.
func (p *Pages) visiting(path string) []view.NavItem {
	var nav []view.NavItem
	if p.OpenTechmap {
		nav = append(nav, view.NavItem{Href: "/challenges", Text: p.words.Say("nav.challenges")}, view.NavItem{Href: "/techmap", Text: p.words.Say("nav.products")})
	}
	if p.OpenRegister {
		nav = append(nav, view.NavItem{Href: "/register", Text: p.words.Say("nav.register")})
	}
	nav = append(nav, view.NavItem{Href: "/help", Text: p.words.Say("nav.help")})
	if path == "/sign-in" || strings.HasPrefix(path, "/sign-in/") {
		return nav
	}
	return append(nav, view.NavItem{Href: "/sign-in", Text: p.words.Say("sign-in.button")})
}

// seesTrials says that somebody may have trials to see: by a role, or because they were
// asked to assess one, which is no role.
func seesTrials(a den.Actor) bool {
	if len(a.Memberships) == 0 {
		return true
	}
	for role := range den.Rights[den.ReadTrial] {
		if a.Has(role) {
			return true
		}
	}
	return false
}

func (p *Pages) show(c *gin.Context, status int, page string, data view.Page) error {
	return p.view.Render(c.Writer, status, page, data)
}

// back is a link to the page before.
func back(href string) *view.BackLink { return &view.BackLink{Href: href} }

func (p *Pages) crumbs(items ...view.Crumb) *view.Breadcrumbs {
	home := view.Crumb{Href: "/", Text: p.words.Say("nav.home")}
	return &view.Breadcrumbs{Items: append([]view.Crumb{home}, items...), CollapseOnMobile: true}
}

// to redirects after a POST; done names what to say there, and may be empty.
func to(c *gin.Context, path, done string) error {
	if done != "" {
		path += "?" + url.Values{"done": {done}}.Encode()
	}
	c.Redirect(http.StatusSeeOther, path)
	return nil
}

// local is the path and query of a link within the den, or "/".
func local(then string) string {
	if len(then) > 2048 || !strings.HasPrefix(then, "/") || strings.ContainsFunc(then, func(r rune) bool { return r <= ' ' || r == '\\' || r >= 0x7f }) {
		return "/"
	}
	u, err := url.Parse(then)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") || strings.HasPrefix(u.Path, "/sign-") {
		return "/"
	}
	return u.RequestURI()
}

func id(c *gin.Context) den.ID { return den.ID(c.Param("id")) }

func trialPath(id den.ID) string   { return "/trials/" + url.PathEscape(string(id)) }
func sandboxPath(id den.ID) string { return "/sandboxes/" + url.PathEscape(string(id)) }
func challengePath(id den.ID) string {
	return "/challenges/" + url.PathEscape(string(id))
}
func productPath(id den.ID) string { return "/products/" + url.PathEscape(string(id)) }
