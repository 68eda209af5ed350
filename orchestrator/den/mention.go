package den

// Mention is a text that somebody typed, or that the den wrote of what was typed, in
// which a person is named. It is for a human to decide about: the den removes none.
type Mention struct {
	Kind   string // of the record, in words: "Challenge"
	What   string // which text of it: "the problem"
	Field  string // the same for programs: "Challenge.Problem"
	Record ID     // its key; of an event its position
	Path   string `json:",omitempty"` // page of the den where it is read; empty: it has none
	Part   bool   `json:",omitempty"` // only one word of the name stands there
	Do     string // what can be done about it, as a sentence
	Change string `json:",omitempty"` // page where that is done; empty: none

	// Never kept, because they would be one more place that names the person.
	Found    string `json:"-"` // as it stands there
	Excerpt  string `json:"-"` // what stands around it, in one line: typed by anybody
	Withheld bool   `json:"-"` // the reader may not see the text, or not yet
}

// Mentions are where one person is named.
type Mentions struct {
	Items  []Mention // those that name the person whole first; at most MostMentions and MostParts
	Whole  int       // how many texts have the name, an address or an earlier name
	Parts  int       // how many have one word of the name only
	Looked int       // how many records were looked at
}

// Bounds of what is listed and kept. All are counted.
const (
	MostMentions = 500
	MostParts    = 100
)

// NamedIn is what stays of Mentions when the person's data is gone: where, and no more.
type NamedIn struct {
	Items  []Mention
	Whole  int
	Parts  int
	Looked int
}

// Kept is what is kept of a list.
func (m Mentions) Kept() *NamedIn {
	kept := &NamedIn{Whole: m.Whole, Parts: m.Parts, Looked: m.Looked}
	for _, one := range m.Items {
		one.Found, one.Excerpt, one.Withheld = "", "", true
		kept.Items = append(kept.Items, one)
	}
	return kept
}

// Mentioned are the texts that were left when somebody's data was removed.
func (p Person) Mentioned() (m Mentions) {
	if p.NamedIn != nil {
		m = Mentions(*p.NamedIn)
	}
	for i := range m.Items {
		m.Items[i].Withheld = true
	}
	return m
}

// Counted is how many there are of each kind, and no more: for who may not read them.
func (m Mentions) Counted() Mentions {
	m.Items = nil
	return m
}

// Unnamed is an event as its text stands without the sealed names: those are found by
// whose they are, and removed with them. keep says which are to be left in.
func (e Event) Unnamed(keep func(of ID, name string) bool) Event {
	for _, s := range e.Sealed {
		if s.Value == "" || keep(s.Of, s.Value) {
			continue
		}
		e.texts(func(text string) string {
			out, _ := replaceWords(text, s.Value, removedName)
			return out
		})
	}
	return e
}
