package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"innovationden/configs"
	"innovationden/web/api/contract"
)

func (k *client) rules() *cobra.Command {
	return group(&cobra.Command{
		Use:   "rules",
		Short: "See and set what a department may start",
		Long: `Rules say what a department's people may start at once, what needs an approver, and
what is refused. What is not set has no bound.`,
		Example: "  den rules show \"Local Services\"\n  den rules set \"Local Services\" --most 10 --length 5d --budget 200",
	}, k.rulesShow(), k.rulesSet(), k.rulesBudget())
}

func (k *client) oneDepartment(c *cobra.Command, do func(*cobra.Command, *contract.Client, string) error) *cobra.Command {
	c.Args = words("the name or id of a department")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		api, err := k.api()
		if err != nil {
			return err
		}
		id, err := departmentID(cmd.Context(), api, args[0])
		if err != nil {
			return err
		}
		return do(cmd, api, id)
	}
	return c
}

func (k *client) rulesShow() *cobra.Command {
	return k.oneDepartment(&cobra.Command{
		Use:     "show DEPARTMENT",
		Short:   "Show the rules of a department",
		Long:    "Show what a department may start at once, what needs an approver, and what is refused.",
		Example: "  den rules show \"Local Services\"",
	}, func(cmd *cobra.Command, c *contract.Client, id string) error {
		r, err := said[contract.Rules](c.GetRules(cmd.Context(), id))
		if err != nil {
			return err
		}
		return show(k, r, k.tellRules)
	})
}

func (k *client) tellRules(r contract.Rules) {
	number := func(n int64) string {
		if n == 0 {
			return "no bound"
		}
		return fmt.Sprint(n)
	}
	amount := func(pence int64) string {
		if pence == 0 {
			return "no bound"
		}
		return money(pence)
	}
	length := func(seconds int64) string {
		if seconds == 0 {
			return "no bound"
		}
		return duration(time.Duration(seconds) * time.Second)
	}
	all := func(names []string, none string) string { return firstOf(strings.Join(names, ", "), none) }
	facts(k.std.out,
		[2]string{"Department", firstOf(given(r.DepartmentName), r.Department)},
		[2]string{"At once", number(int64(r.Most))}, [2]string{"Longest", length(r.LongestSeconds)}, [2]string{"Sizes", all(r.Sizes, "all")},
		[2]string{"Ways out", map[bool]string{true: "none", false: all(r.WaysOut, "any that is agreed")}[r.NoWaysOut]},
		[2]string{"Ask always", fmt.Sprint(r.AskAlways)}, [2]string{"Ask beyond", length(r.LengthSeconds)}, [2]string{"Ask from", amount(r.AskPence)},
		[2]string{"Ask for sizes", all(r.AskSizes, "none")}, [2]string{"Ask for ways out", fmt.Sprint(r.AskWaysOut)},
		[2]string{"Budget a month", amount(r.BudgetPence)}, [2]string{"Hours a month", number(r.Hours)}, [2]string{"When it is used up", firstOf(string(r.AtBudget), "warn")})
}

// ruleFlags are the rules as flags. Those that are not given stay as they are.
type ruleFlags struct {
	longest, length, budget, askCost, atBudget string
	most                                       int32
	hours                                      int64
	sizes, askSizes, waysOut                   []string
	noWaysOut, askWaysOut, askAlways           bool
}

func (k *client) rulesSet() *cobra.Command {
	var f ruleFlags
	var x change
	c := k.oneDepartment(&cobra.Command{
		Use:   "set DEPARTMENT",
		Short: "Set the rules of a department",
		Long: `Set rules of a department: those that are named; the others stay as they are. 0, "0" or
an empty text takes a bound away. Approvers of the department and the operator may.`,
		Example: "  den rules set \"Local Services\" --most 10 --length 5d\n  den rules set \"Local Services\" --budget 200 --at-budget pause",
	}, func(cmd *cobra.Command, c *contract.Client, id string) error {
		before, err := said[contract.Rules](c.GetRules(cmd.Context(), id))
		if err != nil {
			return err
		}
		body, err := f.over(cmd, before)
		if err != nil {
			return err
		}
		match := x.match()
		if match == nil && before.value.Revision > 0 {
			match = pointerTo(fmt.Sprintf("%q", fmt.Sprint(before.value.Revision)))
		}
		r, err := said[contract.Rules](c.SetRules(cmd.Context(), id, &contract.SetRulesParams{IfMatch: match}, body))
		if err != nil {
			return at(err, flagPlace)
		}
		return show(k, r, k.tellRules)
	})
	f.flags(c)
	x.flags(c, false)
	return c
}

func (f *ruleFlags) flags(c *cobra.Command) {
	s := c.Flags()
	s.Int32Var(&f.most, "most", 0, "sandboxes at once; more are refused")
	s.StringVar(&f.longest, "longest", "", "the longest time, such as 30d; longer is refused")
	s.StringSliceVar(&f.sizes, "sizes", nil, "sizes that may be used, such as small,medium")
	s.StringSliceVar(&f.waysOut, "ways-out", nil, "host names that a product may reach")
	s.BoolVar(&f.noWaysOut, "no-ways-out", false, "products may reach nothing")
	s.BoolVar(&f.askAlways, "ask-always", false, "every start needs an approver")
	s.StringVar(&f.length, "length", "", "a longer trial needs an approver, such as 5d")
	s.StringVar(&f.askCost, "ask-cost", "", "a trial that costs more pounds needs an approver, such as 50")
	s.StringSliceVar(&f.askSizes, "ask-sizes", nil, "sizes that need an approver")
	s.BoolVar(&f.askWaysOut, "ask-ways-out", false, "any way out needs an approver")
	s.StringVar(&f.budget, "budget", "", "pounds a month, such as 200")
	s.Int64Var(&f.hours, "hours", 0, "hours of sandboxes a month")
	s.StringVar(&f.atBudget, "at-budget", "", "when the budget is used up: warn, pause or end")
}

// over is the rules as they were with the flags that were given on top.
func (f *ruleFlags) over(cmd *cobra.Command, before answer[contract.Rules]) (contract.NewRules, error) {
	var r contract.NewRules
	text, err := json.Marshal(before.value)
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return r, err
	}
	set := map[string]func() error{
		"most":         func() error { r.Most = &f.most; return nil },
		"hours":        func() error { r.Hours = &f.hours; return nil },
		"sizes":        func() error { r.Sizes = &f.sizes; return nil },
		"ask-sizes":    func() error { r.AskSizes = &f.askSizes; return nil },
		"ways-out":     func() error { r.WaysOut = &f.waysOut; return nil },
		"no-ways-out":  func() error { r.NoWaysOut = &f.noWaysOut; return nil },
		"ask-ways-out": func() error { r.AskWaysOut = &f.askWaysOut; return nil },
		"ask-always":   func() error { r.AskAlways = &f.askAlways; return nil },
		"at-budget":    func() error { r.AtBudget = pointerTo(contract.AtBudget(f.atBudget)); return nil },
		"longest":      func() (err error) { r.LongestSeconds, err = lengthFlag(cmd, "longest", f.longest); return err },
		"length":       func() (err error) { r.LengthSeconds, err = lengthFlag(cmd, "length", f.length); return err },
		"budget":       func() error { n, err := pence(f.budget); r.BudgetPence = &n; return err },
		"ask-cost":     func() error { n, err := pence(f.askCost); r.AskPence = &n; return err },
	}
	changed := false
	for name, take := range set {
		if !cmd.Flags().Changed(name) {
			continue
		}
		changed = true
		if err := take(); err != nil {
			return r, err
		}
	}
	if !changed {
		return r, offWords(cmd, "name at least one rule to set")
	}
	return r, nil
}

func lengthFlag(cmd *cobra.Command, name, text string) (*int64, error) {
	if text == "" || text == "0" {
		return new(int64), nil
	}
	d, err := configs.ParseLength(text)
	if err != nil {
		return nil, offWords(cmd, fmt.Sprintf("write --%s as a number and a unit, such as 8h or 2d, not %q", name, text))
	}
	seconds := int64(d / time.Second)
	return &seconds, nil
}

func (k *client) rulesBudget() *cobra.Command {
	return k.oneDepartment(&cobra.Command{
		Use:     "budget DEPARTMENT",
		Short:   "Show what a department has used this month",
		Long:    "Show what a department has used of this month's budget, counted live.",
		Example: "  den rules budget \"Local Services\"",
	}, func(cmd *cobra.Command, c *contract.Client, id string) error {
		b, err := said[contract.Budget](c.GetBudget(cmd.Context(), id))
		if err != nil {
			return err
		}
		return show(k, b, func(b contract.Budget) {
			of := "no budget"
			if b.BudgetPence > 0 {
				of = money(b.BudgetPence)
			}
			facts(k.std.out, [2]string{"Month", b.Month}, [2]string{"Used", money(b.SpentPence)}, [2]string{"What runs will cost", money(b.PromisedPence)},
				[2]string{"Budget", of}, [2]string{"Ran for", duration(time.Duration(b.RanSeconds) * time.Second)}, [2]string{"Sandboxes now", fmt.Sprint(b.Sandboxes)})
		})
	})
}
