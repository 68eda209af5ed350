package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// releasePreflight tries a release, or shows how its last try went.
func (k *client) releasePreflight() *cobra.Command {
	var last, leave bool
	c := &cobra.Command{
		Use:   "preflight RELEASE",
		Short: "Try a release in a sealed sandbox, before any department does",
		Long: `Try a release in a sealed sandbox and say what was seen: whether it starts and answers,
what it uses, whether it starts a second time and stops in time, and what it tried to
reach. What was pushed is tried by itself when it becomes a release.

It fails where the release does. A release whose last preflight failed cannot be tried by
a department.`,
		Example: "  den release preflight rel_01…\n  den release preflight rel_01… --last",
		Args:    words("the id of a release"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			var p answer[contract.Preflight]
			var err error
			if last {
				p, err = k.lastPreflight(ctx, c, args[0])
			} else {
				p, err = said[contract.Preflight](c.StartPreflight(ctx, args[0], &contract.StartPreflightParams{IdempotencyKey: key()}))
			}
			if err == nil && !leave {
				p, err = k.waitPreflight(ctx, c, p)
			}
			if err != nil {
				return err
			}
			if err := show(k, p, k.tellPreflight); err != nil {
				return err
			}
			if p.value.State == contract.PreflightState(den.PreflightFailed) {
				return fmt.Errorf("the release failed its preflight")
			}
			return nil
		}),
	}
	c.Flags().BoolVar(&last, "last", false, "show the last one instead of starting one")
	c.Flags().BoolVar(&leave, "no-wait", false, "do not wait until it is over")
	return c
}

func (k *client) lastPreflight(ctx context.Context, c *contract.Client, release string) (answer[contract.Preflight], error) {
	all, err := said[contract.PreflightList](c.ListPreflights(ctx, release))
	if err != nil {
		return answer[contract.Preflight]{}, err
	}
	if len(all.value.Items) == 0 {
		return answer[contract.Preflight]{}, fmt.Errorf("this release was not tried yet. Leave --last out to try it")
	}
	return said[contract.Preflight](c.GetPreflight(ctx, all.value.Items[0].Id))
}

// waitPreflight asks until a preflight is over.
func (k *client) waitPreflight(ctx context.Context, c *contract.Client, p answer[contract.Preflight]) (answer[contract.Preflight], error) {
	line := progress{k: k}
	defer line.clear()
	const every = 250 * time.Millisecond
	tick := time.NewTicker(every)
	defer tick.Stop()
	for p.value.State == contract.PreflightState(den.PreflightRunning) {
		for _, one := range p.value.Checks {
			if one.State == contract.CheckState(den.CheckDoing) {
				line.show(checkNames[den.Check(one.Check)] + ": " + clean(given(one.Say)))
			}
		}
		select {
		case <-ctx.Done():
			return p, ctx.Err()
		case <-tick.C:
		}
		next, err := said[contract.Preflight](c.GetPreflight(ctx, p.value.Id))
		if err != nil {
			return p, err
		}
		p = next
	}
	return p, nil
}

var checkNames = map[den.Check]string{
	den.CheckPolicy: "Nothing refused", den.CheckSize: "Size", den.CheckStart: "Starts", den.CheckAnswer: "Answers", den.CheckMeasure: "Measured",
	den.CheckAgain: "Starts again", den.CheckStop: "Stops in time", den.CheckReach: "Tried to reach",
}

func (k *client) tellPreflight(p contract.Preflight) {
	facts(k.std.out, [2]string{"Preflight", p.Id}, [2]string{"Release", given(p.Version)}, [2]string{"State", string(p.State)}, [2]string{"Started", moment(&p.StartedAt)})
	var rows [][]string
	for _, one := range p.Checks {
		rows = append(rows, []string{checkNames[den.Check(one.Check)], string(one.State), clean(given(one.Say))})
	}
	table(k.std.out, []string{"CHECK", "STATE", "WHAT WAS SEEN"}, rows)
	if p.State == contract.PreflightState(den.PreflightFailed) && given(p.Log) != "" {
		k.say("\nWhat it printed last:\n\n%s", strings.TrimRight(harmless(given(p.Log)), "\n"))
	}
}
