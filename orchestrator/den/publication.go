package den

import "slices"

// Part is a part of a report that a department publishes, or keeps to itself.
type Part string

// The parts. Names: of the suppliers and their products; without them entries are
// "Product 1" and "Product 2", and their names are taken out of every sentence.
const (
	PartFinding  Part = "finding"
	PartScores   Part = "scores"
	PartReasons  Part = "reasons"
	PartNames    Part = "names"
	PartDecision Part = "decision"
	PartFacts    Part = "facts"
)

// Parts lists every part.
var Parts = []Part{PartFinding, PartScores, PartReasons, PartNames, PartDecision, PartFacts}

// Publication is what a department shows of a trial in the public register. Its ID is
// the trial's. Report is kept as it was shown in the preview: what comes later is seen
// only when it is published again.
type Publication struct {
	Trial       ID
	Department  ID
	Parts       []Part
	Report      Report
	Why         string
	By          ID
	At          Stamp
	WithdrawnAt Stamp // zero: it stands
	WithdrawnBy ID
	Withdrawn   string // why
	Rev         int64
}

// Stands says that the publication can be read.
func (p Publication) Stands() bool { return !p.At.IsZero() && p.WithdrawnAt.IsZero() }

// Cited are the trials whose results its decision stands on; none once it is withdrawn.
func (p Publication) Cited() (trials []ID) {
	if !p.Stands() || p.Report.Decision == nil {
		return nil
	}
	for _, c := range p.Report.Decision.Cites {
		if c.Trial != "" {
			trials = append(trials, c.Trial)
		}
	}
	return trials
}

// Public is a publication without who published it and why: that is for the record.
func (p Publication) Public() Publication {
	p.By, p.Why, p.WithdrawnBy, p.Withdrawn = "", "", "", ""
	return p
}

// Reply is what the supplier of an entry says to a published report. It stands beside
// the report as it was written.
type Reply struct {
	ID       ID
	Trial    ID
	Entry    ID
	Supplier ID
	Text     string
	By       ID
	At       Stamp
	Rev      int64
}

// NewPublication is the input of Publish.
type NewPublication struct {
	Parts []Part
	Why   string
	Rev   int64 // of the publication before; 0: whatever is there
}

// NewReply is the input of ReplyTo. An empty Text takes the reply back.
type NewReply struct {
	Entry ID
	Text  string
}

// PublicationView is a publication as a reader of the register sees it.
type PublicationView struct {
	Publication
	Replies []ReplyView
	Own     []ID // entries that the reader may reply for
	May     map[Action]bool
}

// ReplyView is a reply with what its entry is called in the published report.
type ReplyView struct {
	Reply
	EntryName string
}

// Keep leaves of a report only what is published: what every published report has in
// common, and the parts named. Nobody's name is ever in it.
func (r Report) Keep(parts []Part) Report {
	has := func(p Part) bool { return slices.Contains(parts, p) }
	out := r
	out.Withheld = []Part{}
	for _, p := range Parts {
		if !has(p) {
			out.Withheld = append(out.Withheld, p)
		}
	}
	out.Conflicts = nil
	for _, c := range r.Conflicts {
		out.Conflicts = append(out.Conflicts, ReportConflict{Evaluator: c.Evaluator, Kind: c.Kind, Excluded: c.Excluded})
	}
	if !has(PartFinding) {
		out.Finding, out.Totals, out.Sureness = []string{}, []ReportTotal{}, nil
	}
	out.Scores = keepScores(r.Scores, has(PartScores), has(PartReasons))
	if !has(PartScores) {
		out.Agreement = nil
		out.Criteria = slices.Clone(r.Criteria)
		for i := range out.Criteria {
			out.Criteria[i].Alpha = nil
		}
	}
	out.Missing = slices.Clone(r.Missing)
	for i := range out.Missing {
		if !has(PartReasons) {
			out.Missing[i].Reasons = []string{}
		}
	}
	if !has(PartScores) {
		out.Missing = []ReportMissing{}
	}
	if !has(PartDecision) {
		out.Decision = nil
	} else if r.Decision != nil {
		d := *r.Decision
		d.By = ""
		out.Decision = &d
	}
	if !has(PartFacts) {
		out.Facts, out.Load = []ReportFacts{}, nil
	}
	if out.Conflicts == nil {
		out.Conflicts = []ReportConflict{}
	}
	return out
}

func keepScores(scores []ReportScore, marks, reasons bool) []ReportScore {
	if !marks {
		return []ReportScore{}
	}
	out := slices.Clone(scores)
	for i := range out {
		if !reasons {
			out[i].Reason, out[i].Dissent = "", ""
		}
		given := slices.Clone(out[i].Given)
		for j := range given {
			given[j].Name, given[j].Evidence = "", nil
			if !reasons {
				given[j].Reason = ""
			}
		}
		out[i].Given = given
	}
	return out
}
