package evaluation

import (
	"fmt"
	"math"
	"strings"
)

// fewUnits is how many units with two scores agreement needs before words rely on it.
const fewUnits = 10

func sayRanking(o Outcome) []string {
	var out []string
	for _, t := range o.Totals {
		if t.ScreenedOut() {
			out = append(out, fmt.Sprintf("%s is not ranked: it is below the minimum for %s.", t.Name, list(t.Below, "and")))
		}
	}
	out = append(out, sayLead(o)...)
	out = append(out, sayMissing(o.Totals)...)
	if r := o.Reversal; r.Found {
		out = append(out, fmt.Sprintf("Be careful: without %s, which did not win, %s would come first instead of %s, because %s compares each with the lowest price.",
			list(r.Without, "and"), list(r.Instead, "and"), list(r.Winner, "and"), r.Criterion))
	}
	return out
}

func sayLead(o Outcome) []string {
	var first []Total
	ranked := 0
	for _, t := range o.Totals {
		if t.Rank.Best == 1 {
			first = append(first, t)
		}
		if t.Rank.Best > 0 {
			ranked++
		}
	}
	switch {
	case ranked == 0:
		return []string{"No entry is ranked, so there is no winner."}
	case ranked == 1:
		return []string{fmt.Sprintf("%s is the only entry that is ranked, so there is nothing to compare it with.", first[0].Name)}
	case len(first) > 1:
		open := false
		for _, t := range first {
			open = open || !t.Rank.Settled()
		}
		if open {
			out := []string{fmt.Sprintf("%s may come first: it depends on what was not tested.", list(names(first), "or"))}
			return append(out, sayLikeForLike(o.LikeForLike)...)
		}
		return []string{fmt.Sprintf("%s share first place, with %s marks out of 100.", list(names(first), "and"), tenth(first[0].Low))}
	}
	return []string{sayFirst(o, first[0]), sayFlip(o.Sensitivity)}
}

func sayLikeForLike(l *LikeForLike) []string {
	if l == nil {
		return nil
	}
	var first []Total
	for _, t := range l.Totals {
		if t.Rank.Best == 1 {
			first = append(first, t)
		}
	}
	how := "is ahead"
	switch {
	case len(first) == len(l.Totals):
		how = "are level"
	case len(first) > 1:
		how = "are ahead"
	}
	return []string{fmt.Sprintf("By what was tested for all of them, %s of the weight, %s %s.", share(l.Weight), list(names(first), "and"), how)}
}

func sayFirst(o Outcome, t Total) string {
	for i, e := range o.Acceptability.Entries {
		if e.Entry != t.Entry {
			continue
		}
		p := e.Ranks[0]
		switch {
		case o.Acceptability.always(i):
			return fmt.Sprintf("%s comes first whatever the weights.", t.Name)
		case p < 0.5:
			return fmt.Sprintf("%s comes first with these weights, but in only %s of all weightings.", t.Name, share(p))
		default:
			return fmt.Sprintf("%s stays first in %s of weightings.", t.Name, share(p))
		}
	}
	return fmt.Sprintf("%s comes first.", t.Name)
}

// always says that entry i beats every other under every weighting: not merely under all that were drawn.
func (a Acceptability) always(i int) bool {
	if !a.BeatsExact {
		return false
	}
	for j, b := range a.Beats[i] {
		if j != i && b < 1-Tolerance {
			return false
		}
	}
	return true
}

func sayFlip(s Sensitivity) string {
	f, ok := s.Smallest()
	if !ok {
		return "No change of a single weight would change the winner."
	}
	way := "less"
	if f.Above {
		way = "more"
	}
	verb := "loses"
	if s.Cautious {
		verb = "may lose"
	}
	return fmt.Sprintf("It %s the lead to %s if %s weighs %s than %s.", verb, f.ToName, lower(f.Name), way, flipShare(f))
}

func sayMissing(totals []Total) []string {
	var out []string
	for _, t := range totals {
		if len(t.NotTested) == 0 || t.ScreenedOut() {
			continue
		}
		what := list(t.NotTested, "and")
		if len(t.NotTested) > 3 {
			what = fmt.Sprintf("%d criteria", len(t.NotTested))
		}
		said := fmt.Sprintf("%s was not tested on %s", t.Name, what)
		if v, ok := t.Point(); ok {
			out = append(out, fmt.Sprintf("%s; its total is %s marks out of 100.", said, tenth(v)))
		} else {
			out = append(out, fmt.Sprintf("%s, so its total lies between %s and %s marks out of 100.", said, tenth(t.Low), tenth(t.High)))
		}
		if len(t.Unproven) > 0 {
			out = append(out, fmt.Sprintf("Nobody knows yet whether %s reaches the minimum for %s.", t.Name, list(t.Unproven, "and")))
		}
	}
	return out
}

func sayAgreement(a Agreement) []string {
	if a.Raters < 2 {
		return []string{"There is only one evaluator, so nobody can say whether others would agree. Ask at least two, better three."}
	}
	v, ok := a.Alpha.Get()
	if !ok {
		return []string{"Whether the evaluators agree cannot be said. " + a.Alpha.Why}
	}
	n := a.Pairable
	if n < fewUnits {
		return []string{fmt.Sprintf("There are too few scores to say whether the evaluators agree (α = %s from %s).", down(v), plural(n, "score by two people or more", "scores by two people or more"))}
	}
	at := "α = " + down(v)
	if a.Interval.Known() && v >= Rely && a.Interval.Low < Tentative {
		return []string{fmt.Sprintf("Evaluators seem to agree (%s), but there are too few scores to be sure: α may be as low as %s.", at, down(a.Interval.Low))}
	}
	switch {
	case v >= Rely:
		return []string{fmt.Sprintf("Evaluators agree enough to rely on this (%s).", at)}
	case v >= Tentative:
		return []string{fmt.Sprintf("Evaluators agree enough for a first view only (%s): talk the differences through before relying on this.", at)}
	default:
		return []string{fmt.Sprintf("Evaluators do not agree enough to rely on this (%s): talk the differences through, then score again.", at)}
	}
}

func names(ts []Total) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.Name
	}
	return out
}

// list joins as people do: "A", "A and B", "A, B and C".
func list(items []string, word string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:len(items)-1], ", ") + " " + word + " " + items[len(items)-1]
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// share writes a share of 1 in whole per cent, and never says all or nothing of what is not.
func share(p float64) string {
	switch r := math.Round(100 * p); {
	case r >= 100:
		return "more than 99%"
	case r < 1:
		return "less than 1%"
	default:
		return fmt.Sprintf("%.0f%%", r)
	}
}

// flipShare writes where the lead is lost, with as many figures as tell it from the weight as it is.
func flipShare(f Flip) string {
	for digits := 0; digits < 4; digits++ {
		at, now := fmt.Sprintf("%.*f", digits, 100*f.At), fmt.Sprintf("%.*f", digits, 100*f.Now)
		if at != now {
			return at + "%"
		}
	}
	return "it does now"
}

// down writes two figures after the point, rounded towards agreement being less: .7996 is not .80.
func down(v float64) string { return fmt.Sprintf("%.2f", math.Floor(100*v+Tolerance)/100) }

func tenth(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") }

// lower writes the name of a criterion inside a sentence, but leaves a name such as "WCAG" alone.
func lower(s string) string {
	r := []rune(s)
	if len(r) > 1 && strings.ToUpper(string(r[1])) == string(r[1]) {
		return s
	}
	return strings.ToLower(string(r[:min(1, len(r))])) + string(r[min(1, len(r)):])
}
