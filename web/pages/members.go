package pages

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// membersPage is who belongs to an organisation, or holds a role in the whole den.
type membersPage struct {
	view.Frame
	Heading  string
	Path     string
	Text     string // what was searched for
	People   []memberRow
	More     string
	IsLater  bool // it is not the first page of them
	Links    []linkRow
	Manages  bool
	Made     string // the link that was just made: no other page has it
	For      string
	Roles    []view.Choice
	Once     string
	RecordOf den.ID // whose record the reader may see; empty: nobody's
	Form     *form.Values
}

type memberRow struct {
	den.Person
	Roles string
	Turns []turn // what may be changed
	This  bool   // it is the reader
}

type linkRow struct {
	den.JoinLink
	What string
	Take bool // the reader may take it back
}

// turn is one change of a role, as a button.
type turn struct {
	Do   string // "add" or "remove"
	Role den.Role
	Text string
}

// DepartmentMembers is GET /departments/:id/members.
func (p *Pages) DepartmentMembers(c *gin.Context) error {
	return p.members(c, id(c), "/departments/"+url.PathEscape(c.Param("id")))
}

// SupplierMembers is GET /suppliers/:id/members.
func (p *Pages) SupplierMembers(c *gin.Context) error {
	return p.members(c, id(c), "/suppliers/"+url.PathEscape(c.Param("id")))
}

// DenMembers is GET /people/members: operators and auditors.
func (p *Pages) DenMembers(c *gin.Context) error { return p.members(c, "", "/people") }

func (p *Pages) members(c *gin.Context, in den.ID, path string) error {
	return p.showMembers(c, http.StatusOK, in, membersPage{Path: path + "/members", Form: p.blank()})
}

// memberRoute says which organisation a POST below …/members is about, and its path.
func memberRoute(c *gin.Context) (in den.ID, path string) {
	switch id(c).Kind() {
	case den.KindDepartment:
		return id(c), "/departments/" + url.PathEscape(c.Param("id")) + "/members"
	case den.KindSupplier:
		return id(c), "/suppliers/" + url.PathEscape(c.Param("id")) + "/members"
	}
	if c.Param("id") == "" {
		return "", "/people/members"
	}
	return "none", ""
}

// InviteMember is POST …/members: it makes a link and shows it once.
func (p *Pages) InviteMember(c *gin.Context) error {
	in, path := memberRoute(c)
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	page := membersPage{Path: path, Form: v}
	seen, err := p.Den.Organisation(c, asking(c), in)
	if err != nil {
		return err
	}
	if !seen.May[den.ManageMembers] && !seen.May[den.ManagePeople] {
		return p.mayNot()
	}
	var from []string
	for _, r := range seen.Roles {
		from = append(from, string(r))
	}
	ask := den.NewJoinLink{
		In: in, For: form.Text{Name: "for", What: "members.what-for", Max: 120}.Read(v),
		Role: den.Role(form.Choice{Name: "role", What: "members.what-role", From: from, Optional: len(from) == 1}.Read(v)), Lasts: 7 * 24 * time.Hour, Once: once(c),
	}
	if ask.Role == "" && len(from) == 1 {
		ask.Role = seen.Roles[0]
	}
	if v.Bad() {
		return p.showMembers(c, http.StatusUnprocessableEntity, in, page)
	}
	made, secret, err := p.Den.InviteMember(c, asking(c), ask)
	if err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showMembers(c, status, in, page)
	}
	c.Request.PostForm.Del("once")
	return p.showMembers(c, http.StatusOK, in, membersPage{Path: path, Form: p.blank(), For: made.For, Made: p.Public + "/join?" + url.Values{"link": {secret}}.Encode()})
}

// TakeBackInvitation is POST …/members/invitations/:invitation/take-back.
func (p *Pages) TakeBackInvitation(c *gin.Context) error {
	_, path := memberRoute(c)
	if err := p.Den.TakeBackInvitation(c, asking(c), den.ID(c.Param("invitation"))); err != nil {
		return err
	}
	return to(c, path, "invitation-taken-back")
}

// ChangeMember is POST …/members/:person/roles: one role more or less.
func (p *Pages) ChangeMember(c *gin.Context) error {
	in, path := memberRoute(c)
	if _, err := p.typed(c); err != nil {
		return err
	}
	m := []den.Membership{{Role: den.Role(c.PostForm("role")), In: in}}
	change := den.RoleChange{Person: den.ID(c.Param("person")), Rev: rev(c)}
	if c.PostForm("do") == "add" {
		change.Add = m
	} else {
		change.Remove = m
	}
	if _, err := p.Den.ChangeRoles(c, asking(c), change); err != nil {
		return err
	}
	if change.Person == asking(c).ID {
		path = "/me"
	}
	return to(c, path, "roles")
}

func (p *Pages) showMembers(c *gin.Context, status int, in den.ID, page membersPage) error {
	who := asking(c)
	page.Text, page.IsLater = c.Query("q"), c.Query("after") != ""
	v, err := p.Den.Members(c, who, in, den.Filter{Text: page.Text, After: c.Query("after"), Limit: peopleOf})
	if err != nil {
		return err
	}
	page.More = more(c, v.Next)
	page.Manages = v.May[den.ManageMembers] || v.May[den.ManagePeople]
	for _, l := range v.Links {
		take := l.Role != den.Approver || v.Approve || l.By == who.ID
		page.Links = append(page.Links, linkRow{l, p.words.Say("member-role." + string(l.Role)), take})
	}
	for _, one := range v.People {
		page.People = append(page.People, p.memberRow(who, v, one, page.Manages))
	}
	for _, r := range v.Roles {
		if r == den.Approver && !v.Approve {
			continue
		}
		page.Roles = append(page.Roles, view.Choice{Value: string(r), Text: p.words.Say("member-role." + string(r)), Hint: view.Hint{Text: p.words.Say("member-role-hint." + string(r))}})
	}
	page.Heading = p.words.Say("members.title", "Name", v.Name)
	if in == "" {
		page.Heading = p.words.Say("members.den")
	}
	if in != "" && den.May(who, den.ReadRecord, den.OwnerOf(in)) {
		page.RecordOf = in
	}
	page.Once = fresh(c)
	page.Frame = p.frame(c, page.Heading)
	page.Back, page.Errors = back(membersFrom(who, in)), page.Form.Summary()
	c.Header("Cache-Control", "no-store")
	return p.show(c, status, "members", page)
}

// membersFrom is where the page of an organisation's people is found: its own people come
// from their account.
func membersFrom(who den.Actor, in den.ID) string {
	isOwn := slices.ContainsFunc(who.Memberships, func(m den.Membership) bool { return m.In == in })
	switch {
	case in == "":
		return "/people"
	case isOwn:
		return "/me"
	case in.Kind() == den.KindSupplier:
		return supplierPath(in)
	}
	return "/approvals"
}

func (p *Pages) memberRow(who den.Actor, v den.MembersView, one den.Person, manages bool) memberRow {
	row := memberRow{Person: one, This: one.ID == who.ID}
	for _, r := range v.Roles {
		has := slices.Contains(one.Memberships, den.Membership{Role: r, In: v.ID})
		if has {
			row.Roles = join(row.Roles, p.words.Say("member-role."+string(r)))
		}
		if !manages && (!row.This || !has) || r == den.Approver && !v.Approve && (!row.This || !has) {
			continue
		}
		t := turn{Do: "add", Role: r, Text: p.words.Say("member-add." + string(r))}
		if has {
			t.Do, t.Text = "remove", p.words.Say("member-remove."+string(r))
		}
		row.Turns = append(row.Turns, t)
	}
	return row
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}
