package den

// Comparison is the reports of several trials side by side.
type Comparison struct {
	Trials []Compared
}

// Citable is a result that somebody may cite in the decision on a trial.
type Citable struct {
	Trial      ID
	Name       string
	Department string
	Finding    string   // its first sentence; empty: it is not shown
	Shared     []string // products that both trials tried, by name
	Differs    []string // as in Compared
	Published  bool     // it stands in the register; else it is one's own
}

// Compared is one of them, held to the first.
type Compared struct {
	Report  Report
	Differs []string // why its figures do not stand on the scale of the first; none: they do
	Says    string   // the same as a sentence
}
