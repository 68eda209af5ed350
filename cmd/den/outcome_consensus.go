package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func (k *client) outcomeConsensus() *cobra.Command {
	return k.oneTrial(&cobra.Command{
		Use:     "consensus TRIAL",
		Short:   "Show every score side by side",
		Long:    "Show every submitted score side by side, how far the evaluators agree, and what the\npanel agreed. A score marked with * stands apart from the others.",
		Example: "  den outcome consensus tri_01…",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		v, err := said[contract.Consensus](c.GetConsensus(ctx, id))
		if err != nil || k.json {
			if err != nil {
				return err
			}
			return show(k, v, nil)
		}
		t, err := said[contract.Trial](c.GetTrial(ctx, id))
		if err != nil {
			return err
		}
		k.tellConsensus(v.value, t.value)
		return nil
	})
}

func (k *client) tellConsensus(v contract.Consensus, t contract.Trial) {
	names := map[string]string{}
	for _, e := range t.Entries {
		names[e.Id] = firstOf(nameOf(e), e.Id)
	}
	if v.Agreement != nil {
		k.say("%s", clean(v.Agreement.Finding))
	}
	for _, who := range v.Waiting {
		k.say("%s has not submitted everything.", clean(who))
	}
	var rows [][]string
	for _, i := range v.Items {
		var marks []string
		for _, s := range i.Scores {
			mark := "-"
			if s.Mark != nil {
				mark = fmt.Sprint(*s.Mark)
			}
			if s.Outlier {
				mark += "*"
			}
			marks = append(marks, mark)
		}
		agreed := ""
		switch {
		case i.Agreed == nil:
		case i.Agreed.Mark != nil:
			agreed = fmt.Sprint(*i.Agreed.Mark)
		default:
			agreed = "not tested"
		}
		rows = append(rows, []string{names[i.Entry], i.Criterion, strings.Join(marks, " "), agreed, fmt.Sprint(len(i.Dissents))})
	}
	table(k.std.out, []string{"PRODUCT", "CRITERION", "MARKS", "AGREED", "DISSENTS"}, rows)
	if v.Locked {
		k.say("The marks are locked.")
	}
}

type agreedFile struct {
	Products map[string]map[string]scoreLine `yaml:"products"`
}

func (k *client) outcomeAgree() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "agree TRIAL -f FILE",
		Short: "Record what the panel agreed",
		Long: `Record the marks that the panel agreed, each with its reason. What the file does not name
stays as it is. Only the chair may.

  products:
    Slotwise:
      does-the-job: {mark: 4, reason: Every task could be finished.}
      secure: {not_tested: true, reason: Nobody had the documents.}`,
		Example:           "  den outcome agree tri_01… -f agreed.yaml",
		Args:              words("the id of a trial"),
		ValidArgsFunction: k.completeTrials,
		RunE: func(cmd *cobra.Command, args []string) error {
			var f agreedFile
			doc, err := k.readWritten(cmd, file, &f)
			if err != nil {
				return err
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			t, err := said[contract.Trial](c.GetTrial(cmd.Context(), args[0]))
			if err != nil {
				return err
			}
			in, err := f.read(written{doc: doc}, t.value)
			if err != nil {
				return err
			}
			v, err := said[contract.Consensus](c.SaveConsensus(cmd.Context(), args[0], nil, in))
			if err != nil {
				return at(err, written{doc: doc}.place)
			}
			return show(k, v, func(v contract.Consensus) { k.say("It is recorded. %d are left to agree on.", v.Open) })
		},
	}
	c.Flags().StringVarP(&file, "file", "f", "", "the file, or - for standard input")
	return c
}

func (f agreedFile) read(doc written, t contract.Trial) (contract.NewConsensus, error) {
	p := &problem{place: doc.place}
	seen := map[string]string{}
	in := contract.NewConsensus{Agreed: map[string]map[string]contract.AgreedScore{}}
	for _, name := range slices.Sorted(maps.Keys(f.Products)) {
		e, err := entryOf(name, t)
		if err != nil {
			p.take("/products/"+escaped(name), err)
			continue
		}
		if before, twice := seen[e.Id]; twice {
			p.bad("/products/"+escaped(name), "Give each product once: this one is %q too.", before)
		}
		seen[e.Id] = name
		by := map[string]contract.AgreedScore{}
		for criterion, l := range f.Products[name] {
			one := contract.AgreedScore{NotTested: pointerTo(l.NotTested), Reason: l.Reason}
			if l.Mark != nil {
				mark := int32(*l.Mark)
				if float64(mark) != *l.Mark {
					p.bad("/products/"+escaped(name)+"/"+escaped(criterion)+"/mark", "Give a whole mark from 0 to %d, not %g.", den.TopMark, *l.Mark)
					continue
				}
				one.Mark = &mark
			}
			by[criterion] = one
		}
		in.Agreed[e.Id] = by
	}
	return in, p.err()
}

func (k *client) outcomeLock() *cobra.Command {
	var x change
	var means bool
	c := k.oneTrial(&cobra.Command{
		Use:   "lock TRIAL",
		Short: "Lock the marks of a trial",
		Long: `Lock the marks that the panel agreed: scores cannot change any more, prices count, and in
a blind trial the names are open. With --by-means the means of the evaluators count
instead; say why.`,
		Example: "  den outcome lock tri_01…\n  den outcome lock tri_01… --by-means --why \"One evaluator only\"",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		v, err := said[contract.Consensus](c.LockConsensus(ctx, id, &contract.LockConsensusParams{IfMatch: x.match()},
			contract.NewLock{ByMeans: pointerTo(means), Why: pointerTo(x.why)}))
		if err != nil {
			return at(err, flagPlace)
		}
		return show(k, v, func(contract.Consensus) { k.say("The marks are locked.") })
	})
	c.Flags().BoolVar(&means, "by-means", false, "the means count, without a consensus")
	x.flags(c, true)
	return c
}

func (k *client) outcomeDissent() *cobra.Command {
	var text string
	c := &cobra.Command{
		Use:     "dissent TRIAL PRODUCT CRITERION",
		Short:   "Dissent from an agreed score, or take that back",
		Long:    "Put on record that you do not share an agreed score, and why. Without --text you take it back.",
		Example: "  den outcome dissent tri_01… Slotwise secure --text \"I saw the certificate\"",
		Args:    words("the id of a trial", "a product: its name, label or entry id", "a criterion"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			e, err := entryIn(ctx, c, args[0], args[1])
			if err != nil {
				return err
			}
			v, err := said[contract.Consensus](c.Dissent(ctx, args[0], contract.NewDissent{Entry: e.Id, Criterion: args[2], Text: pointerTo(text)}))
			if err != nil {
				return at(err, flagPlace)
			}
			return show(k, v, func(contract.Consensus) { k.say("It is recorded.") })
		}),
	}
	c.Flags().StringVar(&text, "text", "", "why you do not share it")
	return c
}
