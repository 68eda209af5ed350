package api_test

import (
	"slices"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// Lists go on from where they began, so the order that there always was stays the one that
// nobody asked for.
func TestReleasesAreListedEitherWay(t *testing.T) {
	w := newWorld(t)
	for _, version := range []string{"8", "9"} {
		_, err := w.o.AddRelease(t.Context(), den.System(), den.NewRelease{Product: w.products[0].ID, Version: version, Image: w.releases[0].From})
		w.must(err)
	}
	versions := func(query string) (all []string) {
		for _, r := range into[contract.ReleasePage](w.get(seller, "/products/"+string(w.products[0].ID)+"/releases"+query).is(200)).Items {
			all = append(all, r.Version)
		}
		return all
	}
	oldest := versions("")
	newest := versions("?newest=true")
	if n := len(oldest); n < 3 || oldest[n-1] != "9" || oldest[n-2] != "8" {
		t.Errorf("the oldest first: %v", oldest)
	}
	slices.Reverse(newest)
	if !slices.Equal(oldest, newest) {
		t.Errorf("the newest first is not the other way round: %v and %v", oldest, newest)
	}
	if got := versions("?newest=true&limit=1"); !slices.Equal(got, []string{"9"}) {
		t.Errorf("the newest alone is %v", got)
	}
}
