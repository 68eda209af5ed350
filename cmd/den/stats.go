package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

func (k *client) stats() *cobra.Command {
	c := group(&cobra.Command{
		Use:   "stats",
		Short: "Compute agreement and ranks from a spreadsheet, without a den",
		Long: `Compute from a CSV file what a den computes of a trial, with the same arithmetic: how far
evaluators agree, or how products rank and how sure that is. Nothing is sent anywhere.`,
		Example: "  den stats agreement ratings.csv\n  den stats ranks marks.csv --json",
	}, k.statsAgreement(), k.statsRanks())
	c.PersistentFlags().BoolVar(&k.json, "json", false, "print one JSON document, for programs")
	return c
}

func (k *client) statsAgreement() *cobra.Command {
	o := evaluation.Options{}
	metric := ""
	c := &cobra.Command{
		Use:   "agreement FILE.csv",
		Short: "Compute how far evaluators agree",
		Long: `Compute how far evaluators agree: Krippendorff's alpha with its interval, Kendall's W, the
intraclass correlations and Fleiss' kappa.

The first row of the file names the evaluators. Each row after it is one thing that was
scored: its name, then the scores. A cell that is empty, or "-", "NA" or "not tested",
is a score that was not given.`,
		Example: "  den stats agreement ratings.csv\n  den stats agreement - --metric nominal --json < ratings.csv",
		Args:    words("the CSV file, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Metric = evaluation.Metric(metric)
			switch o.Metric {
			case "", evaluation.Nominal, evaluation.Ordinal, evaluation.IntervalOf, evaluation.Ratio:
			default:
				return offWords(cmd, fmt.Sprintf("choose --metric nominal, ordinal, interval or ratio, not %q", metric))
			}
			return sheetOf(k, args[0], evaluation.ReadRatings, func(r evaluation.Ratings) error {
				a, err := evaluation.Agree(r, o)
				if err != nil {
					return err
				}
				return k.tellAgreement(a)
			})
		},
	}
	c.Flags().StringVar(&metric, "metric", "", "how far apart two scores are: nominal, ordinal, interval or ratio (ordinal)")
	c.Flags().IntVar(&o.Resamples, "resamples", 0, fmt.Sprintf("resamples of the interval (%d)", evaluation.DefaultResamples))
	c.Flags().Uint64Var(&o.Seed, "seed", 0, fmt.Sprintf("seed of the resamples (%d)", evaluation.DefaultSeed))
	return c
}

func (k *client) statsRanks() *cobra.Command {
	o := evaluation.Options{}
	c := &cobra.Command{
		Use:   "ranks FILE.csv",
		Short: "Compute totals and ranks, and how sure they are",
		Long: `Compute each product's total out of 100 and its rank, under which share of all weightings
it takes each rank, and which weight would have to change by how much for another to win.

The first row of the file names the criteria. A row named "weight" gives their weights,
and rows named kind (marks or price), worst, best, minimum and missing (exclude, zero or
interval) may follow. Each row after them is one product: its name, then its marks.`,
		Example: "  den stats ranks marks.csv\n  den stats ranks marks.csv --json",
		Args:    words("the CSV file, or - for standard input"),
		RunE: func(_ *cobra.Command, args []string) error {
			return sheetOf(k, args[0], evaluation.ReadMarks, func(m evaluation.Marks) error {
				out, err := evaluation.Rank(m, o)
				if err != nil {
					return err
				}
				return k.tellRanks(out)
			})
		},
	}
	c.Flags().IntVar(&o.Draws, "draws", 0, "weightings to draw where ranks cannot be computed exactly")
	c.Flags().Uint64Var(&o.Seed, "seed", 0, fmt.Sprintf("seed of the draws (%d)", evaluation.DefaultSeed))
	return c
}

// sheetOf reads a sheet and hands it on. What is wrong with it is a refusal that names
// the file and the cell.
func sheetOf[T any](k *client, name string, read func(io.Reader) (T, error), do func(T) error) error {
	from := k.std.in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return usageError{fmt.Errorf("the file cannot be read: %w", err)}
		}
		defer func() { _ = file.Close() }()
		from = file
	}
	sheet, err := read(from)
	if err == nil {
		err = do(sheet)
	}
	var fault evaluation.Fault
	var wrong evaluation.Problem
	switch {
	case errors.As(err, &fault), errors.As(err, &wrong):
		return den.Refuse(den.Invalid, "%s: %s", name, err.Error())
	}
	return err
}

func (k *client) tellAgreement(a evaluation.Agreement) error {
	if k.json {
		return document(k.std.out, a)
	}
	k.tellWords(a.Words)
	interval := firstOf(a.Interval.Why, fmt.Sprintf("%.3f to %.3f (95 %%, %d resamples, seed %d)", a.Interval.Low, a.Interval.High, a.Interval.Resamples, a.Interval.Seed))
	rows := [][]string{
		{"Krippendorff's alpha, " + string(a.Metric), figure(a.Alpha)}, {"its interval", interval},
	}
	for _, m := range []evaluation.Metric{evaluation.Nominal, evaluation.Ordinal, evaluation.IntervalOf, evaluation.Ratio} {
		if m != a.Metric {
			rows = append(rows, []string{"alpha, " + string(m), figure(a.Alphas[m])})
		}
	}
	rows = append(rows, []string{"Kendall's W", figure(a.Kendall.W)},
		[]string{"ICC(1,1)", figure(a.ICC.One1)}, []string{"ICC(2,1)", figure(a.ICC.One2)}, []string{"ICC(3,1)", figure(a.ICC.One3)},
		[]string{"ICC(1,k)", figure(a.ICC.K1)}, []string{"ICC(2,k)", figure(a.ICC.K2)}, []string{"ICC(3,k)", figure(a.ICC.K3)},
		[]string{"Fleiss' kappa", figure(a.Fleiss)})
	table(k.std.out, []string{"MEASURE", "VALUE"}, rows)
	return nil
}

func (k *client) tellRanks(o evaluation.Outcome) error {
	if k.json {
		return document(k.std.out, o)
	}
	k.tellWords(o.Words)
	first := map[string]float64{}
	for _, e := range o.Acceptability.Entries {
		if len(e.Ranks) > 0 {
			first[e.Entry] = e.Ranks[0]
		}
	}
	var rows [][]string
	for _, t := range o.Totals {
		rank := fmt.Sprint(t.Rank.Best)
		switch {
		case t.ScreenedOut():
			rank = "screened out"
		case !t.Rank.Settled():
			rank = fmt.Sprintf("%d to %d", t.Rank.Best, t.Rank.Worst)
		}
		total := fmt.Sprintf("%.1f to %.1f", t.Low, t.High)
		if point, ok := t.Point(); ok {
			total = fmt.Sprintf("%.1f", point)
		}
		share := ""
		if s, ok := first[t.Entry]; ok {
			share = fmt.Sprintf("%.1f%%", s*100)
		}
		rows = append(rows, []string{rank, t.Name, total, share, strings.Join(t.NotTested, ", ")})
	}
	table(k.std.out, []string{"RANK", "PRODUCT", "OF 100", "FIRST UNDER", "NOT TESTED"}, rows)
	return nil
}

func (k *client) tellWords(sentences []string) {
	for _, s := range sentences {
		k.say("%s", clean(s))
	}
	if len(sentences) > 0 {
		k.say("")
	}
}

func figure(f evaluation.Figure) string {
	if v, ok := f.Get(); ok {
		return fmt.Sprintf("%.3f", v)
	}
	return firstOf(f.Why, "-")
}
