package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/configs"
	"innovationden/orchestrator/den"
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

func (k *client) schemeAdd() *cobra.Command {
	var x change
	var file string
	c := &cobra.Command{
		Use:   "add -f FILE",
		Short: "Add the next version of a scheme",
		Long: `Add the next version of a scheme, or the first of a new one, from a file as those of the
configuration are. The den gives the version; the one in the file is passed over. What is
there already never changes.`,
		Example: "  den scheme add -f standard.yaml --why \"A question about leaving\"",
		Args:    words(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			in, doc, err := k.readScheme(cmd, file)
			if err != nil {
				return err
			}
			in.Why = pointerTo(x.why)
			c, err := k.api()
			if err != nil {
				return err
			}
			s, err := said[contract.Scheme](c.AddScheme(cmd.Context(), &contract.AddSchemeParams{IdempotencyKey: key()}, in))
			if err != nil {
				return at(err, doc.place)
			}
			return show(k, s, k.tellScheme)
		},
	}
	c.Flags().StringVarP(&file, "file", "f", "", "the file, or - for standard input")
	c.Flags().StringVar(&x.why, "why", "", "why, for the record")
	return c
}

func (k *client) readScheme(cmd *cobra.Command, file string) (contract.NewScheme, written, error) {
	var f configs.SchemeFile
	doc, err := k.readWritten(cmd, file, &f)
	s := f.Scheme()
	in := contract.NewScheme{Id: s.ID, Title: s.Title, Summary: pointerTo(s.Summary), Themes: []contract.NewTheme{}}
	for _, t := range s.Themes {
		theme := contract.NewTheme{Id: t.ID, Title: t.Title, Criteria: []contract.NewCriterion{}}
		for _, c := range t.Criteria {
			theme.Criteria = append(theme.Criteria, newCriterion(c))
		}
		in.Themes = append(in.Themes, theme)
	}
	return in, written{doc: doc}, err
}

func newCriterion(c den.Criterion) contract.NewCriterion {
	out := contract.NewCriterion{
		Id: c.ID, Title: c.Title, Question: c.Question, Help: pointerTo(c.Help), Anchors: &c.Anchors, TechnologyCode: points(c.TechnologyCode),
		ServiceStandard: points(c.ServiceStandard), ScoredBy: string(c.ScoredBy), Formula: pointerTo(c.Formula), Weight: c.Weight,
		WeightMin: c.WeightMin, WeightMax: c.WeightMax, Evidence: pointerTo(c.Evidence), Missing: string(c.Missing),
	}
	if c.Minimum != nil {
		out.Minimum = new(int32(*c.Minimum))
	}
	return out
}

func points(of []int) *[]int32 {
	out := make([]int32, 0, len(of))
	for _, n := range of {
		out = append(out, int32(n))
	}
	return &out
}
