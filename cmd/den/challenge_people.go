package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) challengeFits() *cobra.Command {
	return k.oneChallenge(&cobra.Command{
		Use:     "fits CHALLENGE",
		Short:   "List products that may help, and why",
		Long:    "List the products that can do what a challenge asks for, those with most in common first.",
		Example: "  den challenge fits cha_01…",
	}, nil, func(ctx context.Context, c *contract.Client, args []string) error {
		v, err := said[contract.FitPage](c.ListFits(ctx, args[0]))
		if err != nil {
			return err
		}
		return show(k, v, func(v contract.FitPage) {
			var rows [][]string
			for _, f := range v.Items {
				state := ""
				switch {
				case f.Answered:
					state = "answered"
				case f.Invited:
					state = "invited"
				}
				rows = append(rows, []string{f.Product, f.ProductName, f.SupplierName, strings.Join(f.InCommon, ", "), strings.Join(f.Missing, ", "), fmt.Sprint(f.Trials), state})
			}
			k.list("No product offers what the challenge asks for.", []string{"ID", "PRODUCT", "SUPPLIER", "OFFERS", "DOES NOT SAY", "TRIED", ""}, rows)
		})
	})
}

func (k *client) challengeInvite() *cobra.Command {
	return k.oneChallenge(&cobra.Command{
		Use:     "invite CHALLENGE SUPPLIER",
		Short:   "Invite a supplier to answer",
		Long:    "Ask a supplier to look at a challenge while answers are taken. It is told by a notice.",
		Example: "  den challenge invite cha_01… \"Northbridge Software\"",
	}, []string{"the id or name of a supplier"}, func(ctx context.Context, c *contract.Client, args []string) error {
		supplier, err := supplierID(ctx, c, args[1])
		if err != nil {
			return err
		}
		v, err := said[contract.Challenge](c.InviteSupplier(ctx, args[0], contract.NewInvitation{Supplier: supplier}))
		if err != nil {
			return err
		}
		return show(k, v, func(contract.Challenge) { k.say("The supplier is invited.") })
	})
}

func (k *client) challengeThank() *cobra.Command {
	c := &cobra.Command{
		Use:   "thank ANSWER TEXT",
		Short: "Thank a supplier for its answer, before everybody",
		Long: `Thank a supplier for its answer to a challenge of your department. Everybody who reads the
challenge sees your thanks and the name of the supplier.`,
		Example: "  den challenge thank int_01… \"Because of you we ask for less.\"",
		Args:    words("the id of a supplier's answer", "the thanks, in quotes"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			i, err := said[contract.Interest](c.ThankSupplier(ctx, args[0], &contract.ThankSupplierParams{}, contract.NewThanks{Say: args[1]}))
			if err != nil {
				return err
			}
			return show(k, i, func(i contract.Interest) { k.say("Everybody reads your thanks to %s.", clean(i.SupplierName)) })
		}),
	}
	return c
}

func (k *client) challengeTakeBack() *cobra.Command {
	var supplier string
	c := k.oneChallenge(&cobra.Command{
		Use:     "take-back CHALLENGE",
		Short:   "Take your supplier's answer back",
		Long:    "Take the answer of your supplier to a challenge back, while answers are taken.",
		Example: "  den challenge take-back cha_01…",
	}, nil, func(ctx context.Context, c *contract.Client, args []string) error {
		v, err := said[contract.Challenge](c.TakeBackInterest(ctx, args[0], &contract.TakeBackInterestParams{Supplier: pointerTo(supplier)}))
		if err != nil {
			return err
		}
		return show(k, v, func(contract.Challenge) { k.say("The answer was taken back.") })
	})
	challengeSupplier(c, &supplier)
	return c
}

// budgetOf says a challenge's budget guide; empty where it says none.
func budgetOf(c contract.Challenge) string {
	low, high := poundsOf(c.BudgetLowPence), poundsOf(c.BudgetHighPence)
	switch {
	case high == "":
		return low
	case low == "":
		return "up to " + high
	}
	return low + " to " + high
}

// poundsOf is an amount of pence in pounds; empty for none.
func poundsOf(pence *int64) string {
	if pence == nil {
		return ""
	}
	return fmt.Sprintf("£%d.%02d", *pence/100, *pence%100)
}
