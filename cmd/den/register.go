package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func (k *client) register() *cobra.Command {
	return group(&cobra.Command{
		Use:   "register",
		Short: "Read the reports that departments have published",
		Long: `The register holds the reports that departments have published, with what suppliers
replied. Where the operator has opened the register, nobody needs a token to read it. To
publish a report, see "den outcome publish".`,
		Example: "  den register list\n  den register show tri_01…\n  den register report tri_01… --form ods -o report.ods",
	}, k.registerList(), k.registerShow(), k.registerReport())
}

func (k *client) registerList() *cobra.Command {
	var p paging
	var text string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List published reports, the latest first",
		Long:    "List the reports in the register, the latest first.",
		Example: "  den register list\n  den register list --text bookwell\n  den register list --json | jq -r '.items[].trial'",
		Args:    words(),
		RunE: k.asksOpen(func(ctx context.Context, c *contract.Client, _ []string) error {
			page, err := said[contract.RegisterPage](c.ListRegister(ctx, &contract.ListRegisterParams{Text: pointerTo(text), After: pointerTo(p.after), Limit: &p.limit}))
			if err != nil {
				return err
			}
			k.more(page.value.Next)
			return show(k, page, k.tellRegister)
		}),
	}
	c.Flags().StringVar(&text, "text", "", "only reports whose name, department, question, product or finding has these words")
	p.flags(c, false)
	return c
}

func (k *client) tellRegister(page contract.RegisterPage) {
	var rows [][]string
	for _, r := range page.Items {
		rows = append(rows, []string{r.Trial, r.Name, r.DepartmentName, moment(&r.PublishedAt), given(r.Finding)})
	}
	k.list("No such reports are published.", []string{"TRIAL", "NAME", "DEPARTMENT", "PUBLISHED", "FOUND"}, rows)
}

func (k *client) registerShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show TRIAL",
		Short:   "Show a published report with the replies to it",
		Long:    "Show what a department has published of a report, and what suppliers replied.",
		Example: "  den register show tri_01…\n  den register show tri_01… --json | jq .report.totals",
		Args:    words("the id of a trial"),
		RunE: k.asksOpen(func(ctx context.Context, c *contract.Client, args []string) error {
			v, err := said[contract.Registered](c.GetRegistered(ctx, args[0]))
			if err != nil {
				return err
			}
			return show(k, v, k.tellRegistered)
		}),
	}
}

func (k *client) tellRegistered(v contract.Registered) {
	r, err := reportOf(v.Report)
	if err != nil {
		k.note("The report cannot be read: %v", err)
		return
	}
	facts(k.std.out,
		[2]string{"Trial", r.Trial.Name}, [2]string{"Id", v.Trial}, [2]string{"Department", r.Trial.Department}, [2]string{"Published", moment(&v.PublishedAt)},
		[2]string{"Question", r.Trial.Question}, [2]string{"Shown", strings.Join(v.Parts, ", ")}, [2]string{"Found", strings.Join(r.Finding, " ")})
	if d := r.Decision; d != nil {
		facts(k.std.out, [2]string{"Decision", strings.ReplaceAll(string(d.Decision), "_", " ")}, [2]string{"Why", d.Why})
	}
	if len(r.Totals) > 0 {
		k.say("")
		var rows [][]string
		for _, t := range r.Totals {
			rows = append(rows, []string{fmt.Sprint(t.Rank), clean(r.EntryName(t.Entry)), fmt.Sprintf("%.1f", t.Total)})
		}
		table(k.std.out, []string{"RANK", "PRODUCT", "OF 100"}, rows)
	}
	for _, reply := range v.Replies {
		k.say("")
		facts(k.std.out, [2]string{"Reply for", reply.EntryName}, [2]string{"Given", moment(&reply.At)}, [2]string{"Text", reply.Text})
	}
}

func (k *client) registerReport() *cobra.Command {
	var form, file string
	forms := []string{string(den.FormJSON), string(den.FormCSV), string(den.FormODS), string(den.FormOCDS)}
	c := &cobra.Command{
		Use:   "report TRIAL",
		Short: "Keep a published report as a file",
		Long: `Keep a published report as a file: json, csv, ods or ocds, which "den help outcome report"
explains. Without -o it goes to the standard output.`,
		Example: "  den register report tri_01… --form csv -o report.csv",
		Args:    words("the id of a trial"),
		RunE: k.asksOpen(func(ctx context.Context, c *contract.Client, args []string) error {
			if !slices.Contains(forms, form) {
				return usageError{fmt.Errorf("choose a form with --form: json, csv, ods or ocds, not %q", form)}
			}
			res, err := c.GetRegisteredFile(ctx, args[0], contract.GetRegisteredFileParamsForm(form))
			return k.download(res, err, file)
		}),
	}
	c.Flags().StringVar(&form, "form", forms[0], "json, csv, ods or ocds")
	c.Flags().StringVarP(&file, "output", "o", "", "file to write; it must not be there yet")
	return c
}
