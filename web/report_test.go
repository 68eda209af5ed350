package web_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/report"
)

// forms writes the forms that need no proofs.
type forms struct{}

func (forms) Make(_ context.Context, form den.Form, r den.Report, _ den.Enclosed) (den.Document, error) {
	return report.Write(form, r, report.Publisher{Name: "Den", Prefix: "ocds-000000", Public: "https://den.example"})
}

func TestAReportIsAPageWithPicturesAndTables(t *testing.T) {
	r := newRig(t)
	w := r.world()
	page := r.visitor("official").get("/trials/" + string(w.finished.ID) + "/report")
	page.shows("main", "What we found")
	for _, chart := range []string{"spread", "ranks", "launch"} {
		if !strings.Contains(page.Text, `aria-labelledby="`+chart+`-title `+chart+`-say"`) {
			t.Errorf("there is no picture %s", chart)
		}
	}
	for _, said := range []string{"Marks by question", "Totals and ranks", "How often each product has each rank", "was removed on", "Locked before anybody scored"} {
		page.shows("main", said)
	}
}

func TestAReportIsKeptAsAFile(t *testing.T) {
	r := newRig(t)
	at := "/trials/" + string(r.world().finished.ID) + "/report/"
	v := r.visitor("official")
	for form, media := range map[string]string{"json": "application/json", "csv": "text/csv; charset=utf-8", "ods": "application/vnd.oasis.opendocument.spreadsheet", "ocds": "application/json"} {
		got := v.get(at + form)
		if got.Status != http.StatusOK || got.Header.Get("Content-Type") != media || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment; filename=") {
			t.Errorf("%s is %d %v", form, got.Status, got.Header)
		}
	}
	if got := v.get(at + "pdf"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a form that is none is %d", got.Status)
	}
	if got := r.visitor("").get(report.SchemaPath); got.Status != http.StatusOK || got.Header.Get("Content-Type") != "application/schema+json" {
		t.Errorf("the schema is %d %v", got.Status, got.Header)
	}
}

// The report on a wide screen, on a narrow one, and on paper: a few sheets of A4, tagged.
func TestAReportOnScreensAndOnPaper(t *testing.T) {
	r := newRig(t)
	w := r.world()
	b := r.browser()
	b.as("official")
	for _, width := range []int64{1280, 320} {
		b.width(width)
		b.open("/trials/" + string(w.finished.ID) + "/report")
		b.check(fmt.Sprintf("report-%d", width))
	}
	var paper []byte
	b.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		paper, _, err = cdppage.PrintToPDF().WithPreferCSSPageSize(true).WithPrintBackground(true).WithGenerateTaggedPDF(true).Do(ctx)
		return err
	}))
	if folder := os.Getenv("DEN_SHOTS"); folder != "" {
		b.must(os.WriteFile(filepath.Join(folder, "report.pdf"), paper, 0o600))
	}
	sheets := bytes.Count(paper, []byte("/Type /Page\n"))
	if sheets < 2 || sheets > 6 || !bytes.Contains(paper, []byte("/StructTreeRoot")) || !bytes.Contains(paper, []byte("/MediaBox [0 0 59")) {
		t.Errorf("%d sheets, or they are not tagged or not A4", sheets)
	}
	b.isQuiet()
}
