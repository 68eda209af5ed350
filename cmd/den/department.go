package main

import (
	"context"
	"net/http"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) department() *cobra.Command {
	list := organisations(k, "department", "List the departments that run trials here.",
		func(ctx context.Context, c *contract.Client, p paging) (*http.Response, error) {
			return c.ListDepartments(ctx, &contract.ListDepartmentsParams{After: pointerTo(p.after), Limit: &p.limit})
		},
		func(page contract.DepartmentPage) ([]named, *string) {
			return namesOf(page.Items, func(d contract.Department) named { return named{d.Id, d.Name} }), page.Next
		})
	add := &cobra.Command{
		Use:     "add NAME",
		Short:   "Add a department",
		Long:    "Add a department. The operator does this.",
		Example: "  den department add \"Department for Local Services\"",
		Args:    words("the name of the department"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			d, err := said[contract.Department](c.AddDepartment(ctx, &contract.AddDepartmentParams{IdempotencyKey: key()}, contract.NewOrganisation{Name: args[0]}))
			if err != nil {
				return err
			}
			return show(k, d, func(d contract.Department) { k.tellNames("departments", []named{{d.Id, d.Name}}) })
		}),
	}
	return group(&cobra.Command{
		Use:     "department",
		Short:   "See and add departments",
		Long:    "A department is an organisation that has a problem and runs trials.",
		Example: "  den department list",
	}, list, add)
}

// organisations lists those of a kind, a page at a time, by id and name. The page says
// where the next begins.
func organisations[P any](
	k *client, kind, long string,
	ask func(context.Context, *contract.Client, paging) (*http.Response, error), read func(P) ([]named, *string),
) *cobra.Command {
	var p paging
	c := &cobra.Command{
		Use:     "list",
		Short:   "List " + kind + "s",
		Long:    long,
		Example: "  den " + kind + " list",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			page, err := said[P](ask(ctx, c, p))
			if err != nil {
				return err
			}
			all, next := read(page.value)
			k.more(next)
			return show(k, page, func(P) { k.tellNames(kind+"s", all) })
		}),
	}
	p.flags(c, false)
	return c
}
