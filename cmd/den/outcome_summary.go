package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) outcomeSummary() *cobra.Command {
	return &cobra.Command{
		Use:     "summary TRIAL ENTRY",
		Short:   "Show the assessment summary of one product",
		Long:    "Show the assessment summary of one product: each criterion with its weight, the marks\navailable, its mark, the reasons, and why it is not higher.",
		Example: "  den outcome summary tri_01… ent_01…",
		Args:    words("the id of a trial", "the id of an entry"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			s, err := said[contract.Summary](c.GetSummary(ctx, args[0], args[1]))
			if err != nil {
				return err
			}
			return show(k, s, k.tellSummary)
		}),
	}
}

func (k *client) tellSummary(s contract.Summary) {
	facts(k.std.out, [2]string{"Trial", given(s.TrialName)}, [2]string{"Product", given(s.ProductName)},
		[2]string{"Total", fmt.Sprintf("%.1f of 100", s.Total)}, [2]string{"Rank", fmt.Sprintf("%d of %d", s.Rank, s.Ranked)})
	var rows [][]string
	for _, r := range s.Rows {
		mark := "not tested"
		if r.Mark != nil {
			mark = fmt.Sprintf("%.3g", *r.Mark)
		}
		rows = append(rows, []string{r.Title, fmt.Sprintf("%g", r.Weight), fmt.Sprintf("%s of %d", mark, r.Available), strings.Join(r.Reasons, " "), given(r.WhyNotHigher)})
	}
	table(k.std.out, []string{"CRITERION", "WEIGHT", "MARK", "REASONS", "WHY NOT HIGHER"}, rows)
}
