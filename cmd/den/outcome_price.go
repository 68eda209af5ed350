package main

import (
	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) outcomePrice() *cobra.Command {
	var pence int64
	var basis string
	c := &cobra.Command{
		Use:   "price TRIAL PRODUCT",
		Short: "Enter what a product costs",
		Long: `Enter what a product costs, on the same basis as the other products of the trial. Nobody
sees the price before the marks are locked.`,
		Example:           "  den outcome price tri_01… Slotwise --pence 1250000 --basis \"1 year, 40 people, without VAT\"",
		Args:              words("the id of a trial", "a product: its name, label or entry id"),
		ValidArgsFunction: k.completeTrials,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if !cmd.Flags().Changed("pence") {
				return offWords(cmd, "give the price with --pence; 0 is free")
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			e, err := entryIn(ctx, c, args[0], args[1])
			if err != nil {
				return err
			}
			after, err := said[contract.Trial](c.SetPrice(ctx, args[0], e.Id, contract.NewPrice{Pence: pence, Basis: basis}))
			if err != nil {
				return at(err, flagPlace)
			}
			return show(k, after, func(contract.Trial) { k.say("The price of %s is entered.", clean(nameOf(e))) })
		},
	}
	c.Flags().Int64Var(&pence, "pence", 0, "the price in pence")
	c.Flags().StringVar(&basis, "basis", "", "for how long and how many people, without VAT")
	return c
}
