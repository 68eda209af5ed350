package orchestrator

import (
	"context"
	"time"

	"innovationden/orchestrator/den"
)

// Witness keeps the signed state of the record outside the host, so that nobody here can
// rewrite what was before. It is safe for use by many goroutines.
type Witness interface {
	// Send posts one signed state. Invalid where trying again is of no use, such as for
	// an inside address; Down otherwise.
	Send(ctx context.Context, signed string) error
	// Last is how things stand; Keep remembers it over a restart.
	Last() den.Posted
	Keep(den.Posted) error
}

// How often the state is posted, and how long it is given up for after sendTries
// failures in a row. A later state stands for every earlier one, so there is no queue.
const (
	postEvery   = time.Hour
	postGivenUp = 24 * time.Hour
)

// PostCheckpoint posts the state of the record when it is due, with the back-off of notices. It
// is woken by the schedule.
func (o *Orchestrator) PostCheckpoint(ctx context.Context) {
	if o.Witness == nil || o.Sign == nil {
		return
	}
	if at := o.triedAt.Load(); at != nil && o.now().Before(at.Add(postWait(o.Witness.Last()))) {
		return
	}
	now := o.now()
	o.triedAt.Store(&now)
	var head den.Head
	err := o.Store.View(ctx, func(tx den.Tx) (err error) { head, err = tx.Head(); return err })
	if err != nil {
		o.Log.Error("the state of the record could not be read", "error", err)
		return
	}
	signed, err := o.Sign(head, now)
	if err == nil {
		err = o.Witness.Send(ctx, signed)
	}
	last := postedNow(o.Witness.Last(), head, now, err)
	if err := o.Witness.Keep(last); err != nil {
		o.Log.Error("how posting the checkpoint went could not be kept", "error", err)
	}
	if err != nil && ctx.Err() == nil {
		o.Log.Warn("the checkpoint did not go through", "tries", last.Tries, "error", err)
	}
}

// postWait is the time between the last try and the next one.
func postWait(p den.Posted) time.Duration {
	switch {
	case p.Dead:
		return postGivenUp
	case p.Tries > 0:
		return SendBackoff(p.Tries)
	}
	return postEvery
}

// postedNow is how things stand after a try.
func postedNow(p den.Posted, head den.Head, now den.Stamp, err error) den.Posted {
	if err == nil {
		return den.Posted{URL: p.URL, At: now, Size: head.Size}
	}
	p.Tries++
	p.Said = oneLine(said(err))
	p.Dead = p.Tries >= sendTries || den.KindOf(err) == den.Invalid
	return p
}
