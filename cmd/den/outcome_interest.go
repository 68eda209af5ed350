package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

// outcomeDeclare is the first thing an evaluator does.
func (k *client) outcomeDeclare() *cobra.Command {
	var text string
	c := &cobra.Command{
		Use:   "declare TRIAL none|actual|potential|perceived",
		Short: "Declare your interests in a trial",
		Long: `Declare your interests in a trial. Nobody scores before. With an interest, you score when
the department has decided that you go on.`,
		Example:           "  den outcome declare tri_01… none\n  den outcome declare tri_01… perceived --text \"My brother works there\"",
		Args:              words("the id of a trial", "the interest: none, actual, potential or perceived"),
		ValidArgsFunction: k.completeTrials,
		RunE: func(cmd *cobra.Command, args []string) error {
			interest := contract.NewDeclarationInterest(args[1])
			if !interest.Valid() {
				return offWords(cmd, fmt.Sprintf("choose none, actual, potential or perceived, not %q", args[1]))
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			d, err := said[contract.Declaration](c.Declare(cmd.Context(), args[0], contract.NewDeclaration{Interest: interest, Text: pointerTo(text)}))
			if err != nil {
				return at(err, flagPlace)
			}
			return show(k, d, func(d contract.Declaration) {
				if d.Decision == "continue" {
					k.say("You declared that you have no interest. You can score now.")
					return
				}
				k.say("You declared an interest (%s). You can score when the department has decided.", d.Interest)
			})
		},
	}
	c.Flags().StringVar(&text, "text", "", "what the interest is")
	return c
}

func (k *client) outcomeInterests() *cobra.Command {
	return k.oneTrial(&cobra.Command{
		Use:     "interests TRIAL",
		Short:   "List what was declared in a trial",
		Long:    "List what was declared in a trial, and what the department decided.",
		Example: "  den outcome interests tri_01…",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		page, err := said[contract.DeclarationPage](c.ListDeclarations(ctx, id))
		if err != nil {
			return err
		}
		return show(k, page, func(page contract.DeclarationPage) {
			var rows [][]string
			for _, d := range page.Items {
				decision := strings.ReplaceAll(string(d.Decision), "_", " ")
				rows = append(rows, []string{d.Evaluator, given(d.EvaluatorName), string(d.Interest), firstOf(decision, "not decided"), d.Text})
			}
			table(k.std.out, []string{"ID", "PERSON", "INTEREST", "DECISION", "TEXT"}, rows)
		})
	})
}

func (k *client) outcomeInterest() *cobra.Command {
	var x change
	c := &cobra.Command{
		Use:     "interest TRIAL PERSON continue|take_out",
		Short:   "Decide about a declared interest",
		Long:    "Decide whether somebody with a declared interest goes on, or is taken out of a trial.\nScores of somebody who is taken out do not count.",
		Example: "  den outcome interest tri_01… per_01… take_out --why \"A brother works there\"",
		Args:    words("the id of a trial", "the id of a person", "the decision: continue or take_out"),
		RunE: func(cmd *cobra.Command, args []string) error {
			decision := contract.NewConsequenceDecision(strings.ReplaceAll(args[2], "-", "_"))
			switch {
			case !decision.Valid():
				return offWords(cmd, fmt.Sprintf("choose continue or take_out, not %q", args[2]))
			case x.why == "":
				return offWords(cmd, "say why with --why")
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			d, err := said[contract.Declaration](c.DecideInterest(cmd.Context(), args[0], args[1], &contract.DecideInterestParams{IfMatch: x.match()},
				contract.NewConsequence{Decision: decision, Why: x.why}))
			if err != nil {
				return at(err, flagPlace)
			}
			return show(k, d, func(contract.Declaration) { k.say("It is recorded.") })
		},
	}
	x.flags(c, true)
	return c
}
