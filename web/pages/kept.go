package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// kept is a form that was sent after the session was over. It lives in the sign-in page
// that answers it, as hidden fields, and in nothing that others could read: the sign-in
// sends it back, and the page after it sends it where it was to go. A form from another
// site cannot get in here, for the door refuses posts of other origins.
type kept struct {
	To     string // the path it was sent to
	Fields []keptField
	Files  bool // it is a form with files; those of its fields that stand before the first file are kept
	Lost   bool // it cannot be kept
}

type keptField struct{ Name, Value string }

// keptPrefix tells the fields of the kept form from those of the sign-in.
const keptPrefix = "kept:"

func (p *Pages) keep(c *gin.Context) kept {
	k := kept{To: local(c.Request.URL.RequestURI())}
	if strings.HasPrefix(c.ContentType(), "multipart/") {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, 2*maxForm)
		typed, _, err := upload(c.Request) // the file itself is not read
		if err != nil {
			return kept{Lost: true}
		}
		k.Files, k.Fields = true, fieldsOf(typed, "")
		return k
	}
	if _, err := p.typed(c); err != nil {
		return kept{Lost: true}
	}
	k.Fields = fieldsOf(c.Request.PostForm, "")
	return k
}

func keptOf(typed url.Values) kept {
	if typed.Get("kept-to") == "" {
		return kept{}
	}
	return kept{To: local(typed.Get("kept-to")), Fields: fieldsOf(typed, keptPrefix), Files: typed.Get("kept-files") != ""}
}

// fieldsOf lists the fields with a prefix, without it.
func fieldsOf(typed url.Values, prefix string) []keptField {
	var fields []keptField
	for name, values := range typed {
		bare, ok := strings.CutPrefix(name, prefix)
		if !ok || strings.Contains(bare, "password") {
			continue // no page shows a password again
		}
		for _, value := range values {
			fields = append(fields, keptField{Name: bare, Value: value})
		}
	}
	slices.SortStableFunc(fields, func(a, b keptField) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// keptPage sends the kept form where it was to go, with one button.
type keptPage struct {
	view.Frame
	Kept kept
}

func (p *Pages) showKept(c *gin.Context, person den.Person, k kept) error {
	page := keptPage{Frame: p.frame(c, p.words.Say("kept.title")), Kept: k}
	page.Who = view.Who{ID: string(person.ID), Name: person.Name, Role: p.role(person.Act())}
	page.Nav = p.navigation(c, person.Act())
	return p.show(c, 200, "kept", page)
}
