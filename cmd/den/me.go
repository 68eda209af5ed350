package main

import (
	"strings"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) me() *cobra.Command {
	return &cobra.Command{
		Use:     "me",
		Short:   "Show who you are to the den",
		Long:    "Show who the token belongs to that this command signs in with, and what that person is.",
		Example: "  den me",
		Args:    words(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := k.api()
			if err != nil {
				return err
			}
			m, err := said[contract.Me](c.GetMe(cmd.Context()))
			if err != nil {
				return err
			}
			return show(k, m, func(m contract.Me) {
				var roles []string
				for _, r := range m.Memberships {
					role := strings.ReplaceAll(r.Role, "_", " ")
					if r.In != nil {
						role += " in " + *r.In
					}
					roles = append(roles, role)
				}
				var may []string
				for _, g := range given(m.Grants) {
					may = append(may, string(g))
				}
				facts(k.std.out, [2]string{"Name", m.Name}, [2]string{"Id", m.Id}, [2]string{"Roles", strings.Join(roles, ", ")},
					[2]string{"This token may", strings.Join(may, ", ")}, [2]string{"It ends", moment(m.Until)})
			})
		},
	}
}
