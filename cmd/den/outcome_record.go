package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"innovationden/configs"
	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

type scoresFile struct {
	Trial    string                  `yaml:"trial"`
	Submit   bool                    `yaml:"submit"`
	Products map[string]productScore `yaml:"products"`
}

type productScore struct {
	Note   string               `yaml:"note"`
	Scores map[string]scoreLine `yaml:"scores"`
}

type scoreLine struct {
	Mark      *float64 `yaml:"mark"` // so that 3.5 is seen and refused
	NotTested bool     `yaml:"not_tested"`
	Reason    string   `yaml:"reason"`
}

// sheet is one product's part of a file of scores.
type sheet struct {
	name  string // in the file
	entry contract.Entry
	in    contract.NewAssessment
	file  written
}

func (k *client) outcomeRecord() *cobra.Command {
	var file string
	var submit bool
	c := &cobra.Command{
		Use:   "record [TRIAL] -f FILE",
		Short: "Record your scores for the products of a trial",
		Long: `Record your scores for the products of a trial from a file. For each product they replace
what you recorded before. Without --submit they are kept for you alone and may be
unfinished; with it they are final, and every criterion that people score needs a mark
from 0 to 5 or not_tested, each with a reason. Where the protocol of the trial names
evaluators, they alone can.

The file is YAML:

  trial: tri_01…                       # left out where the command names it
  submit: true                         # left out: keep them for me alone
  products:
    Slotwise:                          # its name, its label such as Product 1, or its entry id
      note: Looked at on a tablet.
      scores:                          # by criterion; see den scheme show
        does-the-job: {mark: 4, reason: Every task could be finished.}
        secure: {not_tested: true, reason: There were no documents yet.}

With --json it prints {"items": […]} with an assessment for each product.`,
		Example: "  den outcome record -f scores.yaml\n  den outcome record tri_01… -f scores.yaml --submit",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil // the file may name it
			}
			return words("the id of a trial")(cmd, args)
		},
		ValidArgsFunction: k.completeTrials,
		RunE: func(cmd *cobra.Command, args []string) error {
			return k.recordScores(cmd, args, file, submit)
		},
	}
	c.Flags().StringVarP(&file, "file", "f", "", "the file, or - for standard input")
	c.Flags().BoolVar(&submit, "submit", false, "submit them: they are final then")
	return c
}

func (k *client) recordScores(cmd *cobra.Command, args []string, file string, submit bool) error {
	ctx := cmd.Context()
	var f scoresFile
	doc, err := k.readWritten(cmd, file, &f)
	if err != nil {
		return err
	}
	id := f.Trial
	switch {
	case len(args) > 0 && id != "" && id != args[0]:
		return offWords(cmd, fmt.Sprintf("the file is about the trial %s, not %s", clean(id), clean(args[0])))
	case len(args) > 0:
		id = args[0]
	case id == "":
		return offWords(cmd, "name the trial, in the command or in the file")
	}
	c, err := k.api()
	if err != nil {
		return err
	}
	t, err := said[contract.Trial](c.GetTrial(ctx, id))
	if err != nil {
		return err
	}
	sheets, err := f.sheets(doc, t.value, submit || f.Submit)
	if err != nil {
		return err
	}
	saved, err := k.saveSheets(ctx, c, id, sheets)
	if err == nil && k.json {
		_, err = fmt.Fprintf(k.std.out, "{\"items\":[%s]}\n", bytes.Join(saved, []byte(",")))
	}
	return err
}

// sheets finds the entry of each product and checks what the API could not: everything
// that is off is said before anything is saved.
func (f scoresFile) sheets(doc configs.Document, t contract.Trial, submit bool) ([]sheet, error) {
	p := &problem{place: written{doc: doc}.place}
	if len(f.Products) == 0 {
		p.bad("/products", "Give the scores of at least one product.")
	}
	seen := map[string]string{}
	var all []sheet
	for _, name := range slices.Sorted(maps.Keys(f.Products)) {
		s := sheet{name: name, file: written{doc: doc, under: []string{"products", name}}}
		pointer := "/products/" + escaped(name)
		var err error
		if s.entry, err = entryOf(name, t); err != nil {
			p.take(pointer, err)
			continue
		}
		if before, twice := seen[s.entry.Id]; twice {
			p.bad(pointer, "Give each product once: this one is %q too.", before)
		}
		seen[s.entry.Id] = name
		s.in = contract.NewAssessment{Note: pointerTo(f.Products[name].Note), Scores: map[string]contract.Score{}, Submit: pointerTo(submit)}
		for criterion, l := range f.Products[name].Scores {
			score := contract.Score{NotTested: pointerTo(l.NotTested), Reason: pointerTo(l.Reason)}
			if l.Mark != nil {
				if *l.Mark != math.Trunc(*l.Mark) || math.Abs(*l.Mark) > math.MaxInt32 {
					p.bad(pointer+"/scores/"+escaped(criterion)+"/mark", "Give a whole mark from 0 to %d, not %g.", den.TopMark, *l.Mark)
					continue
				}
				mark := int32(*l.Mark)
				score.Mark = &mark
			}
			s.in.Scores[criterion] = score
		}
		all = append(all, s)
	}
	return all, p.err()
}

func (k *client) saveSheets(ctx context.Context, c *contract.Client, id string, sheets []sheet) ([][]byte, error) {
	var saved [][]byte
	for _, s := range sheets {
		a, err := said[contract.Assessment](c.SaveAssessment(ctx, id, s.entry.Id, nil, s.in))
		if err != nil {
			err = at(err, s.file.place)
			if len(saved) > 0 {
				err = fmt.Errorf("%w\nWhat stands in the file before %q is saved", err, s.name)
			}
			return saved, err
		}
		saved = append(saved, bytes.TrimSpace(a.raw))
		if !k.json {
			done := "are saved for you alone. Submit them with --submit when they are finished."
			if a.value.Submitted {
				done = "are submitted."
			}
			k.say("Your scores for %s %s", clean(nameOf(s.entry)), done)
		}
	}
	return saved, nil
}
