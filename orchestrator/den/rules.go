package den

import (
	"fmt"
	"slices"
	"strings"
)

// Rules are what the people of one department may start: what goes at once, what needs
// an approver, and what is refused. A field that is empty or zero sets no bound, so a
// department without rules starts whatever the host can hold.
type Rules struct {
	Department ID
	Most       int      // sandboxes at once; more are refused
	Longest    Span     // a longer trial is refused, and extending by oneself ends there
	Length     Span     // a longer trial needs an approver
	Sizes      []string // other sizes are refused
	AskSizes   []string // these need an approver
	WaysOut    []string // host names that a product may reach; others are refused
	NoWaysOut  bool     // any way out is refused
	AskWaysOut bool     // any way out needs an approver
	AskAlways  bool     // every start needs an approver
	AskPence   int64    // a trial that costs more needs an approver
	Hours      int64    // hours of sandboxes a month; once they are used nothing more starts
	Budget     int64    // pence a month; the same
	AtBudget   AtBudget // what becomes of what runs when the budget is used up
	Rev        int64
}

// AtBudget says what becomes of a department's sandboxes when its month's budget is
// used up. Empty is BudgetWarns.
type AtBudget string

// What can become of them.
const (
	BudgetWarns  AtBudget = "warn"
	BudgetPauses AtBudget = "pause"
	BudgetEnds   AtBudget = "end"
)

// Want is what somebody asks to start.
type Want struct {
	Sandboxes int
	Size      string
	Length    Span
	WaysOut   []string // host names
	Pence     int64    // what it will cost to its end
	Hours     int64    // of sandboxes, to its end
}

// Taken is what a department has already.
type Taken struct {
	Sandboxes int   // that wait, run or are being removed
	Pence     int64 // spent this month
	Hours     int64 // of sandboxes this month
	Promised  int64 // pence that what runs will still cost to its end
}

// Verdict is how a request goes on.
type Verdict string

// The verdicts.
const (
	AtOnce        Verdict = "at_once"
	NeedsApprover Verdict = "needs_approver"
	NotAllowed    Verdict = "refused"
)

// Rule names the field of Rules that decided; empty: none of them stood in the way.
type Rule string

// The rules.
const (
	RuleMost    Rule = "most"
	RuleLongest Rule = "longest"
	RuleLength  Rule = "length"
	RuleSize    Rule = "size"
	RuleWaysOut Rule = "ways_out"
	RuleAlways  Rule = "always"
	RuleCost    Rule = "cost"
	RuleHours   Rule = "hours"
	RuleBudget  Rule = "budget"
)

// Ruling is a verdict, the rule that decided, and both in words.
type Ruling struct {
	Verdict Verdict
	Rule    Rule
	Field   string // the input to change, as in the API; empty: none alone
	Say     string
}

// Decide says how a request goes on. What refuses is asked first, so that nobody waits
// for an approver who could not agree. The same facts always give the same ruling.
func (r Rules) Decide(w Want, t Taken) Ruling {
	for _, decide := range []func(Want, Taken) Ruling{
		r.number, r.longest, r.size, r.waysOut, r.month, r.always, r.length, r.askSize, r.askWaysOut, r.cost, r.budget,
	} {
		if ruling := decide(w, t); ruling.Verdict != "" {
			return ruling
		}
	}
	return Ruling{Verdict: AtOnce, Say: "The department’s rules let it start at once."}
}

// Counts says whether what the department has taken already matters to a decision.
func (r Rules) Counts() bool { return r.Most > 0 || r.Hours > 0 || r.Budget > 0 }

func (r Rules) number(w Want, t Taken) Ruling {
	if r.Most <= 0 || t.Sandboxes+w.Sandboxes <= r.Most {
		return Ruling{}
	}
	say := fmt.Sprintf("Your department may have %s at once and has %d. Start fewer products, or end one first.", some(r.Most, "sandbox", "sandboxes"), t.Sandboxes)
	return Ruling{NotAllowed, RuleMost, "releases", say}
}

func (r Rules) longest(w Want, _ Taken) Ruling {
	if r.Longest <= 0 || w.Length <= r.Longest {
		return Ruling{}
	}
	return Ruling{NotAllowed, RuleLongest, "length", fmt.Sprintf("Enter a length of at most %s. Your department allows no longer trial.", Spell(r.Longest))}
}

func (r Rules) size(w Want, _ Taken) Ruling {
	if len(r.Sizes) == 0 || slices.Contains(r.Sizes, w.Size) {
		return Ruling{}
	}
	return Ruling{NotAllowed, RuleSize, "size", fmt.Sprintf("Choose a size that your department allows: %s.", strings.Join(r.Sizes, ", "))}
}

func (r Rules) waysOut(w Want, _ Taken) Ruling {
	for _, name := range w.WaysOut {
		if r.NoWaysOut || len(r.WaysOut) > 0 && !slices.Contains(r.WaysOut, name) {
			return Ruling{NotAllowed, RuleWaysOut, "releases", fmt.Sprintf("Take %s out. Your department does not let products reach it.", name)}
		}
	}
	return Ruling{}
}

func (r Rules) month(_ Want, t Taken) Ruling {
	switch {
	case r.Budget > 0 && t.Pence >= r.Budget:
		return Ruling{NotAllowed, RuleBudget, "", fmt.Sprintf("This month’s budget of %s is used up. Wait for the next month, or ask an approver to raise it.", Pounds(r.Budget))}
	case r.Hours > 0 && t.Hours >= r.Hours:
		return Ruling{NotAllowed, RuleHours, "", fmt.Sprintf("This month’s %s of sandboxes are used up. Wait for the next month, or ask an approver to raise them.", some(int(r.Hours), "hour", "hours"))}
	}
	return Ruling{}
}

func (r Rules) always(Want, Taken) Ruling {
	if !r.AskAlways {
		return Ruling{}
	}
	return asks(RuleAlways, "In this department an approver agrees to every start.")
}

func (r Rules) length(w Want, _ Taken) Ruling {
	if r.Length <= 0 || w.Length <= r.Length {
		return Ruling{}
	}
	return asks(RuleLength, "A trial longer than %s needs an approver.", Spell(r.Length))
}

func (r Rules) askSize(w Want, _ Taken) Ruling {
	if !slices.Contains(r.AskSizes, w.Size) {
		return Ruling{}
	}
	return asks(RuleSize, "A sandbox of the size %s needs an approver.", w.Size)
}

func (r Rules) askWaysOut(w Want, _ Taken) Ruling {
	if !r.AskWaysOut || len(w.WaysOut) == 0 {
		return Ruling{}
	}
	return asks(RuleWaysOut, "A way out of the sandbox needs an approver.")
}

func (r Rules) cost(w Want, _ Taken) Ruling {
	if r.AskPence <= 0 || w.Pence <= r.AskPence {
		return Ruling{}
	}
	return asks(RuleCost, "It costs about %s. What costs more than %s needs an approver.", Pounds(w.Pence), Pounds(r.AskPence))
}

func (r Rules) budget(w Want, t Taken) Ruling {
	switch {
	case r.Budget > 0 && t.Pence+t.Promised+w.Pence > r.Budget:
		return asks(RuleBudget, "With what runs already it may pass this month’s budget of %s, so it needs an approver.", Pounds(r.Budget))
	case r.Hours > 0 && t.Hours+w.Hours > r.Hours:
		return asks(RuleHours, "It may pass this month’s %s of sandboxes, so it needs an approver.", some(int(r.Hours), "hour", "hours"))
	}
	return Ruling{}
}

func asks(rule Rule, say string, args ...any) Ruling {
	return Ruling{Verdict: NeedsApprover, Rule: rule, Say: fmt.Sprintf(say, args...)}
}

// Pounds writes pence as people do: "£12.40", "£3".
func Pounds(pence int64) string {
	sign := ""
	if pence < 0 {
		sign, pence = "-", -pence
	}
	if pence%100 == 0 {
		return fmt.Sprintf("%s£%d", sign, pence/100)
	}
	return fmt.Sprintf("%s£%d.%02d", sign, pence/100, pence%100)
}

func some(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
