package main

import (
	"context"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) trialLoad() *cobra.Command {
	return k.oneTrial(&cobra.Command{
		Use:   "load TRIAL",
		Short: "Start the load test of a trial",
		Long: `Put the same rising load on every product of a running trial, one after another in an
order drawn by lot, again in each round, until each no longer keeps to the objective of the
protocol. It takes some minutes, goes on without this command, and ends with the products.

"den trial measured" shows how far it has come and what it found; with --json also the
raw data.`,
		Example: "  den trial load tri_01…\n  den trial measured tri_01… --json | jq .load_test.state",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		l, err := said[contract.LoadTest](c.StartLoad(ctx, id))
		if err != nil {
			return err
		}
		return show(k, l, func(l contract.LoadTest) {
			k.say("The load test %s runs, %d runs in all. See: den trial measured %s", l.Id, l.RunsExpected, l.Trial)
		})
	})
}
