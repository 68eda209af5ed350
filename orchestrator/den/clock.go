package den

// ClockID is the key of the one Clock.
const ClockID ID = "clock"

// Clock is the last that is known of the machine's clock, which anybody may set, beside
// one that nobody sets. Within one run of the machine the two tell a later den exactly
// how the first was set meanwhile; after it the first alone tells at least how far it was
// put back.
type Clock struct {
	ID     ID     // ClockID
	At     Stamp  // what the machine's clock showed
	Ticks  Span   // what the other one showed then
	Run    string // of the machine, from whose begin Ticks count; empty: of the den
	Seq    uint64 // how many events there were
	Behind Span   // by how much it was put back, less what was put right since
	Rev    int64
}
