package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) outcomeEvidence() *cobra.Command {
	return group(&cobra.Command{
		Use:   "evidence",
		Short: "Keep what you saw beside your scores",
		Long: `Keep a picture, a file or a stretch of the log beside your scores, and read what was kept.
Others see it with your scores.`,
		Example: "  den outcome evidence add tri_01… Slotwise screen.png --kind picture\n  den outcome evidence list tri_01… Slotwise\n  den outcome evidence get tri_01… evi_01… -o screen.png\n  den outcome evidence remove tri_01… Slotwise evi_01… --why \"It shows a name\"",
	}, k.evidenceAdd(), k.evidenceList(), k.evidenceGet(), k.evidenceRemove())
}

func (k *client) evidenceAdd() *cobra.Command {
	var kind, criterion string
	var from, to int32
	c := &cobra.Command{
		Use:   "add TRIAL PRODUCT [FILE]",
		Short: "Keep a picture, a file or a stretch of the log",
		Long: `Keep a picture (PNG, JPEG or GIF, made anew so that nothing else is kept with it), a file
that others can only download, or a stretch of the log from one line to another.`,
		Example: "  den outcome evidence add tri_01… Slotwise screen.png --kind picture --criterion easy-to-use\n" +
			"  den outcome evidence add tri_01… Slotwise --kind log --from 120 --to 140",
		Args:              cobra.RangeArgs(2, 3),
		ValidArgsFunction: k.completeTrials,
		RunE: func(cmd *cobra.Command, args []string) error {
			p := contract.AddEvidenceParams{Kind: contract.AddEvidenceParamsKind(kind)}
			isLog := p.Kind == contract.AddEvidenceParamsKindLog
			switch {
			case !p.Kind.Valid():
				return offWords(cmd, fmt.Sprintf("choose picture, file or log with --kind, not %q", kind))
			case isLog != (len(args) == 2):
				return offWords(cmd, "name a file, or say --kind log with --from and --to")
			}
			var content io.Reader = http.NoBody
			if isLog {
				p.From, p.To = &from, &to
			} else {
				file, err := os.Open(args[2])
				if err != nil {
					return usageError{fmt.Errorf("the file cannot be read: %w", err)}
				}
				defer func() { _ = file.Close() }()
				content, p.Name = file, new(filepath.Base(args[2]))
			}
			if criterion != "" {
				p.Criterion = &criterion
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			e, err := entryIn(cmd.Context(), c, args[0], args[1])
			if err != nil {
				return err
			}
			kept, err := said[contract.Evidence](c.AddEvidenceWithBody(cmd.Context(), args[0], e.Id, &p, "application/octet-stream", content))
			if err != nil {
				return at(err, flagPlace)
			}
			return show(k, kept, func(x contract.Evidence) { k.say("%s is kept as %s.", clean(x.Name), x.Id) })
		},
	}
	c.Flags().StringVar(&kind, "kind", "file", "picture, file or log")
	c.Flags().StringVar(&criterion, "criterion", "", "the id of the criterion that it is about; without it, the whole")
	c.Flags().Int32Var(&from, "from", 1, "first line of the log")
	c.Flags().Int32Var(&to, "to", 1, "last line of the log")
	return c
}

func (k *client) evidenceList() *cobra.Command {
	return &cobra.Command{
		Use:               "list TRIAL PRODUCT",
		Short:             "List the evidence that you keep about a product",
		Long:              "List the evidence that you keep about a product. What others keep is beside their\nscores: \"den outcome consensus\" shows those.",
		Example:           "  den outcome evidence list tri_01… Slotwise",
		Args:              words("the id of a trial", "a product: its name, label or entry id"),
		ValidArgsFunction: k.completeTrials,
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			e, err := entryIn(ctx, c, args[0], args[1])
			if err != nil {
				return err
			}
			page, err := said[contract.EvidencePage](c.ListEvidence(ctx, args[0], e.Id))
			if err != nil {
				return err
			}
			return show(k, page, func(page contract.EvidencePage) {
				var rows [][]string
				for _, x := range page.Items {
					rows = append(rows, []string{x.Id, string(x.Kind), x.Name, given(x.Criterion), strconv.FormatInt(x.SizeBytes, 10), x.Sha256})
				}
				table(k.std.out, []string{"ID", "KIND", "NAME", "CRITERION", "BYTES", "SHA-256"}, rows)
			})
		}),
	}
}

func (k *client) evidenceGet() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:     "get TRIAL EVIDENCE",
		Short:   "Keep a piece of evidence as a file",
		Long:    "Keep a piece of evidence as a file: your own, or of others once you see their scores.\nWithout -o it goes to the standard output.",
		Example: "  den outcome evidence get tri_01… evi_01… -o screen.png",
		Args:    words("the id of a trial", "the id of a piece of evidence"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			res, err := c.GetEvidence(ctx, args[0], args[1])
			return k.download(res, err, file)
		}),
	}
	c.Flags().StringVarP(&file, "output", "o", "", "file to write; it must not be there yet")
	return c
}

func (k *client) evidenceRemove() *cobra.Command {
	var why string
	c := &cobra.Command{
		Use:               "remove TRIAL PRODUCT EVIDENCE",
		Short:             "Remove a piece of your evidence",
		Long:              "Remove a piece of your evidence, before you submit your scores. The record keeps that it\nwas there, with your reason; the file is deleted.",
		Example:           "  den outcome evidence remove tri_01… Slotwise evi_01… --why \"It shows a name\"",
		Args:              words("the id of a trial", "a product: its name, label or entry id", "the id of the evidence"),
		ValidArgsFunction: k.completeTrials,
		RunE: func(cmd *cobra.Command, args []string) error {
			if why == "" {
				return offWords(cmd, "say why with --why")
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			e, err := entryIn(cmd.Context(), c, args[0], args[1])
			if err != nil {
				return err
			}
			left, err := said[contract.EvidencePage](c.RemoveEvidence(cmd.Context(), args[0], e.Id, args[2], contract.NewRemoval{Why: why}))
			if err != nil {
				return at(err, flagPlace)
			}
			return show(k, left, func(page contract.EvidencePage) { k.say("It is removed. You keep %d more.", len(page.Items)) })
		},
	}
	c.Flags().StringVar(&why, "why", "", "why, for the record")
	return c
}
