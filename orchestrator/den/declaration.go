package den

// Stake is what kind of interest an evaluator declares to have in a trial.
type Stake string

// The stakes, as the guidance on the Procurement Act 2023 tells them apart.
const (
	NoStake        Stake = "none"
	ActualStake    Stake = "actual"
	PotentialStake Stake = "potential"
	PerceivedStake Stake = "perceived"
)

// Stakes lists every kind.
var Stakes = []Stake{NoStake, ActualStake, PotentialStake, PerceivedStake}

// Consequence is what a department makes of a declared interest.
type Consequence string

// The consequences. The empty Consequence is not decided yet: nobody scores meanwhile.
const (
	GoOn    Consequence = "continue"
	TakeOut Consequence = "take_out"
)

// Declaration is what somebody who assesses a trial says of their interests in it, and
// what the department decided about that.
type Declaration struct {
	ID          ID
	Trial       ID
	Evaluator   ID
	Stake       Stake
	Text        string
	DeclaredAt  Stamp
	Consequence Consequence // GoOn at once where there is no interest
	Why         string
	DecidedBy   ID
	DecidedAt   Stamp
	Rev         int64
}

// Clear says that whoever declared this may score.
func (d Declaration) Clear() bool { return d.Consequence == GoOn }
