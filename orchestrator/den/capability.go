package den

// Vocabulary is the words in which products are described and searched: one version of
// the list of capabilities, in two levels.
type Vocabulary struct {
	Version  int
	Areas    []ServiceArea
	Groups   []CapabilityGroup
	Synonyms [][]string // each a set of words that mean the same
}

// ServiceArea is a part of what departments do for people.
type ServiceArea struct {
	ID    string
	Title string
}

// CapabilityGroup is the upper level.
type CapabilityGroup struct {
	ID           string
	Title        string
	Capabilities []Capability
}

// Capability is something that a product can do. Its id is never used for anything else.
type Capability struct {
	ID    string
	Title string
	About string   // a sentence
	Also  []string // other words for it
	Areas []string // service areas that ask for it most; none: all of them
}

// Capability finds one by id.
func (v Vocabulary) Capability(id string) (Capability, bool) {
	for _, g := range v.Groups {
		for _, c := range g.Capabilities {
			if c.ID == id {
				return c, true
			}
		}
	}
	return Capability{}, false
}

// Title says what a capability is called; one that the vocabulary has lost, its id.
func (v Vocabulary) Title(id string) string {
	if c, ok := v.Capability(id); ok {
		return c.Title
	}
	return id
}

// IDs lists every capability in order.
func (v Vocabulary) IDs() []string {
	var all []string
	for _, g := range v.Groups {
		for _, c := range g.Capabilities {
			all = append(all, c.ID)
		}
	}
	return all
}
