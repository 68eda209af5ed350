package den

import (
	"fmt"
	"math"
	"regexp"
	"slices"
)

// Bounds of a scheme, so that one cannot keep a machine busy.
const (
	MostCriteria   = 100
	longestInWords = 4000 // bytes of any text of a scheme
)

var schemeWord = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)

// Check says everything that is wrong with a scheme at once: what comparing trials
// needs must be there.
func (s Scheme) Check() error {
	var faults Faults
	if !schemeWord.MatchString(s.ID) {
		faults.Add(Bad("id", "Give the scheme an id of lower-case letters, digits and hyphens, such as \"standard\"."))
	}
	if s.Title == "" || len(s.Title) > longestInWords {
		faults.Add(Bad("title", "Enter a title for the scheme."))
	}
	criteria := s.Criteria()
	if len(criteria) == 0 || len(criteria) > MostCriteria {
		faults.Add(Bad("themes", "Give the scheme between 1 and %d criteria.", MostCriteria))
	}
	total, seen := 0.0, map[string]bool{}
	for _, c := range criteria {
		if fault := c.check(); fault != "" {
			faults.Add(Bad("criteria."+c.ID, "%s", fmt.Sprintf("Change the criterion %q: %s.", c.ID, fault)))
		}
		if seen[c.ID] {
			faults.Add(Bad("criteria."+c.ID, "Name the criterion %q once only.", c.ID))
		}
		seen[c.ID], total = true, total+c.Weight
	}
	if math.Abs(total-100) > 1e-9 {
		faults.Add(Bad("themes", "Make the weights add up to 100. They add up to %g.", total))
	}
	return faults.Err()
}

func (c Criterion) check() string {
	known := func(points []int, most int) bool {
		return !slices.ContainsFunc(points, func(p int) bool { return p < 1 || p > most })
	}
	long := func(texts ...string) bool {
		return slices.ContainsFunc(texts, func(t string) bool { return len(t) > longestInWords })
	}
	switch {
	case !schemeWord.MatchString(c.ID):
		return "it needs an id of lower-case letters, digits and hyphens"
	case c.Title == "" || c.Question == "":
		return "it needs a title and a question"
	case long(c.Title, c.Question, c.Help, c.Evidence, c.Formula) || long(c.Anchors...):
		return fmt.Sprintf("shorten its texts to %d characters each", longestInWords)
	case !slices.Contains([]ScoredBy{ByPeople, ByMeasurement, ByPrice}, c.ScoredBy):
		return "it must be scored by people, measurement or price"
	case c.ScoredBy == ByPeople && (len(c.Anchors) != TopMark+1 || slices.Contains(c.Anchors, "")):
		return fmt.Sprintf("it needs a written anchor for every mark from 0 to %d", TopMark)
	case c.ScoredBy == ByMeasurement && c.Formula == "":
		return "a measured criterion needs a formula"
	case !(0 <= c.WeightMin && c.WeightMin <= c.Weight && c.Weight <= c.WeightMax && c.WeightMax <= 100): // nothing compares with NaN
		return fmt.Sprintf("its weight %g must lie between its least weight %g and its most %g", c.Weight, c.WeightMin, c.WeightMax)
	case !known(c.TechnologyCode, 13) || !known(c.ServiceStandard, 14):
		return "the Technology Code of Practice has points 1 to 13 and the Service Standard 1 to 14"
	case c.Minimum != nil && (*c.Minimum < 0 || *c.Minimum > TopMark):
		return fmt.Sprintf("its minimum must be a mark from 0 to %d", TopMark)
	case !slices.Contains([]MissingRule{MissingExclude, MissingZero, MissingInterval}, c.Missing):
		return "its rule for missing marks must be exclude, zero or interval"
	}
	return ""
}
