package main

import (
	"context"
	"net/http"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

// oneRenewal makes a command about what is proposed for one sandbox.
func (k *client) oneRenewal(c *cobra.Command, do func(context.Context, *contract.Client, string) (*http.Response, error)) *cobra.Command {
	return k.oneSandbox(c, func(ctx context.Context, c *contract.Client, id string) error {
		return k.showRenewals(do(ctx, c, id))
	})
}

func (k *client) showRenewals(res *http.Response, err error) error {
	v, err := said[contract.RenewalList](res, err)
	if err != nil {
		return at(err, flagPlace)
	}
	return show(k, v, k.tellRenewals)
}

func (k *client) tellRenewals(v contract.RenewalList) {
	if len(v.Items) == 0 {
		k.say("No release was proposed.")
	}
	for i, r := range v.Items {
		if i > 0 {
			k.say("")
		}
		was, now := given(r.Was), given(r.Now)
		facts(k.std.out,
			[2]string{"State", string(r.State)}, [2]string{"Release", now.Version}, [2]string{"In place of", was.Version},
			[2]string{"Digest", now.Digest}, [2]string{"Digest before", was.Digest}, [2]string{"Notes", given(now.Notes)},
			[2]string{"Profile", string(now.Profile)}, [2]string{"Profile before", string(was.Profile)},
			[2]string{"Preflight", string(given(r.Preflight))}, [2]string{"Opens", waysSaid(r.Opens)}, [2]string{"Stands against it", given(r.Fault)},
			[2]string{"Proposed by", given(r.AskedBy)}, [2]string{"Proposed", moment(r.AskedAt)}, [2]string{"Because", given(r.Why)},
			[2]string{"Decided by", given(r.DecidedBy)}, [2]string{"Decided", moment(r.DecidedAt)}, [2]string{"Reason", given(r.Reason)})
	}
	if v.Current != "" {
		k.say("The sandbox now is " + v.Current + ".")
	}
	for _, r := range v.Offers {
		k.say("You could propose " + r.Version + ", " + r.Id + ".")
	}
}

func (k *client) renewalList() *cobra.Command {
	return k.oneRenewal(&cobra.Command{
		Use:   "proposed SANDBOX",
		Short: "Show which new releases were proposed in a running trial",
		Long: `Show which new releases were proposed in place of what runs in a sandbox, what differs
from the release before, and what was decided.`,
		Example: "  den release proposed lea_01…",
	}, func(ctx context.Context, c *contract.Client, id string) (*http.Response, error) {
		return c.ListRenewals(ctx, id)
	})
}

func (k *client) renewalPropose() *cobra.Command {
	var x change
	c := &cobra.Command{
		Use:   "propose SANDBOX RELEASE --why REASON",
		Short: "Propose a new release of your product in a running trial",
		Long: `Propose a new release of your product in place of the one that runs in a sandbox of a
trial. The department sees what differs and decides. One can be proposed at a time; it
lapses when the trial ends.`,
		Example:           "  den release propose lea_01… rel_01… --why \"It mends the calendar\"",
		Args:              words("the id of a sandbox", "the id of a release"),
		ValidArgsFunction: k.completeSandboxes,
		RunE: func(cmd *cobra.Command, args []string) error {
			api, err := k.api()
			if err != nil {
				return err
			}
			return k.showRenewals(api.ProposeRenewal(cmd.Context(), args[0], &contract.ProposeRenewalParams{IfMatch: x.match()},
				contract.NewRenewal{Release: args[1], Why: x.why}))
		},
	}
	x.flags(c, true)
	return c
}

func (k *client) renewalWithdraw() *cobra.Command {
	var x change
	c := k.oneRenewal(&cobra.Command{
		Use:     "withdraw SANDBOX",
		Short:   "Withdraw the release that you proposed",
		Long:    "Withdraw the release that you proposed for a sandbox, while nobody has decided.",
		Example: "  den release withdraw lea_01…",
	}, func(ctx context.Context, c *contract.Client, id string) (*http.Response, error) {
		return c.WithdrawRenewal(ctx, id, &contract.WithdrawRenewalParams{IfMatch: x.match()})
	})
	x.flags(c, false)
	return c
}

func (k *client) renewalAgree() *cobra.Command {
	var x change
	var open []string
	var mail bool
	c := k.oneRenewal(&cobra.Command{
		Use:   "agree SANDBOX --why REASON",
		Short: "Agree to the release that is proposed",
		Long: `Agree to the release that is proposed for a sandbox. The protocol of the trial is
amended with the reason, the sandbox is removed with all that was entered into it, and one
of the new release starts for the rest of the time. What the release asks for beyond what
is open has to be opened with --open and --mail.`,
		Example: "  den release agree lea_01… --why \"The calendar did not work\"\n  den release agree lea_01… --why \"It shows maps\" --open maps.example.org:443",
	}, func(ctx context.Context, c *contract.Client, id string) (*http.Response, error) {
		in := contract.RenewalDecision{Why: x.why}
		if len(open) > 0 || mail {
			in.Opens = &contract.Ways{Out: someOf(open), Mail: &mail}
		}
		return c.AgreeRenewal(ctx, id, &contract.AgreeRenewalParams{IfMatch: x.match()}, in)
	})
	c.Flags().StringSliceVar(&open, "open", nil, "open this way out, as host:port; may be given again")
	c.Flags().BoolVar(&mail, "mail", false, "let mail that it sends be caught")
	x.flags(c, true)
	return c
}

func (k *client) renewalRefuse() *cobra.Command {
	var x change
	c := k.oneRenewal(&cobra.Command{
		Use:     "refuse SANDBOX --why REASON",
		Short:   "Refuse the release that is proposed",
		Long:    "Refuse the release that is proposed for a sandbox. The supplier reads the reason,\nand the record keeps it.",
		Example: "  den release refuse lea_01… --why \"The trial ends tomorrow\"",
	}, func(ctx context.Context, c *contract.Client, id string) (*http.Response, error) {
		return c.RefuseRenewal(ctx, id, &contract.RefuseRenewalParams{IfMatch: x.match()}, contract.Because{Why: x.why})
	})
	x.flags(c, true)
	return c
}
