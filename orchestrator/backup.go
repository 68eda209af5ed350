package orchestrator

import (
	"context"
	"fmt"
	"io"
	"time"

	"innovationden/orchestrator/den"
)

// Backups makes copies of everything that the den keeps: records, evidence, pushed images
// and keys. It is safe for use by many goroutines.
type Backups interface {
	// Write writes a backup of this moment. Reading and writing of records go on.
	Write(ctx context.Context, to io.Writer) error
	// Keep makes a backup where the settings say. Invalid where they do not.
	Keep(ctx context.Context) (den.Backup, error)
	// Last is the newest that is known; the zero Backup: none.
	Last() den.Backup
	// Every is the time between two backups; 0: they are made on demand only.
	Every() time.Duration
}

// BackUp makes a backup where the settings say. Denied to all but the operator.
func (o *Orchestrator) BackUp(ctx context.Context, actor den.Actor) (b den.Backup, err error) {
	if err := o.mayBackUp(actor); err != nil {
		return b, err
	}
	o.backing.Lock()
	defer o.backing.Unlock()
	b, err = o.Backups.Keep(context.WithoutCancel(ctx))
	if err != nil {
		return b, err
	}
	return b, o.backedUp(ctx, actor, fmt.Sprintf("A backup of %s was made: %s.", bytes(b.Bytes), b.Where))
}

// CopyOut writes a backup to somebody who keeps it elsewhere. It holds every secret of
// the den. Denied to all but the operator.
func (o *Orchestrator) CopyOut(ctx context.Context, actor den.Actor, to io.Writer) error {
	if err := o.mayBackUp(actor); err != nil {
		return err
	}
	if err := o.backedUp(ctx, actor, actor.Name+" takes a backup away."); err != nil {
		return err
	}
	return o.Backups.Write(ctx, to)
}

func (o *Orchestrator) mayBackUp(actor den.Actor) error {
	if err := allow(actor, den.RunHost, den.ReadHost, den.Owner{}); err != nil {
		return err
	}
	if o.Backups == nil {
		return den.Refuse(den.Invalid, "This den makes no backups.")
	}
	return nil
}

func (o *Orchestrator) backedUp(ctx context.Context, actor den.Actor, say string) error {
	return o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		_, err := p.record(tx, den.Event{Act: "host.backed_up", Subject: den.System().ID, Say: say})
		return err
	})
}

// backUpWhenDue is what the schedule wakes: what was due while the den was away is made
// at once.
func (o *Orchestrator) backUpWhenDue(ctx context.Context) {
	if o.Backups == nil || o.Backups.Every() <= 0 {
		return
	}
	if o.now().Sub(o.Backups.Last().At) < o.Backups.Every() {
		return
	}
	if _, err := o.BackUp(ctx, den.System()); err != nil && ctx.Err() == nil {
		o.Log.Error("a backup failed", "error", err)
	}
}
