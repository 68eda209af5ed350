package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"innovationden/configs"
	"innovationden/web/api/contract"
)

func (k *client) shares() *cobra.Command {
	list := &cobra.Command{
		Use: "list TRIAL", Short: "List whom a trial's sandboxes are shared with",
		Long:    "List the people, organisations and links that a trial's sandboxes are shared with, and\nuntil when.",
		Example: "  den share list tri_01kbxyz", Args: words("the id of a trial"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			page, err := said[contract.SharePage](c.ListShares(ctx, args[0]))
			if err != nil {
				return err
			}
			return show(k, page, k.tellShares)
		}),
	}
	take := &cobra.Command{
		Use: "withdraw TRIAL SHARE", Short: "Take back what was shared",
		Long:    "Take back what was shared. It lets nobody in from then on, and what is open by it ends\nwithin a second.",
		Example: "  den share withdraw tri_01kbxyz sha_01kbxyz", Args: words("the id of a trial", "the id of a share"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			page, err := said[contract.SharePage](c.TakeShare(ctx, args[0], args[1]))
			if err != nil {
				return err
			}
			return show(k, page, k.tellShares)
		}),
	}
	mine := &cobra.Command{
		Use: "mine", Short: "List what others share with me",
		Long: "List the products that others share with you, and until when you can open them.", Example: "  den share mine", Args: words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			page, err := said[contract.SharedPage](c.ListShared(ctx))
			if err != nil {
				return err
			}
			return show(k, page, k.tellShared)
		}),
	}
	return group(&cobra.Command{
		Use:   "share",
		Short: "Let people open a sandbox who could not otherwise",
		Long: `Share a sandbox, or all of a trial, with a person, with everybody of an organisation, or
with whoever has a link. They see the product and nothing else of the den. It ends with
the trial at the latest.`,
		Example: "  den share add tri_01kbxyz --link --for \"users of the service\" --lasts 2d\n  den share list tri_01kbxyz",
	}, list, k.addShare(), take, mine)
}

func (k *client) addShare() *cobra.Command {
	var in contract.NewShare
	var sandbox, with, whom, passcode, lasts string
	var link bool
	c := &cobra.Command{
		Use: "add TRIAL", Short: "Share a sandbox, or all of a trial",
		Long:    "Share a sandbox, or all of a trial. A link is printed once: no other command shows it again.",
		Example: "  den share add tri_01kbxyz --link --for \"users of the service, 7 June\" --passcode \"open sesame\" --lasts 4h\n  den share add tri_01kbxyz --sandbox lea_01kbxyz --with per_01kbxyz",
		Args:    words("the id of a trial"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := configs.ParseLength(lasts)
			if err != nil {
				return offWords(cmd, fmt.Sprintf("write --lasts as a number and a unit, such as 4h or 2d, not %q", lasts))
			}
			if link == (with != "") {
				return offWords(cmd, "name somebody with --with, or ask for a --link")
			}
			ends := time.Now().Add(time.Duration(d))
			in.Sandbox, in.With, in.For, in.Passcode, in.Link, in.EndsAt = pointerTo(sandbox), pointerTo(with), pointerTo(whom), pointerTo(passcode), pointerTo(link), &ends
			c, err := k.api()
			if err != nil {
				return err
			}
			made, err := said[contract.MadeShare](c.AddShare(cmd.Context(), args[0], &contract.AddShareParams{IdempotencyKey: key()}, in))
			if err != nil {
				return err
			}
			return show(k, made, func(made contract.MadeShare) {
				if made.Secret == nil {
					k.say("Shared until %s. They find it under \"Shared with me\".", moment(&made.Share.EndsAt))
					return
				}
				k.note("Keep it: it is not shown again. It ends on %s.", moment(&made.Share.EndsAt))
				k.say("%s", clean(given(made.Url)))
			})
		},
	}
	c.Flags().StringVar(&sandbox, "sandbox", "", "one sandbox, by id; otherwise all of the trial")
	c.Flags().StringVar(&with, "with", "", "a person or an organisation, by id")
	c.Flags().BoolVar(&link, "link", false, "whoever has a link")
	c.Flags().StringVar(&whom, "for", "", "whom a link is for; they see it")
	c.Flags().StringVar(&passcode, "passcode", "", "what the link asks for, 6 characters or more")
	c.Flags().StringVar(&lasts, "lasts", "2d", "how long, at most 90 days")
	return c
}

func (k *client) tellShares(page contract.SharePage) {
	var rows [][]string
	for _, s := range page.Items {
		with := firstOf(given(s.WithName), "whoever has the link")
		if given(s.Passcode) {
			with += " and the passcode"
		}
		state := "until " + moment(&s.EndsAt)
		if s.Over {
			state = "over"
		}
		rows = append(rows, []string{s.Id, with, given(s.For), firstOf(given(s.Sandbox), "all"), state})
	}
	k.list("Nothing is shared.", []string{"SHARE", "WITH", "FOR", "SANDBOX", "STATE"}, rows)
}

func (k *client) tellShared(page contract.SharedPage) {
	var rows [][]string
	for _, s := range page.Items {
		for _, b := range s.Sandboxes {
			rows = append(rows, []string{b.Id, b.Product, s.Question, moment(&s.EndsAt)})
		}
	}
	k.list("Nothing is shared with you now.", []string{"SANDBOX", "PRODUCT", "QUESTION", "UNTIL"}, rows)
}
