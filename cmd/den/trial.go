package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func (k *client) trial() *cobra.Command {
	return group(&cobra.Command{
		Use:   "trial",
		Short: "Set up trials, start them, and see how they go",
		Long: `A trial is one experiment: a question, products to try side by side, and a scheme to
assess them by. Each product runs in its own sealed sandbox, and everything is removed
when the trial's time is over.`,
		Example: "  den trial launch -f trial.yaml\n  den trial list\n  den trial end tri_01… --why \"Seen enough\"",
	}, k.trialLaunch(), k.trialList(), k.trialShow(), k.trialNew(), k.trialChange(), k.trialData(), k.trialStart(),
		k.trialEnd(), k.trialExtend(), k.trialCancel(), k.trialReceipts(), k.trialMeasured(), k.trialLoad(), k.trialProtocol(), k.trialAmend())
}

func (k *client) trialLaunch() *cobra.Command {
	var file string
	var leave bool
	c := &cobra.Command{
		Use:   "launch -f FILE",
		Short: "Set up a trial from a file, start it, and wait until its products can be used",
		Long: `Set up a trial from a file, start it, and wait until each of its products can be used
or cannot be started. Stopping the wait with Ctrl-C leaves the trial as it is.

It exits with 0 only if every product can be used. If the trial cannot be started, it is
kept as a draft.

` + trialKeys,
		Example: "  den trial launch -f trial.yaml\n  den trial launch -f trial.yaml --json | jq -r '.entries[].sandbox.url'",
		Args:    words(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return k.launch(cmd, file, !leave)
		},
	}
	c.Flags().StringVarP(&file, "file", "f", "", "the file, or - for standard input")
	c.Flags().BoolVar(&leave, "no-wait", false, "do not wait until the products can be used")
	return c
}

func (k *client) launch(cmd *cobra.Command, file string, wait bool) error {
	ctx := cmd.Context()
	set, err := k.readTrial(cmd, file)
	if err != nil {
		return err
	}
	c, place := set.api, set.file.place
	draft, err := said[contract.Trial](c.AddTrial(ctx, &contract.AddTrialParams{IdempotencyKey: key()}, set.in))
	if err != nil {
		return at(err, place)
	}
	id := draft.value.Id
	started, err := said[contract.Trial](c.StartTrial(ctx, id, &contract.StartTrialParams{IdempotencyKey: key()}))
	if err != nil {
		return k.keptDraft(at(err, place), id, file)
	}
	return k.afterStart(ctx, c, started, wait)
}

// keptDraft says what became of a trial that could not be started.
func (k *client) keptDraft(err error, id, file string) error {
	next := fmt.Sprintf("den trial start %s", id)
	var p *problem
	if errors.As(err, &p) && p.kind == den.Invalid && file != "-" {
		next = fmt.Sprintf("mend the file, then: den trial change %s -f %s && den trial start %s", id, file, id)
	}
	return fmt.Errorf("%w\nThe trial is kept as a draft, %s. To go on: %s", err, id, next)
}

// afterStart waits where it should, and shows what became of the trial.
func (k *client) afterStart(ctx context.Context, c *contract.Client, t answer[contract.Trial], wait bool) error {
	id := t.value.Id
	if wait {
		if err := k.waitTrial(ctx, c, id, settled); err != nil {
			return err
		}
		var err error
		if t, err = said[contract.Trial](c.GetTrial(ctx, id)); err != nil {
			return err
		}
	}
	if err := show(k, t, k.tellTrial); err != nil {
		return err
	}
	for _, e := range t.value.Entries {
		if wait && !usable(e) {
			return &saidError{code: exitFailed}
		}
	}
	return nil
}

// settled says that every product of a trial can be used, or will not be.
func settled(t contract.Trial) bool {
	if closed(t) {
		return true
	}
	for _, e := range t.Entries {
		if e.Sandbox == nil || den.Phase(e.Sandbox.Phase) == den.Requested || den.Phase(e.Sandbox.Phase) == den.Starting {
			return false
		}
	}
	return true
}

// closed says that nothing about a trial's sandboxes will change any more.
func closed(t contract.Trial) bool {
	return den.TrialState(t.State) == den.TrialFinished || den.TrialState(t.State) == den.TrialCancelled
}

func usable(e contract.Entry) bool {
	return e.Sandbox != nil && (den.Phase(e.Sandbox.Phase) == den.Live || den.Phase(e.Sandbox.Phase) == den.Paused)
}

func (k *client) trialList() *cobra.Command {
	var p paging
	var state, department string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List trials, the latest first",
		Long:    "List the trials that you can see, the latest first.",
		Example: "  den trial list\n  den trial list --state running --json",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			if department != "" {
				id, err := departmentID(ctx, c, department)
				if err != nil {
					return err
				}
				department = id
			}
			page, err := said[contract.TrialPage](c.ListTrials(ctx, &contract.ListTrialsParams{
				State: pointerTo(contract.InState(state)), Department: pointerTo(department), Newest: p.newest(), After: pointerTo(p.after), Limit: &p.limit,
			}))
			if err != nil {
				return err
			}
			k.more(page.value.Next)
			return show(k, page, k.tellTrials)
		}),
	}
	p.flags(c, true)
	c.Flags().StringVar(&state, "state", "", "only draft, running, finished or cancelled ones")
	c.Flags().StringVar(&department, "department", "", "only those of a department, by id or name")
	return c
}

func (k *client) tellTrials(page contract.TrialPage) {
	var rows [][]string
	for _, t := range page.Items {
		var products []string
		for _, e := range t.Entries {
			products = append(products, nameOf(e))
		}
		rows = append(rows, []string{t.Id, t.Name, string(t.State), strings.Join(products, ", "), moment(t.EndsAt)})
	}
	k.list("There are no trials.", []string{"ID", "NAME", "STATE", "PRODUCTS", "ENDS"}, rows)
}

func (k *client) trialShow() *cobra.Command {
	return k.oneTrial(&cobra.Command{
		Use:     "show TRIAL",
		Short:   "Show a trial, with the address of each product",
		Long:    "Show a trial: what it asks, how each product is, its address, and the time left.",
		Example: "  den trial show tri_01…\n  den trial show tri_01… --json",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		t, err := said[contract.Trial](c.GetTrial(ctx, id))
		if err != nil {
			return err
		}
		return show(k, t, k.tellTrial)
	})
}

// oneTrial makes a command about one trial, whose id can be completed.
func (k *client) oneTrial(c *cobra.Command, do func(context.Context, *contract.Client, string) error) *cobra.Command {
	c.Args = words("the id of a trial")
	c.ValidArgsFunction = k.completeTrials
	c.RunE = k.asks(func(ctx context.Context, c *contract.Client, args []string) error { return do(ctx, c, args[0]) })
	return c
}

func (k *client) tellTrial(t contract.Trial) {
	length := duration(time.Duration(t.LengthSeconds) * time.Second)
	pairs := [][2]string{
		{"Trial", t.Name},
		{"Id", t.Id},
		{"Question", t.Question},
		{"Department", firstOf(given(t.DepartmentName), t.Department)},
		{"State", string(t.State)},
		{"Scheme", fmt.Sprintf("%s/%d", t.Scheme.Id, t.Scheme.Version)},
		{"Size and length", t.Size + ", " + length},
		{"Tasks", strings.Join(given(t.Tasks), "; ")},
		{"Started", moment(t.StartedAt)},
		{"Ends", k.ends(t)},
		{"Closed", moment(t.ClosedAt)},
	}
	if d := t.Data; d != nil {
		pairs = append(pairs, [2]string{"Data", fmt.Sprintf("%s, %s, SHA-256 %s", harmless(d.Name), count(int(d.Files), "file"), d.Sha256)})
	}
	if t.CostPence != nil {
		pairs = append(pairs, [2]string{"Cost", money(*t.CostPence)})
	}
	facts(k.std.out, pairs...)
	if t.Outcome != nil {
		facts(k.std.out, [2]string{"Outcome", t.Outcome.Finding})
	}
	if len(t.Entries) == 0 {
		return
	}
	k.say("")
	var rows [][]string
	for _, e := range t.Entries {
		row := []string{e.Label, nameOf(e), given(e.Version), phase(e.Sandbox), "", "", ""}
		if s := e.Sandbox; s != nil {
			row[4], row[5], row[6] = s.Id, s.Url, k.timeLeft(*s)
		}
		rows = append(rows, row)
	}
	table(k.std.out, []string{"LABEL", "PRODUCT", "VERSION", "STATE", "SANDBOX", "ADDRESS", "TIME LEFT"}, rows)
	for _, e := range t.Entries {
		if e.Sandbox != nil && !usable(e) && e.Sandbox.Detail != "" {
			k.say("%s: %s", clean(nameOf(e)), clean(e.Sandbox.Detail))
		}
	}
}

// ends says when a trial ends, and how long that is from now while it runs.
func (k *client) ends(t contract.Trial) string {
	if t.EndsAt == nil || den.TrialState(t.State) != den.TrialRunning {
		return moment(t.EndsAt)
	}
	return moment(t.EndsAt) + " (time left: " + k.left(t.EndsAt) + ")"
}
