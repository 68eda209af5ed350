package pages

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/refusal"
	"innovationden/web/view"
)

// sheetsPage has the techmap as CSV, to give and to take.
type sheetsPage struct {
	view.Frame
	Sheets    []view.Choice
	MayImport bool
	Done      string // what an import did
	Form      *form.Values
}

// maxSheet bounds a sheet, in bytes.
const maxSheet = 8 << 20

// Sheets is GET /techmap/import.
func (p *Pages) Sheets(c *gin.Context) error {
	if !writes(asking(c)) {
		return p.mayNot()
	}
	return p.showSheets(c, http.StatusOK, p.blank(), den.Imported{})
}

// Sheet is GET /techmap/suppliers.csv and /techmap/products.csv.
func (p *Pages) Sheet(c *gin.Context) error {
	name := strings.TrimPrefix(c.FullPath(), "/techmap/")
	var out bytes.Buffer
	if err := p.Den.ExportTechmap(c, asking(c), den.Sheet(strings.TrimSuffix(name, ".csv")), &out); err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Header("Cache-Control", "no-store")
	c.Data(http.StatusOK, "text/csv; charset=utf-8", out.Bytes())
	return nil
}

// Import is POST /techmap/import.
func (p *Pages) Import(c *gin.Context) error {
	if !writes(asking(c)) {
		return p.mayNot()
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxSheet)
	v, file, err := p.sheetForm(c)
	if err != nil {
		return err
	}
	of := den.Sheet(form.Choice{Name: "of", What: "techmap-csv.what-of", From: []string{string(den.SupplierSheet), string(den.ProductSheet)}}.Read(v))
	form.Text{Name: "file", What: "techmap-csv.what-file", Optional: true}.Read(v)
	if file == nil {
		v.Say("file", "techmap-csv.no-file")
	}
	if v.Bad() {
		return p.showSheets(c, http.StatusUnprocessableEntity, v, den.Imported{})
	}
	done, err := p.Den.ImportTechmap(c, asking(c), of, file)
	if err != nil {
		return p.refusedSheet(c, v, err)
	}
	return p.showSheets(c, http.StatusOK, p.blank(), done)
}

// sheetForm reads the form with its file, which is nil where none was chosen.
func (p *Pages) sheetForm(c *gin.Context) (*form.Values, io.Reader, error) {
	err := c.Request.ParseMultipartForm(maxSheet)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, nil, den.Refuse(den.Invalid, "%s", p.words.Say("techmap-csv.large"))
	case err != nil:
		return nil, nil, den.Refuse(den.Invalid, "%s", p.words.Say("problem.form"))
	}
	v := form.Typed(p.words.Words, c.Request.PostForm)
	file, _, err := c.Request.FormFile("file")
	if err != nil {
		return v, nil, nil //nolint:nilerr // no file was chosen
	}
	return v, file, nil
}

// refusedSheet says every line that was refused.
func (p *Pages) refusedSheet(c *gin.Context, v *form.Values, refused error) error {
	status, err := p.refused(c, v, refused, map[string]string{"sheet": "file"})
	if err != nil {
		return err
	}
	var e *den.Error
	if errors.As(refused, &e) {
		for _, one := range e.All()[1:] {
			v.Also("file", refusal.Sentence(one))
		}
	}
	return p.showSheets(c, status, v, den.Imported{})
}

func (p *Pages) showSheets(c *gin.Context, status int, v *form.Values, done den.Imported) error {
	page := sheetsPage{Frame: p.frame(c, p.words.Say("techmap-csv.title")), Form: v}
	page.Path = "/techmap"
	page.Sheets = []view.Choice{
		{Value: string(den.SupplierSheet), Text: p.words.Say("techmap-csv.suppliers")}, {Value: string(den.ProductSheet), Text: p.words.Say("techmap-csv.products")},
	}
	if done != (den.Imported{}) {
		page.Notice = &view.NotificationBanner{Type: "success", Text: p.words.Say("techmap-csv.done", "Added", done.Added, "Changed", done.Changed)}
	}
	page.Back, page.Errors = back("/techmap"), v.Summary()
	return p.show(c, status, "sheets", page)
}
