package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) outcomeCite() *cobra.Command {
	return group(&cobra.Command{
		Use:   "cite",
		Short: "Let a decision stand on the result of another trial",
		Long: `Let your decision stand on what another trial found, too: one in the register, or one that
you may read. The report shows what you cite, why, and what differs.`,
		Example: "  den outcome cite list tri_01…\n  den outcome cite add tri_01… tri_02… --why \"The same product with twice the people\"\n  den outcome cite remove tri_01… tri_02… --why \"Their data was other data\"",
	}, k.citeList(), k.citeAdd(), k.citeRemove())
}

func (k *client) citeList() *cobra.Command {
	var text string
	c := k.oneTrial(&cobra.Command{
		Use:     "list TRIAL",
		Short:   "List results that the decision on a trial may cite",
		Long:    "List results that the decision on a trial may cite: what is in the register, the latest\nfirst, and before it your own that are not.",
		Example: "  den outcome cite list tri_01… --text Slotwise",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		var all contract.CitablePage
		p := contract.ListCitableParams{Text: pointerTo(text)}
		for {
			page, err := said[contract.CitablePage](c.ListCitable(ctx, id, &p))
			if err != nil {
				return err
			}
			all.Items = append(all.Items, page.value.Items...)
			if page.value.Next == nil || k.json {
				page.value.Items = all.Items
				return show(k, page, k.tellCitable)
			}
			p.After = page.value.Next
		}
	})
	c.Flags().StringVar(&text, "text", "", "words that the result must have: a product, a supplier, a department")
	return c
}

func (k *client) tellCitable(page contract.CitablePage) {
	var rows [][]string
	for _, one := range page.Items {
		where := "your own"
		if one.Published {
			where = "register"
		}
		rows = append(rows, []string{one.Trial, one.Name, one.Department, where, strings.Join(one.Shared, ", "), onScale(one.Differs)})
	}
	table(k.std.out, []string{"TRIAL", "NAME", "DEPARTMENT", "WHERE", "TRIED IN BOTH", "COMPARABLE"}, rows)
}

func onScale(differs []string) string {
	if len(differs) == 0 {
		return "yes"
	}
	return "no: " + strings.Join(differs, "; ")
}

func (k *client) citeAdd() *cobra.Command {
	return k.citation("add TRIAL OTHER", "Cite the result of another trial", "Cite the result of another trial in the decision. Citing it again replaces the reason.",
		"  den outcome cite add tri_01… tri_02… --why \"The same product with twice the people\"",
		func(ctx context.Context, c *contract.Client, trial, other, why string) (answer[contract.Outcome], error) {
			return said[contract.Outcome](c.Cite(ctx, trial, other, contract.NewCitation{Why: why}))
		})
}

func (k *client) citeRemove() *cobra.Command {
	return k.citation("remove TRIAL OTHER", "Cite a result no more", "Cite a result no more. The record keeps that the decision stood on it.",
		"  den outcome cite remove tri_01… tri_02… --why \"Their data was other data\"",
		func(ctx context.Context, c *contract.Client, trial, other, why string) (answer[contract.Outcome], error) {
			return said[contract.Outcome](c.Uncite(ctx, trial, other, contract.NewRemoval{Why: why}))
		})
}

type citing func(ctx context.Context, c *contract.Client, trial, other, why string) (answer[contract.Outcome], error)

// citation is a command that changes what a decision stands on, and shows it.
func (k *client) citation(use, short, long, example string, do citing) *cobra.Command {
	var why string
	c := &cobra.Command{
		Use: use, Short: short, Long: long, Example: example,
		Args: words("the id of a trial", "the id of the other trial"), ValidArgsFunction: k.completeTrials,
		RunE: func(cmd *cobra.Command, args []string) error {
			if why == "" {
				return offWords(cmd, "say why with --why")
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			o, err := do(cmd.Context(), c, args[0], args[1], why)
			if err != nil {
				return at(err, flagPlace)
			}
			return show(k, o, k.tellCited)
		},
	}
	c.Flags().StringVar(&why, "why", "", "why, for the record")
	return c
}

func (k *client) tellCited(o contract.Outcome) {
	if o.Cites == nil {
		k.say("The decision cites no other result.")
		return
	}
	for _, c := range *o.Cites {
		k.say("It stands on: %s", clean(fmt.Sprintf("%s, %s (%s). %s", c.Name, given(c.Department), given(c.Trial), given(c.Why))))
	}
}
