// Package orchestrator is what the den does: the use cases in the users' verbs, the
// pass that brings every sandbox to where its record says, the schedule and the sweep.
// It knows the words of den, the promises of a store and of a runtime, and the
// arithmetic of evaluation, and asks search for entries of the techmap; it must not know Docker, bbolt, HTTP or where the time
// comes from.
//
// The life of a lease, as den.Moves has it (a test keeps this picture true):
//
//	requested ─► starting, refused
//	starting ─► live, ending
//	live ─► paused, starting, ending
//	paused ─► live, starting, ending
//	ending ─► ended
//	ended
//	refused
//
// Who does what to a lease:
//
//	use cases    write wishes: asked for, to be ended, to be paused, longer
//	den.Next     says what to do about one lease, from what was seen and the time
//	chain.go     asks Next again and again until there is nothing to do now
//	reconcile.go makes one call to the runtime, or one transaction: phase, event,
//	             receipt and notice together; dropped where the lease's revision moved
//	due.go       has all that done that is due, oldest first, and says when to come back
//	run.go       wakes the pass: by poke, by time, by robfig/cron, by the engine's hints
//
// No goroutine owns a lease: a chain ends when nothing is to be done before a later
// time, and what it knew is in the store.
//
// The states of a challenge (den.ChallengeSteps); what follows it is read by everybody:
//
//	draft ─► published, withdrawn
//	published ─► closed, withdrawn
//	closed ─► trial, withdrawn
//	trial ─► outcome, withdrawn
//	outcome ─► trial
//	withdrawn
//
// Who asked a question stands in the record, about the question alone, and in nothing
// that leaves this room: see questionView.
package orchestrator
