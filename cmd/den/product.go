package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func (k *client) product() *cobra.Command {
	return group(&cobra.Command{
		Use:     "product",
		Short:   "See, add and change what suppliers offer",
		Long:    "A product is what a supplier offers: an entry on the techmap. What runs in a trial is\none of its releases.",
		Example: "  den product list\n  den product add Slotwise --supplier \"Northbridge Software\"",
	}, k.productList(), k.productShow(), k.productAdd(), k.productEdit())
}

func (k *client) productList() *cobra.Command {
	var p paging
	var supplier string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List products and their releases",
		Long:    "List products with their suppliers and releases.",
		Example: "  den product list\n  den product list --supplier \"Northbridge Software\"",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			if supplier != "" {
				id, err := supplierID(ctx, c, supplier)
				if err != nil {
					return err
				}
				supplier = id
			}
			page, err := said[contract.ProductPage](c.ListProducts(ctx, &contract.ListProductsParams{Supplier: pointerTo(supplier), After: pointerTo(p.after), Limit: &p.limit}))
			if err != nil {
				return err
			}
			k.more(page.value.Next)
			return show(k, page, k.tellProducts)
		}),
	}
	p.flags(c, false)
	c.Flags().StringVar(&supplier, "supplier", "", "only those of a supplier, by id or name")
	return c
}

func (k *client) tellProducts(page contract.ProductPage) {
	var rows [][]string
	for _, p := range page.Items {
		var versions []string
		for _, r := range p.Releases {
			versions = append(versions, r.Version)
		}
		rows = append(rows, []string{p.Id, p.Name, p.SupplierName, strings.Join(versions, ", ")})
	}
	k.list("There are no products.", []string{"ID", "PRODUCT", "SUPPLIER", "RELEASES"}, rows)
}

// oneProduct makes a command about one product, whose id or name can be completed.
func (k *client) oneProduct(c *cobra.Command, do func(ctx context.Context, c *contract.Client, id string) error) *cobra.Command {
	c.Args = words("the id or name of a product")
	c.ValidArgsFunction = k.completeProducts
	c.RunE = k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
		id, err := productID(ctx, c, args[0])
		if err != nil {
			return err
		}
		return do(ctx, c, id)
	})
	return c
}

func (k *client) productShow() *cobra.Command {
	return k.oneProduct(&cobra.Command{
		Use:     "show PRODUCT",
		Short:   "Show a product and its releases",
		Long:    "Show a product, by id or name, and its releases.",
		Example: "  den product show Slotwise",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		p, err := said[contract.Product](c.GetProduct(ctx, id))
		if err != nil {
			return err
		}
		return show(k, p, k.tellProduct)
	})
}

func (k *client) tellProduct(p contract.Product) {
	facts(k.std.out, [2]string{"Product", p.Name}, [2]string{"Id", p.Id}, [2]string{"Supplier", p.SupplierName}, [2]string{"Summary", p.Summary},
		[2]string{"Capabilities", strings.Join(given(p.Capabilities), ", ")}, [2]string{"Price", statedPrice(p.Price)}, [2]string{"Hosting", hostings(p.Hosting)},
		[2]string{"Data", string(given(p.DataLocation))}, [2]string{"Standards", strings.Join(given(p.Standards), ", ")},
		[2]string{"Open source", strings.TrimSpace(string(given(p.OpenSource)) + " " + given(p.Licence))}, [2]string{"Accessibility", given(p.Accessibility)},
		[2]string{"Push to", given(p.Repository)},
		[2]string{"Added", moment(&p.CreatedAt)})
	if len(p.Releases) > 0 {
		k.say("")
		k.tellReleases(contract.ReleasePage{Items: p.Releases})
	}
	if p.Evidence != nil {
		k.tellEvidence(*p.Evidence)
	}
}

// tellEvidence says what trials found of a product, as far as the reader may see it.
func (k *client) tellEvidence(e contract.Evidenced) {
	k.say("")
	k.say("Trials here: %d.", e.Tried)
	var rows [][]string
	for _, t := range e.Trials {
		ready, restarts, total := "", "", ""
		if t.LaunchSeconds != nil {
			ready, restarts = den.SpellShort(time.Duration(*t.LaunchSeconds*float64(time.Second))), fmt.Sprint(given(t.Restarts))
		}
		if t.Total != nil {
			total = fmt.Sprintf("%.0f/100", *t.Total)
		}
		if t.Chosen {
			total = strings.TrimSpace(total + " chosen")
		}
		rows = append(rows, []string{t.Name, t.Department, given(t.Version), moment(t.ClosedAt), ready, restarts, total})
	}
	if len(rows) > 0 {
		table(k.std.out, []string{"TRIAL", "DEPARTMENT", "RELEASE", "ENDED", "READY AFTER", "FAILED", "OUTCOME"}, rows)
	}
}

func statedPrice(p *contract.StatedPrice) string {
	switch {
	case p == nil:
		return ""
	case p.Pence == nil:
		return string(p.Basis)
	}
	return fmt.Sprintf("£%d.%02d %s", *p.Pence/100, *p.Pence%100, p.Basis)
}

func hostings(all *[]contract.Hosting) string {
	var out []string
	for _, h := range given(all) {
		out = append(out, string(h))
	}
	return strings.Join(out, ", ")
}

func (k *client) productAdd() *cobra.Command {
	var supplier, summary string
	c := &cobra.Command{
		Use:     "add NAME --supplier SUPPLIER",
		Short:   "Add a product of a supplier",
		Long:    "Add a product of a supplier to the techmap. It can be tried once it has a release.",
		Example: "  den product add Slotwise --supplier \"Northbridge Software\" --summary \"Booking of appointments\"",
		Args:    words("the name of the product"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if supplier == "" {
				return offWords(cmd, "name the supplier with --supplier")
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			if supplier, err = supplierID(ctx, c, supplier); err != nil {
				return err
			}
			p, err := said[contract.Product](c.AddProduct(ctx, &contract.AddProductParams{IdempotencyKey: key()},
				contract.NewProduct{Name: args[0], Supplier: supplier, Summary: pointerTo(summary)}))
			if err != nil {
				return err
			}
			return show(k, p, k.tellProduct)
		},
	}
	c.Flags().StringVar(&supplier, "supplier", "", "the supplier, by id or name")
	c.Flags().StringVar(&summary, "summary", "", "what it is, in a sentence or two")
	return c
}
