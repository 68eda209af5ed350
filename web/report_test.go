package web_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
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
	t.Parallel()
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
	t.Parallel()
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
func TestChromiumReportOnScreensAndOnPaper(t *testing.T) {
	r := newRig(t)
	w := r.world()
	b := r.browser()
	b.as("official")
	cite := "/trials/" + string(w.finished.ID) + "/cite"
	_, err := r.den.Cite(context.Background(), r.people["official"].Act(), w.finished.ID, den.NewCitation{Trial: w.weighed.ID, Why: "It tried the same products with other people."})
	r.must(err)
	for _, width := range []int64{1280, 320} {
		b.width(width)
		b.open("/trials/" + string(w.finished.ID) + "/report")
		b.check(fmt.Sprintf("report-%d", width))
	}
	at := "/trials/" + string(w.finished.ID) + "/publish"
	for _, one := range []shown{
		{"publish", "official", at, ""}, {"publish-preview", "official", at + "?part=finding&part=scores", ""}, {"register", "engineer", "/register", ""},
		{"registered", "engineer", "/register/" + string(w.finished.ID), ""}, {"reply", "engineer", "/register/" + string(w.finished.ID) + "/reply/" + string(w.finished.Entries[0].ID), ""},
		{"compare-trials", "official", "/compare?trials=" + string(w.finished.ID) + "&trials=" + string(w.finished.ID), ""}, {"compare-trials-none", "official", "/compare", ""},
		{"read-a-report", "official", "/help/read-a-report", ""},
		{"citable", "official", cite, ""}, {"citable-none", "official", cite + "?q=zebra", ""}, {"cite", "official", cite + "/" + string(w.weighed.ID), ""},
		{"uncite", "official", cite + "/" + string(w.weighed.ID) + "/remove", ""},
	} {
		b.as(one.who)
		for _, width := range []int64{320, 1280} {
			b.width(width)
			b.open(one.path)
			b.check(fmt.Sprintf("%s-%d", one.name, width))
		}
	}
	b.as("official")
	b.open("/trials/" + string(w.finished.ID) + "/report")
	var paper []byte
	b.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		paper, _, err = cdppage.PrintToPDF().WithPreferCSSPageSize(true).WithPrintBackground(true).WithGenerateTaggedPDF(true).Do(ctx)
		return err
	}))
	if folder := os.Getenv("DEN_SHOTS"); folder != "" {
		b.must(os.WriteFile(filepath.Join(folder, "report.pdf"), paper, 0o600))
	}
	sheets := bytes.Count(paper, []byte("/Type /Page\n"))
	if sheets < 2 || sheets > 8 || !bytes.Contains(paper, []byte("/StructTreeRoot")) || !bytes.Contains(paper, []byte("/MediaBox [0 0 59")) {
		t.Errorf("%d sheets, or they are not tagged or not A4", sheets)
	}
	b.isQuiet()
}

// What a person publishes is what the preview showed, a supplier's reply stands beside
// it, and what is taken back is gone.
func TestAReportIsPublishedByItsDepartment(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.world()
	trial := string(w.finished.ID)
	official, engineer, nobody := r.visitor("official"), r.visitor("engineer"), r.visitor("")
	page := official.get("/trials/" + trial + "/publish?part=finding&part=scores")
	page.shows("main", "This is what will be seen")
	if strings.Contains(page.Text, "Bookwell") && !strings.Contains(page.Text, "Product 1") {
		t.Error("the preview names a product that is not to be named")
	}
	again := official.send(http.MethodPost, "/trials/"+trial+"/publish", url.Values{"part": {"finding", "scores"}}, nil)
	if again.Status != http.StatusUnprocessableEntity {
		t.Errorf("published without a reason: %d", again.Status)
	}
	again.shows("main", "This is what will be seen")
	done := official.send(http.MethodPost, "/trials/"+trial+"/publish", url.Values{"part": {"finding", "scores"}, "why": {"Others can use it."}}, nil)
	if done.Status != http.StatusSeeOther {
		t.Fatalf("not published: %d %s", done.Status, done.said())
	}
	seen := engineer.get("/register/" + trial)
	seen.shows("main", "Product 1")
	for _, hidden := range []string{"Slotwise", "Northbridge", "Because of what I saw", "It did what we need", "Person evaluator", "Others can use it"} {
		if strings.Contains(seen.Text, hidden) {
			t.Errorf("%q is in the register", hidden)
		}
	}
	if got := nobody.get("/register/" + trial); got.Status != http.StatusSeeOther {
		t.Errorf("nobody reads the register: %d", got.Status)
	}
	reply := "/register/" + trial + "/reply/" + string(w.finished.Entries[0].ID)
	if got := engineer.send(http.MethodPost, reply, url.Values{"text": {"<b>We have mended it.</b>"}}, nil); got.Status != http.StatusSeeOther {
		t.Errorf("no reply: %d", got.Status)
	}
	official.get("/register/"+trial).shows(".govuk-inset-text", "<b>We have mended it.</b>")
	if got := official.send(http.MethodPost, "/trials/"+trial+"/withdraw", url.Values{"withdraw": {"A figure was wrong."}}, nil); got.Status != http.StatusSeeOther {
		t.Errorf("not taken back: %d", got.Status)
	}
	if got := engineer.get("/register/" + trial); got.Status != http.StatusNotFound {
		t.Errorf("what was taken back is %d", got.Status)
	}
}

// A product that starts in no time at all did not start in "0 seconds".
func TestShortTimesAreSaidInWhatTheyHave(t *testing.T) {
	r := newRig(t)
	v := r.trial()
	r.score(v, "evaluator")
	official := r.visitor("official")
	nothing := regexp.MustCompile(`.{60}\b0(\.0+)? (milli)?seconds.{20}`)
	for _, path := range []string{
		"/trials/" + string(v.ID) + "/measured", "/trials/" + string(v.ID) + "/report", "/sandboxes/" + string(v.Entries[0].Sandbox.ID),
	} {
		said := official.get(path).said()
		if !regexp.MustCompile(`\d milliseconds|less than a millisecond`).MatchString(said) {
			t.Errorf("%s says no short time: %s", path, said)
		}
		for _, found := range nothing.FindAllString(said, -1) {
			t.Errorf("%s says %q", path, found)
		}
	}
}

// tied is a trial whose products were given the same marks for all that counts.
func (r *rig) tied() den.TrialView {
	r.Helper()
	ctx, by := context.Background(), r.people["official"].Act()
	t, err := r.den.AddTrial(ctx, by, den.NewTrial{
		Name: "Two that are as good", Question: "Which of the two is better?", Scheme: den.SchemeRef{ID: "first-look", Version: 1}, Releases: r.releases,
		Evaluators: []den.ID{r.people["evaluator"].ID, r.people["colleague"].ID}, Weights: map[string]float64{"answers-quickly": 0, "price": 0}, // people alone decide
	})
	r.must(err)
	t, err = r.den.StartTrial(ctx, by, t.ID, 0, den.Once{})
	r.must(err)
	for n, name := range []string{"evaluator", "colleague"} {
		who := r.people[name].Act()
		_, err := r.den.Declare(ctx, who, t.ID, den.NewDeclaration{Stake: den.NoStake})
		r.must(err)
		for _, e := range t.Entries {
			scores := map[string]den.Score{}
			for _, c := range t.Scheme.Criteria() {
				if c.ScoredBy == den.ByPeople {
					m := 3 + n
					scores[c.ID] = den.Score{Mark: &m, Reason: "It did what it should."}
				}
			}
			_, err := r.den.SaveAssessment(ctx, who, den.NewAssessment{Trial: t.ID, Entry: e.ID, Scores: scores, Submit: true})
			r.must(err)
		}
	}
	return r.end(t)
}

// A tie that nothing untested could break is said as one: nobody is called the winner.
func TestATieIsSaidAsOne(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	v := r.tied()
	page := r.visitor("official").get("/trials/" + string(v.ID) + "/report")
	page.shows("main", "share first place, with 70 marks out of 100.")
	for _, e := range v.Entries {
		page.shows("tr", e.ProductName+" "+e.SupplierName+" 1 70.0")
	}
}
