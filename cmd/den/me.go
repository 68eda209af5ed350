package main

import (
	"context"
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
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			m, err := said[contract.Me](c.GetMe(ctx))
			if err != nil {
				return err
			}
			return show(k, m, k.tellMe)
		}),
	}
}

func (k *client) tellMe(m contract.Me) {
	var may []string
	for _, g := range given(m.Grants) {
		may = append(may, string(g))
	}
	facts(k.std.out, [2]string{"Name", m.Name}, [2]string{"Id", m.Id}, [2]string{"Roles", rolesIn(m.Memberships)},
		[2]string{"This token may", strings.Join(may, ", ")}, [2]string{"It ends", moment(m.Until)})
}

// rolesIn says what somebody is, and where.
func rolesIn(all []contract.Membership) string {
	var roles []string
	for _, m := range all {
		role := roleWord(m.Role)
		if m.In != nil {
			role += " in " + *m.In
		}
		roles = append(roles, role)
	}
	return strings.Join(roles, ", ")
}
