package den

// Known is what only a den knows of a product: what trials found, as one reader may see
// it. It is never the supplier's word.
type Known struct {
	Tried  int // finished trials in this den, whoever reads
	Trials []KnownTrial
}

// KnownTrial is a finished trial of which the reader may see more than that it was: as a
// member of its department all, as its supplier what was measured, and as anybody what
// its department published with the products' names.
type KnownTrial struct {
	Trial      ID
	Name       string
	Department string
	Version    string // of the release
	ClosedAt   Stamp
	Measured   bool // Launch, Restarts and Reached are there to see
	Launch     Span // from the start to the first answer
	Restarts   int  // how often it ended by itself
	Reached    int  // addresses outside that it tried to reach, and could not
	Decision   Decision
	Total      float64 // of 100; 0 where Ranked is false
	Ranked     bool    // an outcome is there to see
	Chosen     bool    // the decision names it
	Published  bool    // its report is in the register, for this reader too
	Reply      string  // what its supplier says to that report
}
