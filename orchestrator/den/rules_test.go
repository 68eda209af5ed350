package den

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

const day = 24 * time.Hour

func TestRulesDecide(t *testing.T) {
	small := Want{Sandboxes: 1, Size: "small", Length: day, Pence: 100, Hours: 24}
	with := func(change func(*Want)) Want { w := small; change(&w); return w }
	for says, c := range map[string]struct {
		rules   Rules
		want    Want
		taken   Taken
		verdict Verdict
		rule    Rule
	}{
		"without rules everything goes at once":        {Rules{}, with(func(w *Want) { w.Sandboxes, w.Length, w.WaysOut = 1000, 365*day, []string{"a"} }), Taken{Pence: 1 << 40}, AtOnce, ""},
		"the last place may be taken":                  {Rules{Most: 3}, small, Taken{Sandboxes: 2}, AtOnce, ""},
		"beyond the last place is refused":             {Rules{Most: 3}, small, Taken{Sandboxes: 3}, NotAllowed, RuleMost},
		"several count as several":                     {Rules{Most: 3}, with(func(w *Want) { w.Sandboxes = 2 }), Taken{Sandboxes: 2}, NotAllowed, RuleMost},
		"the longest time may be asked for":            {Rules{Longest: day}, small, Taken{}, AtOnce, ""},
		"longer than the longest is refused":           {Rules{Longest: day}, with(func(w *Want) { w.Length += 1 }), Taken{}, NotAllowed, RuleLongest},
		"longer than usual needs an approver":          {Rules{Length: day}, with(func(w *Want) { w.Length += 1 }), Taken{}, NeedsApprover, RuleLength},
		"another size is refused":                      {Rules{Sizes: []string{"large"}}, small, Taken{}, NotAllowed, RuleSize},
		"a size may need an approver":                  {Rules{AskSizes: []string{"small"}}, small, Taken{}, NeedsApprover, RuleSize},
		"a way out that is not listed is refused":      {Rules{WaysOut: []string{"a"}}, with(func(w *Want) { w.WaysOut = []string{"a", "b"} }), Taken{}, NotAllowed, RuleWaysOut},
		"a way out that is listed goes":                {Rules{WaysOut: []string{"a"}}, with(func(w *Want) { w.WaysOut = []string{"a"} }), Taken{}, AtOnce, ""},
		"no way out at all":                            {Rules{NoWaysOut: true}, with(func(w *Want) { w.WaysOut = []string{"a"} }), Taken{}, NotAllowed, RuleWaysOut},
		"a way out may need an approver":               {Rules{AskWaysOut: true}, with(func(w *Want) { w.WaysOut = []string{"a"} }), Taken{}, NeedsApprover, RuleWaysOut},
		"every start may need an approver":             {Rules{AskAlways: true}, small, Taken{}, NeedsApprover, RuleAlways},
		"what costs more needs an approver":            {Rules{AskPence: 99}, small, Taken{}, NeedsApprover, RuleCost},
		"what costs no more goes":                      {Rules{AskPence: 100}, small, Taken{}, AtOnce, ""},
		"a budget that is used up refuses":             {Rules{Budget: 500}, small, Taken{Pence: 500}, NotAllowed, RuleBudget},
		"what would pass the budget needs an approver": {Rules{Budget: 500}, small, Taken{Pence: 300, Promised: 101}, NeedsApprover, RuleBudget},
		"what just fits the budget goes":               {Rules{Budget: 500}, small, Taken{Pence: 300, Promised: 100}, AtOnce, ""},
		"hours that are used up refuse":                {Rules{Hours: 10}, small, Taken{Hours: 10}, NotAllowed, RuleHours},
		"what would pass the hours needs an approver":  {Rules{Hours: 30}, small, Taken{Hours: 7}, NeedsApprover, RuleHours},
		"what refuses is asked before what asks":       {Rules{AskAlways: true, Longest: time.Hour}, small, Taken{}, NotAllowed, RuleLongest},
	} {
		t.Run(says, func(t *testing.T) {
			got := c.rules.Decide(c.want, c.taken)
			if got.Verdict != c.verdict || got.Rule != c.rule || got.Say == "" {
				t.Errorf("decided %+v, want %s by %q", got, c.verdict, c.rule)
			}
		})
	}
}

// What one may start, one may start less of.
func TestLessIsNeverHarder(t *testing.T) {
	rank := map[Verdict]int{AtOnce: 0, NeedsApprover: 1, NotAllowed: 2}
	rapid.Check(t, func(rt *rapid.T) {
		n := func(name string) int { return rapid.IntRange(0, 20).Draw(rt, name) }
		r := Rules{Most: n("most"), Longest: Span(n("longest")), Length: Span(n("length")), AskPence: int64(n("ask")), Budget: int64(n("budget")), Hours: int64(n("hours"))}
		w := Want{Sandboxes: 1 + n("boxes"), Length: Span(1 + n("long")), Pence: int64(n("pence")), Hours: int64(n("run"))}
		taken := Taken{Sandboxes: n("taken"), Pence: int64(n("spent")), Hours: int64(n("ran")), Promised: int64(n("promised"))}
		less, fewer := w, taken
		less.Sandboxes, less.Length, less.Pence, less.Hours = 1, w.Length/2, w.Pence/2, w.Hours/2
		fewer.Sandboxes, fewer.Pence, fewer.Promised, fewer.Hours = taken.Sandboxes/2, taken.Pence/2, taken.Promised/2, taken.Hours/2
		if a, b := r.Decide(less, fewer), r.Decide(w, taken); rank[a.Verdict] > rank[b.Verdict] {
			rt.Errorf("%+v: less is %+v, all of it %+v", r, a, b)
		}
	})
}

func TestARequestWaitsFiveWorkingDays(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[string]string{
		"2026-06-01 10:00": "2026-06-08 10:00", // Monday to Monday
		"2026-06-05 16:30": "2026-06-12 16:30", // Friday to Friday
		"2026-06-06 09:00": "2026-06-12 09:00", // Saturday: Monday is the first day
		"2026-06-07 09:00": "2026-06-12 09:00", // Sunday
		"2026-10-23 10:00": "2026-10-30 10:00", // over the end of summer time: the same time of day
		"2026-03-26 10:00": "2026-04-02 10:00", // and over its beginning
		"2026-03-28 01:30": "2026-04-03 01:30", // also at a time that it leaves out
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", asked, london)
		if err != nil {
			t.Fatal(err)
		}
		if got := (Calendar{Zone: london}).WorkingDays(at.UTC(), RequestPatience).In(london).Format("2006-01-02 15:04"); got != want {
			t.Errorf("asked %s: lapses %s, want %s", asked, got, want)
		}
	}
}

func TestSpendingIsCutByLocalMonths(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 5, 31, 22, 0, 0, 0, time.UTC) // 11pm in London
	parts := Months(from, from.Add(3*time.Hour), london)
	if len(parts) != 2 || parts[0] != (Stretch{"2026-05", time.Hour}) || parts[1] != (Stretch{"2026-06", 2 * time.Hour}) {
		t.Errorf("cut into %+v", parts)
	}
	if parts := Months(Stamp{}, from, london); len(parts) != 0 {
		t.Errorf("a time that never began is cut into %d", len(parts))
	}
	rapid.Check(t, func(rt *rapid.T) {
		long := Span(rapid.Int64Range(0, int64(400*day)).Draw(rt, "long"))
		var sum Span
		for _, p := range Months(from, from.Add(long), london) {
			sum += p.Ran
		}
		if sum != long {
			rt.Errorf("%s are cut into %s", long, sum)
		}
	})
}

func TestBudgetsAreWarnedOfInSteps(t *testing.T) {
	for pence, want := range map[int64]int{0: 0, 499: 0, 500: 50, 799: 50, 800: 80, 999: 80, 1000: 100, 5000: 100} {
		if got := Step(pence, 1000); got != want {
			t.Errorf("%d of 1000 is step %d, want %d", pence, got, want)
		}
	}
	if Step(5000, 0) != 0 {
		t.Error("no budget has a step")
	}
}

func TestWhatIsTakenMattersOnlyWhereItIsCounted(t *testing.T) {
	much := Taken{Sandboxes: 1000, Pence: 1 << 40, Hours: 1 << 30, Promised: 1 << 40}
	want := Want{Sandboxes: 2, Size: "small", Length: 24 * time.Hour, Pence: 500, Hours: 48, WaysOut: []string{"example.org"}}
	for name, r := range map[string]Rules{
		"none": {}, "most": {Most: 3}, "hours": {Hours: 10}, "budget": {Budget: 1000}, "cost": {AskPence: 100},
		"lengths": {Longest: time.Hour, Length: time.Minute}, "sizes": {Sizes: []string{"large"}}, "asks for sizes": {AskSizes: []string{"small"}},
		"ways out": {NoWaysOut: true}, "asks for ways out": {AskWaysOut: true}, "always": {AskAlways: true},
	} {
		differs := r.Decide(want, Taken{}) != r.Decide(want, much)
		if differs != r.Counts() {
			t.Errorf("%s: what is taken changes the ruling: %t, but Counts says %t", name, differs, r.Counts())
		}
	}
}
