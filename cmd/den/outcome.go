package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) outcome() *cobra.Command {
	return group(&cobra.Command{
		Use:   "outcome",
		Short: "Record scores, see what a trial found, and decide",
		Long: `Record your scores for the products of a trial, see what all scores together say, and
record what the department decides. Nobody sees your scores before you submit them, and
you see nobody's before that.`,
		Example: "  den outcome record -f scores.yaml --submit\n  den outcome show tri_01…\n  den outcome decide tri_01… stop --why \"Neither is ready\"",
	}, k.outcomeDeclare(), k.outcomeInterests(), k.outcomeInterest(), k.outcomePrice(), k.outcomeConsensus(),
		k.outcomeAgree(), k.outcomeDissent(), k.outcomeLock(), k.outcomeSummary(), k.outcomeEvidence(), k.outcomeRecord(), k.outcomeShow(), k.outcomeDecide(), k.outcomeReport(), k.outcomeCite(), k.outcomePublish(), k.outcomeReply(), k.outcomeCompare())
}

func (k *client) outcomeShow() *cobra.Command {
	return k.oneTrial(&cobra.Command{
		Use:   "show TRIAL",
		Short: "Show what a trial found",
		Long: `Show what a trial found: the finding in words, the total of each product out of 100 with
its rank, and the decision. It is there once an assessment was submitted, your own
included.`,
		Example: "  den outcome show tri_01…\n  den outcome show tri_01… --json",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		return k.showOutcome(ctx, c, id, func() (answer[contract.Outcome], error) {
			return said[contract.Outcome](c.GetOutcome(ctx, id))
		})
	})
}

// showOutcome shows an outcome with the names of the products.
func (k *client) showOutcome(ctx context.Context, c *contract.Client, id string, get func() (answer[contract.Outcome], error)) error {
	o, err := get()
	if err != nil || k.json {
		if err != nil {
			return err
		}
		return show(k, o, nil)
	}
	t, err := said[contract.Trial](c.GetTrial(ctx, id))
	if err != nil {
		return err
	}
	k.tellOutcome(o.value, t.value)
	return nil
}

func (k *client) tellOutcome(o contract.Outcome, t contract.Trial) {
	names := map[string]string{}
	for _, e := range t.Entries {
		names[e.Id] = firstOf(nameOf(e), e.Id)
	}
	facts(k.std.out, [2]string{"Trial", t.Name}, [2]string{"Found", o.Finding})
	if o.Analysis != nil {
		for _, w := range o.Analysis.Warnings {
			k.say("%s", clean(w))
		}
	}
	k.say("")
	results := slices.Clone(o.Results)
	slices.SortStableFunc(results, func(a, b contract.Result) int { return last(a) - last(b) })
	var rows [][]string
	for _, r := range results {
		rank := fmt.Sprint(r.Rank)
		if r.ScreenedOut {
			rank = "screened out"
		} else if r.Rank == 0 {
			rank = "-"
		}
		total := fmt.Sprintf("%.1f", r.Total)
		if r.High > r.Low {
			total = fmt.Sprintf("%.1f to %.1f", r.Low, r.High)
		}
		rows = append(rows, []string{rank, names[r.Entry], total, fmt.Sprint(r.Assessors), strings.Join(r.Untested, ", ")})
	}
	table(k.std.out, []string{"RANK", "PRODUCT", "OF 100", "ASSESSED BY", "NOT TESTED"}, rows)
	if o.Decision != nil {
		k.say("")
		facts(k.std.out, [2]string{"Decision", strings.ReplaceAll(string(*o.Decision), "_", " ")}, [2]string{"Chosen", names[given(o.Chosen)]},
			[2]string{"Why", given(o.Why)}, [2]string{"Decided", moment(o.DecidedAt)})
	}
}

// last is a rank by which what has none comes after all others.
func last(r contract.Result) int {
	const behind = 1 << 20
	if r.ScreenedOut || r.Rank == 0 {
		return behind
	}
	return int(r.Rank)
}

func (k *client) outcomeDecide() *cobra.Command {
	var x change
	var chosen, route string
	c := &cobra.Command{
		Use:   "decide TRIAL proceed|try_again|stop",
		Short: "Record what the department decides",
		Long: `Record what the department decides after a trial, and why. To proceed, name the product.
The decision ends the scoring.`,
		Example: "  den outcome decide tri_01… proceed --chosen Slotwise --why \"Quicker to learn, and it was never down\"\n" +
			"  den outcome decide tri_01… try_again --why \"Both suppliers have said what they will change\"",
		Args: words("the id of a trial", "the decision: proceed, try_again or stop"),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, part string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return []cobra.Completion{"proceed", "try_again", "stop"}, cobra.ShellCompDirectiveNoFileComp
			}
			return k.completeTrials(cmd, args, part)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, id := cmd.Context(), args[0]
			decision := contract.Decision(strings.ReplaceAll(args[1], "-", "_"))
			switch {
			case !decision.Valid():
				return offWords(cmd, fmt.Sprintf("choose proceed, try_again or stop, not %q", args[1]))
			case x.why == "":
				return offWords(cmd, "say why with --why")
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			in := contract.NewDecision{Decision: decision, Why: x.why}
			if route != "" {
				r := contract.Route(route)
				if !r.Valid() {
					return offWords(cmd, fmt.Sprintf("choose none, direct, framework, open, flexible or other as the route, not %q", route))
				}
				in.Route = &r
			}
			if chosen != "" {
				e, err := entryIn(ctx, c, id, chosen)
				if err != nil {
					return err
				}
				in.Chosen = &e.Id
			}
			return k.showOutcome(ctx, c, id, func() (answer[contract.Outcome], error) {
				o, err := said[contract.Outcome](c.Decide(ctx, id, &contract.DecideParams{IfMatch: x.match()}, in))
				return o, at(err, flagPlace)
			})
		},
	}
	c.Flags().StringVar(&chosen, "chosen", "", "the product to proceed with: its name, label or entry id")
	c.Flags().StringVar(&route, "route", "", "how you go on: none, direct, framework, open, flexible or other")
	x.flags(c, true)
	return c
}
