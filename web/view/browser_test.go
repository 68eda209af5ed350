package view_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is one Chromium for one test; complaints are what its console said.
type browser struct {
	ctx context.Context

	mu         sync.Mutex
	complaints []string
}

func launch(t *testing.T) *browser {
	t.Helper()
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	for _, flag := range []string{"no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocated, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, leave := chromedp.NewContext(allocated)
	ctx, late := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(func() {
		// Cancel waits until the browser has ended and its folder is gone.
		if err := chromedp.Cancel(ctx); err != nil {
			t.Log(err)
		}
		late()
		leave()
		stop()
	})
	b := &browser{ctx: ctx}
	chromedp.ListenTarget(ctx, func(event any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := event.(type) {
		case *cdplog.EventEntryAdded:
			isGrave := e.Entry.Level == cdplog.LevelError || e.Entry.Level == cdplog.LevelWarning
			if isGrave && !strings.Contains(e.Entry.Text, "422") && !strings.Contains(e.Entry.URL, "/autosave") {
				b.complaints = append(b.complaints, e.Entry.Text)
			}
		case *runtime.EventExceptionThrown:
			b.complaints = append(b.complaints, e.ExceptionDetails.Error())
		}
	})
	return b
}

func (b *browser) do(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// until waits for an expression to be true.
func (b *browser) until(t *testing.T, expression string) {
	t.Helper()
	if err := chromedp.Run(b.ctx, chromedp.Poll(expression, nil, chromedp.WithPollingTimeout(30*time.Second))); err != nil {
		var text string
		_ = chromedp.Run(b.ctx, chromedp.Evaluate(`document.body.innerText`, &text))
		t.Fatalf("%s: %v\n%s", expression, err, text)
	}
}

func (b *browser) isQuiet(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, one := range b.complaints {
		t.Errorf("the console says: %s", one)
	}
}

// axe gives the rules of WCAG 2.2 AA that the page breaks, with the places.
func (b *browser) axe(t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile("../assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	b.do(t, chromedp.Evaluate(string(source)+";0", nil), chromedp.Evaluate(`axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})
		.then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | ')))`,
		&found, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	return found
}

func (b *browser) shoot(t *testing.T, name string) {
	t.Helper()
	folder := os.Getenv("DEN_SHOTS")
	if folder == "" {
		return
	}
	var picture []byte
	b.do(t, chromedp.FullScreenshot(&picture, 100))
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
		t.Error(err)
	}
}

func TestTheGalleryIsForEverybody(t *testing.T) {
	d, b := open(t), launch(t)
	for _, width := range []int64{1280, 320} {
		for _, state := range []string{"fresh", "wrong"} {
			t.Run(fmt.Sprintf("%s at %d", state, width), func(t *testing.T) {
				b.do(t, emulation.SetDeviceMetricsOverride(width, 900, 1, false), chromedp.Navigate(d.URL+"/"), chromedp.WaitReady(`[data-govuk-button-init]`))
				if state == "wrong" {
					b.do(t, chromedp.Evaluate(`document.querySelector('form[novalidate]').submit()`, nil),
						chromedp.WaitVisible(`.govuk-error-summary`), chromedp.WaitReady(`[data-govuk-button-init]`))
				}
				b.shoot(t, fmt.Sprintf("gallery-%s-%d", state, width))
				for _, broken := range b.axe(t) {
					t.Error(broken)
				}
				var over int
				b.do(t, chromedp.Evaluate(`document.documentElement.scrollWidth - innerWidth`, &over))
				if over > 0 {
					t.Errorf("the page is %d pixels wider than the screen", over)
				}
			})
		}
	}
	b.isQuiet(t)
}

func TestAxeSeesAPageThatIsNotForEverybody(t *testing.T) {
	d, b := open(t), launch(t)
	b.do(t, chromedp.Navigate(d.URL+"/"), chromedp.WaitReady(`[data-govuk-button-init]`),
		chromedp.Evaluate(`document.querySelector('label[for=name]').remove()`, nil))
	if found := b.axe(t); len(found) == 0 {
		t.Error("an input without a label was not seen")
	}
}

func TestTheConsoleShowsWhatThePolicyRefuses(t *testing.T) {
	d, b := open(t), launch(t)
	b.do(t, chromedp.Navigate(d.URL+"/"), chromedp.WaitReady(`body`),
		chromedp.Evaluate(`document.body.insertAdjacentHTML('beforeend', '<p style="color:red">x</p><img src="https://example.org/x.png">')`, nil))
	b.until(t, `!!document.querySelector('img')`)
	b.do(t, chromedp.Evaluate(`1`, nil))
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.complaints) == 0 {
		t.Error("an inline style and a foreign picture were let through without a word")
	}
}

func TestAFormSavesItself(t *testing.T) {
	d, b := open(t), launch(t)
	said := `document.querySelector('[data-autosave-said]').textContent`
	b.do(t, chromedp.Navigate(d.URL+"/"), chromedp.WaitReady(`[data-govuk-button-init]`),
		chromedp.SendKeys(`#name`, "Booking"), chromedp.SendKeys(`#password`, "secret"), chromedp.Focus(`#days`))
	b.until(t, said+` === 'Saved'`)
	saved := d.kept()
	if got := saved[len(saved)-1].Get("name"); got != "Booking" {
		t.Errorf("saved %q", got)
	}
	for _, one := range saved {
		if one.Has("password") {
			t.Error("the password was sent along")
		}
	}

	d.answer(303)
	b.do(t, chromedp.SendKeys(`#name`, " of rooms"), chromedp.Click(`#size-2`), chromedp.Focus(`#days`))
	b.until(t, said+`.startsWith('Not saved. You are signed out')`)
	before := len(d.kept())
	d.answer(204)
	b.do(t, chromedp.Navigate(d.URL+"/"), chromedp.WaitReady(`[data-govuk-button-init]`))
	b.until(t, `document.querySelector('#name').value === 'Booking of rooms' && document.querySelector('#size-2').checked`)
	b.until(t, said+` === 'Saved'`)
	saved = d.kept()
	if len(saved) == before || saved[len(saved)-1].Get("name") != "Booking of rooms" || saved[len(saved)-1].Get("size") != "l" {
		t.Errorf("what was put back was not saved: %v", saved[before:])
	}
	b.until(t, `sessionStorage.length === 0`)
	b.isQuiet(t)
}

func TestWhatOnePersonTypedIsNotShownToTheNext(t *testing.T) {
	d, b := open(t), launch(t)
	for name, copied := range map[string]string{
		"another person":                   `{"who":"u2","rev":"1","typed":[["name","Secret"]]}`,
		"another revision":                 `{"who":"u1","rev":"0","typed":[["name","Secret"]]}`,
		"the same person (must be seen)":   `{"who":"u1","rev":"1","typed":[["name","Secret"]]}`,
		"a field that is not on this page": `{"who":"u1","rev":"1","typed":[["x","Secret"]]}`,
		"what was sent, without revision":  `{"who":"u1","rev":"","isSent":true,"typed":[["name","Secret"]]}`,
	} {
		t.Run(name, func(t *testing.T) {
			set := fmt.Sprintf(`sessionStorage.setItem('den:typed:/autosave', %q)`, copied)
			var value string
			b.do(t, chromedp.Navigate(d.URL+"/"), chromedp.WaitReady(`[data-govuk-button-init]`), chromedp.Evaluate(set, nil),
				chromedp.Navigate(d.URL+"/"), chromedp.WaitReady(`[data-govuk-button-init]`), chromedp.Value(`#name`, &value))
			if got, want := value == "Secret", strings.HasPrefix(name, "the same"); got != want {
				t.Errorf("shown: %v, want %v", got, want)
			}
			b.until(t, `sessionStorage.length === 0`)
		})
	}
}

func TestALivePartFollowsTheServer(t *testing.T) {
	d, b := open(t), launch(t)
	b.do(t, chromedp.Navigate(d.URL+"/"), chromedp.WaitReady(`[data-govuk-button-init]`))
	b.until(t, `document.querySelector('time[data-until]').textContent === '2 days 4 hours'`)
	d.fragments <- "data: <p><a id=\"go\" href=\"/go\">Ready</a>\ndata:  <time data-until=\"2026-06-03T15:30:00Z\" data-left=\"90030\">x</time></p>\n\n"
	b.until(t, `document.querySelector('#state time')?.textContent === '1 day 1 hour'`)
	b.do(t, chromedp.Focus(`#go`))
	d.fragments <- "data: <p>Now <a id=\"go\" href=\"/go\">open</a></p>\n\n"
	b.until(t, `document.querySelector('#state').textContent === 'Now open' && document.activeElement.id === 'go'`)
	d.fragments <- "event: done\ndata: x\n\n"
	d.fragments <- "data: <p>too late</p>\n\n"
	b.until(t, `document.querySelector('#state').textContent === 'Now open'`)
	b.isQuiet(t)
}

func TestTheGalleryWorksWithoutJavaScript(t *testing.T) {
	d, b := open(t), launch(t)
	var title, value string
	var hidden bool
	b.do(t, emulation.SetScriptExecutionDisabled(true), chromedp.Navigate(d.URL+"/"), chromedp.WaitReady(`#name`),
		chromedp.SendKeys(`#days`, "ninety"), chromedp.Submit(`#name`), chromedp.WaitVisible(`.govuk-error-summary`),
		chromedp.Title(&title), chromedp.Value(`#days`, &value),
		chromedp.Evaluate(`document.body.classList.contains('js-enabled')`, &hidden))
	if title != "Error: Gallery - Innovation Den" || value != "ninety" || hidden {
		t.Errorf("title %q, value %q, with JavaScript: %v", title, value, hidden)
	}
	b.isQuiet(t)
}

func TestTheGalleryIsValidHTML(t *testing.T) {
	d := open(t)
	page := fetch(t, d.Client(), d.URL+"/")
	if found := validate(t, page); len(found) > 0 {
		t.Errorf("html-validate: %s", strings.Join(found, "\n"))
	}
	broken := strings.Replace(page, `id="main-content"`, `id="main-content" id="twice"`, 1)
	if found := validate(t, broken); len(found) == 0 {
		t.Error("html-validate does not see an attribute that stands twice")
	}
}

// validate gives what html-validate finds, by the rules in web/assets.
func validate(t *testing.T, page string) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "node", "../assets/node_modules/html-validate/bin/html-validate.mjs",
		"--config", "../assets/html-validate.json", "--formatter", "json", file)
	out, err := command.Output()
	if len(out) == 0 {
		t.Fatalf("html-validate did not run: %v. Run: npm ci --prefix web/assets", err)
	}
	var results []struct {
		Messages []struct {
			RuleID, Message, Selector string
			Line                      int
		}
	}
	if err := json.Unmarshal(out, &results); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var found []string
	for _, result := range results {
		for _, one := range result.Messages {
			found = append(found, fmt.Sprintf("%d %s: %s (%s)", one.Line, one.RuleID, one.Message, one.Selector))
		}
	}
	return found
}
