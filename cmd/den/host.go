package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) host() *cobra.Command {
	return &cobra.Command{
		Use:   "host",
		Short: "Show the state of the den's host",
		Long: `Show the state of the host: the engine, what runs and waits, which protections hold here
and which do not, and when the den last looked after everything.`,
		Example: "  den host\n  den host --json | jq '.in_force[] | select(.in_force | not)'",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			h, err := said[contract.Host](c.GetHost(ctx))
			if err != nil {
				return err
			}
			return show(k, h, k.tellHost)
		}),
	}
}

func (k *client) tellHost(h contract.Host) {
	engine := strings.TrimSpace(h.Engine + " (API " + given(h.Api) + ")")
	if !h.Up {
		engine = "does not answer. Nothing can be started until it does"
	}
	facts(k.std.out,
		[2]string{"Den", h.Version}, [2]string{"Running since", moment(&h.StartedAt)}, [2]string{"Engine", engine},
		[2]string{"System", strings.TrimSpace(given(h.Os) + " " + given(h.Kernel))}, [2]string{"Processors", known(h.Cpus)},
		[2]string{"Memory", amount(h.MemoryBytes)}, [2]string{"Disk free for images and sandboxes", amount(h.DiskFreeBytes)}, [2]string{"Disk free for the records", amount(h.DataFreeBytes)}, [2]string{"Certificate runs out", moment(h.CertificateEnds)},
		[2]string{"Sandboxes", fmt.Sprintf("%d ready, %d starting, %d in the queue, room for %d", h.Live, h.Starting, h.Queue, h.Room)},
		[2]string{"Waiting cells", fmt.Sprintf("%d of %d", given(h.CellsReady), given(h.CellsWanted))},
		[2]string{"Pushed images", fmt.Sprintf("%d, of which %d left the engine because nothing needs them", given(h.ImagesPushed), given(h.ImagesAway))},
		[2]string{"Products kept ready", fmt.Sprintf("%d within %s of memory; %d of %d sandboxes took one", given(h.WarmReady), bytesOf(given(h.WarmMemoryBytes)), given(h.WarmHits), given(h.WarmHits)+given(h.WarmMisses))},
		[2]string{"Last pass", moment(h.LastPass)}, [2]string{"Last sweep", moment(h.LastSweep)},
		[2]string{"Record", fmt.Sprintf("%d events, root %s", given(h.RecordSize), given(h.RecordRoot))})
	if b := h.Backup; b != nil {
		facts(k.std.out, [2]string{"Last backup", moment(&b.At)}, [2]string{"Backup is at", b.Where}, [2]string{"Backup failed", given(b.Error)})
	}
	if p := h.CheckpointPosted; p != nil {
		facts(k.std.out, [2]string{"Checkpoint to", p.Url}, [2]string{"Last went through", moment(p.At)}, [2]string{"Failed since", fmt.Sprint(p.Tries)}, [2]string{"Because", given(p.Detail)})
	}
	var rows [][]string
	for _, p := range h.InForce {
		holds := "in force"
		if !p.InForce {
			holds = "NOT in force"
		}
		rows = append(rows, []string{p.Name, holds, p.Detail})
	}
	if len(rows) > 0 {
		k.say("")
		table(k.std.out, []string{"PROTECTION", "HERE", "ABOUT IT"}, rows)
	}
	for _, w := range h.Warnings {
		k.say("Warning: %s", clean(w))
	}
}

func known(n *int32) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

func amount(n *int64) string {
	if n == nil || *n < 0 {
		return ""
	}
	return bytesOf(*n)
}

func (k *client) sweep() *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:   "sweep",
		Short: "Remove from the engine what no record asks for",
		Long: `Find what carries this den's labels on the engine and no record asks for, and remove it;
also images that no release is made of, and pushed ones that nothing needs, when that
has been so for sandboxes.image_grace. What is young is left: it may be about to get its
record. Things of other dens, and of nobody, are never touched. The den does the same by
itself from time to time.`,
		Example: "  den sweep --dry-run\n  den sweep",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			page, err := said[contract.OrphanPage](c.Sweep(ctx, &contract.SweepParams{DryRun: &dry}))
			if err != nil {
				return err
			}
			return show(k, page, func(page contract.OrphanPage) { k.tellOrphans(page, dry) })
		}),
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would be removed and remove nothing")
	return c
}

func (k *client) tellOrphans(page contract.OrphanPage, dry bool) {
	var rows [][]string
	for _, o := range page.Items {
		act := "not removed"
		switch {
		case o.Removed:
			act = "removed"
		case o.Young:
			act = "left: it is young"
		case dry:
			act = "would be removed"
		}
		rows = append(rows, []string{o.Sandbox, existed(contract.Inventory{Containers: o.Containers, Networks: o.Networks, Volumes: o.Volumes}), moment(&o.Youngest), act})
	}
	k.list("Every container, network and volume of this den has its record.", []string{"SANDBOX", "EXISTS", "LAST MADE", "WHAT IS DONE"}, rows)
	if len(page.Images) > 0 {
		k.say("")
		k.tellImages(page.Images)
	}
}

func (k *client) tellImages(images []contract.IdleImage) {
	var rows [][]string
	for _, i := range images {
		why := "no release is made of it"
		if i.Pushed {
			why = "nothing needs it; the next launch brings it back"
		}
		act := map[contract.IdleImageState]string{
			contract.ImageYoung: "left: not for long enough", contract.ImageDue: "would be removed", contract.ImageLater: "would be removed by a later sweep",
			contract.ImageRemoved: "removed", contract.ImageStays: "not removed",
		}[i.State]
		rows = append(rows, []string{i.Image, why, moment(&i.Since), act})
	}
	table(k.std.out, []string{"IMAGE", "WHY", "SINCE", "WHAT IS DONE"}, rows)
}
