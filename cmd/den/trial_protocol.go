package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) trialProtocol() *cobra.Command {
	return k.oneTrial(&cobra.Command{
		Use:     "protocol TRIAL",
		Short:   "Show what was locked at the start of a trial",
		Long:    "Show what was locked at the start of a trial with its hash and its place in the record,\nand every amendment since.",
		Example: "  den trial protocol tri_01…\n  den trial protocol tri_01… --json | jq -rj .sealed | sha256sum",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		p, err := said[contract.Protocol](c.GetProtocol(ctx, id))
		if err != nil {
			return err
		}
		return show(k, p, k.tellProtocol)
	})
}

func (k *client) tellProtocol(p contract.Protocol) {
	pairs := [][2]string{{"Trial", p.Trial.Name}, {"Question", p.Trial.Question}, {"Scheme", fmt.Sprintf("%s/%d", p.Trial.Scheme.Id, p.Trial.Scheme.Version)},
		{"Decision rule", given(p.Trial.Rule)}}
	if !p.Locked {
		facts(k.std.out, append(pairs, [2]string{"Locked", "not yet: the trial has not started"})...)
		return
	}
	facts(k.std.out, append(pairs, [2]string{"Locked", moment(p.At)}, [2]string{"Hash", given(p.Hash)}, [2]string{"Event", fmt.Sprint(*p.Event)})...)
	var rows [][]string
	for _, a := range p.Amendments {
		rows = append(rows, []string{moment(&a.At), a.Name, a.What, oneLine(a.From), oneLine(a.To), a.Why})
	}
	if len(rows) > 0 {
		k.say("")
		table(k.std.out, []string{"AMENDED", "BY", "WHAT", "FROM", "TO", "WHY"}, rows)
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

type amendFile struct {
	Weights    map[string]float64 `yaml:"weights"`
	Tasks      *[]string          `yaml:"tasks"`
	Evaluators *[]string          `yaml:"evaluators"`
	Rule       *string            `yaml:"rule"`
	Chair      *string            `yaml:"chair"`
}

func (k *client) trialAmend() *cobra.Command {
	var x change
	var file string
	c := &cobra.Command{
		Use:   "amend TRIAL -f FILE --why WHY",
		Short: "Amend the protocol of a trial that has started",
		Long: `Amend the protocol of a trial that has started. What the file leaves out stays. Each
change is kept with its reason, and shown wherever the protocol is.

  weights: {easy-to-use: 25}
  tasks: [Book a slot, Cancel it]
  evaluators: [per_01…]                # ids; see den people
  rule: The best total that is affordable.
  chair: per_01…`,
		Example:           "  den trial amend tri_01… -f amendment.yaml --why \"One evaluator fell ill\"",
		Args:              words("the id of a trial"),
		ValidArgsFunction: k.completeTrials,
		RunE: func(cmd *cobra.Command, args []string) error {
			var f amendFile
			doc, err := k.readWritten(cmd, file, &f)
			if err != nil {
				return err
			}
			if x.why == "" {
				return offWords(cmd, "say why with --why")
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			in := contract.NewAmendment{Tasks: f.Tasks, Evaluators: f.Evaluators, Rule: f.Rule, Chair: f.Chair, Why: x.why}
			if f.Weights != nil {
				in.Weights = &f.Weights
			}
			t, err := said[contract.Trial](c.AmendTrial(cmd.Context(), args[0], &contract.AmendTrialParams{IfMatch: x.match()}, in))
			if err != nil {
				return at(err, written{doc: doc}.place)
			}
			return show(k, t, k.tellTrial)
		},
	}
	c.Flags().StringVarP(&file, "file", "f", "", "the file, or - for standard input")
	x.flags(c, true)
	return c
}
