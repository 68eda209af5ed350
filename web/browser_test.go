package web_test

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is one Chromium for one test; complaints are what its console said.
type browser struct {
	*rig
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	isTorn     bool // a request was cut off since it was last asked
}

// netChanged is what Chromium says of every request on its way when an interface comes or
// goes on this machine, which the engine's own do, in tests beside this one too.
const netChanged = "net::ERR_NETWORK_CHANGED"

func (r *rig) browser() *browser {
	r.Helper()
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	for _, flag := range []string{"no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocated, stop := chromedp.NewExecAllocator(context.WithoutCancel(r.Context()), options...)
	ctx, leave := chromedp.NewContext(allocated)
	ctx, late := context.WithTimeout(ctx, 20*time.Minute)
	r.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			r.Log(err)
		}
		late()
		leave()
		stop()
	})
	b := &browser{rig: r, ctx: ctx}
	chromedp.ListenTarget(ctx, func(event any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := event.(type) {
		case *cdplog.EventEntryAdded:
			isGrave := e.Entry.Level == cdplog.LevelError || e.Entry.Level == cdplog.LevelWarning
			if strings.Contains(e.Entry.Text, netChanged) {
				b.isTorn = true
			} else if isGrave && !strings.Contains(e.Entry.Text, "status of 4") {
				b.complaints = append(b.complaints, e.Entry.Text+" "+e.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			b.complaints = append(b.complaints, e.ExceptionDetails.Error())
		}
	})
	b.must(chromedp.Run(ctx, cdppage.SetBypassCSP(true))) // which starts it
	return b
}

// do does one thing after the other. What has not come after two minutes does not come.
func (b *browser) do(actions ...chromedp.Action) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Minute)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		var at string
		_ = chromedp.Run(b.ctx, chromedp.Location(&at))
		b.Fatalf("at %s: %v", at, err)
	}
}

// as makes the browser one of the people, or nobody.
func (b *browser) as(name string) {
	b.Helper()
	b.do(network.ClearBrowserCookies())
	if name == "" {
		return
	}
	home, err := url.Parse(b.server.URL)
	b.must(err)
	for _, c := range b.visitor(name).client.Jar.Cookies(home) {
		b.do(network.SetCookie(c.Name, c.Value).WithURL(b.server.URL).WithHTTPOnly(true))
	}
}

func (b *browser) width(pixels int64) {
	b.Helper()
	b.do(emulation.SetDeviceMetricsOverride(pixels, 900, 1, false))
}

// open goes to a page, again where the network of this machine changed meanwhile.
func (b *browser) open(path string) {
	b.Helper()
	var err error
	for range 20 {
		b.torn()
		err = chromedp.Run(b.ctx, chromedp.Navigate(b.server.URL+path), chromedp.WaitReady(`body`), chromedp.Poll(`document.readyState === 'complete'`, nil))
		if torn := b.torn(); err == nil && !torn {
			b.do(chromedp.WaitReady(`body.govuk-frontend-supported`))
			return
		}
		if err != nil && !strings.Contains(err.Error(), netChanged) {
			break
		}
	}
	b.Fatalf("%s: the network of this machine changed again and again, or: %v", path, err)
}

// torn says whether a request was cut off since it was last asked.
func (b *browser) torn() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	was := b.isTorn
	b.isTorn = false
	return was
}

// until waits for an expression to be true.
func (b *browser) until(expression string) {
	b.Helper()
	if err := chromedp.Run(b.ctx, chromedp.Poll(expression, nil, chromedp.WithPollingTimeout(30*time.Second))); err != nil {
		var text string
		_ = chromedp.Run(b.ctx, chromedp.Evaluate(`document.body.innerText`, &text))
		b.Fatalf("%s: %v\n%s", expression, err, text)
	}
}

// axe gives the rules of WCAG 2.2 AA that the page breaks, with the places. The Design
// System puts the back link outside every landmark, so that rule, which is not of WCAG,
// is left out. Colours, the costliest to judge, are the same at every width.
func (b *browser) axe(isWide bool) []string {
	b.Helper()
	source, err := os.ReadFile("assets/node_modules/axe-core/axe.min.js")
	b.must(err)
	var found []string
	b.do(chromedp.Evaluate(string(source)+";0", nil), chromedp.Evaluate(`axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'],
		rules: {region: {enabled: false}, 'color-contrast': {enabled: `+strconv.FormatBool(isWide)+`}}, resultTypes: ['violations']})
		.then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | ')))`,
		&found, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	return found
}

// check fails where the page is not for everybody: axe, the width of the page, and the
// markup as the server sent it.
func (b *browser) check(name string) {
	b.Helper()
	var over, width int
	b.do(chromedp.Evaluate(`document.documentElement.scrollWidth - innerWidth`, &over), chromedp.Evaluate(`innerWidth`, &width))
	const desktop = 1280
	for _, broken := range b.axe(width >= desktop) {
		b.Errorf("%s: %s", name, broken)
	}
	if over > 0 {
		b.Errorf("%s is %d pixels wider than the screen", name, over)
	}
	folder := os.Getenv("DEN_SHOTS")
	if folder == "" {
		return
	}
	var picture []byte
	var tall float64
	b.do(chromedp.Evaluate(`document.documentElement.scrollHeight`, &tall), chromedp.ActionFunc(func(ctx context.Context) (err error) {
		// Chromium takes no picture that is taller than this.
		clip := &cdppage.Viewport{Width: float64(width), Height: min(tall, 16_000), Scale: 1}
		picture, err = cdppage.CaptureScreenshot().WithCaptureBeyondViewport(true).WithClip(clip).Do(ctx)
		return err
	}))
	b.must(os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600))
}

func (b *browser) isQuiet() {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, one := range b.complaints {
		b.Errorf("the console says: %s", one)
	}
}

func TestChromiumEveryPage(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	for _, pages := range []func() []shown{r.emptyPages, r.everyPage} {
		for _, width := range []int64{1280, 320} {
			b.width(width)
			for _, one := range pages() {
				b.visit(one, width)
			}
		}
	}
	b.isQuiet()
}

// visit opens a page, presses what it is to be pressed, and checks it. DEN_PAGES, a
// pattern of names, leaves out all others: pictures of a few pages are taken in seconds.
func (b *browser) visit(one shown, width int64) {
	b.Helper()
	if only, err := regexp.Compile(os.Getenv("DEN_PAGES")); err != nil || !only.MatchString(one.name) {
		b.must(err)
		return
	}
	b.as(one.who)
	b.open(one.path)
	if one.press != "" {
		b.do(chromedp.Evaluate(one.press, nil), chromedp.WaitReady(`.govuk-error-summary`), chromedp.WaitReady(`body.govuk-frontend-supported`))
	}
	b.check(one.name + "-" + strconv.FormatInt(width, 10))
}
