package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func (k *client) scheme() *cobra.Command {
	list := &cobra.Command{
		Use:     "list",
		Short:   "List the schemes",
		Long:    "List every version of every scheme.",
		Example: "  den scheme list",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			page, err := said[contract.SchemePage](c.ListSchemes(ctx))
			if err != nil {
				return err
			}
			return show(k, page, k.tellSchemes)
		}),
	}
	one := &cobra.Command{
		Use:   "show SCHEME[/VERSION]",
		Short: "Show the criteria of a scheme",
		Long: `Show the criteria of a scheme: what is asked, who scores it, and what it weighs. Without
a version it is the newest.`,
		Example: "  den scheme show standard\n  den scheme show standard/1 --json",
		Args:    words("the name of a scheme"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			p := &problem{}
			ref := schemeOf(args[0], p)
			if ref == nil {
				return offWords(cmd, fmt.Sprintf("write a scheme as standard, or standard/1 for one version, not %q", args[0]))
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			if err := newestScheme(ctx, c, ref); err != nil {
				return err
			}
			s, err := said[contract.Scheme](c.GetScheme(ctx, ref.Id, ref.Version))
			if err != nil {
				return err
			}
			return show(k, s, k.tellScheme)
		},
	}
	return group(&cobra.Command{
		Use:   "scheme",
		Short: "See what trials are assessed by",
		Long: `A scheme is what every product of a trial is assessed by: criteria with anchored marks and
weights. A version that was used never changes, so trials can be compared.`,
		Example: "  den scheme list\n  den scheme show standard",
	}, list, one, k.schemeAdd())
}

// newestScheme fills in the version that nobody named.
func newestScheme(ctx context.Context, c *contract.Client, ref *contract.SchemeRef) error {
	if ref.Version > 0 {
		return nil
	}
	page, err := said[contract.SchemePage](c.ListSchemes(ctx))
	if err != nil {
		return err
	}
	for _, s := range page.value.Items {
		if s.Id == ref.Id {
			ref.Version = max(ref.Version, s.Version)
		}
	}
	if ref.Version == 0 {
		return den.Refuse(den.NotFound, "There is no scheme %q. See %q.", ref.Id, "den scheme list")
	}
	return nil
}

func (k *client) tellSchemes(page contract.SchemePage) {
	var rows [][]string
	for _, s := range page.Items {
		n := 0
		for _, t := range s.Themes {
			n += len(t.Criteria)
		}
		rows = append(rows, []string{fmt.Sprintf("%s/%d", s.Id, s.Version), s.Title, fmt.Sprint(n)})
	}
	table(k.std.out, []string{"SCHEME", "TITLE", "CRITERIA"}, rows)
}

func (k *client) tellScheme(s contract.Scheme) {
	facts(k.std.out, [2]string{"Scheme", fmt.Sprintf("%s/%d", s.Id, s.Version)}, [2]string{"Title", s.Title}, [2]string{"About it", s.Summary})
	k.say("")
	var rows [][]string
	for _, t := range s.Themes {
		for _, c := range t.Criteria {
			minimum := ""
			if c.Minimum != nil {
				minimum = fmt.Sprint(*c.Minimum)
			}
			rows = append(rows, []string{c.Id, t.Title, string(c.ScoredBy), fmt.Sprintf("%g", c.Weight), minimum, c.Question})
		}
	}
	table(k.std.out, []string{"CRITERION", "THEME", "SCORED BY", "WEIGHT", "MINIMUM", "QUESTION"}, rows)
}

func (k *client) size() *cobra.Command {
	list := &cobra.Command{
		Use:     "list",
		Short:   "List the sizes that a sandbox can have",
		Long:    "List the sizes that a sandbox can have, with what each gets of the host and what it costs.",
		Example: "  den size list",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			page, err := said[contract.SizePage](c.ListSizes(ctx))
			if err != nil {
				return err
			}
			return show(k, page, func(page contract.SizePage) {
				var rows [][]string
				for _, s := range page.Items {
					rows = append(rows, []string{s.Name, bytesOf(s.MemoryBytes), fmt.Sprintf("%g", s.Cpu), strings.TrimSuffix(fmt.Sprintf("%.2f", s.PencePerHour), ".00") + "p", s.Title})
				}
				table(k.std.out, []string{"SIZE", "MEMORY", "PROCESSORS", "AN HOUR", "ABOUT IT"}, rows)
			})
		}),
	}
	return group(&cobra.Command{
		Use:     "size",
		Short:   "See the sizes that a sandbox can have",
		Long:    "A size says how much of the host a sandbox gets. A trial gives all its products the same.",
		Example: "  den size list",
	}, list)
}
