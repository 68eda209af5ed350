package bolt

import (
	"context"

	"innovationden/orchestrator/ledger"
)

// Proofs makes the proof of each of some events against one and the same state of the
// record. NotFound.
func (db *DB) Proofs(ctx context.Context, seqs []uint64) (proofs []ledger.Proof, err error) {
	err = db.view(ctx, func(t *tx) (err error) {
		defer caught(&err)
		log := t.log()
		for _, seq := range seqs {
			p, err := log.Prove(seq)
			if err != nil {
				return repair(err)
			}
			proofs = append(proofs, p)
		}
		return nil
	})
	return proofs, err
}
