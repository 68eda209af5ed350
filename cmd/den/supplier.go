package main

import (
	"context"
	"net/http"
	"strings"

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

func (k *client) supplierShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show SUPPLIER",
		Short:   "Show a supplier's entry",
		Long:    "Show what a supplier's entry on the techmap says, by id or name.",
		Example: "  den supplier show \"Northbridge Software\"",
		Args:    words("the id or name of a supplier"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			id, err := supplierID(ctx, c, args[0])
			if err != nil {
				return err
			}
			s, err := said[contract.Supplier](c.GetSupplier(ctx, id))
			if err != nil {
				return err
			}
			return show(k, s, k.tellSupplier)
		}),
	}
}

func (k *client) tellSupplier(s contract.Supplier) {
	pairs := [][2]string{
		{"Supplier", s.Name}, {"Id", s.Id}, {"Summary", given(s.Summary)}, {"Size", string(given(s.Size))}, {"SME", string(given(s.Sme))}, {"Place", given(s.Place)},
		{"Frameworks", strings.Join(given(s.Frameworks), ", ")}, {"Accreditations", strings.Join(given(s.Accreditations), ", ")}, {"Website", given(s.Website)},
	}
	for _, one := range given(s.Contacts) {
		pairs = append(pairs, [2]string{"Contact", strings.TrimSpace(one.Name + " " + given(one.Email) + " " + given(one.Phone))})
	}
	facts(k.std.out, append(pairs, [2]string{"Added", moment(&s.CreatedAt)})...)
}

func (k *client) supplierEdit() *cobra.Command {
	e := edits{}
	var contact, email, phone string
	c := &cobra.Command{
		Use:     "edit SUPPLIER",
		Short:   "Change a supplier's entry",
		Long:    "Change what a supplier's entry on the techmap says. " + entryLater,
		Example: "  den supplier edit \"Northbridge Software\" --place Leeds --size small --sme yes --framework \"G-Cloud 14\"",
		Args:    words("the id or name of a supplier"),
	}
	f := c.Flags()
	e.text(c, "name", "name", "the name")
	e.text(c, "summary", "summary", "what the supplier does")
	e.text(c, "place", "place", "where it works from")
	e.text(c, "size", "size", "micro, small, medium or large")
	e.text(c, "sme", "sme", "whether it is a small or medium-sized enterprise: yes or no")
	e.several(c, "framework", "frameworks", "a framework it can be bought from; may be given again")
	e.several(c, "accreditation", "accreditations", "an accreditation; may be given again")
	e.text(c, "website", "website", "its address on the web")
	f.StringVar(&contact, "contact", "", "whom to ask: a person or a team, in place of all contacts")
	f.StringVar(&email, "email", "", "the contact's e-mail address")
	f.StringVar(&phone, "phone", "", "the contact's telephone number")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		if contact == "" && email+phone != "" {
			return offWords(cmd, "name the contact with --contact")
		}
		c, err := k.api()
		if err != nil {
			return err
		}
		id, err := supplierID(ctx, c, args[0])
		if err != nil {
			return err
		}
		if contact != "" {
			e["contacts"] = []contract.Contact{{Name: contact, Email: pointerTo(email), Phone: pointerTo(phone)}}
		}
		entry, tag, err := edited[contract.SupplierEntry](e)(c.GetSupplier(ctx, id))
		if err != nil {
			return err
		}
		s, err := said[contract.Supplier](c.ChangeSupplier(ctx, id, &contract.ChangeSupplierParams{IfMatch: tag}, entry))
		if err != nil {
			return err
		}
		return show(k, s, k.tellSupplier)
	}
	return c
}
