package main

import (
	"context"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) notice() *cobra.Command {
	return group(&cobra.Command{
		Use:     "notice",
		Short:   "Read what you were told",
		Long:    "Read what the den told you: approvals, ends, budgets, failures and the rest. Operators see here too\nwhat could not be sent, and try it again.",
		Example: "  den notice list\n  den notice read",
	}, k.noticeList(), k.noticeRead(), k.noticeUnsent(), k.noticeRetry())
}

func (k *client) noticeList() *cobra.Command {
	var p paging
	c := &cobra.Command{
		Use:     "list",
		Short:   "List your notices, the latest first",
		Long:    "List your notices, the latest first. New ones have a star.",
		Example: "  den notice list",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			page, err := said[contract.NoticePage](c.ListNotices(ctx, &contract.ListNoticesParams{After: pointerTo(p.after), Limit: &p.limit}))
			if err != nil {
				return err
			}
			k.more(page.value.Next)
			return show(k, page, k.tellNotices)
		}),
	}
	p.flags(c, false)
	return c
}

func (k *client) tellNotices(page contract.NoticePage) {
	var rows [][]string
	for _, n := range page.Items {
		star := "*"
		if n.Read {
			star = ""
		}
		rows = append(rows, []string{star, moment(&n.At), n.Title, n.Detail, given(n.Subject)})
	}
	k.list("You have no notices.", []string{"NEW", "WHEN", "WHAT", "", "ABOUT"}, rows)
}

func (k *client) noticeRead() *cobra.Command {
	return &cobra.Command{
		Use:     "read",
		Short:   "Mark all your notices as read",
		Long:    "Mark all your notices as read.",
		Example: "  den notice read",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			left, err := said[contract.Unread](c.ReadNotices(ctx, contract.ReadNotices{}))
			if err != nil {
				return err
			}
			return show(k, left, func(contract.Unread) { k.say("All your notices are read.") })
		}),
	}
}
