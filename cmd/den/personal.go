package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

// personal is what the den keeps about somebody.
func (k *client) personal() *cobra.Command {
	c := &cobra.Command{
		Use: "data [PERSON]", Short: "Print everything that the den keeps about you, or about somebody",
		Long: `Print everything that the den keeps about you, or as an operator about somebody, as one
JSON document. It holds no passwords and no secrets.`,
		Example: "  den data > my-data.json\n  den data per_01… > data.json",
		Args:    cobra.MaximumNArgs(1),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			var answer *http.Response
			var err error
			if len(args) == 1 {
				answer, err = c.GetPersonalData(ctx, args[0])
			} else {
				answer, err = c.GetMyData(ctx)
			}
			all, err := said[contract.PersonalData](answer, err)
			if err != nil {
				return err
			}
			return k.print(all.raw)
		}),
	}
	c.AddCommand(k.mentions(), k.removePersonal())
	return c
}

func (k *client) removePersonal() *cobra.Command {
	var why string
	var sure bool
	c := &cobra.Command{
		Use: "remove [PERSON] --yes", Short: "Remove your personal data, or somebody's, for good",
		Long: `Remove names, addresses and ways of signing in, yours or as an operator somebody's, from
the record too. What was done stays without the name. It cannot be undone.

Texts that people typed stay, such as reasons. As an operator, look first at those that
"den data mentions PERSON" finds: each says what can be done about it. Those that are left
are listed after the removal, and stay with the person.`,
		Example: "  den data remove per_01… --yes --why \"They asked for it\"",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !sure {
				return usageError{fmt.Errorf("add --yes. What is removed cannot be brought back")}
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			var answer *http.Response
			if len(args) == 1 {
				answer, err = c.RemovePersonalData(cmd.Context(), args[0], &contract.RemovePersonalDataParams{Sure: &sure, Why: pointerTo(why)})
			} else {
				answer, err = c.RemoveMyData(cmd.Context(), &contract.RemoveMyDataParams{Sure: &sure, Why: pointerTo(why)})
			}
			gone, err := said[contract.Removal](answer, err)
			if err != nil {
				return err
			}
			return show(k, gone, func(r contract.Removal) {
				k.say("The personal data was removed. %d names were taken out of the record.", r.Names)
				k.tellLeft(r.Left)
			})
		},
	}
	c.Flags().BoolVar(&sure, "yes", false, "you are sure")
	c.Flags().StringVar(&why, "why", "", "the reason, for the record")
	return c
}

// retention is a dry run: the den removes by itself.
func (k *client) retention() *cobra.Command {
	return &cobra.Command{
		Use: "retention", Short: "Show how long things are kept, and what would be removed now",
		Long: `Show how long things are kept, and how many would be removed now. It removes nothing: the
den does so by itself every few hours, and says so in the record.`,
		Example: "  den retention", Args: words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			v, err := said[contract.Retention](c.GetRetention(ctx))
			if err != nil {
				return err
			}
			return show(k, v, func(v contract.Retention) {
				var rows [][]string
				for _, r := range v.Rules {
					keep := "for ever"
					if r.KeepSeconds > 0 {
						keep = duration(time.Duration(r.KeepSeconds) * time.Second)
					}
					rows = append(rows, []string{r.Name, keep, fmt.Sprint(r.Due)})
				}
				table(k.std.out, []string{"WHAT", "KEPT FOR", "WOULD GO NOW"}, rows)
				if v.LastAt != nil {
					k.say("Last on %s: %s", moment(v.LastAt), given(v.LastDetail))
				}
			})
		}),
	}
}
