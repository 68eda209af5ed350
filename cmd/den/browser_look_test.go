package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// The two screens that every page is looked at on.
const (
	desktop = 1280
	phone   = 320
)

const modules = "../../web/assets/node_modules"

// sights is what was seen in all tabs of a test: paths of the den that were asked for,
// and the markup of each page that was looked at.
type sights struct {
	axe string // the source

	mu      sync.Mutex
	visited map[string]bool
	folder  string
	pages   int
}

func newSights(t *testing.T) *sights {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(modules, "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("%v. Run: npm ci --prefix web/assets", err)
	}
	return &sights{axe: string(source), visited: map[string]bool{}, folder: t.TempDir()}
}

func (s *sights) visit(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.visited[path] = true
}

// look fails where the page that is open is not for everybody: axe at both widths, a
// page that is wider than the screen. Its markup is kept for keepsTheRules.
func (b *tab) look(name string) {
	b.Helper()
	b.keep(name)
	if b.isPlain {
		// The page was loaded without scripts; the checks are one.
		b.do(emulation.SetScriptExecutionDisabled(false))
		defer b.do(emulation.SetScriptExecutionDisabled(true))
	}
	b.do(chromedp.Evaluate(b.seen.axe+";0", nil))
	for _, width := range []int64{phone, desktop} {
		b.width(width)
		for _, broken := range b.broken(width) {
			b.Errorf("%s at %d: %s", name, width, broken)
		}
		if over := read[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			b.Errorf("%s is %d pixels wider than a screen of %d", name, over, width)
		}
		b.shoot(fmt.Sprintf("%s-%d", name, width))
	}
}

// broken gives the rules of WCAG 2.2 AA that the page breaks, with the places. The
// Design System puts the back link outside every landmark, so that rule, which is not
// of WCAG, is left out. Colours, the costliest to judge, are the same at every width.
func (b *tab) broken(width int64) []string {
	b.Helper()
	var found []string
	b.do(chromedp.Evaluate(fmt.Sprintf(`axe.run(document, {
		runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: {region: {enabled: false}, 'color-contrast': {enabled: %t}}, resultTypes: ['violations']
	}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | ')))`, width == desktop),
		&found, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	return found
}

// shoot keeps a picture where DEN_SHOTS names a folder.
func (b *tab) shoot(name string) {
	b.Helper()
	folder := os.Getenv("DEN_SHOTS")
	if folder == "" {
		return
	}
	var picture []byte
	tall, width := read[float64](b, `document.documentElement.scrollHeight`), read[float64](b, `innerWidth`)
	b.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		// Chromium takes no picture that is taller than this.
		clip := &page.Viewport{Width: width, Height: min(tall, 16_000), Scale: 1}
		picture, err = page.CaptureScreenshot().WithCaptureBeyondViewport(true).WithClip(clip).Do(ctx)
		return err
	}))
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
		b.Error(err)
	}
}

// keep writes down the page as the server sent it.
func (b *tab) keep(name string) {
	b.Helper()
	b.mu.Lock()
	document := b.document
	b.mu.Unlock()
	var body []byte
	b.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		body, err = network.GetResponseBody(document).Do(ctx)
		return err
	}))
	b.seen.mu.Lock()
	defer b.seen.mu.Unlock()
	b.seen.pages++
	if err := os.WriteFile(filepath.Join(b.seen.folder, fmt.Sprintf("%02d-%s.html", b.seen.pages, name)), body, 0o600); err != nil {
		b.Error(err)
	}
}

// markup is what html-validate has against a file.
type markup struct {
	FilePath string
	Messages []struct {
		RuleID, Message, Selector string
		Line                      int
	}
}

// validate reads all files of a folder by the rules in web/assets.
func validate(t *testing.T, folder string) []string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "node", filepath.Join(modules, "html-validate/bin/html-validate.mjs"),
		"--config", "../../web/assets/html-validate.json", "--formatter", "json", filepath.Join(folder, "*.html"))
	out, err := command.Output()
	if len(out) == 0 {
		t.Fatalf("html-validate did not run: %v. Run: npm ci --prefix web/assets", err)
	}
	var results []markup
	if err := json.Unmarshal(out, &results); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var found []string
	for _, one := range results {
		for _, m := range one.Messages {
			found = append(found, fmt.Sprintf("%s:%d %s: %s (%s)", filepath.Base(one.FilePath), m.Line, m.RuleID, m.Message, m.Selector))
		}
	}
	return found
}
