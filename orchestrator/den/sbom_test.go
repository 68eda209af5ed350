package den_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

func TestAnSBOMIsReadInBothForms(t *testing.T) {
	for text, want := range map[string][]den.Component{
		`{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"group":"org.acme","name":"tree","version":"2","purl":"pkg:maven/org.acme/tree@2",
			"licenses":[{"license":{"name":"Acme Licence"}},{"expression":"MIT OR Apache-2.0"}],"components":[{"name":"leaf"}]}]}`: {
			{Name: "org.acme/tree", Version: "2", Licence: "Acme Licence, MIT OR Apache-2.0", Address: "pkg:maven/org.acme/tree@2"}, {Name: "leaf"},
		},
		"\ufeff" + `{"spdxVersion":"SPDX-2.3","packages":[{"name":"tree","versionInfo":"2","licenseConcluded":"NOASSERTION","licenseDeclared":"MIT",
			"externalRefs":[{"referenceType":"cpe23Type","referenceLocator":"cpe"},{"referenceType":"purl","referenceLocator":"pkg:npm/tree@2"}]},{"name":"leaf","licenseConcluded":"NONE"}]}`: {
			{Name: "tree", Version: "2", Licence: "MIT", Address: "pkg:npm/tree@2"}, {Name: "leaf"},
		},
	} {
		format, got, err := den.ParseSBOM([]byte(text))
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %+v, %v", format, got, err)
		}
	}
}

func TestWhatIsNoSBOMIsRefusedInWords(t *testing.T) {
	part := `{"name":"a"},`
	for name, one := range map[string][2]string{
		"no JSON":              {`<bom/>`, "Save it as CycloneDX JSON or SPDX JSON"},
		"another kind of JSON": {`{"components":[{"name":"a"}]}`, "says of itself neither"},
		"a list":               {`[]`, "This is no SBOM that can be read"},
		"SPDX 3":               {`{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{}]}`, "Save the SBOM as SPDX 2.3 JSON"},
		"SPDX 1":               {`{"spdxVersion":"SPDX-1.2"}`, "Save the SBOM as SPDX 2.3 JSON"},
		"nothing in it":        {`{"bomFormat":"CycloneDX","specVersion":"1.5"}`, "lists none"},
		"no name":              {`{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"a"},{"name":"\u0000"}]}`, "Number 2 has none"},
		"wrong kinds":          {`{"spdxVersion":"SPDX-2.3","packages":{"name":1}}`, "This is no SBOM that can be read"},
		"too many":             {`{"spdxVersion":"SPDX-2.3","packages":[` + strings.Repeat(part, den.MostComponents) + `{"name":"b"}]}`, "at most 20000 components"},
		"too large":            {strings.Repeat(" ", den.MostSBOM+1), "at most 8 MB"},
		"too deep":             {strings.Repeat(`{"components":[`, 20_000), "This is no SBOM that can be read"},
	} {
		_, _, err := den.ParseSBOM([]byte(one[0]))
		if den.KindOf(err) != den.Invalid || !strings.Contains(fmt.Sprint(err), one[1]) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A file that is nearly all commas would take many times its size to be read.
func TestAnSBOMTakesNoMoreMemoryThanItIsWorth(t *testing.T) {
	for _, parts := range []string{
		strings.Repeat("{},", 2<<20) + "{}", strings.Repeat("null,", 1<<20) + "null",
		`{"name":"a","licenses":[` + strings.Repeat("null,", 1<<20) + "null]}",
	} {
		text := []byte(`{"bomFormat":"CycloneDX","specVersion":"1.5","components":[` + parts + "]}")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := den.ParseSBOM(text)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; den.KindOf(err) != den.Invalid || used > den.MostSBOM {
			t.Errorf("%.20q took %d MB: %v", parts, used>>20, err)
		}
	}
}

func TestWordsOfAnSBOMAreBoundedAndPrintable(t *testing.T) {
	text := fmt.Sprintf(`{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"a\u202e\u001b[31m\n b","version":%q}]}`, strings.Repeat("é", 5000))
	_, got, err := den.ParseSBOM([]byte(text))
	if err != nil || got[0].Name != "a[31m b" || len([]rune(got[0].Version)) != 300 {
		t.Errorf("%q, %d characters, %v", got[0].Name, len([]rune(got[0].Version)), err)
	}
}

// FuzzParseSBOM: whatever it is, it is read within bounds or refused in words.
func FuzzParseSBOM(f *testing.F) {
	f.Add([]byte(`{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"a"}]}`))
	f.Add([]byte(`{"spdxVersion":"SPDX-2.3","packages":[{"name":"tree"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, parts, err := den.ParseSBOM(text)
		if err != nil && den.KindOf(err) != den.Invalid || err == nil && (len(parts) == 0 || len(parts) > den.MostComponents) {
			t.Errorf("%d parts, %v", len(parts), err)
		}
	})
}
