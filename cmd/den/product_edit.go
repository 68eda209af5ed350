package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func (k *client) productEdit() *cobra.Command {
	e := edits{}
	var basis, price string
	c := &cobra.Command{
		Use:               "edit PRODUCT",
		Short:             "Change a product's entry",
		Long:              "Change what a product's entry on the techmap says. " + entryLater,
		Example:           "  den product edit Slotwise --capability appointments --hosting hosted --data uk --price 12.40 --basis user_month",
		Args:              words("the id or name of a product"),
		ValidArgsFunction: k.completeProducts,
	}
	f := c.Flags()
	e.text(c, "name", "name", "the name")
	e.text(c, "summary", "summary", "what it is, in a sentence or two")
	e.text(c, "description", "description", "more about it, in plain text")
	e.several(c, "capability", "capabilities", "something it can do, by id (den techmap capabilities); may be given again")
	e.several(c, "hosting", "hosting", "how it can be run: hosted, own_cloud, on_site or on_devices; may be given again")
	e.text(c, "data", "data_location", "where data is kept: uk, eea, elsewhere or as_chosen")
	e.several(c, "standard", "standards", "a standard it meets; may be given again")
	f.StringVar(&price, "price", "", "its price in pounds without VAT, such as 12.40")
	f.StringVar(&basis, "basis", "", "what the price is for: free, user_month, user_year, year, transaction, once or on_request")
	e.text(c, "open-source", "open_source", "yes or no")
	e.text(c, "licence", "licence", "the licence, if it is open source")
	e.text(c, "accessibility", "accessibility", "address of its accessibility statement")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		amount, err := pence(price)
		if err != nil {
			return offWords(cmd, "give the price in pounds, such as 12.40")
		}
		if price != "" && basis == "" {
			return offWords(cmd, "say what the price is for with --basis")
		}
		c, err := k.api()
		if err != nil {
			return err
		}
		id, err := productID(ctx, c, args[0])
		if err != nil {
			return err
		}
		if basis != "" {
			e["price"] = contract.StatedPrice{Basis: contract.StatedPriceBasis(basis), Pence: pointerTo(amount)}
		}
		entry, tag, err := edited[contract.ProductEntry](e)(c.GetProduct(ctx, id))
		if err != nil {
			return err
		}
		p, err := said[contract.Product](c.ChangeProduct(ctx, id, &contract.ChangeProductParams{IfMatch: tag}, entry))
		if err != nil {
			return err
		}
		return show(k, p, k.tellProduct)
	}
	return c
}

// pence reads an amount of pounds; 0 for none.
func pence(pounds string) (int64, error) {
	if pounds == "" {
		return 0, nil
	}
	whole, part, _ := strings.Cut(strings.TrimPrefix(pounds, "£"), ".")
	const mostDigits = 15 // of pounds: as pence they are a number still
	p, err := strconv.ParseUint(whole, 10, 63)
	rest, bad := strconv.ParseUint((part + "00")[:2], 10, 63)
	if err != nil || bad != nil || len(part) > 2 || len(whole) > mostDigits {
		return 0, den.Refuse(den.Invalid, "Give the price in pounds, such as 12.40.")
	}
	return int64(p*100 + rest), nil
}
