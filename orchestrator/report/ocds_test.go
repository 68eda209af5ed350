package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"innovationden/orchestrator/den"
)

// official opens a schema of the standard, which stands in a folder beside the project.
func official(t testing.TB, name string) any {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		for _, beside := range []string{filepath.Join(dir, "..", "shared", "ocds", name), filepath.Join(dir, "shared", "ocds", name)} {
			f, err := os.Open(beside)
			if err != nil {
				continue
			}
			defer func() { _ = f.Close() }()
			schema, err := jsonschema.UnmarshalJSON(f)
			if err != nil {
				t.Fatal(err)
			}
			return schema
		}
	}
	t.Fatalf("the schema %s of OCDS 1.1.5 is in no folder shared/ocds beside the project. Fetch it from standard.open-contracting.org", name)
	return nil
}

// compiled is the official package schema and, besides, our extension put into it.
func compiled(t testing.TB, extended bool) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	const at = "https://standard.open-contracting.org/schema/1__1__5/"
	release := official(t, "release-schema.json")
	if extended {
		var add any
		if err := json.Unmarshal(Patch(), &add); err != nil {
			t.Fatal(err)
		}
		release = merged(release, add)
	}
	for name, doc := range map[string]any{"release-schema.json": release, "release-package-schema.json": official(t, "release-package-schema.json")} {
		if err := c.AddResource(at+name, doc); err != nil {
			t.Fatal(err)
		}
	}
	return c.MustCompile(at + "release-package-schema.json")
}

// merged is a JSON Merge Patch (RFC 7396).
func merged(into, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	m, ok := into.(map[string]any)
	if !ok {
		m = map[string]any{}
	}
	for k, v := range p {
		m[k] = merged(m[k], v)
	}
	return m
}

// faults counts what a document has against a schema.
func faults(t testing.TB, s *jsonschema.Schema, doc any) int {
	t.Helper()
	err := s.Validate(doc)
	if err == nil {
		return 0
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		t.Fatal(err)
	}
	return leaves(invalid)
}

func leaves(e *jsonschema.ValidationError) int {
	if len(e.Causes) == 0 {
		return 1
	}
	n := 0
	for _, c := range e.Causes {
		n += leaves(c)
	}
	return n
}

func packageOf(t testing.TB, r den.Report) map[string]any {
	t.Helper()
	var b bytes.Buffer
	if err := OCDS(&b, r, publisher()); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(&b)
	if err != nil {
		t.Fatal(err)
	}
	return doc.(map[string]any)
}

func TestPackagesAreValidByTheOfficialSchemaWithAndWithoutOurExtension(t *testing.T) {
	plain, extended := compiled(t, false), compiled(t, true)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		doc := packageOf(t, anyReport().Draw(rt, "report"))
		for name, s := range map[string]*jsonschema.Schema{"official": plain, "with the extension": extended} {
			if err := s.Validate(doc); err != nil {
				rt.Fatalf("%s: %v", name, err)
			}
		}
		n++
	})
	if doc := packageOf(t, rich()); faults(t, plain, doc)+faults(t, extended, doc) != 0 {
		t.Error("the rich trial is not valid")
	}
	t.Logf("%d packages", n)
	for n < 200 {
		doc := packageOf(t, anyReport().Example(n))
		if got := faults(t, plain, doc) + faults(t, extended, doc); got > 0 {
			t.Fatalf("%d faults in package %d", got, n)
		}
		n++
	}
}

// A validator that finds nothing proves nothing: each of these is exactly one error.
func TestTheSchemaSeesWhatIsWrong(t *testing.T) {
	s, extended := compiled(t, false), compiled(t, true)
	release := func(p map[string]any) map[string]any { return p["releases"].([]any)[0].(map[string]any) }
	evaluation := func(p map[string]any) map[string]any {
		return release(p)["planning"].(map[string]any)["trialEvaluation"].(map[string]any)
	}
	type spoil = func(map[string]any)
	spoils := map[string]spoil{
		"the tag pilot": func(p map[string]any) { release(p)["tag"] = []any{"pilot"} },
		"a milestone that is done": func(p map[string]any) {
			release(p)["planning"].(map[string]any)["milestones"].([]any)[0].(map[string]any)["status"] = "done"
		},
		"the version 1.1.5":        func(p map[string]any) { p["version"] = "1.1.5" },
		"a tender without an id":   func(p map[string]any) { delete(release(p)["tender"].(map[string]any), "id") },
		"a publisher without name": func(p map[string]any) { delete(p["publisher"].(map[string]any), "name") },
	}
	for _, key := range []string{"uri", "version", "publishedDate", "publisher", "releases"} {
		spoils["no "+key] = func(p map[string]any) { delete(p, key) }
	}
	for _, key := range []string{"ocid", "id", "date", "tag", "initiationType"} {
		spoils["a release without "+key] = func(p map[string]any) { delete(release(p), key) }
	}
	for name, spoil := range spoils {
		doc := packageOf(t, rich())
		spoil(doc)
		if got := faults(t, s, doc); got != 1 {
			t.Errorf("%s: %d errors, want 1", name, got)
		}
	}
	for name, spoil := range map[string]spoil{
		"scores without a scheme": func(p map[string]any) { delete(evaluation(p), "scheme") },
		"a mark in words":         func(p map[string]any) { evaluation(p)["scores"].([]any)[0].(map[string]any)["mark"] = "good" },
	} {
		doc := packageOf(t, rich())
		spoil(doc)
		if got := faults(t, extended, doc); got != 1 {
			t.Errorf("%s: %d errors by the extension, want 1", name, got)
		}
		if got := faults(t, s, doc); got != 0 {
			t.Errorf("%s: %d errors by the official schema, which does not know it", name, got)
		}
	}
}

// The published schema fits every report, and sees one that is not.
func TestEveryReportIsValidByThePublishedSchema(t *testing.T) {
	text, err := Schema("https://den.example.gov.uk" + SchemaPath)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("report.json", doc); err != nil {
		t.Fatal(err)
	}
	s := c.MustCompile("report.json")
	read := func(r den.Report) map[string]any {
		one, err := jsonschema.UnmarshalJSON(bytes.NewReader(bytesOf(t, den.FormJSON, r)))
		if err != nil {
			t.Fatal(err)
		}
		return one.(map[string]any)
	}
	rapid.Check(t, func(rt *rapid.T) {
		if err := s.Validate(read(anyReport().Draw(rt, "report"))); err != nil {
			rt.Fatal(err)
		}
	})
	one := read(rich())
	if got := faults(t, s, one); got != 0 {
		t.Errorf("%d faults of the rich one: %v", got, s.Validate(one))
	}
	delete(one, "finding")
	one["surprise"] = true
	if got := faults(t, s, one); got != 2 {
		t.Errorf("a field too few and one too many are %d faults", got)
	}
}

// The removal of sandboxes is met when the last one is gone, and not before.
func TestTheRemovalIsMetWhenTheLastSandboxIsGone(t *testing.T) {
	r := rich()
	r.Receipts = []den.ReportReceipt{{Entry: "ent_1", EndedAt: noon(6)}, {Entry: "ent_2", EndedAt: noon(4)}}
	r.Trial.ClosedAt = noon(6)
	if m := ocdsRemoval(r); m.Status != "met" || !m.DateMet.Equal(noon(6)) {
		t.Errorf("all are gone: %+v", m)
	}
	r.Trial.ClosedAt = time.Time{}
	if m := ocdsRemoval(r); m.Status != "partiallyMet" || !m.DateMet.IsZero() {
		t.Errorf("one runs still: %+v", m)
	}
}
