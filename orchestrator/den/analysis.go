package den

// Figure is a number that may not exist, and then says why.
type Figure struct {
	Value *float64
	Why   string `json:",omitempty"`
}

// Agreement is how far the evaluators of a trial agree.
type Agreement struct {
	Raters   int
	Units    int // criterion of an entry that somebody scored
	Scores   int
	Pairable int    // units with two scores or more
	Alpha    Figure // Krippendorff's, ordinal
	Low      Figure // 95 % interval of Alpha, by a seeded bootstrap of units
	High     Figure
	Kendall  Figure // W, corrected for ties
	ICC      Figure // ICC(2,1): evaluators as a sample, one evaluator's score
	ICCMean  Figure // ICC(2,k): the mean of all evaluators
	Says     string // in plain words
	Seed     uint64

	Criteria map[string]CriterionAgreement
}

// CriterionAgreement is the same for one criterion, over the entries.
type CriterionAgreement struct {
	Scores  int
	Alpha   Figure
	Kendall Figure
	ICC     Figure
}

// Analysis is how sure a ranking is.
type Analysis struct {
	Seed  uint64
	Draws int     // weightings that were drawn; 0: computed exactly
	Error float64 // largest half-width of a share at 95 %

	Criteria []string        // the order of Central
	Ranks    []EntryStanding // of the entries that are ranked
	Leader   ID              // empty where nobody leads alone; Why says so
	Why      string
	Cautious bool // missing marks were taken as worst for the leader
	Flips    []Flip
	Reversal *Reversal // an also-ran decides who wins; nil: none
	Compared float64   // share of the weight that was tested for every entry; 1: all
	Warnings []string  // for people: social value below a tenth of the weight, a single evaluator
}

// EntryStanding is how one entry stands over all weightings.
type EntryStanding struct {
	Entry   ID
	Shares  []float64 // of weightings in which it has rank 1, 2, …
	Central []float64 // mean of the weightings under which it is first; none where it never is
}

// Flip is the weight of one criterion, as a share of 1, beyond which the lead is lost.
type Flip struct {
	Criterion string
	Now, At   float64
	Above     bool // lost above At; else below
	To        ID
}

// Reversal names the entries without which somebody else would win.
type Reversal struct {
	Winner, Instead, Without []ID
	Criterion                string
}
