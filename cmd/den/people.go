package main

import (
	"context"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) people() *cobra.Command {
	var everybody bool
	c := &cobra.Command{
		Use:     "people",
		Short:   "List people who can be asked to evaluate",
		Long:    "List the people who can be asked to evaluate in a trial. With --all, operators and auditors\nsee everybody, with their roles, those who have left included.",
		Example: "  den people\n  den people --all",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			if everybody {
				all, err := said[contract.Everybody](c.ListEverybody(ctx))
				if err != nil {
					return err
				}
				return show(k, all, k.tellEverybody)
			}
			page, err := said[contract.PersonPage](c.ListPeople(ctx))
			if err != nil {
				return err
			}
			return show(k, page, func(page contract.PersonPage) {
				k.tellNames("people", namesOf(page.Items, func(p contract.Person) named { return named{p.Id, p.Name} }))
			})
		}),
	}
	c.Flags().BoolVar(&everybody, "all", false, "everybody, with their roles")
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
