package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) techmap() *cobra.Command {
	return group(&cobra.Command{
		Use:     "techmap",
		Short:   "Search what suppliers offer",
		Long:    "The techmap is the searchable map of suppliers and products by what they can do and what\nevidence exists.",
		Example: "  den techmap search appointments for small offices\n  den techmap export products > products.csv",
	}, k.techmapSearch(), k.techmapCapabilities(), k.techmapExport(), k.techmapImport())
}

func (k *client) techmapSearch() *cobra.Command {
	var p contract.FindEntriesParams
	var capability, sme, framework, hosting []string
	var tried, open bool
	var most int32
	c := &cobra.Command{
		Use:     "search [WORDS...]",
		Short:   "Search the techmap",
		Long:    "Search the techmap in your own words; spelling does not matter much. The best comes first.",
		Example: "  den techmap search apointments for small offices\n  den techmap search case management --sme yes --hosting hosted --tried",
		Args:    cobra.ArbitraryArgs,
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			p.Text, p.Most = pointerTo(strings.Join(args, " ")), pointerTo(most)
			for into, from := range map[**[]string][]string{&p.Capability: capability, &p.Sme: sme, &p.Framework: framework, &p.Hosting: hosting} {
				if len(from) > 0 {
					*into = &from
				}
			}
			if tried {
				p.Evidence = &[]string{"yes"}
			}
			if open {
				p.OpenSource = &[]string{"yes"}
			}
			found, err := said[contract.FoundEntries](c.FindEntries(ctx, &p))
			if err != nil {
				return err
			}
			return show(k, found, k.tellFound)
		}),
	}
	c.Flags().StringArrayVar(&capability, "capability", nil, "only what can do this, by id; may be given again")
	c.Flags().StringArrayVar(&sme, "sme", nil, "yes: only small and medium-sized suppliers")
	c.Flags().StringArrayVar(&framework, "framework", nil, "only what can be bought from this framework, in lower case; may be given again")
	c.Flags().StringArrayVar(&hosting, "hosting", nil, "only what can be run so: hosted, own_cloud, on_site or on_devices; may be given again")
	c.Flags().BoolVar(&tried, "tried", false, "only what was tried in a trial here")
	c.Flags().BoolVar(&open, "open-source", false, "only open source")
	c.Flags().Int32Var(&most, "most", 20, "show at most so many, up to 100")
	return c
}

func (k *client) tellFound(found contract.FoundEntries) {
	if len(found.Read) > 0 {
		k.say("Read as: %s.", strings.Join(found.Read, ", "))
	}
	if len(found.Items) == 0 {
		switch {
		case found.Instead != nil:
			k.say("Nothing was found. Did you mean %q?", clean(*found.Instead))
		case found.Besides != nil:
			k.say("Nothing was found. Without the filters there are %d.", *found.Besides)
		default:
			k.say("Nothing was found. Try fewer words, or other words.")
		}
		return
	}
	var rows [][]string
	for _, e := range found.Items {
		id := e.Supplier
		if e.Product != nil {
			id = *e.Product
		}
		rows = append(rows, []string{id, e.Name, e.SupplierName, fmt.Sprint(e.Tried), strings.Join(given(e.Capabilities), ", ")})
	}
	table(k.std.out, []string{"ID", "NAME", "SUPPLIER", "TRIED", "CAPABILITIES"}, rows)
	if more := int(found.Total) - len(found.Items); more > 0 {
		k.say("And %d more.", more)
	}
}

func (k *client) techmapCapabilities() *cobra.Command {
	return &cobra.Command{
		Use:     "capabilities",
		Short:   "List the words in which products are described",
		Long:    "List the capabilities by which products are described and searched, with their ids.",
		Example: "  den techmap capabilities",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			v, err := said[contract.Vocabulary](c.GetCapabilities(ctx))
			if err != nil {
				return err
			}
			return show(k, v, func(v contract.Vocabulary) {
				var rows [][]string
				for _, g := range v.Groups {
					for _, can := range g.Capabilities {
						rows = append(rows, []string{can.Id, can.Title, g.Title})
					}
				}
				table(k.std.out, []string{"ID", "CAPABILITY", "GROUP"}, rows)
			})
		}),
	}
}

func (k *client) techmapExport() *cobra.Command {
	return &cobra.Command{
		Use:       "export suppliers|products",
		Short:     "Write suppliers or products as CSV",
		Long:      "Write the suppliers or the products of the techmap as CSV to standard output.",
		Example:   "  den techmap export products > products.csv",
		Args:      words("suppliers or products"),
		ValidArgs: []string{"suppliers", "products"},
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			text, err := body(c.ExportSheet(ctx, contract.ExportSheetParamsSheet(args[0])))
			if err != nil {
				return err
			}
			_, err = k.std.out.Write(text)
			return err
		}),
	}
}

func (k *client) techmapImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import suppliers|products FILE",
		Short: "Add and change entries from CSV",
		Long: `Add and change suppliers or products from a CSV file, or - for standard input. The first
line names the columns, as den techmap export writes them. If any line cannot be taken,
nothing is changed, and every such line is named.`,
		Example: "  den techmap import products products.csv",
		Args:    words("suppliers or products", "the CSV file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			from := k.std.in
			if args[1] != "-" {
				file, err := os.Open(args[1])
				if err != nil {
					return usageError{fmt.Errorf("the file cannot be read: %w", err)}
				}
				defer func() { _ = file.Close() }()
				from = file
			}
			text, err := io.ReadAll(from)
			if err != nil {
				return usageError{fmt.Errorf("the file cannot be read: %w", err)}
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			done, err := said[contract.Imported](c.ImportSheet(cmd.Context(), contract.ImportSheetParamsSheet(args[0]), contract.NewSheet{Csv: string(text)}))
			if err != nil {
				return err
			}
			return show(k, done, func(d contract.Imported) { k.say("Added: %d. Changed: %d.", d.Added, d.Changed) })
		},
	}
}
