package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
)

// nowRow is one answer of a step as it stands in the draft.
type nowRow struct {
	Name string
	Says []string
}

// partOf is what a step shows of a draft and replaces. Two steps whose parts share nothing
// can be filled in at one time, in two tabs or by two people.
func partOf(step string, t den.TrialView) any {
	releases := make([]den.ID, 0, len(t.Trial.Entries))
	for _, e := range t.Trial.Entries {
		releases = append(releases, e.Release)
	}
	switch step {
	case "about":
		return []string{t.Name, t.Question}
	case "products":
		return releases
	case "scheme", "weights": // another scheme has other weights
		return []any{t.Trial.Scheme, t.Weights}
	case "tasks":
		return t.Tasks
	case "measuring":
		return t.Measuring
	case "data":
		return t.Scenario
	case "ways":
		return []any{releases, agreedNow(t)}
	case "people":
		return []any{t.Evaluators, t.Chair, t.Rule, t.Blind}
	case "size":
		return []any{t.Size, t.Length, t.Trial.Hours}
	}
	return t.Rev
}

// seenOf is a step's part of a draft in few characters, for the form to carry.
func seenOf(step string, t den.TrialView) (string, error) {
	part, err := json.Marshal(partOf(step, t))
	sum := sha256.Sum256(part)
	return hex.EncodeToString(sum[:12]), err
}

// revOf is the revision that a step's form may save: that of the draft now where what the
// step showed is as it was, whatever happened to other steps. Stale where it is not.
func revOf(c *gin.Context, step string, t den.TrialView) (int64, error) {
	opened := rev(c)
	if opened == 0 || opened == t.Rev {
		return opened, nil
	}
	now, err := seenOf(step, t)
	if err == nil && c.PostForm("seen") != now {
		err = den.Refuse(den.Stale, "%s", "This step was changed meanwhile.")
	}
	return t.Rev, err
}

// stepNow says what a step's part of a draft is now, to stand beside what was typed.
func (p *Pages) stepNow(c *gin.Context, step string, t den.TrialView) ([]nowRow, error) {
	row := func(key string, says ...string) nowRow {
		if says = slices.DeleteFunc(says, func(s string) bool { return s == "" }); len(says) == 0 {
			says = []string{p.words.Say("set-up.none")}
		}
		return nowRow{Name: p.words.Say(key), Says: says}
	}
	switch step {
	case "about":
		return []nowRow{row("set-up.name", t.Name), row("set-up.question", t.Question)}, nil
	case "products":
		var all []string
		for _, e := range t.Entries {
			all = append(all, p.words.Say("set-up.release", "Product", e.ProductName, "Version", e.Version))
		}
		return []nowRow{row("set-up.products", all...)}, nil
	case "scheme", "weights":
		rows := []nowRow{row("set-up.scheme", p.words.Say("set-up.scheme-is", "Title", t.Scheme.Title, "Version", t.Scheme.Version))}
		for _, one := range t.Scheme.Criteria() {
			rows = append(rows, nowRow{Name: one.Title, Says: []string{form.Figure(weightOf(t, one))}})
		}
		return rows, nil
	case "tasks":
		return []nowRow{row("set-up.tasks", t.Tasks...)}, nil
	case "measuring":
		aim := t.Measuring.Aim()
		return []nowRow{
			row("set-up.pages", t.Measuring.Pages...), row("set-up.within", strconv.FormatInt(aim.P95.Milliseconds(), 10)+" "+p.words.Say("set-up.within-unit")),
			row("set-up.errors", form.Figure(perCent(aim.Errors))+"%"),
		}, nil
	case "data":
		return []nowRow{row("set-up.data", p.dataSay(t))}, nil
	case "ways":
		return []nowRow{row("set-up.ways", p.wayLines(t)...)}, nil
	case "people":
		return p.peopleNow(c, t, row)
	case "size":
		length, err := p.say.Span(t.Length)
		rows := []nowRow{row("set-up.size-legend", t.SizeTitle), row("set-up.length", length)}
		if t.Trial.Hours != nil {
			rows = append(rows, row("set-up.hours", t.Trial.Hours.Say()))
		}
		return rows, err
	}
	return nil, nil
}

func (p *Pages) peopleNow(c *gin.Context, t den.TrialView, row func(string, ...string) nowRow) ([]nowRow, error) {
	people, err := every(c, p.Den.People, den.Filter{})
	if err != nil {
		return nil, err
	}
	named := map[den.ID]string{"": p.words.Say("set-up.chair-default")}
	for _, one := range people {
		named[one.ID] = one.Name
	}
	var chosen []string
	for _, one := range t.Evaluators {
		chosen = append(chosen, named[one])
	}
	blind := p.words.Say("protocol.blind-no")
	if t.Blind {
		blind = p.words.Say("protocol.blind-yes")
	}
	return []nowRow{row("set-up.people", chosen...), row("set-up.blind-legend", blind), row("set-up.chair", named[t.Chair]), row("set-up.rule", t.Rule)}, nil
}
