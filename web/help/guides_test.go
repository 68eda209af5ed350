package help

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEveryGuideIsMadeAndFound(t *testing.T) {
	guides, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if len(guides.Groups()) != len(order()) || len(guides.all()) < 16 {
		t.Errorf("%d guides in %d groups", len(guides.all()), len(guides.Groups()))
	}
	for _, guide := range guides.all() {
		if found, ok := guides.Find(guide.Name); !ok || found.Title == "" || found.Summary == "" {
			t.Errorf("%q is not found, or has no title or summary", guide.Name)
		}
		if n := strings.Count(string(guide.HTML), "<h1"); n != 1 {
			t.Errorf("%s has %d main headings", guide.Name, n)
		}
		for _, tag := range regexp.MustCompile(`<(p|ul|ol|h1|h2|a|pre|table)([ >])`).FindAllString(string(guide.HTML), -1) {
			if strings.HasSuffix(tag, ">") {
				t.Errorf("%s has a bare %s", guide.Name, tag)
			}
		}
	}
	if _, ok := guides.Find("../decisions"); ok {
		t.Error("something that is no guide was found")
	}
}

func TestLinksBetweenGuidesLeadSomewhere(t *testing.T) {
	guides, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, guide := range guides.all() {
		for _, link := range regexp.MustCompile(`href="/help/([^"]*)"`).FindAllStringSubmatch(string(guide.HTML), -1) {
			if _, ok := guides.Find(link[1]); !ok {
				t.Errorf("%s leads to %s, which is not there", guide.Name, link[1])
			}
		}
	}
}

func TestAGuideCannotRunAnything(t *testing.T) {
	files := fstest.MapFS{"a.md": {Data: []byte("# A\n\nSummary.\n\n<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>\n")}}
	guides, err := read(files, []shelf{{"suppliers", []string{"a"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "javascript:", "onerror", "<img"} {
		if strings.Contains(string(guides.all()[0].HTML), bad) {
			t.Errorf("the markup has %s: %s", bad, guides.all()[0].HTML)
		}
	}
}

func TestAGuideThatIsWrongStopsTheStart(t *testing.T) {
	good := &fstest.MapFile{Data: []byte("# A\n\nSummary.\n")}
	for name, files := range map[string]fstest.MapFS{
		"missing":           {},
		"not listed":        {"a.md": good, "b.md": good},
		"without a title":   {"a.md": {Data: []byte("A\n\nSummary.\n")}},
		"without a summary": {"a.md": {Data: []byte("# A\n")}},
	} {
		if _, err := read(files, []shelf{{"suppliers", []string{"a"}}}); err == nil {
			t.Errorf("a guide %s was taken", name)
		}
	}
	if _, err := read(fstest.MapFS{"a.md": good, "decisions.md": good}, []shelf{{"suppliers", []string{"a"}}}); err != nil {
		t.Errorf("the control: %v", err)
	}
}
