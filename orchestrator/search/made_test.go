package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"innovationden/configs"
	"innovationden/orchestrator/den"
	"innovationden/orchestrator/search"
)

// made is a set of entries as a real techmap might have: some suppliers with many
// products, most with few; products that do one to four things; a few that the table of
// relevance looks for among all the others.
func made(t testing.TB, suppliers, products int) (*search.Index, []den.FoundEntry) {
	t.Helper()
	config, err := configs.Load("", func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	v := config.Vocabulary
	r := rand.New(rand.NewPCG(7, 11))
	all := known()
	var firms []den.Supplier
	for n := range suppliers {
		firms = append(firms, firm(r, n))
	}
	for n := range products {
		s := firms[min(int(r.ExpFloat64()*float64(suppliers)/4), suppliers-1)]
		all = append(all, den.FoundEntry{Supplier: s, Product: thing(r, v, n, s.ID), Tried: max(0, r.IntN(12)-9)})
	}
	x := search.New(v)
	for _, e := range all {
		x.Put(e)
	}
	return x, all
}

var (
	places = words("Leeds Bristol Cardiff Glasgow Belfast London Newcastle Exeter Norwich York Swansea Dundee")
	firsts = words("North South Green Blue Stone River Bright Clear Open Field Harbour Oak Silver Swift Meridian Lantern Copper Granite Thistle Juniper Willow")
	lasts  = words("bridge light works path mark stack wood gate line house point yard well field ford")
	kinds  = words("Software Digital Systems Labs Studio Data Group Technologies Partners Cooperative")
	coined = words("Flow Cast Hub Desk Note Base Line Sense Kit Way Point Mind Board Loop Grid Nest Pilot Relay")
)

func words(text string) []string { return strings.Fields(text) }

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func firm(r *rand.Rand, n int) den.Supplier {
	s := den.Supplier{ID: den.ID(fmt.Sprintf("sup_%05d", n)), Name: fmt.Sprintf("%s%s %s", pick(r, firsts), pick(r, lasts), pick(r, kinds))}
	s.Place, s.Size, s.SME = pick(r, places), pick(r, den.Headcounts), den.Yes
	if s.Size == den.Large {
		s.SME = den.No
	}
	for _, f := range []string{"G-Cloud 14", "Digital Outcomes 6", "Crown Hosting 3", "Spark"} {
		if r.IntN(3) == 0 {
			s.Frameworks = append(s.Frameworks, f)
		}
	}
	s.Accreditations = []string{"Cyber Essentials"}
	return s
}

func thing(r *rand.Rand, v den.Vocabulary, n int, supplier den.ID) den.Product {
	p := den.Product{ID: den.ID(fmt.Sprintf("prd_%06d", n)), Supplier: supplier}
	ids := v.IDs()
	for range 1 + r.IntN(4) {
		if id := pick(r, ids); !slices.Contains(p.Capabilities, id) {
			p.Capabilities = append(p.Capabilities, id)
		}
	}
	main, _ := v.Capability(p.Capabilities[0])
	p.Name = fmt.Sprintf("%s%s %d", pick(r, firsts), pick(r, coined), n)
	p.Summary = fmt.Sprintf("%s For teams of any size in %s.", main.About, pick(r, places))
	p.Description = fmt.Sprintf("Used for %s by organisations that want %s without a long project. It works in any browser, comes with training and support, and can be tried at once. %s",
		strings.ToLower(main.Title), pick(r, main.Also), strings.Repeat("Our customers say that it saves time. ", r.IntN(4)))
	p.Hosting, p.DataLocation, p.OpenSource = []den.Hosting{pick(r, den.Hostings)}, pick(r, den.Locations), pick(r, []den.Said{den.Yes, den.No, den.No, den.No})
	p.Price = den.StatedPrice{Basis: pick(r, den.PriceBases), Pence: int64(r.IntN(100_00))}
	p.Standards = []string{pick(r, []string{"WCAG 2.2 AA", "ISO/IEC 27001:2022", "FHIR R4", "OpenAPI 3.1"})}
	return p
}

// known are the entries that the table of relevance looks for.
func known() []den.FoundEntry {
	one := func(id, firm, name, summary string, can ...string) den.FoundEntry {
		return den.FoundEntry{
			Supplier: den.Supplier{ID: den.ID("sup_" + id), Name: firm},
			Product:  den.Product{ID: den.ID(id), Supplier: den.ID("sup_" + id), Name: name, Summary: summary, ProductProfile: den.ProductProfile{Capabilities: can}},
		}
	}
	all := []den.FoundEntry{
		one("bookwell", "Northbridge Software", "Bookwell", "Appointments for small offices: people book, change and cancel online without calling.", "appointments"),
		one("slotwise", "Harbour & Finch", "Slotwise", "A calendar of free times that people choose from.", "appointments", "notifications"),
		one("cymro", "Caffi Data", "Cyfieithydd", "Welsh and English side by side: translation of letters with a person's check.", "translation"),
		one("hush", "Quiet Room", "Hush", "Removes names and addresses from court documents before they are published.", "redaction"),
		one("ferryman", "Ferryman Grants", "Ferryman", "Grants for community energy, from the call to the last report.", "grants", "carbon"),
		one("lighthouse", "Lighthouse Testing Ltd", "Fairlead", "Tests models for unfairness and keeps the evidence.", "ai-assurance"),
		one("plot", "Plot & Parish", "Plotline", "Planning applications that neighbours can understand.", "planning", "maps"),
		one("mendip", "Mendip Health", "Mendip Rosters", "Fair shifts on wards, made in an hour.", "rosters"),
		one("hydra", "Weir and Sluice", "Riverwatch", "Water levels and water quality from cheap sensors in rivers.", "sensors"),
		one("scribe", "Scribe Street", "Verbatim", "Minutes of hearings, with who said what.", "transcription", "hearings"),
	}
	all[1].Tried = 2
	return append(all, den.FoundEntry{Supplier: den.Supplier{ID: "sup_lonely", Name: "Lonely Pine Consulting", SupplierProfile: den.SupplierProfile{Summary: "User research with prisoners and probation staff.", Place: "Perth"}}})
}
