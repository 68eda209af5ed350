package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func (k *client) outcomePublish() *cobra.Command {
	var parts []string
	var x change
	c := k.oneTrial(&cobra.Command{
		Use:   "publish TRIAL",
		Short: "Publish the report of a trial in the register",
		Long: `Publish the report of a trial in the register, all of it or some parts: finding, scores,
reasons, names (of suppliers and products), decision, facts. What is shown is kept as it
is now. Look first at what "den outcome report" says, or at the preview on the page.`,
		Example: "  den outcome publish tri_01… --parts finding,scores,names --why \"Others can use it\"",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		if x.why == "" {
			return usageError{fmt.Errorf("say why with --why")}
		}
		shown, err := said[den.Report](c.PublishReport(ctx, id, &contract.PublishReportParams{IfMatch: x.match()}, contract.NewPublication{Parts: parts, Why: x.why}))
		if err != nil {
			return at(err, flagPlace)
		}
		return show(k, shown, func(r den.Report) {
			k.say("The report of %s is in the register. Kept back: %v.", clean(r.Trial.Name), r.Withheld)
		})
	})
	all := make([]string, len(den.Parts))
	for i, p := range den.Parts {
		all[i] = string(p)
	}
	c.Flags().StringSliceVar(&parts, "parts", all, "what is to be seen")
	x.flags(c, true)
	return c
}

func (k *client) outcomeCompare() *cobra.Command {
	return &cobra.Command{
		Use:   "compare TRIAL TRIAL…",
		Short: "Compare trials, or see why they cannot be compared",
		Long: `Put trials side by side, each held to the first: your own, and those in the register. Where
their figures do not stand on the same scale, it says what differs.`,
		Example:           "  den outcome compare tri_01… tri_02…",
		Args:              cobra.MinimumNArgs(2),
		ValidArgsFunction: k.completeTrials,
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			found, err := said[contract.Comparison](c.CompareTrials(ctx, &contract.CompareTrialsParams{Trials: args}))
			if err != nil {
				return err
			}
			return show(k, found, k.tellComparison)
		}),
	}
}

func (k *client) tellComparison(c contract.Comparison) {
	var rows [][]string
	for _, one := range c.Trials {
		r, err := reportOf(one.Report)
		if err != nil {
			continue
		}
		for _, t := range r.Totals {
			rows = append(rows, []string{clean(r.Trial.Name), clean(r.EntryName(t.Entry)), fmt.Sprint(t.Rank), fmt.Sprintf("%.1f", t.Total)})
		}
		if one.Detail != "" {
			k.say("%s: %s", clean(r.Trial.Name), clean(one.Detail))
		}
	}
	table(k.std.out, []string{"TRIAL", "PRODUCT", "RANK", "OF 100"}, rows)
}

// reportOf reads the standard document out of an answer.
func reportOf(object map[string]any) (r den.Report, err error) {
	text, err := json.Marshal(object)
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	return r, err
}

func (k *client) outcomeReply() *cobra.Command {
	return &cobra.Command{
		Use:   "reply TRIAL ENTRY TEXT",
		Short: "Reply to a published report, for the supplier of a product",
		Long: `Reply to a published report. Your reply stands beside it in the register and on the
product's page, as you wrote it. Another replaces it; an empty one takes it back.`,
		Example: "  den outcome reply tri_01… ent_01… \"We have mended the calendar since.\"",
		Args:    words("the id of a trial", "the id of an entry", "the reply, in quotes"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			r, err := said[contract.Reply](c.ReplyToReport(ctx, args[0], args[1], contract.NewReply{Text: args[2]}))
			if err != nil {
				return err
			}
			return show(k, r, func(r contract.Reply) {
				if r.Text == "" {
					k.say("Your reply was taken back.")
					return
				}
				k.say("Your reply stands beside the report.")
			})
		}),
	}
}
