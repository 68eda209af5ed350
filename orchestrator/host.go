package orchestrator

import (
	"context"
	"sync/atomic"
	"time"

	"innovationden/orchestrator/den"
)

// dataLow is when the operator is warned of the disk of the records, in bytes.
const dataLow = 1 << 30

// Host says how the host and the den on it are. It asks the engine now; one that does
// not answer is shown as that, and is no error.
func (o *Orchestrator) Host(ctx context.Context, actor den.Actor) (v den.HostView, err error) {
	if err := allow(actor, den.ReadHost, den.ReadHost, den.Owner{}); err != nil {
		return v, err
	}
	h := o.askHost(ctx)
	v = den.HostView{
		Up: h.up, Engine: h.host.Engine, API: h.host.API, OS: h.host.OS, Kernel: h.host.Kernel, CPUs: h.host.CPUs,
		Memory: h.host.Memory, DiskFree: h.host.DiskFree, DataFree: -1, Room: o.Room, CellsWant: o.Spare,
		WarmMemory: o.Warm, WarmHits: o.hits.Load(), WarmMisses: o.misses.Load(),
		LastPass: at(&o.lastPass), LastSweep: at(&o.lastSweep), StartedAt: o.startedAt, Version: o.Version,
	}
	v.Pushed, v.Away = o.unused.counts()
	if o.DataFree != nil {
		v.DataFree = o.DataFree()
	}
	if o.Witness != nil {
		v.Posted = o.Witness.Last()
	}
	if o.Backups != nil {
		v.Backup, v.BackupPlan = o.Backups.Last(), o.Backups.Every()
	}
	if h.up {
		v.Warnings = h.host.Warnings()
		v.InForce = inForce(h)
	}
	if o.Shown != nil {
		ends, fault := o.Shown()
		v.CertEnds = ends.UTC()
		v.Warnings = append(v.Warnings, certificateWarnings(ends, fault, o.now())...)
	}
	if v.DataFree >= 0 && v.DataFree < dataLow {
		v.Warnings = append(v.Warnings, "The disk of the data folder is nearly full. When it is, the den refuses everything but ends. Make room on it.")
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		for phase, n := range map[den.Phase]*int{den.Live: &v.Live, den.Starting: &v.Starting, den.Requested: &v.Queue} {
			if *n, err = tx.Leases().Count(den.Query{Index: den.LeasesByPhase, Key: string(phase)}); err != nil {
				return err
			}
		}
		cells, err := every(tx.Cells(), den.Query{})
		for _, c := range cells {
			switch {
			case c.Ready && c.Release != "":
				v.WarmReady++
			case c.Ready:
				v.CellsReady++
			}
		}
		if err != nil {
			return err
		}
		said, err := clockWarning(tx)
		if err != nil {
			return err
		}
		if said != "" {
			v.Warnings = append(v.Warnings, said)
		}
		v.Head, err = tx.Head()
		return err
	})
	return v, err
}

// certificateSoon is how long before its end a certificate is warned of.
const certificateSoon = 14 * 24 * time.Hour

func certificateWarnings(ends time.Time, fault string, now time.Time) (all []string) {
	switch left := ends.Sub(now); {
	case ends.IsZero():
	case left <= 0:
		all = append(all, "The certificate of the den has run out, so browsers refuse its pages and products. Put a new one in the place of the old.")
	case left < certificateSoon:
		all = append(all, "The certificate of the den runs out in "+den.Spell(left)+". Put a new one in the place of the old: it is read by itself.")
	}
	if fault != "" {
		all = append(all, "A new certificate cannot be used, so the one before is shown: "+fault+".")
	}
	return all
}

func at(p *atomic.Pointer[time.Time]) den.Stamp {
	if t := p.Load(); t != nil {
		return *t
	}
	return den.Stamp{}
}

func inForce(h health) []den.InForce {
	watched := "The den watches what a sandbox writes."
	if !h.host.DiskSeen {
		watched = "Nothing bounds what a sandbox writes: the den cannot read the engine's folder."
	}
	one := func(name string, yes bool, holds, lacks string) den.InForce {
		if yes {
			return den.InForce{Name: name, Yes: true, Say: holds}
		}
		return den.InForce{Name: name, Say: lacks}
	}
	return []den.InForce{
		one("namespaces", h.host.Namespaces, "The den can enter sandboxes.", "The den cannot enter sandboxes."),
		one("seccomp", h.host.Seccomp, "System calls are filtered.", "System calls are not filtered."),
		one("apparmor", h.host.AppArmor, "AppArmor holds sandboxes too.", "AppArmor does not hold sandboxes."),
		one("user_namespaces", h.host.UserNS, "Root in a sandbox is nobody on the host.", "Root in a sandbox is root behind its other walls."),
		one("disk_quota", h.host.DiskQuota, "The engine bounds what a sandbox writes.", watched),
	}
}
