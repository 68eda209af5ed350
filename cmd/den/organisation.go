package main

import (
	"context"
	"net/http"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) supplier() *cobra.Command {
	list := organisations(k, "supplier", "List the suppliers on the techmap.",
		func(ctx context.Context, c *contract.Client, p paging) (*http.Response, error) {
			return c.ListSuppliers(ctx, &contract.ListSuppliersParams{After: pointerTo(p.after), Limit: &p.limit})
		},
		func(page contract.SupplierPage) ([]named, *string) {
			return namesOf(page.Items, func(s contract.Supplier) named { return named{s.Id, s.Name} }), page.Next
		})
	add := &cobra.Command{
		Use:     "add NAME",
		Short:   "Add a supplier",
		Long:    "Add a supplier to the techmap. The operator or a department does this; the supplier can take\nthe entry over later.",
		Example: "  den supplier add \"Northbridge Software\"",
		Args:    words("the name of the supplier"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			s, err := said[contract.Supplier](c.AddSupplier(ctx, &contract.AddSupplierParams{IdempotencyKey: key()}, contract.NewSupplier{Name: args[0]}))
			if err != nil {
				return err
			}
			return show(k, s, func(s contract.Supplier) { k.tellNames("suppliers", []named{{s.Id, s.Name}}) })
		}),
	}
	return group(&cobra.Command{
		Use:     "supplier",
		Short:   "See, add and change suppliers",
		Long:    "A supplier is an organisation that offers products.",
		Example: "  den supplier list\n  den supplier add \"Northbridge Software\"",
	}, list, k.supplierShow(), k.supplierOverview(), add, k.supplierEdit())
}

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

func (k *client) tellNames(what string, all []named) {
	var rows [][]string
	for _, n := range all {
		rows = append(rows, []string{n.id, n.name})
	}
	k.list("There are no "+what+".", []string{"ID", "NAME"}, rows)
}
