package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func (k *client) supplierOverview() *cobra.Command {
	return &cobra.Command{
		Use:   "overview [SUPPLIER]",
		Short: "Show what a supplier has here, and what waits for it",
		Long: `Show a supplier's products with their releases and preflights, its sandboxes in trials,
challenges that are for it, and what came of its trials. For its members; left out, the
supplier is your own.`,
		Example: "  den supplier overview\n  den supplier overview \"Northbridge Software\" --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			id, err := ownSupplier(ctx, c, strings.Join(args, ""))
			if err != nil {
				return err
			}
			v, err := said[contract.Overview](c.GetOverview(ctx, id))
			if err != nil {
				return err
			}
			return show(k, v, k.tellOverview)
		}),
	}
}

// ownSupplier finds a supplier by id or name, or the only one that somebody belongs to.
func ownSupplier(ctx context.Context, c *contract.Client, word string) (string, error) {
	if word != "" {
		return supplierID(ctx, c, word)
	}
	me, err := said[contract.Me](c.GetMe(ctx))
	if err != nil {
		return "", err
	}
	own := ""
	for _, m := range me.value.Memberships {
		if m.Role != string(den.SupplierMember) || m.In == nil {
			continue
		}
		if own != "" {
			return "", usageError{fmt.Errorf("you belong to several suppliers: name one")}
		}
		own = *m.In
	}
	if own == "" {
		return "", usageError{fmt.Errorf("you belong to no supplier: name one")}
	}
	return own, nil
}

func (k *client) tellOverview(v contract.Overview) {
	facts(k.std.out, [2]string{"Supplier", v.SupplierName}, [2]string{"Id", v.Supplier})
	var rows [][]string
	for _, p := range v.Products {
		if len(p.Releases) == 0 {
			rows = append(rows, []string{p.Id, p.Name, "", "", fmt.Sprint(p.Tried)})
		}
		for _, r := range p.Releases {
			rows = append(rows, []string{p.Id, p.Name, r.Version, firstOf(string(given(r.PreflightState)), "none"), fmt.Sprint(p.Tried)})
		}
	}
	k.overviewPart("products", []string{"ID", "PRODUCT", "RELEASE", "PREFLIGHT", "TRIED"}, rows)
	rows = nil
	for _, s := range v.Sandboxes {
		rows = append(rows, []string{s.Id, given(s.ProductName), given(s.TrialName), string(s.Phase), moment(s.EndsAt)})
	}
	k.overviewPart("sandboxes in trials", []string{"ID", "PRODUCT", "TRIAL", "STATE", "UNTIL"}, rows)
	rows = nil
	for _, c := range v.Challenges {
		var why []string
		if c.Invited {
			why = append(why, "invited")
		}
		for _, f := range c.Fits {
			why = append(why, f.Name+" offers "+strings.Join(f.InCommon, ", "))
		}
		if c.Answered {
			why = append(why, "answered")
		}
		for _, q := range c.Questions {
			why = append(why, "asked: "+firstOf(given(q.Answer), "waits"))
		}
		rows = append(rows, []string{c.Id, c.Title, c.DepartmentName, string(c.State), moment(c.AnswersUntil), strings.Join(why, "; ")})
	}
	k.overviewPart("challenges for it", []string{"ID", "CHALLENGE", "DEPARTMENT", "STATE", "ANSWERS UNTIL", "WHY"}, rows)
	rows = nil
	for _, t := range v.Trials {
		result := string(given(t.Decision))
		switch {
		case t.Rank != nil:
			result = fmt.Sprintf("%s, %.1f of 100, %d of %d", result, given(t.Total), *t.Rank, given(t.Ranked))
		case result == "" && t.IsOver:
			result = "not decided yet"
		case result == "":
			result = "running"
		}
		rows = append(rows, []string{t.Trial, t.Entry, t.TrialName, t.ProductName, result, given(t.Reply)})
	}
	k.overviewPart("trials", []string{"TRIAL", "ENTRY", "NAME", "PRODUCT", "OUTCOME", "YOUR REPLY"}, rows)
}

func (k *client) overviewPart(what string, head []string, rows [][]string) {
	k.say("")
	k.list("There are no "+what+".", head, rows)
}
