package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) trialNew() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "new -f FILE",
		Short: "Set up a trial from a file as a draft, without starting it",
		Long: `Set up a trial from a file as a draft. A draft may be incomplete; nothing runs yet.

` + trialKeys,
		Example: "  den trial new -f trial.yaml",
		Args:    words(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := k.readTrial(cmd, file)
			if err != nil {
				return err
			}
			t, err := said[contract.Trial](set.api.AddTrial(cmd.Context(), &contract.AddTrialParams{IdempotencyKey: key()}, set.in))
			if err != nil {
				return at(err, set.file.place)
			}
			return show(k, t, k.tellTrial)
		},
	}
	c.Flags().StringVarP(&file, "file", "f", "", "the file, or - for standard input")
	return c
}

func (k *client) trialData() *cobra.Command {
	var remove bool
	var x change
	c := &cobra.Command{
		Use:   "data TRIAL FILE | TRIAL --remove",
		Short: "Give a draft the data that every product finds",
		Long: `Give a draft the data that every product finds: a file, or a zip archive of files. Each
product finds the same files in the folder /scenario and cannot change them. It takes the
place of what was there. Use invented data only, never real people's.`,
		Example: "  den trial data tri_01… people.zip\n  den trial data tri_01… --remove",
		Args: func(cmd *cobra.Command, args []string) error {
			if remove {
				return words("the id of a trial")(cmd, args)
			}
			return words("the id of a trial", "a file")(cmd, args)
		},
		ValidArgsFunction: k.completeTrials,
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			if remove {
				t, err := said[contract.Trial](c.DropTrialData(ctx, args[0], &contract.DropTrialDataParams{IfMatch: x.match()}))
				if err != nil {
					return err
				}
				return show(k, t, k.tellTrial)
			}
			file, err := os.Open(args[1])
			if err != nil {
				return usageError{fmt.Errorf("the file cannot be read: %w", err)}
			}
			defer func() { _ = file.Close() }()
			t, err := said[contract.Trial](c.SetTrialDataWithBody(ctx, args[0],
				&contract.SetTrialDataParams{Name: filepath.Base(args[1]), IfMatch: x.match()}, "application/octet-stream", file))
			if err != nil {
				return at(err, flagPlace)
			}
			return show(k, t, k.tellTrial)
		}),
	}
	x.flags(c, false)
	c.Flags().BoolVar(&remove, "remove", false, "take the data away")
	return c
}

func (k *client) trialChange() *cobra.Command {
	var file string
	var x change
	c := &cobra.Command{
		Use:   "change TRIAL -f FILE",
		Short: "Replace what a draft says by what a file says",
		Long: `Replace everything that a draft says by what a file says. A trial that has started
cannot be changed.

` + trialKeys,
		Example:           "  den trial change tri_01… -f trial.yaml",
		Args:              words("the id of a trial"),
		ValidArgsFunction: k.completeTrials,
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := k.readTrial(cmd, file)
			if err != nil {
				return err
			}
			t, err := said[contract.Trial](set.api.ChangeTrial(cmd.Context(), args[0], &contract.ChangeTrialParams{IfMatch: x.match()}, set.in))
			if err != nil {
				return at(err, set.file.place)
			}
			return show(k, t, k.tellTrial)
		},
	}
	c.Flags().StringVarP(&file, "file", "f", "", "the file, or - for standard input")
	x.flags(c, false)
	return c
}

func (k *client) trialStart() *cobra.Command {
	var x change
	var leave bool
	c := k.oneTrial(&cobra.Command{
		Use:   "start TRIAL",
		Short: "Start a draft, and wait until its products can be used",
		Long: `Start a draft: its protocol is locked and each product gets a sandbox. It waits until
each product can be used or cannot be started, and exits with 0 only if all can.
Stopping the wait with Ctrl-C leaves the trial as it is.`,
		Example: "  den trial start tri_01…\n  den trial start tri_01… --no-wait",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		t, err := said[contract.Trial](c.StartTrial(ctx, id, &contract.StartTrialParams{IdempotencyKey: key(), IfMatch: x.match()}))
		if err != nil {
			return err
		}
		return k.afterStart(ctx, c, t, !leave)
	})
	c.Flags().BoolVar(&leave, "no-wait", false, "do not wait until the products can be used")
	x.flags(c, false)
	return c
}

func (k *client) trialEnd() *cobra.Command {
	var x change
	var leave bool
	c := k.oneTrial(&cobra.Command{
		Use:   "end TRIAL",
		Short: "End a trial now: every sandbox of it is removed",
		Long: `End a trial now. Every sandbox of it is removed with everything in it; what people
recorded stays. It waits until nothing is left. Stopping the wait with Ctrl-C does not
stop the removal.`,
		Example: "  den trial end tri_01… --why \"Seen enough\"\n  den trial end tri_01… --no-wait",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		t, err := said[contract.Trial](c.EndTrial(ctx, id, &contract.EndTrialParams{IfMatch: x.match()}, contract.Reason{Why: pointerTo(x.why)}))
		if err != nil {
			return err
		}
		if !leave {
			if err := k.waitTrial(ctx, c, id, closed); err != nil {
				return err
			}
			if t, err = said[contract.Trial](c.GetTrial(ctx, id)); err != nil {
				return err
			}
		}
		return show(k, t, k.tellTrial)
	})
	c.Flags().BoolVar(&leave, "no-wait", false, "do not wait until everything is removed")
	x.flags(c, true)
	return c
}

func (k *client) trialExtend() *cobra.Command {
	var x change
	var l longer
	c := &cobra.Command{
		Use:               "extend TRIAL",
		Short:             "Let every sandbox of a trial live longer",
		Long:              "Let every sandbox of a trial that runs live longer, as far as the den allows.",
		Example:           "  den trial extend tri_01… --by 2d --why \"Two evaluators were ill\"\n  den trial extend tri_01… --until 2026-06-03T16:30",
		Args:              words("the id of a trial"),
		ValidArgsFunction: k.completeTrials,
		RunE: func(cmd *cobra.Command, args []string) error {
			seconds, until, err := l.read(cmd)
			if err != nil {
				return err
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			t, err := said[contract.Trial](c.ExtendTrial(cmd.Context(), args[0], &contract.ExtendTrialParams{IfMatch: x.match()},
				contract.Extension{BySeconds: seconds, Until: until, Why: pointerTo(x.why)}))
			if err != nil {
				return at(err, flagPlace)
			}
			return show(k, t, k.tellTrial)
		},
	}
	l.flags(c)
	x.flags(c, true)
	return c
}

// flagPlace writes the field of a request as the flag that gave it.
func flagPlace(pointer string) string {
	return "--" + strings.ReplaceAll(plainPlace(pointer, map[string]string{
		"by_seconds": "by", "lasts_seconds": "lasts", "length_seconds": "length", "longest_seconds": "longest", "trial_seconds": "trial-length",
		"ask_pence": "ask-cost", "budget_pence": "budget", "budget_low_pence": "budget-from", "budget_high_pence": "budget-to",
		"capabilities": "capability", "pushed": "from-push", "asks": "way", "opens": "open",
	}), "_", "-")
}

func (k *client) trialCancel() *cobra.Command {
	var x change
	c := k.oneTrial(&cobra.Command{
		Use:     "cancel TRIAL",
		Short:   "Cancel a draft",
		Long:    "Cancel a draft. A trial that has started is ended instead; see \"den trial end --help\".",
		Example: "  den trial cancel tri_01… --why \"The question was answered another way\"",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		t, err := said[contract.Trial](c.CancelTrial(ctx, id, &contract.CancelTrialParams{IfMatch: x.match()}, contract.Reason{Why: pointerTo(x.why)}))
		if err != nil {
			return err
		}
		return show(k, t, func(t contract.Trial) { k.say("The trial %q is cancelled.", clean(t.Name)) })
	})
	x.flags(c, true)
	return c
}

func (k *client) trialReceipts() *cobra.Command {
	var p paging
	c := k.oneTrial(&cobra.Command{
		Use:   "receipts TRIAL",
		Short: "List the receipts of a trial: proof that nothing was left",
		Long: `List the receipts of a trial. A receipt says what existed, and that two looks after the
removal found nothing left.`,
		Example: "  den trial receipts tri_01…",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		page, err := said[contract.ReceiptPage](c.ListReceipts(ctx, id, &contract.ListReceiptsParams{After: pointerTo(p.after), Limit: &p.limit}))
		if err != nil {
			return err
		}
		k.more(page.value.Next)
		return show(k, page, k.tellReceipts)
	})
	p.flags(c, false)
	return c
}
