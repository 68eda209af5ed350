package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func (k *client) trialMeasured() *cobra.Command {
	return k.oneTrial(&cobra.Command{
		Use:   "measured TRIAL",
		Short: "Show what was measured of each product of a trial",
		Long: `Show what the den measured of each product so far, the same way for all. The unit stands
beside each value: ms and s are lengths, B is bytes, share runs from 0 to 1, 1 is a count.

--json adds the raw data: response times of real use by class, memory and processors over
time, and the weight of each page that the protocol names.`,
		Example: "  den trial measured tri_01…\n  den trial measured tri_01… --json > raw.json",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		m, err := said[den.Measured](c.GetMeasured(ctx, id))
		if err != nil {
			return err
		}
		return show(k, m, k.tellMeasured)
	})
}

func (k *client) tellMeasured(m den.Measured) {
	r := m.Report()
	var rows [][]string
	for _, one := range m.Facts {
		for _, f := range one.Facts {
			rows = append(rows, []string{r.EntryName(one.Entry), f.ID, strconv.FormatFloat(f.Value, 'g', 6, 64), f.Unit})
		}
		for _, p := range one.Pages {
			rows = append(rows, []string{r.EntryName(one.Entry), "page " + p.Path, strconv.FormatInt(p.Bytes, 10), "B"})
		}
	}
	if l := m.Load; l != nil {
		k.say("Load test %s: %s, %d of %d runs. %s", l.ID, l.State, len(l.Runs), l.Expected, l.Say)
	}
	if len(rows) == 0 {
		k.say("Nothing was measured yet.")
		return
	}
	table(k.std.out, []string{"PRODUCT", "WHAT", "VALUE", "UNIT"}, rows)
}
