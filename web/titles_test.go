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
	for _, one := range r.everyPage(true) {
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
