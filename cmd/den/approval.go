package main

import (
	"context"
	"net/http"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) approval() *cobra.Command {
	return group(&cobra.Command{
		Use:   "approval",
		Short: "See and decide what waits for an approver",
		Long: `What a department's rules do not let start at once waits for an approver, and lapses
after five working days. Nobody decides on what they asked for themselves.`,
		Example: "  den approval list\n  den approval agree req_01… --why \"It fits the budget\"",
	}, k.approvalList(), k.approvalShow(), k.approvalDecide("agree", "Let what was asked for go ahead", (*contract.Client).Agree),
		k.approvalRefuse())
}

func (k *client) approvalList() *cobra.Command {
	var p paging
	var state string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List what waits for an approver",
		Long:    "List what waits for an approver, or what was decided.",
		Example: "  den approval list\n  den approval list --state agreed",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			page, err := said[contract.ApprovalPage](c.ListApprovals(ctx, &contract.ListApprovalsParams{
				State: pointerTo(contract.ApprovalState(state)), After: pointerTo(p.after), Limit: &p.limit,
			}))
			if err != nil {
				return err
			}
			k.more(page.value.Next)
			return show(k, page, k.tellApprovals)
		}),
	}
	p.flags(c, false)
	c.Flags().StringVar(&state, "state", "open", "open, agreed, refused, lapsed or withdrawn ones")
	return c
}

func (k *client) tellApprovals(page contract.ApprovalPage) {
	var rows [][]string
	for _, a := range page.Items {
		rows = append(rows, []string{a.Id, string(a.State), firstOf(given(a.ProductName), given(a.TrialName), a.Trial), given(a.AskedName), money(a.CostPence), moment(&a.LapsesAt)})
	}
	k.list("Nothing is waiting.", []string{"ID", "STATE", "WHAT", "ASKED BY", "COST", "LAPSES"}, rows)
}

func (k *client) tellApproval(a contract.Approval) {
	facts(k.std.out,
		[2]string{"Id", a.Id}, [2]string{"State", string(a.State)}, [2]string{"What", string(a.Kind)}, [2]string{"Trial", firstOf(given(a.TrialName), a.Trial)},
		[2]string{"Product", given(a.ProductName)}, [2]string{"Until", moment(a.Until)}, [2]string{"Asked by", given(a.AskedName)}, [2]string{"Because", given(a.Why)},
		[2]string{"Rule", a.Detail}, [2]string{"Cost", money(a.CostPence)}, [2]string{"Lapses", moment(&a.LapsesAt)},
		[2]string{"Decided by", given(a.DecidedName)}, [2]string{"Reason", given(a.Reason)})
}

func (k *client) approvalShow() *cobra.Command {
	return k.oneApproval(&cobra.Command{
		Use:     "show REQUEST",
		Short:   "Show a request",
		Long:    "Show what was asked for, why it needs an approver, and what was decided.",
		Example: "  den approval show req_01…",
	}, func(ctx context.Context, c *contract.Client, id string) (*http.Response, error) {
		return c.GetApproval(ctx, id)
	})
}

// oneApproval makes a command about one request, whose id can be completed.
func (k *client) oneApproval(c *cobra.Command, do func(context.Context, *contract.Client, string) (*http.Response, error)) *cobra.Command {
	c.Args = words("the id of a request")
	c.ValidArgsFunction = k.completeApprovals
	c.RunE = func(cmd *cobra.Command, args []string) error {
		api, err := k.api()
		if err != nil {
			return err
		}
		a, err := said[contract.Approval](do(cmd.Context(), api, args[0]))
		if err != nil {
			return at(err, flagPlace)
		}
		return show(k, a, k.tellApproval)
	}
	return c
}

func (k *client) completeApprovals(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return k.complete(cmd, args, func(ctx context.Context, c *contract.Client) ([]named, error) {
		p, err := pageOf[contract.ApprovalPage](c.ListApprovals(ctx, &contract.ListApprovalsParams{State: pointerTo(contract.ApprovalOpen)}))
		return namesOf(p.Items, func(a contract.Approval) named { return named{a.Id, given(a.TrialName)} }), err
	})
}

type agreeing = func(*contract.Client, context.Context, string, *contract.AgreeParams, contract.AgreeJSONRequestBody, ...contract.RequestEditorFn) (*http.Response, error)

func (k *client) approvalDecide(verb, short string, do agreeing) *cobra.Command {
	var x change
	c := k.oneApproval(&cobra.Command{
		Use:     verb + " REQUEST --why REASON",
		Short:   short,
		Long:    short + ". The person who asked reads the reason, and the record keeps it.",
		Example: "  den approval " + verb + " req_01… --why \"The reason\"",
	}, func(ctx context.Context, c *contract.Client, id string) (*http.Response, error) {
		return do(c, ctx, id, &contract.AgreeParams{IfMatch: x.match()}, contract.Because{Why: x.why})
	})
	x.flags(c, true)
	return c
}

func (k *client) approvalRefuse() *cobra.Command {
	return k.approvalDecide("refuse", "Turn down what was asked for",
		func(c *contract.Client, ctx context.Context, id string, p *contract.AgreeParams, b contract.AgreeJSONRequestBody, edit ...contract.RequestEditorFn) (*http.Response, error) {
			return c.Refuse(ctx, id, &contract.RefuseParams{IfMatch: p.IfMatch}, b, edit...)
		})
}
