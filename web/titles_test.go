package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

// Who has pages of two trials open in tabs finds the right one by its title.
func TestThePagesOfATrialNameItInTheirTitle(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	visitors, checked := map[string]*visitor{}, 0
	for one := range r.allPages() {
		name := r.trialOf(one.path)
		if name == "" {
			continue
		}
		v, ok := visitors[one.who]
		if !ok {
			v = r.visitor(one.who)
			visitors[one.who] = v
		}
		got := v.get(one.path)
		if got.Status != http.StatusOK {
			continue
		}
		checked++
		if title := words(got.one("head title")); !strings.Contains(title, name) {
			t.Errorf("%s is called %q: it is of %q", one.path, title, name)
		}
	}
	if checked < 60 {
		t.Errorf("only %d pages were looked at", checked)
	}
}

// trialOf is the name of the trial that an address is about; empty: of none.
func (r *rig) trialOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	if len(parts) < 3 {
		return ""
	}
	ctx, system := context.Background(), den.System()
	switch parts[1] {
	case "trials":
		t, _ := r.den.Trial(ctx, system, den.ID(parts[2]))
		return t.Name
	case "sandboxes":
		s, _ := r.den.Sandbox(ctx, system, den.ID(parts[2]))
		return s.TrialName
	}
	return ""
}

// Who has a list open in several tabs, each narrowed in its own way, finds the right one by
// its title: no two titles are the same, and each names what it was narrowed to.
func TestTheTitleOfAListNamesWhatItWasNarrowedTo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	trial := r.trial()
	first, second := r.preflown(r.releases[0]), r.preflown(r.releases[0])
	begun := func(id den.ID) int64 {
		v, err := r.den.PreflightOf(context.Background(), den.System(), id)
		r.must(err)
		return v.StartedAt.Unix()
	}
	for begun(first) == begun(second) { // a real one takes longer than a second
		second = r.preflown(r.releases[0])
	}
	for who, lists := range map[string]map[string]string{
		"operator": {
			"/trials": "Trials", "/trials?state=running": "Running", "/trials?state=draft": "Draft", "/trials?state=nonsense": "Trials", "/challenges?state=published": "Open",
			"/techmap?q=booking": "“booking”", "/register?q=rooms": "“rooms”", "/record": "Record", "/record?subject=" + string(trial.ID): trial.Name,
			"/record?act=release.": "Releases", "/record?actor=" + string(r.people["official"].ID): r.people["official"].Name,
			"/record?since-day=1&since-month=2&since-year=2026": "from 1 February 2026", "/record?until-day=3&until-month=2&until-year=2026": "up to 3 February 2026",
			"/host/sandboxes?phase=live": "Ready", "/compare?q=rooms&list=yes": "“rooms”",
			"/techmap/compare?product=" + string(r.bookwell.ID): r.bookwell.Name, "/techmap/compare?product=" + string(r.slotwise.ID): r.slotwise.Name,
			"/preflights/" + string(first): "2", "/preflights/" + string(second): "2",
		},
	} {
		v, titles := r.visitor(who), map[string]string{}
		for path, want := range lists {
			got := v.get(path)
			title := words(got.one("head title"))
			if got.Status != http.StatusOK || !strings.Contains(title, want) {
				t.Errorf("%s: %d, called %q, not %q", path, got.Status, title, want)
			}
			if path == "/trials?state=nonsense" { // it is narrowed to nothing
				continue
			}
			if other, ok := titles[title]; ok {
				t.Errorf("%s and %s are both called %q", path, other, title)
			}
			titles[title] = path
		}
	}
}
