package pages

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/refusal"
	"innovationden/web/view"
)

// releasePage adds a release of a product: by the name of an image, or from a file.
type releasePage struct {
	view.Frame
	Product  den.ProductView
	Once     string
	Profiles []view.Choice
	Most     string
	// MailChoice is the one box of the question whether its mail is to be caught.
	MailChoice []view.Choice
	Form       *form.Values
}

// NewRelease is GET /products/:id/releases/new.
func (p *Pages) NewRelease(c *gin.Context) error {
	product, err := p.productTo(c, den.OfferProduct)
	if err != nil {
		return err
	}
	if tag := c.Query("pushed"); tag != "" {
		return p.showRelease(c, http.StatusOK, product, form.Typed(p.words.Words, url.Values{"pushed": {tag}, "version": {tag}}))
	}
	return p.showRelease(c, http.StatusOK, product, p.blank())
}

// AddRelease is POST /products/:id/releases. The file comes last in the form and is
// read while it arrives: it is never kept in memory or in a file of ours.
func (p *Pages) AddRelease(c *gin.Context) error {
	product, err := p.productTo(c, den.OfferProduct)
	if err != nil {
		return err
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, p.MaxArchive)
	typed, file, err := upload(c.Request)
	if err != nil {
		return den.Refuse(den.Invalid, "%s", p.words.Say("problem.form"))
	}
	v := form.Typed(p.words.Words, typed)
	c.Request.PostForm = typed
	in := p.readRelease(v, product.ID)
	if in.Compose != "" { // as it came: its lines and their indents count
		in.Compose = strings.ReplaceAll(typed.Get("compose"), "\r\n", "\n")
	}
	in.Once = once(c)
	in.Once.Key = typed.Get("once")
	if file != nil {
		in.Archive, in.ArchiveSize, in.Once = file, max(c.Request.ContentLength, 0), den.Once{} // a file is not hashed before it is read
	}
	form.Text{Name: "archive", What: "release.what-archive", Optional: true}.Read(v)
	if !v.Bad() {
		_, err = p.Den.AddRelease(c, asking(c), in)
		if err == nil {
			return to(c, productPath(product.ID), "release")
		}
	}
	// The browser reads no answer before it has sent everything.
	_, drained := io.Copy(io.Discard, c.Request.Body)
	status := http.StatusUnprocessableEntity
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large), errors.As(drained, &large):
		v.Say("archive", "release.large", "Most", p.words.bytes(p.MaxArchive))
		status = http.StatusRequestEntityTooLarge
	case err != nil:
		refused := err
		if status, err = p.refused(c, v, err, nil); err != nil {
			return err
		}
		everyFault(v, "compose", refused)
	}
	return p.showRelease(c, status, product, v)
}

func (p *Pages) readRelease(v *form.Values, product den.ID) den.NewRelease {
	in := den.NewRelease{
		Product: product,
		Version: form.Text{Name: "version", What: "release.what-version", Max: 60}.Read(v),
		Image:   form.Text{Name: "image", What: "release.what-image", Max: 300, Optional: true}.Read(v),
		Pushed:  form.Text{Name: "pushed", What: "release.what-pushed", Max: 200, Optional: true}.Read(v),
		Port:    form.Int{Name: "port", What: "release.what-port", Min: 1, Max: 65535, Optional: true}.Read(v),
		Path:    form.Text{Name: "path", What: "release.what-path", Max: 300, Optional: true}.Read(v),
		Compose: form.Text{Name: "compose", What: "release.what-compose", Max: maxCompose, Lines: true, Optional: true}.Read(v),
		Front:   form.Text{Name: "front", What: "release.what-front", Max: 64, Optional: true}.Read(v),
		Profile: form.Choice{Name: "profile", What: "release.what-profile", From: []string{"strict", "standard"}, Optional: true}.Read(v),
	}
	in.Asks = readAsks(v)
	in.Notes = form.Text{Name: "notes", What: "release.what-notes", Max: maxReason, Lines: true, Optional: true}.Read(v)
	in.Needs = form.Text{Name: "needs", What: "release.what-needs", Max: maxReason, Lines: true, Optional: true}.Read(v)
	for line := range strings.Lines(form.Text{Name: "env", What: "release.what-env", Max: 10000, Lines: true, Optional: true}.Read(v)) {
		if line = strings.TrimSpace(line); line != "" {
			in.Env = append(in.Env, line)
		}
	}
	return in
}

// readAsks reads what the release asks departments to open, one way out on each line.
func readAsks(v *form.Values) den.Ways {
	asks := den.Ways{Mail: form.Bool{Name: "mail"}.Read(v)}
	for line := range strings.Lines(form.Text{Name: "asks", What: "release.what-asks", Max: 10000, Lines: true, Optional: true}.Read(v)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		way, bad := den.ReadWay(line)
		if bad != nil {
			v.Also("asks", bad.Say)
			continue
		}
		asks.Out = append(asks.Out, way)
	}
	return asks
}

// everyFault says everything that is wrong with a field, of which the form has said the
// first.
func everyFault(v *form.Values, field string, refused error) {
	var e *den.Error
	if !errors.As(refused, &e) {
		return
	}
	first := true
	for _, one := range e.All() {
		if one.Field == field && !first {
			v.Also(field, refusal.Sentence(one))
		}
		first = first && one.Field != field
	}
}

// maxCompose is the most that a compose file may be long, in characters.
const maxCompose = 256 << 10

// upload reads the fields of a form, the compose file among them, up to its archive, which is nil where none was chosen.
func upload(r *http.Request) (url.Values, *multipart.Part, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, err
	}
	typed, read := url.Values{}, 0
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return typed, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if part.FileName() != "" && part.FormName() != "compose-file" {
			return typed, part, nil
		}
		value, err := field(part, maxForm-read)
		if err != nil {
			return nil, nil, err
		}
		read += len(value)
		switch {
		case part.FormName() == "compose-file" && part.FileName() != "":
			typed.Set("compose", value) // shown to be put right where it is refused
		case part.FormName() != "archive" && part.FormName() != "compose-file":
			typed.Add(part.FormName(), value)
		}
	}
}

func field(part *multipart.Part, most int) (string, error) {
	text, err := io.ReadAll(io.LimitReader(part, int64(most)+1))
	if err == nil && len(text) > most {
		err = errors.New("the fields of the form are too large")
	}
	return string(text), err
}

func (p *Pages) showRelease(c *gin.Context, status int, product den.ProductView, v *form.Values) error {
	page := releasePage{Frame: p.frame(c, p.words.Say("release.title")).Of(product.Name), Product: product, Once: fresh(c), Most: p.words.bytes(p.MaxArchive), Form: v}
	for _, one := range []string{"strict", "standard"} {
		page.Profiles = append(page.Profiles, view.Choice{Value: one, Text: p.words.Say("profile." + one), Hint: view.Hint{Text: p.words.Say("profile-hint." + one)}})
	}
	page.MailChoice = []view.Choice{{Value: "yes", Text: p.words.Say("release.mail"), Hint: view.Hint{Text: p.words.Say("release.mail-hint")}}}
	page.Back, page.Errors = back(productPath(product.ID)), v.Summary()
	return p.show(c, status, "release", page)
}
