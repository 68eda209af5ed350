package search_test

import (
	"slices"
	"testing"

	"innovationden/orchestrator/den"
)

// However it is written: one and many, together and apart, another spelling, other words,
// a slip or two. What is typed, and which entry comes first among 2,000 others.
func TestAForgivingSearchFindsTheRightEntryFirst(t *testing.T) {
	x, _ := made(t, 200, 2000)
	for asked, want := range map[string]string{
		// one and many
		"grant for community energy": "ferryman", "community energy grants": "ferryman", "planning application that a neighbour understands": "plot", "sensor in a river": "hydra",
		"court document names": "hush", "hearing minutes": "scribe", "Welsh letter": "cymro", "ward shift": "mendip",
		// together and apart
		"book well": "bookwell", "river watch": "hydra", "slot wise": "slotwise", "ferry man": "ferryman", "fair lead": "lighthouse",
		// two words, in either order
		"grants energy": "ferryman", "energy grants": "ferryman", "wards shifts": "mendip", "shifts wards": "mendip",
		// a slip or two
		"planing neigbours understnd": "plot", "comunnity enrgy": "ferryman", "watter qualty sensers": "hydra", "hearngs minuets": "scribe", "probatoin reserch": "sup_lonely",
		"tranlsation lettres welsh": "cymro", "Northbrige Sofware Bookwell": "bookwell",
		// accents, marks and case
		"WELSH—translation: letters!": "cymro", "fair-shifts on wards": "mendip", "cŷfieithydd": "cymro", "bookwell's": "bookwell",
	} {
		found := x.Find(den.Search{Text: asked, Limit: 3})
		if found.Total == 0 || key(found.Items[0]) != want {
			var got []string
			for _, e := range found.Items {
				got = append(got, key(e))
			}
			t.Errorf("%q finds %d, first %q, want %s (read as %q)", asked, found.Total, got, want, found.Read)
		}
	}
}

// The words that a misspelt one was read as are words that people write, not stems.
func TestWhatWasReadIsAWord(t *testing.T) {
	x, _ := made(t, 200, 2000)
	for asked, want := range map[string]string{"riverwacth": "riverwatch", "cyfiethydd": "cyfieithydd", "verbatum": "verbatim"} {
		if found := x.Find(den.Search{Text: asked}); !slices.Equal(found.Read, []string{want}) {
			t.Errorf("%q is read as %q, want %q", asked, found.Read, want)
		}
	}
}

// Where nothing is found, it is said what may have been meant, and that it finds
// something; nothing is made up.
func TestNothingFoundSaysWhatMayHaveBeenMeant(t *testing.T) {
	x, _ := made(t, 200, 2000)
	for asked, want := range map[string]string{
		"xyzzyplugh": "", "qqq zz": "", "the of": "", "cyfeethidd": "cyfieithydd", "cyfeethidd xyzzyplugh": "cyfieithydd", "vrbttim": "verbatim",
	} {
		found := x.Find(den.Search{Text: asked})
		if found.Instead != want {
			t.Errorf("%q finds %d, and suggests %q, want %q", asked, found.Total, found.Instead, want)
		}
		if want != "" && (found.Total != 0 || x.Find(den.Search{Text: found.Instead}).Total == 0) {
			t.Errorf("%q finds %d, and its suggestion nothing", asked, found.Total)
		}
	}
	none := map[den.Facet][]string{den.FacetData: {"the moon"}}
	found, all := x.Find(den.Search{Text: "riverwatch", Only: none}), x.Find(den.Search{Text: "riverwatch"})
	if found.Total != 0 || found.Instead != "" || found.Besides != all.Total || all.Besides != 0 {
		t.Errorf("with a filter that nobody fits: %d, %q, %d, want %d", found.Total, found.Instead, found.Besides, all.Total)
	}
}
