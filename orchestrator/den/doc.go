// Package den knows what the den is about: departments and suppliers, products and
// trials, leases and their life, assessments and outcomes, events, and who may do
// what. It is the bottom room: the standard library only, no clock, no I/O and no
// randomness. Times, ids and secrets are handed in.
//
// It also declares what the other rooms promise each other: Store and Tx, the
// inputs and views of the use cases, and Error, the one kind of refusal.
package den
