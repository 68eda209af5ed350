package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"innovationden/configs"
	"innovationden/web/api/contract"
)

func (k *client) tokens() *cobra.Command {
	list := &cobra.Command{
		Use:     "list",
		Short:   "List your tokens",
		Long:    "List your tokens: what each is for, what it may do, and when it ends. Their secrets are\nnowhere.",
		Example: "  den token list",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			page, err := said[contract.TokenPage](c.ListTokens(ctx))
			if err != nil {
				return err
			}
			return show(k, page, k.tellTokens)
		}),
	}
	revoke := &cobra.Command{
		Use:     "revoke ID",
		Short:   "Take a token back",
		Long:    "Take a token back. It opens nothing from then on, and what it holds open ends within a second.",
		Example: "  den token revoke tok_01kbxyz",
		Args:    words("the id of the token"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			page, err := said[contract.TokenPage](c.RevokeToken(ctx, args[0]))
			if err != nil {
				return err
			}
			return show(k, page, k.tellTokens)
		}),
	}
	return group(&cobra.Command{
		Use:   "token",
		Short: "See, make and take back tokens for programs",
		Long: `A token lets a program do things as you. It may read, act (do everything you may) or push
(bring in releases and their images: docker login takes such a token as its password).`,
		Example: "  den token add \"nightly report\" --may read --lasts 90d\n  den token list",
	}, list, k.addToken(), revoke)
}

func (k *client) addToken() *cobra.Command {
	var may []string
	var lasts string
	add := &cobra.Command{
		Use:     "add NAME",
		Short:   "Make a token",
		Long:    "Make a token and print it. It is printed once: no other command shows it again.",
		Example: "  den token add \"nightly report\" --may read\n  den token add \"docker on my laptop\" --may push --lasts 30d",
		Args:    words("what the token is for"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := configs.ParseLength(lasts)
			if err != nil {
				return offWords(cmd, fmt.Sprintf("write --lasts as a number and a unit, such as 30d, not %q", lasts))
			}
			in := contract.NewToken{Name: args[0], LastsSeconds: int64(d / time.Second)}
			for _, m := range may {
				g := contract.Grant(m)
				if !g.Valid() {
					return offWords(cmd, fmt.Sprintf("write --may as read, act or push, not %q", m))
				}
				in.Grants = append(in.Grants, g)
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			made, err := said[contract.MadeToken](c.AddToken(cmd.Context(), &contract.AddTokenParams{IdempotencyKey: key()}, in))
			if err != nil {
				return err
			}
			return show(k, made, func(made contract.MadeToken) {
				k.note("Keep it: it is not shown again. It ends on %s.", moment(&made.Token.ExpiresAt))
				k.say("%s", made.Secret)
			})
		},
	}
	add.Flags().StringSliceVar(&may, "may", []string{"read"}, "what it may do: read, act, push; several with commas")
	add.Flags().StringVar(&lasts, "lasts", "30d", "how long it lasts, at most a year")
	return add
}

func (k *client) tellTokens(page contract.TokenPage) {
	var rows [][]string
	for _, t := range page.Items {
		var may []string
		for _, g := range t.Grants {
			may = append(may, string(g))
		}
		rows = append(rows, []string{t.Id, t.Name, t.Starts + "…", strings.Join(may, ", "), moment(&t.ExpiresAt)})
	}
	k.list("There are no tokens.", []string{"ID", "FOR", "STARTS", "MAY", "ENDS"}, rows)
}
