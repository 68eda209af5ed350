package den

// Consensus is the moderated scores of a trial, with reasons, and what stays closed
// until they are locked. Its ID is the trial's.
type Consensus struct {
	Trial    ID
	Agreed   map[ID]map[string]Agreed // by entry, by criterion
	Dissents []Dissent
	Prices   map[ID]Price // by entry; nobody reads them before LockedAt
	Measured map[ID]Facts `json:",omitempty"` // by entry, as they were when quality was locked
	ByMeans  bool         // locked without agreeing: the means count
	Why      string       // why it was locked without agreeing
	LockedAt Stamp        // quality is locked: prices count, names are open
	LockedBy ID
	Rev      int64
}

// Locked says that quality is locked.
func (c Consensus) Locked() bool { return !c.LockedAt.IsZero() }

// Agreed is what the panel made of one criterion for one entry.
type Agreed struct {
	Mark      *int // nil: not tested
	NotTested bool
	Reason    string
	By        ID
	At        Stamp
}

// Dissent is an evaluator who does not share an agreed score.
type Dissent struct {
	Evaluator ID
	Name      string
	Entry     ID
	Criterion string
	Text      string
	At        Stamp
}

// Price is what an entry costs on the same basis as all others of its trial.
type Price struct {
	Pence int64
	Basis string // for what, for how long, for how many people, without VAT
	By    ID
	At    Stamp
}

// Route is how a department goes on after a decision to proceed.
type Route string

// The routes.
const (
	RouteNone      Route = "none"      // nothing is bought
	RouteDirect    Route = "direct"    // a direct award
	RouteFramework Route = "framework" // a call-off from a framework or a dynamic market
	RouteOpen      Route = "open"      // an open competition
	RouteFlexible  Route = "flexible"  // a competitive flexible procedure
	RouteOther     Route = "other"
)

// Routes lists every route.
var Routes = []Route{RouteNone, RouteDirect, RouteFramework, RouteOpen, RouteFlexible, RouteOther}
