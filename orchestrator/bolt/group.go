package bolt

import (
	"context"
	"fmt"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"innovationden/orchestrator/den"
)

// Callers that come at the same time share one bbolt transaction, because its two syncs
// are what an Update costs. Each runs its function in its own goroutine when it is its
// turn; if others are waiting it leaves the transaction open for the next one, and the
// last commits for all. Nobody may notice:
//
//   - A function that fails or panics is undone alone (journal), so the others never
//     see what it wrote.
//   - Nobody is answered before the commit, also not with a refusal: it may rest on
//     what another member wrote, and that is not true before it is kept.
//   - When the commit of several fails for want of space, each runs again alone.
type group struct {
	b       *bbolt.Tx
	members int  // whose changes are in it
	refused int  // whose are not, and who wait for its end
	full    bool // only endings may join
	wrote   bool
	done    chan struct{}
	err     error // after done: why it was not kept
	again   bool  // after done: run alone
}

// mostMembers bounds how long the first member waits.
const mostMembers = 64

// Update does all of change or nothing.
func (db *DB) Update(ctx context.Context, change func(den.Tx) error) error {
	return db.update(ctx, func(t *tx) error { return change(t) })
}

func (db *DB) update(ctx context.Context, change func(*tx) error) error {
	again, err := db.join(ctx, change, false)
	if again {
		_, err = db.join(ctx, change, true)
	}
	return closed(err)
}

// join runs change in the open group, or in a new one, and waits for its end. again
// says that the group was not kept and that change must run alone.
func (db *DB) join(ctx context.Context, change func(*tx) error, alone bool) (again bool, err error) {
	db.waiting.Add(1)
	db.turn.Lock()
	db.waiting.Add(-1)
	var g *group
	func() {
		defer db.turn.Unlock()
		defer func() { g = db.leave(alone) }() // also after a panic
		if alone {
			db.finish()
		}
		err = db.run(ctx, change)
	}()
	if g == nil {
		return false, err
	}
	<-g.done
	switch {
	case g.again && !alone:
		return true, nil
	case g.err != nil:
		return false, g.err
	}
	return false, err
}

// run runs change in the open group and undoes it if it does not end well.
func (db *DB) run(ctx context.Context, change func(*tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := db.fit(); err != nil {
		return err
	}
	if db.group == nil {
		if err := db.begin(); err != nil {
			return err
		}
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	g, t := db.group, &tx{schema: db.schema, b: db.group.b}
	if g.members > 0 {
		t.undo = new(journal)
	}
	kept := false
	defer func() {
		t.ended = true
		if !kept {
			db.undo(g, t)
		}
	}()
	if err := change(t); err != nil {
		return err
	}
	if g.full && t.wrote && !t.ends {
		return full(errNoRoom)
	}
	kept = true
	g.members++
	g.wrote = g.wrote || t.wrote
	return nil
}

func (db *DB) begin() error {
	b, err := db.b.Begin(true)
	if err != nil {
		return err
	}
	db.group = &group{b: b, done: make(chan struct{})}
	db.group.full, err = db.space.look(db.file, b.Size())
	if err != nil {
		err = db.fail(err)
		db.drop(err)
	}
	return err
}

// undo takes one member's writes out of its group.
func (db *DB) undo(g *group, t *tx) {
	if g.members == 0 {
		_ = g.b.Rollback()
		g.end(nil)
		db.group = nil
		return
	}
	g.refused++
	if err := t.undo.back(); err != nil {
		db.drop(db.fail(fmt.Errorf("undo one of several changes: %w", err)))
	}
}

// drop rolls the open group back for a reason.
func (db *DB) drop(why error) {
	g := db.group
	db.group = nil
	_ = g.b.Rollback()
	g.end(why)
}

// leave ends one member's turn: it commits the group unless somebody is waiting to
// join. It returns the group whose end the member must wait for.
func (db *DB) leave(alone bool) *group {
	g := db.group
	if g != nil && (alone || g.members+g.refused >= mostMembers || db.waiting.Load() == 0) {
		db.finish()
	}
	return g
}

// finish commits the open group, if there is one.
func (db *DB) finish() {
	g := db.group
	if g == nil {
		return
	}
	db.group = nil
	if !g.wrote {
		_ = g.b.Rollback()
		g.end(nil)
		return
	}
	id := g.b.ID()
	err := db.commit(g.b)
	switch {
	case err == nil:
	case noRoom(err) && db.kept() == id-1:
		g.again = g.members+g.refused > 1
		err = full(err)
	default:
		err = db.fail(err)
	}
	g.end(err)
}

func (g *group) end(err error) {
	g.err = err
	close(g.done)
}

// commit commits; a panic over a damaged page is an error too.
func (db *DB) commit(b *bbolt.Tx) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	whole := false
	defer func() { db.stuck.Store(!whole) }()
	defer caught(&err)
	err = b.Commit()
	whole = true
	return err
}

// kept is the number of the last transaction that the file holds; -1 if it cannot be
// read.
func (db *DB) kept() (id int) {
	b, err := db.b.Begin(false)
	if err != nil {
		return -1
	}
	id = b.ID()
	_ = b.Rollback()
	return id
}
