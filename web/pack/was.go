package pack

import (
	"slices"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

// Said is one part of a challenge as it read before a change.
type Said struct{ Part, Text string }

// Was lists what a change replaced, as every supplier had read it until then. Times are
// those of zone.
func Was(c den.Change, zone *time.Location) []Said {
	if c.Was == nil || c.Is == nil {
		return nil
	}
	w := writer{zone: zone}
	was, is := w.parts(*c.Was), w.parts(*c.Is)
	var out []Said
	for n, one := range was {
		if one == is[n] {
			continue
		}
		if one.Text == "" {
			one.Text = "nothing"
		}
		out = append(out, one)
	}
	return out
}

func (w *writer) parts(t den.ChallengeText) []Said {
	c := den.Challenge{Timetable: t.Timetable, Data: t.Data, Agreed: t.Agreed}
	wanted := slices.Clone(t.Capabilities)
	return []Said{
		{"Title", t.Title}, {"The problem", t.Problem}, {"Who is affected", t.People}, {"What success looks like", t.Success}, {"Constraints", t.Constraints},
		{"Data", Data(c)}, {"Dates", strings.Join(w.dates(c), "; ")}, {"Budget guide", Budget(t.Budget)}, {"What a product should be able to do", strings.Join(wanted, ", ")},
	}
}

// invited says how many suppliers were asked to look at a challenge, and when.
func (w *writer) invited(p den.Pack) string {
	if len(p.Invited) == 0 {
		return ""
	}
	var days []string
	for _, at := range p.Invited {
		if day := w.day(at); !slices.Contains(days, day) {
			days = append(days, day)
		}
	}
	return "The department asked suppliers to look at this challenge on " + strings.Join(days, ", ") + ". An invitation says that the challenge is there, and nothing else."
}
