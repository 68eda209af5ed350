package main

import (
	"github.com/spf13/cobra"

	"innovationden/configs"
	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

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
