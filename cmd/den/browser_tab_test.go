package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// chromium starts one browser, with a folder of its own.
func chromium(t *testing.T) context.Context {
	t.Helper()
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	for _, flag := range []string{"no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocated, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, leave := chromedp.NewContext(allocated)
	ctx, late := context.WithTimeout(ctx, 20*time.Minute)
	t.Cleanup(func() {
		// Cancel waits until the browser has ended and its folder is gone.
		if err := chromedp.Cancel(ctx); err != nil {
			t.Log(err)
		}
		late()
		leave()
		stop()
	})
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return ctx
}

// tab is one page in one person's browser. It notes what a person would not see: what
// the console says, and the markup as the server sent it.
type tab struct {
	*testing.T
	ctx  context.Context
	seen *sights
	root string // where the den is

	isPlain bool // it runs no scripts

	mu       sync.Mutex
	console  []string
	isTorn   bool // a request was cut off since it was last asked
	document network.RequestID
	bytes    float64
}

// person gives somebody a browser of their own: its cookies are nobody else's.
func (d *seenDen) person(t *testing.T) *tab {
	t.Helper()
	var window target.ID
	err := chromedp.Run(d.browser, chromedp.ActionFunc(func(ctx context.Context) error {
		ctx = cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser)
		own, err := target.CreateBrowserContext().Do(ctx)
		if err != nil {
			return err
		}
		window, err = target.CreateTarget("about:blank").WithBrowserContextID(own).WithNewWindow(true).Do(ctx)
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
	// Cancelled with the browser: a later part of the test goes on in the same tab.
	ctx, leave := chromedp.NewContext(d.browser, chromedp.WithTargetID(window))
	d.leave(leave)
	return d.adopt(t, ctx)
}

func (d *seenDen) adopt(t *testing.T, ctx context.Context) *tab {
	t.Helper()
	b := &tab{T: t, ctx: ctx, seen: d.sights, root: d.root}
	chromedp.ListenTarget(ctx, b.hear)
	// The first run takes hold of the tab, and must not be bounded: a bound would close it.
	if err := chromedp.Run(ctx); err != nil {
		t.Fatal(err)
	}
	b.width(desktop)
	return b
}

func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *cdplog.EventEntryAdded:
		isGrave := e.Entry.Level == cdplog.LevelError || e.Entry.Level == cdplog.LevelWarning
		// An answer of 4xx is a page of its own here, and is looked at as one.
		if strings.Contains(e.Entry.Text, netChanged) {
			b.isTorn = true
		} else if isGrave && !strings.Contains(e.Entry.Text, "status of 4") {
			b.console = append(b.console, e.Entry.Text+" "+e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		b.console = append(b.console, e.ExceptionDetails.Error())
	case *network.EventRequestWillBeSent:
		if at, err := url.Parse(e.Request.URL); err == nil && e.Request.Method == "GET" && "http://"+at.Host == b.root {
			b.seen.visit(at.Path)
		}
	case *network.EventLoadingFinished:
		b.bytes += e.EncodedDataLength
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument {
			b.document = e.RequestID
		}
	}
}

func (b *tab) do(actions ...chromedp.Action) {
	b.Helper()
	ctx, stop := context.WithTimeout(b.ctx, 30*time.Second)
	defer stop()
	if err := chromedp.Run(ctx, actions...); err != nil {
		b.Fatalf("%v\n%s", err, b.text())
	}
}

// width makes the screen as wide; height is always the same.
func (b *tab) width(pixels int64) {
	b.Helper()
	b.do(emulation.SetDeviceMetricsOverride(pixels, 900, 1, false))
}

// read evaluates an expression of the page.
func read[T any](b *tab, expression string) T {
	b.Helper()
	var value T
	b.do(chromedp.Evaluate(expression, &value))
	return value
}

// in gives the tab to another part of the test.
func (b *tab) in(t *testing.T) *tab {
	b.T = t
	return b
}

func (b *tab) text() string {
	var text string
	_ = chromedp.Run(b.ctx, chromedp.Evaluate(`location.href + "\n" + document.body.innerText`, &text))
	return text
}

// until waits for an expression to be true, through navigations too.
func (b *tab) until(expression string) {
	b.Helper()
	b.await(expression, func() bool {
		var so bool
		// A navigation takes the page away from under the expression: ask the next one.
		err := chromedp.Run(b.ctx, chromedp.Evaluate(`!!(`+expression+`)`, &so))
		return err == nil && so
	})
}

// soon says whether an expression becomes true within two seconds.
func (b *tab) soon(expression string) bool {
	b.Helper()
	deadline := time.After(2 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var so bool
		err := chromedp.Run(b.ctx, chromedp.Evaluate(`!!(`+expression+`)`, &so))
		if err == nil && so {
			return true
		}
		select {
		case <-tick.C:
		case <-deadline:
			return false
		}
	}
}

func (b *tab) await(what string, so func() bool) {
	b.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-deadline:
			b.Fatalf("never: %s\n%s", what, b.text())
		case <-b.ctx.Done():
			b.Fatal(b.ctx.Err())
		}
	}
}

// isWhole says in the page that all of it is there. Its script is a module, which the
// browser runs before it says so.
const isWhole = `document.readyState === 'complete'`

// netChanged is what Chromium says of every request on its way when an interface comes or
// goes on this machine, which the engine's own do.
const netChanged = "net::ERR_NETWORK_CHANGED"

// open goes to a page of the den, again where the network of this machine changed meanwhile.
func (b *tab) open(path string) {
	b.Helper()
	var err error
	for range 20 {
		b.torn()
		ctx, stop := context.WithTimeout(b.ctx, 30*time.Second)
		err = chromedp.Run(ctx, chromedp.Navigate(b.root+path))
		stop()
		if err != nil && !strings.Contains(err.Error(), netChanged) {
			break
		}
		if err == nil {
			b.until(isWhole)
		}
		if torn := b.torn(); err == nil && !torn {
			return
		}
	}
	b.Fatalf("%s: the network of this machine changed again and again, or: %v\n%s", path, err, b.text())
}

// torn says whether a request was cut off since it was last asked.
func (b *tab) torn() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	was := b.isTorn
	b.isTorn = false
	return was
}

// front brings the tab before the others of its window: a page that nobody sees holds
// no connection.
func (b *tab) front() {
	b.Helper()
	b.do(page.BringToFront())
}

// at is the path of the page that is open.
func (b *tab) at() string { return read[string](b, `location.pathname`) }

// place finds where to click on the one visible thing that says the words. A live part
// may be made anew at any moment, so the place is used at once and never kept.
func (b *tab) place(kinds, words string) (x, y float64) {
	b.Helper()
	var at []float64
	b.await(fmt.Sprintf("%s %q", kinds, words), func() bool {
		err := chromedp.Run(b.ctx, chromedp.Evaluate(fmt.Sprintf(`(() => {
			const says = (one) => one.innerText.replace(/\s+/g, ' ').trim()
			const all = [...document.querySelectorAll(%q)].filter((one) => one.checkVisibility())
			const found = all.find((one) => says(one) === %[2]q) ?? all.find((one) => says(one).startsWith(%[2]q))
			found?.scrollIntoView({block: 'center', behavior: 'instant'})
			const box = found?.getClientRects()[0]
			return box ? [box.x + Math.min(box.width / 2, 40), box.y + box.height / 2] : []
		})()`, kinds, words), &at))
		return err == nil && len(at) == 2
	})
	return at[0], at[1]
}

// click clicks as a person does, on what says the words.
func (b *tab) click(kinds, words string) {
	b.Helper()
	x, y := b.place(kinds, words)
	b.do(chromedp.MouseClickXY(x, y))
}

// press clicks the link or button that says the words, and waits for the page behind it.
func (b *tab) press(words string) {
	b.Helper()
	b.do(evaluate(`(() => {
		document.documentElement.dataset.old = 'yes'
		addEventListener('beforeunload', () => { document.documentElement.dataset.left = 'yes' })
	})()`))
	const tries = 3 // a live part that is made anew between finding and clicking is clicked beside
	for range tries {
		b.click(`a, button`, words)
		if b.soon(`!document.documentElement.dataset.old || document.documentElement.dataset.left`) {
			break
		}
	}
	b.until(`!document.documentElement.dataset.old && ` + isWhole)
}

// choose clicks the label that says the words.
func (b *tab) choose(words string) {
	b.Helper()
	b.click(`label`, words)
}

// write types into a field, over what was there.
func (b *tab) write(selector, text string) {
	b.Helper()
	b.do(chromedp.Focus(selector, chromedp.ByQuery), chromedp.Evaluate(`document.activeElement.select()`, nil), input.InsertText(text))
}

// opened clicks what opens a new tab, and gives that tab.
func (b *tab) opened(d *seenDen, words string) *tab {
	b.Helper()
	ids := chromedp.WaitNewTarget(b.ctx, func(i *target.Info) bool { return i.Type == "page" && i.URL != "" })
	b.click(`a`, words)
	select {
	case id := <-ids:
		ctx, leave := chromedp.NewContext(b.ctx, chromedp.WithTargetID(id))
		b.Cleanup(leave)
		return d.adopt(b.T, ctx)
	case <-time.After(30 * time.Second):
		b.Fatalf("%q opened nothing", words)
		return nil
	}
}

// shows fails unless what the selector finds says the words.
func (b *tab) shows(selector, words string) {
	b.Helper()
	said := read[string](b, fmt.Sprintf(`[...document.querySelectorAll(%q)].map((one) => one.innerText).join("\n")`, selector))
	if !strings.Contains(said, words) {
		b.Errorf("%s at %s does not say %q, but %q", selector, b.at(), words, said)
	}
}

// signIn chooses a person of the demo on the sign-in page that is open.
func (b *tab) signIn(name string) {
	b.Helper()
	b.press(name)
	b.shows(".den-who", name)
}

// isQuiet fails where the console said anything.
func (b *tab) isQuiet() {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, one := range b.console {
		b.Errorf("the console says: %s", one)
	}
}
