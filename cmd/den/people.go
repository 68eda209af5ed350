package main

import (
	"context"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) people() *cobra.Command {
	var p paging
	var everybody bool
	var text string
	c := &cobra.Command{
		Use:     "people",
		Short:   "List people who can be asked to evaluate",
		Long:    "List the people who can be asked to evaluate in a trial. With --all, operators and auditors\nsee everybody, with their roles, those who have left included.",
		Example: "  den people\n  den people --text \"Sam Reed\"\n  den people --all --limit 1000",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			if everybody {
				all, err := said[contract.Everybody](c.ListEverybody(ctx, &contract.ListEverybodyParams{Text: pointerTo(text), After: pointerTo(p.after), Limit: &p.limit}))
				if err != nil {
					return err
				}
				k.more(all.value.Next)
				return show(k, all, k.tellEverybody)
			}
			page, err := said[contract.PersonPage](c.ListPeople(ctx, &contract.ListPeopleParams{Text: pointerTo(text), After: pointerTo(p.after), Limit: &p.limit}))
			if err != nil {
				return err
			}
			k.more(page.value.Next)
			return show(k, page, func(page contract.PersonPage) {
				k.tellNames("people", namesOf(page.Items, func(p contract.Person) named { return named{p.Id, p.Name} }))
			})
		}),
	}
	c.Flags().BoolVar(&everybody, "all", false, "everybody, with their roles")
	c.Flags().StringVar(&text, "text", "", "only who has these words in their name, or this email address")
	p.flags(c, false)
	return c
}

func (k *client) tellEverybody(all contract.Everybody) {
	var rows [][]string
	for _, p := range all.Items {
		roles := rolesIn(p.Memberships)
		if p.Left {
			roles = "has left"
		}
		rows = append(rows, []string{p.Id, p.Name, roles})
	}
	table(k.std.out, []string{"ID", "NAME", "ROLES"}, rows)
}
