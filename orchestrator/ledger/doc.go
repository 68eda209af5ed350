// Package ledger is the record that nobody can quietly change. It knows events, their
// Merkle tree (RFC 6962), signed checkpoints and proofs; it must not know the other
// records, who may read an event, or how a transaction is made: it is handed the
// buckets of one.
//
// The record in the file:
//
//	record
//	├── leaves   position, 8 bytes big-endian → the leaf: the event as JSON, kept byte for byte
//	├── hashes   index of a stored hash (tlog.StoredHashIndex), 8 bytes big-endian → 32 bytes
//	├── values   person, 0, position, which one → a sealed name with its salt, or when it was removed
//	└── head     "size" → 8 bytes big-endian; "root" → 32 bytes
//
// A leaf has hashes in the place of people's names, so that they can be removed.
// A leaf is hashed as it stands, so a later form of den.Event never breaks an old one.
package ledger
