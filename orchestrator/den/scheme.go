package den

import "fmt"

// Scheme is one version of the standard data and evaluation scheme. A version that
// was used never changes.
type Scheme struct {
	ID      string // "standard"
	Version int
	Title   string
	Summary string
	Themes  []Theme
}

// Theme groups criteria.
type Theme struct {
	ID       string
	Title    string
	Criteria []Criterion
}

// ScoredBy says where a mark comes from.
type ScoredBy string

// People score with a reason; a measurement is computed from facts; a price is
// compared with the other entries' and stays hidden until quality is locked.
const (
	ByPeople      ScoredBy = "people"
	ByMeasurement ScoredBy = "measurement"
	ByPrice       ScoredBy = "price"
)

// MissingRule says what a criterion that nobody tested counts as.
type MissingRule string

// The rules for missing data: leave the criterion out and rescale the other weights;
// count nothing; or give the total as an interval between the worst and best mark.
const (
	MissingExclude  MissingRule = "exclude"
	MissingZero     MissingRule = "zero"
	MissingInterval MissingRule = "interval"
)

// Criterion is one question that every entry of every trial is asked alike.
type Criterion struct {
	ID              string
	Title           string // a few words, for tables and sentences
	Question        string
	Help            string
	Anchors         []string // what each mark from 0 to 5 means
	TechnologyCode  []int    // points of the Technology Code of Practice it answers, 1 to 13
	ServiceStandard []int    // points of the Service Standard it answers, 1 to 14
	ScoredBy        ScoredBy
	Formula         string // for ByMeasurement
	Weight          float64
	WeightMin       float64
	WeightMax       float64
	Minimum         *int // a lower mark screens the entry out
	Evidence        string
	Missing         MissingRule
}

// TopMark is the best mark of the anchored scale; 0 is the worst.
const TopMark = 5

// Criteria lists the criteria of all themes in order.
func (s Scheme) Criteria() []Criterion {
	var all []Criterion
	for _, t := range s.Themes {
		all = append(all, t.Criteria...)
	}
	return all
}

// Criterion finds a criterion by id.
func (s Scheme) Criterion(id string) (Criterion, bool) {
	for _, c := range s.Criteria() {
		if c.ID == id {
			return c, true
		}
	}
	return Criterion{}, false
}

// SchemeRef names one version of a scheme.
type SchemeRef struct {
	ID      string
	Version int
}

// Ref names this version.
func (s Scheme) Ref() SchemeRef { return SchemeRef{ID: s.ID, Version: s.Version} }

// KeptScheme is one version of a scheme in the store: one that was made here, or one
// that a trial has used and that therefore never changes, whatever the configuration
// says later.
type KeptScheme struct {
	Key     ID // "standard/2"
	Scheme  Scheme
	AddedBy ID
	AddedAt Stamp
	Why     string
	Rev     int64
}

// Key is under which a version is kept.
func (r SchemeRef) Key() ID { return ID(fmt.Sprintf("%s/%d", r.ID, r.Version)) }
