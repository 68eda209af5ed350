package search_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/search"
)

func key(e den.FoundEntry) string { return string(cmp.Or(e.Product.ID, e.Supplier.ID)) }

// Relevance is held by this table: what is typed, and which entry comes first among
// 2,000 others.
func TestTheRightEntryComesFirst(t *testing.T) {
	x, _ := made(t, 200, 2000)
	for asked, want := range map[string]string{
		// names, in any case, in part, and with slips of the finger
		"Bookwell": "bookwell", "bookwel": "bookwell", "BOKWELL": "bookwell", "book well": "bookwell", "slotwise": "slotwise", "slotwsie": "slotwise",
		"slotw": "slotwise", "northbridge software bookwell": "bookwell", "cyfieithydd": "cymro", "verbatum": "scribe", "riverwach": "hydra",
		"fairleed": "lighthouse", "mendip": "mendip", "Mendip Health": "mendip", "Harbour and Finch": "slotwise", "harbor finch": "slotwise",
		// what people want, in their words
		"book appointments online without calling":                          "bookwell",
		"apointments for small ofices":                                      "bookwell",
		"we need a system with which people can cancel appointments online": "bookwell",
		"free times calendar":                                               "slotwise",
		"welsh translation of letters":                                      "cymro",
		"translate letters into Welsh":                                      "cymro",
		"remove names from court documents":                                 "hush",
		"redacting names court":                                             "hush",
		"community energy grants":                                           "ferryman",
		"comunity energy grant":                                             "ferryman",
		"unfair AI models test evidence":                                    "lighthouse",
		"planning applications that neighbours can understand":              "plot",
		"fair shifts for wards":                                             "mendip",
		"river water quality":                                               "hydra",
		"river sensors":                                                     "hydra",
		"minutes of hearings":                                               "scribe",
		"probation staff user research":                                     "sup_lonely",
		"lonely pine":                                                       "sup_lonely",
	} {
		found := x.Find(den.Search{Text: asked, Limit: 3})
		if found.Total == 0 || key(found.Items[0]) != want {
			var got []string
			for _, e := range found.Items {
				got = append(got, key(e)+" "+cmp.Or(e.Product.Name, e.Supplier.Name))
			}
			t.Errorf("%q finds %d, first %q, want %s (read as %q)", asked, found.Total, got, want, found.Read)
		}
	}
}

// What is asked for in the other words for a thing finds those that do that thing.
func TestOtherWordsFindTheSameThing(t *testing.T) {
	x, _ := made(t, 200, 2000)
	for asked, can := range map[string]string{
		"chatbot": "chat-assistants", "gis": "maps", "OCR": "text-recognition", "speech to text": "transcription", "sso": "sign-in", "e-signature": "signatures",
		"machine learning": "prediction", "lms": "learning", "helpdesk": "service-desk", "net zero": "carbon", "phishing": "email-security", "iot": "sensors",
		"rostering": "rosters", "data visualization": "dashboards", "fraud": "fraud-detection", "digitization": "text-recognition", "kubernetes": "hosting",
	} {
		found := x.Find(den.Search{Text: asked, Limit: 5})
		for _, e := range found.Items {
			if !slices.Contains(e.Product.Capabilities, can) {
				t.Errorf("%q finds %s, which does %v and not %s", asked, key(e), e.Product.Capabilities, can)
			}
		}
		if found.Total == 0 {
			t.Errorf("%q finds nothing", asked)
		}
	}
}

func TestWhatNobodyHasFindsNothing(t *testing.T) {
	x, all := made(t, 20, 200)
	for _, asked := range []string{"xyzzyplugh", "qqq", "zz"} {
		if found := x.Find(den.Search{Text: asked}); found.Total != 0 || len(found.Items) != 0 {
			t.Errorf("%q finds %d", asked, found.Total)
		}
	}
	for _, asked := range []string{"", "  ", "the of and", "!!!"} {
		if found := x.Find(den.Search{Text: asked}); found.Total != len(all) || len(found.Items) != 20 {
			t.Errorf("%q finds %d of %d", asked, found.Total, len(all))
		}
	}
}

// The counts beside the filters are what counting by hand gives, and choosing a value
// gives as many as stood beside it.
func TestCountsAreTrue(t *testing.T) {
	x, all := made(t, 60, 600)
	only := map[den.Facet][]string{den.FacetSME: {"yes"}, den.FacetHosting: {"hosted", "on_site"}}
	found := x.Find(den.Search{Only: only})
	isSME := func(e den.FoundEntry) bool { return e.Supplier.SME == den.Yes }
	isHosted := func(e den.FoundEntry) bool {
		return slices.Contains(e.Product.Hosting, den.Hosted) || slices.Contains(e.Product.Hosting, den.OnSite)
	}
	byHand := func(is func(den.FoundEntry) bool) (n int) {
		for _, e := range all {
			if is(e) {
				n++
			}
		}
		return n
	}
	if want := byHand(func(e den.FoundEntry) bool { return isSME(e) && isHosted(e) }); found.Total != want || want == 0 {
		t.Errorf("found %d, by hand %d", found.Total, want)
	}
	for _, c := range found.Counts[den.FacetSME] { // counted as if it were not chosen
		if want := byHand(func(e den.FoundEntry) bool { return string(e.Supplier.SME) == c.Value && isHosted(e) }); c.Count != want || c.Chosen != (c.Value == "yes") {
			t.Errorf("sme %s: %+v, by hand %d", c.Value, c, want)
		}
	}
	tried := 0
	for _, f := range den.Facets {
		for _, c := range found.Counts[f] {
			narrowed := map[den.Facet][]string{den.FacetSME: {"yes"}, den.FacetHosting: {"hosted", "on_site"}}
			narrowed[f] = []string{c.Value}
			tried++
			if got := x.Find(den.Search{Only: narrowed}).Total; got != c.Count {
				t.Errorf("%s %s: beside it stands %d, choosing it gives %d", f, c.Value, c.Count, got)
			}
		}
	}
	if tried < 40 {
		t.Errorf("only %d values were tried", tried)
	}
	none := x.Find(den.Search{Only: map[den.Facet][]string{den.FacetData: {"the moon"}}})
	if none.Total != 0 {
		t.Errorf("a value that nobody has finds %d", none.Total)
	}
}

// Pages lie side by side: every entry is on one of them, once.
func TestPagesLieSideBySide(t *testing.T) {
	x, _ := made(t, 60, 600)
	seen := map[string]bool{}
	total := x.Find(den.Search{Text: "appointment"}).Total
	for from := 0; from < total; from += 7 {
		for _, e := range x.Find(den.Search{Text: "appointment", From: from, Limit: 7}).Items {
			if seen[key(e)] {
				t.Errorf("%s comes twice", key(e))
			}
			seen[key(e)] = true
		}
	}
	if len(seen) != total || total < 8 {
		t.Errorf("%d of %d", len(seen), total)
	}
	if got := x.Find(den.Search{Text: "appointment", From: 1 << 40}); len(got.Items) != 0 || got.Total != total {
		t.Errorf("behind the end: %d of %d", len(got.Items), got.Total)
	}
}

// An index that was changed answers like one made anew.
func TestAChangedIndexIsLikeANewOne(t *testing.T) {
	x, all := made(t, 30, 300)
	for n, e := range all {
		if n%3 == 0 {
			x.Remove(den.ID(key(e)))
		}
	}
	for n, e := range all {
		if n%3 == 0 {
			e.Product.Description += " Changed."
			x.Put(e)
			x.Put(e)
		}
	}
	y, _ := made(t, 30, 300)
	if x.Size() != y.Size() {
		t.Errorf("%d entries, want %d", x.Size(), y.Size())
	}
	for _, asked := range []string{"", "appointments", "welsh leters", "ai", "river"} {
		if a, b := said(x, asked), said(y, asked); a != b {
			t.Errorf("%q:\n%s\n%s", asked, a, b)
		}
	}
	if got := x.Find(den.Search{Text: "changed"}).Total; got < 100 {
		t.Errorf("what was changed is found %d times", got)
	}
}

// The map says who offers what, once for each supplier, and what was tried.
func TestTheMapShowsWhoOffersWhat(t *testing.T) {
	x, all := made(t, 30, 300)
	c := x.Coverage()
	pairs, tried := map[string]bool{}, map[string]bool{}
	for _, e := range all {
		for _, can := range e.Product.Capabilities {
			pairs[can+string(e.Supplier.ID)] = true
			tried[can+string(e.Supplier.ID)] = tried[can+string(e.Supplier.ID)] || e.Tried > 0
		}
	}
	got, sum := 0, 0
	for can, by := range c.Does {
		for id, was := range by {
			if got++; !pairs[can+string(id)] || tried[can+string(id)] != was {
				t.Errorf("%s by %s: %v", can, id, was)
			}
		}
	}
	for n, s := range c.Suppliers {
		if sum += s.Does; n > 0 && s.Does > c.Suppliers[n-1].Does {
			t.Errorf("%s comes after one that does less", s.Name)
		}
	}
	if got != len(pairs) || sum != got {
		t.Errorf("%d on the map, %d by suppliers, %d by hand", got, sum, len(pairs))
	}
}

func said(x *search.Index, asked string) string {
	found := x.Find(den.Search{Text: asked, Limit: 30})
	var keys []string
	for _, e := range found.Items {
		keys = append(keys, key(e))
	}
	return fmt.Sprint(found.Total, keys)
}

func BenchmarkSearch(b *testing.B) {
	x, _ := made(b, 1000, 10_000)
	b.Logf("%d entries", x.Size())
	for name, q := range map[string]den.Search{
		"everything": {},
		"one word":   {Text: "appointments"},
		"misspelt":   {Text: "apointmnets bokking"},
		"a sentence": {Text: "we need artificial intelligence to summarise letters from the public and find urgent ones"},
		"filtered":   {Text: "case management", Only: map[den.Facet][]string{den.FacetSME: {"yes"}, den.FacetHosting: {"hosted"}, den.FacetData: {"uk"}}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				x.Find(q)
			}
		})
	}
}
