package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// A link that its reader cannot follow ends on "Page not found", and nobody then knows
// whether they did something wrong.
func TestEveryLinkLeadsSomewhereForWhoSeesIt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	visitors, seen := map[string]*visitor{}, map[string]bool{}
	for one := range r.allPages() {
		v, ok := visitors[one.who]
		if !ok {
			v = r.visitor(one.who)
			visitors[one.who] = v
		}
		for _, link := range v.get(one.path).all("a[href^='/']") {
			href, _, _ := strings.Cut(attribute(link, "href"), "#")
			key := one.who + " " + href
			if seen[key] || isEndless(href) {
				continue
			}
			seen[key] = true
			if got := v.get(href); got.Status == http.StatusNotFound || got.Status == http.StatusForbidden {
				t.Errorf("%s, shown to %q, links to %s (%q), which answers %d", one.path, one.who, href, words(link), got.Status)
			}
		}
	}
	if len(seen) < 500 {
		t.Errorf("only %d links were followed", len(seen))
	}
}

// isEndless says that an address answers for longer than a test waits.
func isEndless(href string) bool { return strings.HasPrefix(href, "/host/profiles/") }
