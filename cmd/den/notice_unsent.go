package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) noticeUnsent() *cobra.Command {
	var p paging
	var waiting bool
	c := &cobra.Command{
		Use:   "unsent",
		Short: "List notices that could not be sent, for operators and auditors",
		Long: `List notices that could not be sent by mail or webhook and were given up, the latest first.
Whom they are for still sees them in the den. With --waiting it lists those that are still
to be sent.`,
		Example: "  den notice unsent\n  den notice unsent --waiting",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			state := contract.DeliveryDead
			if waiting {
				state = contract.DeliveryWaits
			}
			page, err := said[contract.DeliveryPage](c.ListDeliveries(ctx, &contract.ListDeliveriesParams{After: pointerTo(p.after), Limit: &p.limit, State: &state}))
			if err != nil {
				return err
			}
			k.more(page.value.Next)
			return show(k, page, k.tellDeliveries)
		}),
	}
	p.flags(c, false)
	c.Flags().BoolVar(&waiting, "waiting", false, "list those that are still to be sent")
	return c
}

func (k *client) tellDeliveries(page contract.DeliveryPage) {
	var rows [][]string
	for _, d := range page.Items {
		rows = append(rows, []string{d.Id, moment(&d.MadeAt), given(d.PersonName), string(d.Channel), given(d.Title), fmt.Sprint(d.Tries), given(d.Detail)})
	}
	k.list("There are none.", []string{"ID", "MADE", "FOR", "BY", "WHAT", "TRIES", "WHY"}, rows)
}

func (k *client) noticeRetry() *cobra.Command {
	return &cobra.Command{
		Use:   "retry DELIVERY",
		Short: "Try again to send a notice that was given up, for operators",
		Long: `Try again to send a notice that was given up. Mend first what "den notice unsent" says of
it, such as the mail relay.`,
		Example:           "  den notice retry dlv_01…",
		Args:              words("the id of what could not be sent"),
		ValidArgsFunction: k.completeUnsent,
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			d, err := said[contract.Delivery](c.RetryDelivery(ctx, args[0]))
			if err != nil {
				return err
			}
			return show(k, d, func(contract.Delivery) { k.say("It is tried again now.") })
		}),
	}
}

func (k *client) completeUnsent(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return k.complete(cmd, args, func(ctx context.Context, c *contract.Client) ([]named, error) {
		p, err := pageOf[contract.DeliveryPage](c.ListDeliveries(ctx, nil))
		return namesOf(p.Items, func(d contract.Delivery) named { return named{d.Id, given(d.PersonName) + ", " + given(d.Title)} }), err
	})
}
