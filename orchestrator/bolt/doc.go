// Package bolt is the file: it keeps every record on go.etcd.io/bbolt and implements
// den.Store. It knows buckets, rows, revisions and what can go wrong with a disk; it
// must not know use cases, the web or a runtime, and it reads no clock.
//
//	schema.go     the whole file drawn, and which fields are indexed
//	open.go       opening, refusals    create.go  first start   head.go  damage
//	migrate.go    older files          step.go    a step in rounds (schema3.go: the one to schema 3)
//	backup.go     copies
//	db.go         View and Update                           group.go     commits that callers share
//	tx.go         what one caller of a commit did, so that it can be undone alone
//	table.go      records   walk.go  lists, cursors         merge.go     lists of several
//	row.go        index rows                                indexes.go   what they are made of
//	events.go     the record of events, by subject and actor proofs.go    and its proofs
//	value.go      one record as bytes, with its checksum
//	space.go      a full disk, and what is kept free for endings
//	fault.go      a broken disk, a damaged file
//	check.go      (recordcheck.go, counts.go, pages.go) everything in the file against everything else
//	sessions.go   a store for alexedwards/scs
package bolt
