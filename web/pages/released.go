package pages

import (
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// releasedPage is one release: what it says of itself, and what was seen of it.
type releasedPage struct {
	view.Frame
	Release  den.ReleaseView
	Facts    []entryFact
	SBOMSize string
	Most     string // of an SBOM
	MayOffer bool
	MayParts bool
	Form     *form.Values
}

func releasePath(id den.ID) string { return "/releases/" + string(id) }

// Released is GET /releases/:id.
func (p *Pages) Released(c *gin.Context) error {
	return p.showReleased(c, http.StatusOK, p.blank())
}

// AddSBOM is POST /releases/:id/sbom.
func (p *Pages) AddSBOM(c *gin.Context) error {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, 2*den.MostSBOM)
	in := den.NewSBOM{Release: id(c)}
	if _, file, err := upload(c.Request); err == nil && file != nil {
		in.Name, in.From = file.FileName(), chosen(file)
	}
	_, err := p.Den.AddSBOM(c, asking(c), in)
	_, _ = io.Copy(io.Discard, c.Request.Body) // the browser reads no answer before it has sent everything
	if err == nil {
		return to(c, releasePath(in.Release), "sbom")
	}
	v := form.Typed(p.words.Words, nil)
	_ = form.Text{Name: "file", What: "released.what-sbom", Optional: true}.Read(v) // so that what is said of it leads to it
	status, err := p.refused(c, v, err, nil)
	if err != nil {
		return err
	}
	return p.showReleased(c, status, v)
}

// chosen is a file of a form, or nil where none was chosen.
func chosen(file *multipart.Part) io.Reader {
	if file.FileName() == "" {
		return nil
	}
	return file
}

func (p *Pages) showReleased(c *gin.Context, status int, v *form.Values) error {
	r, err := p.Den.ReleaseOf(c, asking(c), id(c))
	if err != nil {
		return err
	}
	title := p.words.Say("released.title", "Product", r.ProductName, "Version", r.Version)
	page := releasedPage{
		Frame: p.frame(c, title), Release: r, Facts: p.releaseFacts(r.Release), Most: p.words.bytes(den.MostSBOM),
		MayOffer: r.May[den.OfferProduct], MayParts: r.May[den.ReadSBOM], Form: v,
	}
	if r.SBOM != nil {
		page.SBOMSize = p.words.bytes(r.SBOM.Size)
	}
	page.Crumbs, page.Errors = p.releaseCrumbs(r.Release, r.ProductName, view.Crumb{Text: p.words.Say("released.crumb", "Version", r.Version)}), v.Summary()
	return p.show(c, status, "released", page)
}

// releaseFacts says how a release runs.
func (p *Pages) releaseFacts(r den.Release) []entryFact {
	var asks []string
	for _, way := range r.Asks.Out {
		asks = append(asks, way.String())
	}
	if r.Asks.Mail {
		asks = append(asks, p.words.Say("released.mail"))
	}
	if len(asks) == 0 {
		asks = []string{p.words.Say("released.asks-nothing")}
	}
	facts := []entryFact{
		{Key: p.words.Say("released.answers"), Lines: []string{p.words.Say("released.answers-at", "Port", r.Port, "Path", r.Path)}},
		{Key: p.words.Say("released.profile"), Lines: []string{p.words.Say("profile." + r.Profile)}},
		{Key: p.words.Say("released.asks"), Lines: asks},
		{Key: p.words.Say("product.size"), Lines: []string{p.words.bytes(r.SizeBytes)}},
		{Key: p.words.Say("product.image"), Lines: r.EveryImage()},
	}
	if len(r.Services) > 0 {
		facts = append(facts, entryFact{Key: p.words.Say("released.services"), Lines: r.Services})
	}
	if r.Digest != "" {
		facts = append(facts, entryFact{Key: p.words.Say("released.digest"), Lines: []string{r.Digest}})
	}
	return facts
}

func (p *Pages) releaseCrumbs(r den.Release, product string, last ...view.Crumb) *view.Breadcrumbs {
	return p.crumbs(append([]view.Crumb{{Href: "/techmap", Text: p.words.Say("nav.products")}, {Href: productPath(r.Product), Text: product}}, last...)...)
}

// sbomPage lists what a release is built of, a stretch at a time.
type sbomPage struct {
	view.Frame
	Release den.ReleaseView
	Parts   []den.Component
	First   int // of those shown, from 1
	Last    int
	All     int
	Before  int // where the stretch before begins, from 1; 0: there is none
	Next    int
}

// sbomStretch is how many components one page shows.
const sbomStretch = 200

// SBOM is GET /releases/:id/sbom.
func (p *Pages) SBOM(c *gin.Context) error {
	v, err := p.Den.SBOM(c, asking(c), id(c))
	if err != nil {
		return err
	}
	r, err := p.Den.ReleaseOf(c, asking(c), id(c))
	if err != nil {
		return err
	}
	from, _ := strconv.Atoi(c.Query("from")) // what is no number is the beginning
	page := sbomPage{Frame: p.frame(c, p.words.Say("sbom.title", "Product", r.ProductName, "Version", r.Version)), Release: r, All: len(v.Parts)}
	page.First = min(max(from, 1), page.All)
	page.Last = min(page.First+sbomStretch-1, page.All)
	page.Parts = v.Parts[page.First-1 : page.Last]
	if page.First > 1 {
		page.Before = max(page.First-sbomStretch, 1)
	}
	if page.Last < page.All {
		page.Next = page.Last + 1
	}
	page.Crumbs = p.releaseCrumbs(r.Release, r.ProductName, view.Crumb{Href: releasePath(r.ID), Text: p.words.Say("released.crumb", "Version", r.Version)}, view.Crumb{Text: p.words.Say("sbom.crumb")})
	return p.show(c, http.StatusOK, "sbom", page)
}

// SBOMFile is GET /releases/:id/sbom/file: a stranger's file, so always a download.
func (p *Pages) SBOMFile(c *gin.Context) error {
	v, content, err := p.Den.SBOMFile(c, asking(c), id(c))
	if err != nil {
		return err
	}
	return p.send(c, "attachment", v.Name, "application/octet-stream", content)
}

// send sends a file that was kept, and closes it.
func (p *Pages) send(c *gin.Context, how, name, kind string, content io.ReadCloser) error {
	defer func() { _ = content.Close() }()
	c.Header("Cache-Control", "private, no-store")
	c.Header("Content-Type", kind)
	c.Header("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": name}))
	c.Status(http.StatusOK)
	if _, err := io.Copy(c.Writer, content); err != nil {
		p.Log.Error("a kept file was not sent whole", "path", c.Request.URL.Path, "error", err)
	}
	return nil
}
