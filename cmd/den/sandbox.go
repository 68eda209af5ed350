package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func (k *client) sandbox() *cobra.Command {
	return group(&cobra.Command{
		Use:   "sandbox",
		Short: "See and run the sandboxes that products run in",
		Long: `A sandbox is one product running, sealed from everything else. It has an address, and
is removed when its time is over. Do not enter real people's data into it.`,
		Example: "  den sandbox list\n  den sandbox open lea_01…\n  den sandbox logs --follow lea_01…",
	}, k.sandboxList(), k.sandboxShow(), k.sandboxLogs(), k.sandboxOpen(), k.sandboxEnd(), k.sandboxExtend(),
		k.sandboxRestart(), k.sandboxPause(), k.sandboxResume(), k.sandboxUse(), k.sandboxMails(), k.sandboxReceipt())
}

func (k *client) sandboxList() *cobra.Command {
	var p paging
	var trial, state string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List sandboxes, the latest first",
		Long:    "List the sandboxes that you can see, the latest first, removed ones included.",
		Example: "  den sandbox list\n  den sandbox list --trial tri_01… --phase live",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			page, err := said[contract.SandboxPage](c.ListSandboxes(ctx, &contract.ListSandboxesParams{
				Trial: pointerTo(trial), Phase: pointerTo(contract.InPhase(state)), Newest: p.newest(), After: pointerTo(p.after), Limit: &p.limit,
			}))
			if err != nil {
				return err
			}
			k.more(page.value.Next)
			return show(k, page, k.tellSandboxes)
		}),
	}
	p.flags(c, true)
	c.Flags().StringVar(&trial, "trial", "", "only those of a trial")
	c.Flags().StringVar(&state, "phase", "", "only requested, starting, live, paused, ending, ended or refused ones")
	return c
}

func (k *client) tellSandboxes(page contract.SandboxPage) {
	var rows [][]string
	for _, s := range page.Items {
		rows = append(rows, []string{s.Id, firstOf(given(s.ProductName), s.Product), firstOf(given(s.TrialName), s.Trial), phase(&s), k.timeLeft(s), s.Url})
	}
	k.list("There are no sandboxes.", []string{"ID", "PRODUCT", "TRIAL", "STATE", "TIME LEFT", "ADDRESS"}, rows)
}

// oneSandbox makes a command about one sandbox, whose id can be completed.
func (k *client) oneSandbox(c *cobra.Command, do func(context.Context, *contract.Client, string) error) *cobra.Command {
	c.Args = words("the id of a sandbox")
	c.ValidArgsFunction = k.completeSandboxes
	c.RunE = k.asks(func(ctx context.Context, c *contract.Client, args []string) error { return do(ctx, c, args[0]) })
	return c
}

func (k *client) sandboxShow() *cobra.Command {
	return k.oneSandbox(&cobra.Command{
		Use:     "show SANDBOX",
		Short:   "Show a sandbox",
		Long:    "Show a sandbox: how it is, its address, and the time left.",
		Example: "  den sandbox show lea_01…",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		return k.showSandbox(c.GetSandbox(ctx, id))
	})
}

// showSandbox shows a sandbox that a request of the client gave.
func (k *client) showSandbox(res *http.Response, err error) error {
	s, err := said[contract.Sandbox](res, err)
	if err != nil {
		return err
	}
	return show(k, s, k.tellSandbox)
}

func (k *client) tellSandbox(s contract.Sandbox) {
	pairs := [][2]string{
		{"Product", firstOf(given(s.ProductName), s.Product) + " " + given(s.Version)},
		{"Supplier", given(s.SupplierName)},
		{"Id", s.Id},
		{"Trial", firstOf(given(s.TrialName), "the trial") + ", " + s.Trial},
		{"State", phase(&s)},
		{"About it", s.Detail},
		{"Address", s.Url},
		{"Size", s.Size},
		{"Requested", moment(&s.RequestedAt)},
		{"Ready", moment(s.LiveAt)},
	}
	if s.LaunchMs != nil {
		pairs = append(pairs, [2]string{"Started in", den.SpellShort(time.Duration(*s.LaunchMs * float64(time.Millisecond)))})
	}
	if left := k.timeLeft(s); left != "" {
		pairs = append(pairs, [2]string{"Ends", moment(s.EndsAt)}, [2]string{"Time left", left}, [2]string{"Latest end", moment(s.LatestEnd)})
	}
	pairs = append(pairs, [2]string{"Removed", moment(s.EndedAt)})
	if s.EndAsked != nil {
		pairs = append(pairs, [2]string{"End asked by", firstOf(given(s.EndAsked.Name), s.EndAsked.By) + ", " + moment(&s.EndAsked.At)}, [2]string{"Because", given(s.EndAsked.Why)})
	}
	if s.Restarts > 0 {
		pairs = append(pairs, [2]string{"Started again", count(int(s.Restarts), "time")})
	}
	pairs = append(pairs, [2]string{"May reach", waysSaid(s.Ways)})
	if s.Lost {
		pairs = append(pairs, [2]string{"Note", "What it held in memory was lost at least once."})
	}
	facts(k.std.out, pairs...)
	k.tellUsed(s.Used)
}

func (k *client) sandboxOpen() *cobra.Command {
	var only bool
	c := k.oneSandbox(&cobra.Command{
		Use:   "open SANDBOX",
		Short: "Open a sandbox in the browser",
		Long: `Open a sandbox in the browser of this machine. You may have to sign in there. Do not
enter real people's data. Where there is no browser, its address is printed.`,
		Example: "  den sandbox open lea_01…\n  den sandbox open --print lea_01…",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		s, err := said[contract.Sandbox](c.GetSandbox(ctx, id))
		if err != nil {
			return err
		}
		return k.open(ctx, s, only)
	})
	c.Flags().BoolVar(&only, "print", false, "print its address and open nothing")
	return c
}

func (k *client) sandboxEnd() *cobra.Command {
	var x change
	var leave bool
	c := k.oneSandbox(&cobra.Command{
		Use:   "end SANDBOX",
		Short: "Remove a sandbox now",
		Long: `Remove a sandbox now, with everything in it. It waits until nothing is left. Stopping
the wait with Ctrl-C does not stop the removal.`,
		Example: "  den sandbox end lea_01… --why \"Seen enough\"",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		s, err := said[contract.Sandbox](c.EndSandbox(ctx, id, &contract.EndSandboxParams{IfMatch: x.match()}, contract.Reason{Why: pointerTo(x.why)}))
		if err != nil {
			return err
		}
		if leave {
			return show(k, s, k.tellSandbox)
		}
		if err := k.waitSandbox(ctx, c, id, over); err != nil {
			return err
		}
		return k.showSandbox(c.GetSandbox(ctx, id))
	})
	c.Flags().BoolVar(&leave, "no-wait", false, "do not wait until everything is removed")
	x.flags(c, true)
	return c
}

// timeLeft is what a sandbox has left of its time; nothing once it is being removed.
func (k *client) timeLeft(s contract.Sandbox) string {
	if den.Phase(s.Phase) == den.Ending || over(s) {
		return ""
	}
	return k.left(s.EndsAt)
}

// over says that nothing about a sandbox will change any more.
func over(s contract.Sandbox) bool {
	return den.Phase(s.Phase).Final()
}

func (k *client) sandboxExtend() *cobra.Command {
	var x change
	var l longer
	var most, ask bool
	c := &cobra.Command{
		Use:   "extend SANDBOX",
		Short: "Let a sandbox live longer",
		Long: `Let a sandbox live longer, as far as its department's rules allow. With --most it stays
as long as they do; with --ask an approver is asked for more than that.`,
		Example:           "  den sandbox extend lea_01… --by 8h\n  den sandbox extend lea_01… --until 2026-06-03T16:30 --why \"One more session\"",
		Args:              words("the id of a sandbox"),
		ValidArgsFunction: k.completeSandboxes,
		RunE: func(cmd *cobra.Command, args []string) error {
			var seconds *int64
			var until *time.Time
			var err error
			if most && (ask || l.by != "" || l.until != "") {
				return offWords(cmd, "leave --by, --until and --ask out with --most")
			}
			if !most {
				if seconds, until, err = l.read(cmd); err != nil {
					return err
				}
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			if most {
				return at(k.showSandbox(c.ExtendSandbox(cmd.Context(), args[0], &contract.ExtendSandboxParams{IfMatch: x.match()},
					contract.Extension{Most: &most, Why: pointerTo(x.why)})), flagPlace)
			}
			if ask {
				a, err := said[contract.Approval](c.AskForMore(cmd.Context(), args[0], &contract.AskForMoreParams{IfMatch: x.match(), IdempotencyKey: key()},
					contract.Extension{BySeconds: seconds, Until: until, Why: pointerTo(x.why)}))
				if err != nil {
					return at(err, flagPlace)
				}
				return show(k, a, k.tellApproval)
			}
			return at(k.showSandbox(c.ExtendSandbox(cmd.Context(), args[0], &contract.ExtendSandboxParams{IfMatch: x.match()},
				contract.Extension{BySeconds: seconds, Until: until, Why: pointerTo(x.why)})), flagPlace)
		},
	}
	c.Flags().BoolVar(&most, "most", false, "as long as you may: until you are back")
	c.Flags().BoolVar(&ask, "ask", false, "ask an approver for it, beyond what you may")
	l.flags(c)
	x.flags(c, true)
	return c
}

func (k *client) sandboxRestart() *cobra.Command {
	var x change
	c := k.oneSandbox(&cobra.Command{
		Use:   "restart SANDBOX",
		Short: "Start the product again in a fresh sandbox",
		Long: `Remove what runs and start the product again, fresh, at the same address and with the
same end. What people entered into it is lost.`,
		Example: "  den sandbox restart lea_01… --why \"It hung\"",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		return k.showSandbox(c.RestartSandbox(ctx, id, &contract.RestartSandboxParams{IfMatch: x.match()}, contract.Reason{Why: pointerTo(x.why)}))
	})
	x.flags(c, true)
	return c
}

func (k *client) sandboxPause() *cobra.Command {
	var x change
	c := k.oneSandbox(&cobra.Command{
		Use:     "pause SANDBOX",
		Short:   "Freeze a sandbox",
		Long:    "Freeze a sandbox as it is. It keeps its memory and its end, and answers nobody until it\nis resumed.",
		Example: "  den sandbox pause lea_01…",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		return k.showSandbox(c.PauseSandbox(ctx, id, &contract.PauseSandboxParams{IfMatch: x.match()}))
	})
	x.flags(c, false)
	return c
}

func (k *client) sandboxResume() *cobra.Command {
	var x change
	c := k.oneSandbox(&cobra.Command{
		Use:     "resume SANDBOX",
		Short:   "Let a frozen sandbox go on",
		Long:    "Let a frozen sandbox go on where it was.",
		Example: "  den sandbox resume lea_01…",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		return k.showSandbox(c.ResumeSandbox(ctx, id, &contract.ResumeSandboxParams{IfMatch: x.match()}))
	})
	x.flags(c, false)
	return c
}

func (k *client) sandboxUse() *cobra.Command {
	return k.oneSandbox(&cobra.Command{
		Use:     "use SANDBOX",
		Short:   "Measure what a sandbox uses now",
		Long:    "Measure what a sandbox uses now of memory, processor and disk.",
		Example: "  den sandbox use lea_01…",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		u, err := said[contract.Use](c.GetSandboxUse(ctx, id))
		if err != nil {
			return err
		}
		return show(k, u, func(u contract.Use) {
			disk := "cannot be measured here"
			if u.DiskBytes >= 0 {
				disk = bytesOf(u.DiskBytes)
			}
			facts(k.std.out,
				[2]string{"Memory", bytesOf(u.MemoryBytes) + " of " + bytesOf(u.MemoryLimitBytes)},
				[2]string{"Processor time", (time.Duration(u.CpuSeconds*1000) * time.Millisecond).String()},
				[2]string{"Processes", fmt.Sprint(u.Processes)}, [2]string{"Disk", disk},
				[2]string{"Out of memory", count(int(u.OutOfMemory), "time")},
				[2]string{"Log held back", (time.Duration(u.LogHeldSeconds*1000) * time.Millisecond).String()})
		})
	})
}

func (k *client) sandboxReceipt() *cobra.Command {
	return k.oneSandbox(&cobra.Command{
		Use:   "receipt SANDBOX",
		Short: "Show the receipt of a removed sandbox: proof that nothing was left",
		Long: `Show the receipt of a removed sandbox: what existed, why it was removed, and that two
looks after the removal found nothing left.`,
		Example: "  den sandbox receipt lea_01…",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		r, err := said[contract.Receipt](c.GetReceipt(ctx, id))
		if err != nil {
			return err
		}
		return show(k, r, k.tellReceipt)
	})
}
