package bolt

import (
	"fmt"
	"slices"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/ledger"
)

// tx is one caller's part of a transaction. It implements den.Tx.
type tx struct {
	schema *schema
	b      *bbolt.Tx
	undo   *journal // nil: the whole transaction is rolled back instead
	ends   bool     // it ends or removes something: goes on when the disk is full
	wrote  bool
	ended  bool
}

func (t *tx) open() error {
	if t.ended {
		return &den.Error{Kind: den.Internal, Say: "The den made a mistake. Try again.", Err: errEnded}
	}
	return nil
}

func (t *tx) writable() error {
	if err := t.open(); err != nil {
		return err
	}
	if !t.b.Writable() {
		return &den.Error{Kind: den.Internal, Say: "The den made a mistake. Try again.", Err: berrors.ErrTxNotWritable}
	}
	t.wrote = true
	return nil
}

// bucket is a bbolt bucket whose writes can be undone.
type bucket struct {
	*bbolt.Bucket
	undo *journal
}

// Put writes a value; it keeps both slices.
func (b bucket) Put(key, value []byte) error {
	b.undo.note(b.Bucket, key)
	return b.Bucket.Put(key, value)
}

// Delete removes a value.
func (b bucket) Delete(key []byte) error {
	b.undo.note(b.Bucket, key)
	return b.Bucket.Delete(key)
}

// EachOf visits what has a key that begins with a prefix, in order.
func (b bucket) EachOf(prefix []byte, visit func(key, value []byte) error) error {
	return span{low: prefix, high: after(prefix)}.walk(b.Cursor(), func(key, value []byte) (bool, error) { return false, visit(key, value) })
}

func (t *tx) bucket(name string) bucket { return t.in(t.b.Bucket([]byte(name)), name) }

func (t *tx) index(name []byte) bucket {
	return t.in(t.bucket(string(indexBucket)).Bucket.Bucket(name), string(name))
}

func (t *tx) in(b *bbolt.Bucket, name string) bucket {
	if b == nil {
		panic(fmt.Sprintf("the bucket %s is missing", name))
	}
	return bucket{Bucket: b, undo: t.undo}
}

// log is the tamper-evident record in this transaction.
func (t *tx) log() ledger.Log {
	record := t.bucket(string(recordBucket))
	part := func(name []byte) bucket {
		b := t.in(record.Bucket.Bucket(name), string(name))
		b.FillPercent = 1 // only ever appended to
		return b
	}
	return ledger.Log{Leaves: part(leavesBucket), Hashes: part(hashesBucket), Top: part(headBucket), Values: t.in(record.Bucket.Bucket(valuesBucket), string(valuesBucket))}
}

// journal remembers what a function overwrote, so that it alone can be undone in a
// transaction that it shares with others.
type journal struct{ before []before }

type before struct {
	bucket *bbolt.Bucket
	key    []byte
	value  []byte // nil: there was none
}

func (j *journal) note(b *bbolt.Bucket, key []byte) {
	if j == nil {
		return
	}
	old := b.Get(key)
	if old != nil {
		old = append([]byte{}, old...)
	}
	j.before = append(j.before, before{bucket: b, key: slices.Clone(key), value: old})
}

// back puts everything back as it was, latest first.
func (j *journal) back() (err error) {
	defer caught(&err)
	for _, was := range slices.Backward(j.before) {
		if was.value == nil {
			err = was.bucket.Delete(was.key)
		} else {
			err = was.bucket.Put(was.key, was.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Departments and the tables below are the records of each kind.
func (t *tx) Departments() den.Table[den.Department] {
	return table[den.Department]{t, t.schema.departments}
}

// Suppliers implements den.Tx.
func (t *tx) Suppliers() den.Table[den.Supplier] {
	return table[den.Supplier]{t, t.schema.suppliers}
}

// Products implements den.Tx.
func (t *tx) Products() den.Table[den.Product] { return table[den.Product]{t, t.schema.products} }

// Releases implements den.Tx.
func (t *tx) Releases() den.Table[den.Release] { return table[den.Release]{t, t.schema.releases} }

// Trials implements den.Tx.
func (t *tx) Trials() den.Table[den.Trial] { return table[den.Trial]{t, t.schema.trials} }

// Leases implements den.Tx.
func (t *tx) Leases() den.Table[den.Lease] { return table[den.Lease]{t, t.schema.leases} }

// Cells implements den.Tx.
func (t *tx) Cells() den.Table[den.Cell] { return table[den.Cell]{t, t.schema.cells} }

// Receipts implements den.Tx.
func (t *tx) Receipts() den.Table[den.Receipt] { return table[den.Receipt]{t, t.schema.receipts} }

// Assessments implements den.Tx.
func (t *tx) Assessments() den.Table[den.Assessment] {
	return table[den.Assessment]{t, t.schema.assessments}
}

// Outcomes implements den.Tx.
func (t *tx) Outcomes() den.Table[den.Outcome] { return table[den.Outcome]{t, t.schema.outcomes} }

// Schemes implements den.Tx.
func (t *tx) Schemes() den.Table[den.KeptScheme] {
	return table[den.KeptScheme]{t, t.schema.schemes}
}

// Publications implements den.Tx.
func (t *tx) Publications() den.Table[den.Publication] {
	return table[den.Publication]{t, t.schema.publications}
}

// Replies implements den.Tx.
func (t *tx) Replies() den.Table[den.Reply] { return table[den.Reply]{t, t.schema.replies} }

// Declarations implements den.Tx.
func (t *tx) Declarations() den.Table[den.Declaration] {
	return table[den.Declaration]{t, t.schema.declarations}
}

// Consensuses implements den.Tx.
func (t *tx) Consensuses() den.Table[den.Consensus] {
	return table[den.Consensus]{t, t.schema.consensuses}
}

// People implements den.Tx.
func (t *tx) People() den.Table[den.Person] { return table[den.Person]{t, t.schema.people} }

// Tokens implements den.Tx.
func (t *tx) Tokens() den.Table[den.Token] { return table[den.Token]{t, t.schema.tokens} }

// JoinLinks implements den.Tx.
func (t *tx) JoinLinks() den.Table[den.JoinLink] { return table[den.JoinLink]{t, t.schema.joinLinks} }

// Identities implements den.Tx.
func (t *tx) Identities() den.Table[den.Identity] {
	return table[den.Identity]{t, t.schema.identities}
}

// Logins implements den.Tx.
func (t *tx) Logins() den.Table[den.Login] { return table[den.Login]{t, t.schema.logins} }

// Notices implements den.Tx.
func (t *tx) Notices() den.Table[den.Notice] { return table[den.Notice]{t, t.schema.notices} }

// Shares implements den.Tx.
func (t *tx) Shares() den.Table[den.Share] { return table[den.Share]{t, t.schema.shares} }

// Answers implements den.Tx.
func (t *tx) Answers() den.Table[den.Answer] { return table[den.Answer]{t, t.schema.answers} }

// Rules implements den.Tx.
func (t *tx) Rules() den.Table[den.Rules] { return table[den.Rules]{t, t.schema.rules} }

// Requests implements den.Tx.
func (t *tx) Requests() den.Table[den.Request] { return table[den.Request]{t, t.schema.requests} }

// Spendings implements den.Tx.
func (t *tx) Spendings() den.Table[den.Spending] { return table[den.Spending]{t, t.schema.spendings} }

// Mailboxes implements den.Tx.
func (t *tx) Mailboxes() den.Table[den.Mailbox] { return table[den.Mailbox]{t, t.schema.mailboxes} }

// Deliveries implements den.Tx.
func (t *tx) Deliveries() den.Table[den.Delivery] {
	return table[den.Delivery]{t, t.schema.deliveries}
}

// Challenges implements den.Tx.
func (t *tx) Challenges() den.Table[den.Challenge] {
	return table[den.Challenge]{t, t.schema.challenges}
}

// Questions implements den.Tx.
func (t *tx) Questions() den.Table[den.Question] { return table[den.Question]{t, t.schema.questions} }

// Interests implements den.Tx.
func (t *tx) Interests() den.Table[den.Interest] { return table[den.Interest]{t, t.schema.interests} }

// Repositories implements den.Tx.
func (t *tx) Repositories() den.Table[den.Repository] {
	return table[den.Repository]{t, t.schema.repositories}
}

// Preflights implements den.Tx.
func (t *tx) Preflights() den.Table[den.Preflight] {
	return table[den.Preflight]{t, t.schema.preflights}
}

// Measurements implements den.Tx.
func (t *tx) Measurements() den.Table[den.Measurement] {
	return table[den.Measurement]{t, t.schema.measurements}
}

// Loads implements den.Tx.
func (t *tx) Loads() den.Table[den.LoadTest] { return table[den.LoadTest]{t, t.schema.loads} }

// Clocks implements den.Tx.
func (t *tx) Clocks() den.Table[den.Clock] { return table[den.Clock]{t, t.schema.clocks} }
