package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// entryLater says in the help of an edit what is not said elsewhere.
const entryLater = "\nOnly what you give is changed; an empty text takes it away. A list is given by one flag\nfor each of its lines, and takes the place of the whole list."

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

// edits are the fields of an entry that were given, by their names in the API.
type edits map[string]any

// text is a flag for a text; an empty one takes the field away.
func (e edits) text(c *cobra.Command, name, field, usage string) {
	c.Flags().Func(name, usage, func(v string) error {
		e[field] = v
		return nil
	})
}

// several is a flag for a list; an empty text alone takes the field away.
func (e edits) several(c *cobra.Command, name, field, usage string) {
	c.Flags().Func(name, usage, func(v string) error {
		all, _ := e[field].([]string)
		if v != "" {
			all = append(all, v)
		}
		e[field] = all
		return nil
	})
}

// edited reads an entry as it is now, with its revision, and lays what was given over
// it. What only the den writes is passed over: the entry has no such fields.
func edited[T any](e edits) func(*http.Response, error) (T, *string, error) {
	return func(res *http.Response, err error) (entry T, tag *string, _ error) {
		now, err := said[T](res, err)
		if err != nil {
			return entry, nil, err
		}
		fields := edits{}
		if err := again(now.value, &fields); err != nil {
			return entry, nil, err
		}
		for name, v := range e {
			if list, isList := v.([]string); v == "" || isList && len(list) == 0 {
				delete(fields, name)
				continue
			}
			fields[name] = v
		}
		return entry, pointerTo(res.Header.Get("ETag")), again(fields, &entry)
	}
}

// again makes one thing of another with the same fields.
func again(from, into any) error {
	text, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
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
