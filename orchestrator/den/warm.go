package den

import "slices"

// Warm is a wish for a running instance ahead of need: of one release in one size.
type Warm struct {
	Release ID
	Size    string
}

// The rules of what is warmed.
const (
	WarmDraftFor = 7 * 24 * 60 * 60 * 1e9 // Span: a draft that is older is not about to start
	WarmOften    = 3                      // sandboxes of a release that make it tried often
	mostWarm     = 50
)

// Warms says which instances are worth keeping ready, within a budget of memory in
// bytes: those of drafts, the newest first, then of what was tried often lately. The
// entries of a draft are warmed all or none, for none may have an advantage. takes says
// what a release in a size takes, and 0 for one that cannot be warmed. The same
// arguments always give the same answer, each wish once.
func Warms(drafts []Trial, recent []Lease, budget int64, takes func(Warm) int64, now Stamp) []Warm {
	var wishes []Warm
	add := func(all []Warm) {
		left := budget
		var fresh []Warm
		for _, w := range slices.Concat(wishes, all) {
			if slices.Contains(fresh, w) {
				continue
			}
			cost := takes(w)
			if cost <= 0 || cost > left {
				return
			}
			left -= cost
			fresh = append(fresh, w)
		}
		if len(fresh) <= mostWarm {
			wishes = fresh
		}
	}
	for _, t := range drafts {
		if t.State == TrialDraft && now.Sub(t.CreatedAt) < WarmDraftFor {
			add(t.warms())
		}
	}
	times := map[Warm]int{}
	for _, l := range recent {
		w := Warm{Release: l.Release, Size: l.Size}
		if times[w]++; times[w] == WarmOften && l.CanBeWarm() {
			add([]Warm{w})
		}
	}
	return wishes
}

// warms are the wishes of a draft; none where an entry of it cannot be warm.
func (t Trial) warms() []Warm {
	var all []Warm
	for _, e := range t.Entries {
		if !e.Agreed.None() || t.Scenario.Hash != "" {
			return nil
		}
		all = append(all, Warm{Release: e.Release, Size: t.Size})
	}
	return all
}

// CanBeWarm says whether a lease can take an instance that was made before anybody knew
// of it: one container, nothing opened, no data of a trial.
func (l Lease) CanBeWarm() bool {
	return len(l.Services) <= 1 && l.Ways.None() && l.Data.Hash == ""
}
