package den

// Comparison is the reports of several trials side by side.
type Comparison struct {
	Trials []Compared
}

// Compared is one of them, held to the first.
type Compared struct {
	Report  Report
	Differs []string // why its figures do not stand on the scale of the first; none: they do
	Says    string   // the same as a sentence
}
