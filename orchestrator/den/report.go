package den

import "slices"

// ReportStandard names the form of the document, with its version: a field is added
// within a version, never renamed or given another unit.
const ReportStandard = "innovation-den-report/1"

// Report is the standard document of a trial: for every trial the same parts in the
// same order and in the same units. Marks run from 0 to TopMark, totals from 0 to 100,
// shares from 0 to 1, lengths are in seconds, money is in pence, times are in UTC.
type Report struct {
	Standard   string            `json:"standard"`
	MadeAt     Stamp             `json:"made_at"`
	Trial      ReportTrial       `json:"trial"`
	Finding    []string          `json:"finding"` // in plain words
	Protocol   ReportProtocol    `json:"protocol"`
	Entries    []ReportEntry     `json:"entries"`
	Criteria   []ReportCriterion `json:"criteria"`
	Scores     []ReportScore     `json:"scores"` // by criterion, then by entry
	Totals     []ReportTotal     `json:"totals"` // the best first
	Sureness   *ReportSureness   `json:"how_sure,omitempty"`
	Agreement  *ReportAgreement  `json:"agreement,omitempty"`
	Facts      []ReportFacts     `json:"facts"`
	Load       *ReportLoad       `json:"load_test,omitempty"`
	Conflicts  []ReportConflict  `json:"conflicts"`
	Amendments []ReportAmendment `json:"amendments"`
	Missing    []ReportMissing   `json:"missing"`
	Decision   *ReportDecision   `json:"decision,omitempty"`
	Receipts   []ReportReceipt   `json:"receipts"`
	Record     ReportRecord      `json:"record"`
	Withheld   []Part            `json:"withheld"`           // parts that the department keeps to itself
	CitedBy    []ReportCite      `json:"cited_by,omitempty"` // published decisions that stand on this result
}

// ReportTrial is what was tried, by whom and why.
type ReportTrial struct {
	ID           ID      `json:"id"`
	Name         string  `json:"name"`
	Question     string  `json:"question"`
	DepartmentID ID      `json:"department_id"`
	Department   string  `json:"department"`
	Challenge    ID      `json:"challenge,omitempty"`
	State        string  `json:"state"`
	StartedAt    Stamp   `json:"started_at,omitzero"`
	ClosedAt     Stamp   `json:"closed_at,omitzero"`
	EndsAt       Stamp   `json:"ends_at,omitzero"`
	Length       float64 `json:"length_seconds"`
	Evaluators   int     `json:"evaluators"` // who submitted scores
	Pence        int64   `json:"cost_pence"`
}

// ReportProtocol is what was locked before the start.
type ReportProtocol struct {
	Hash        string   `json:"sha256"`
	SchemeID    string   `json:"scheme_id"`
	Version     int      `json:"scheme_version"`
	SchemeTitle string   `json:"scheme_title"`
	Size        string   `json:"size"`
	SizeTitle   string   `json:"size_title"`
	Tasks       []string `json:"tasks"`
	Rule        string   `json:"decision_rule,omitempty"`
	Data        string   `json:"scenario_data_sha256,omitempty"`
}

// ReportEntry is one release, by digest.
type ReportEntry struct {
	ID       ID       `json:"id"`
	Label    string   `json:"label"`
	Product  string   `json:"product"`
	Supplier string   `json:"supplier"`
	Of       ID       `json:"supplier_id,omitempty"`
	Version  string   `json:"version,omitempty"`
	Images   []string `json:"images"` // sha256:…
	Digest   string   `json:"digest,omitempty"`
	Compose  string   `json:"compose_sha256,omitempty"`
}

// ReportCriterion is one question, and how it counts.
type ReportCriterion struct {
	ID        string   `json:"id"`
	Theme     string   `json:"theme"`
	Title     string   `json:"title"`
	Question  string   `json:"question"`
	ScoredBy  string   `json:"scored_by"`
	Formula   string   `json:"formula,omitempty"`
	Weight    float64  `json:"weight_share"` // of the whole, 0 to 1
	Minimum   *int     `json:"minimum,omitempty"`
	IfMissing string   `json:"if_missing"`
	Alpha     *float64 `json:"alpha,omitempty"` // agreement of the evaluators on it
}

// ReportScore is what one entry got for one criterion.
type ReportScore struct {
	Criterion string        `json:"criterion"`
	Entry     ID            `json:"entry"`
	Mark      *float64      `json:"mark"` // what counted; null: not tested
	From      string        `json:"from"` // consensus, mean, measurement, price or none
	Reason    string        `json:"reason,omitempty"`
	Dissent   string        `json:"dissent,omitempty"`
	Lowest    *float64      `json:"lowest,omitempty"` // of the evaluators' marks
	Median    *float64      `json:"median,omitempty"`
	Highest   *float64      `json:"highest,omitempty"`
	Deviation *float64      `json:"standard_deviation,omitempty"`
	Given     []ReportGiven `json:"given"`
}

// ReportGiven is one evaluator's answer.
type ReportGiven struct {
	Evaluator string   `json:"evaluator"` // "Evaluator 1"
	Name      string   `json:"name,omitempty"`
	Mark      *int     `json:"mark"` // null: not tested
	Reason    string   `json:"reason,omitempty"`
	Outlier   bool     `json:"outlier,omitempty"`
	Release   string   `json:"earlier_release,omitempty"` // the version it is of, where the entry was renewed afterwards
	Evidence  []string `json:"evidence_sha256,omitempty"`
}

// ReportTotal is one entry's result, out of 100.
type ReportTotal struct {
	Entry     ID      `json:"entry"`
	Rank      int     `json:"rank"` // 0: not ranked
	Total     float64 `json:"total"`
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
	Screened  bool    `json:"below_minimum"`
	Assessors int     `json:"assessors"`
	Price     *int64  `json:"price_pence,omitempty"`
}

// ReportSureness is how far the ranking depends on the weights.
type ReportSureness struct {
	Exact         bool               `json:"exact"`
	Draws         int                `json:"draws,omitempty"`
	Seed          uint64             `json:"seed,omitempty"`
	Error         float64            `json:"error"`
	Acceptability []ReportAcceptance `json:"rank_acceptability"`
	Flips         []ReportFlip       `json:"lead_lost_at"`
	Reversal      bool               `json:"rank_reversal"`
}

// ReportAcceptance is the share of all weightings in which an entry has each rank.
type ReportAcceptance struct {
	Entry ID        `json:"entry"`
	Ranks []float64 `json:"shares"` // of rank 1, 2, …
}

// ReportFlip is the weight of one criterion beyond which somebody else leads.
type ReportFlip struct {
	Criterion string  `json:"criterion"`
	Now       float64 `json:"now_share"`
	At        float64 `json:"at_share"`
	Above     bool    `json:"above"`
	To        ID      `json:"to"`
}

// ReportAgreement is how far evaluators agree.
type ReportAgreement struct {
	Evaluators int      `json:"evaluators"`
	Units      int      `json:"scored_by_two_or_more"`
	Alpha      *float64 `json:"alpha"`
	Low        *float64 `json:"alpha_low,omitempty"`
	High       *float64 `json:"alpha_high,omitempty"`
	KendallW   *float64 `json:"kendall_w,omitempty"`
	ICC        *float64 `json:"icc_2_1,omitempty"`
	Why        string   `json:"why,omitempty"` // why there is no figure
}

// ReportFacts is what was measured of one entry.
type ReportFacts struct {
	Entry ID            `json:"entry"`
	Facts []ReportFact  `json:"measured"`
	Tried []ReportTried `json:"tried_to_reach"`
	Ended string        `json:"ended,omitempty"` // how its sandbox ended

	Times []ReportTimes `json:"response_times,omitempty"` // of real use, by class
	Use   []ReportUse   `json:"use,omitempty"`            // memory and processors over time
	Pages []ReportPage  `json:"pages,omitempty"`          // that the protocol names
}

// ReportTimes is how many answers took up to so long, and longer than the class before.
type ReportTimes struct {
	UpTo  float64 `json:"up_to_ms"`
	Count int64   `json:"count"`
}

// ReportUse is what a sandbox used in the time up to At.
type ReportUse struct {
	At         Stamp    `json:"at"`
	Memory     int64    `json:"memory_bytes"`         // the most
	Processors *float64 `json:"processors,omitempty"` // busy on average: 0.5 is half of one
}

// ReportPage is what one page weighs, with what it names of the same origin.
type ReportPage struct {
	Path   string `json:"path"`
	Status int    `json:"status"` // 0: it was not answered
	Bytes  int64  `json:"bytes"`
	Parts  int    `json:"answers"`
	Cut    bool   `json:"weighs_more,omitempty"` // a bound was reached
	Fault  string `json:"fault,omitempty"`
}

// ReportFact is one measured value.
type ReportFact struct {
	ID    string  `json:"id"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"` // "s", "ms", "1", "B", "share", "processors", "1/s"
}

// ReportTried is something a product tried to reach from its sandbox, and could not.
type ReportTried struct {
	Name  string `json:"name"`
	Times int    `json:"times"`
}

// ReportConflict is an interest that an evaluator declared.
type ReportConflict struct {
	Evaluator string `json:"evaluator"`
	Kind      string `json:"kind"` // none, actual, potential or perceived
	Say       string `json:"detail,omitempty"`
	Excluded  bool   `json:"excluded,omitempty"`
}

// ReportAmendment is a change of the protocol after it was locked.
type ReportAmendment struct {
	At   Stamp  `json:"at"`
	What string `json:"what"`
	Why  string `json:"why"`
	Hash string `json:"sha256,omitempty"`
}

// ReportMissing is a criterion without a mark, and what that does to the total.
type ReportMissing struct {
	Entry     ID       `json:"entry"`
	Criterion string   `json:"criterion"`
	Rule      string   `json:"rule"`
	Reasons   []string `json:"reasons"`
}

// ReportDecision is what the department decided.
type ReportDecision struct {
	Decision string       `json:"decision"`
	Chosen   ID           `json:"chosen,omitempty"`
	Route    string       `json:"route,omitempty"`
	Why      string       `json:"why"`
	By       string       `json:"by,omitempty"`
	At       Stamp        `json:"at"`
	Cites    []ReportCite `json:"cites,omitempty"`
}

// ReportCite is the result of another trial that a decision stands on; in CitedBy it is
// the trial whose decision does. Where its trial is not for the reader, only Name is
// filled in, and says so.
type ReportCite struct {
	Trial      ID       `json:"trial,omitempty"`
	Name       string   `json:"name"`
	Department string   `json:"department,omitempty"`
	Finding    string   `json:"finding,omitempty"` // its first sentence when it was cited
	Why        string   `json:"why,omitempty"`
	Registered bool     `json:"in_register,omitempty"`            // when this document was made
	Differs    []string `json:"not_comparable_because,omitempty"` // left out: its figures stand on the same scale
}

// ReportReceipt is the proof that a sandbox was removed.
type ReportReceipt struct {
	Entry   ID      `json:"entry"`
	Lease   ID      `json:"lease"`
	EndedAt Stamp   `json:"ended_at"`
	Found   int     `json:"found"` // containers, networks and volumes that existed
	Left    int     `json:"left"`
	Looks   []Stamp `json:"looks"`
	Event   uint64  `json:"event"`
}

// ReportRecord says where the record proves what the document says.
type ReportRecord struct {
	Head   ReportHead    `json:"head"`
	Events []ReportEvent `json:"events"`
}

// ReportHead is the state of the record when the document was made.
type ReportHead struct {
	Size uint64 `json:"size"`
	Root string `json:"root"`
}

// ReportEvent is one event of the trial.
type ReportEvent struct {
	Seq uint64 `json:"seq"`
	At  Stamp  `json:"at"`
	Act string `json:"act"`
}

// EntryName is what an entry is called: its product where that is known, and of several
// that are called the same which release each is.
func (r Report) EntryName(id ID) string {
	at := slices.IndexFunc(r.Entries, func(e ReportEntry) bool { return e.ID == id })
	if at < 0 {
		return ""
	}
	e, twice, again := r.Entries[at], false, false
	for i, other := range r.Entries {
		same := i != at && other.Product == e.Product
		twice, again = twice || same, again || same && i < at && other.Version == e.Version
	}
	switch {
	case e.Product == "":
		return e.Label
	case again: // of another supplier
		return e.Product + " " + e.Version + " (" + e.Label + ")"
	case twice:
		return e.Product + " " + e.Version
	}
	return e.Product
}

// Score finds what an entry got for a criterion.
func (r Report) Score(criterion string, entry ID) (ReportScore, bool) {
	for _, s := range r.Scores {
		if s.Criterion == criterion && s.Entry == entry {
			return s, true
		}
	}
	return ReportScore{}, false
}

// CriterionTitle is a criterion's few words.
func (r Report) CriterionTitle(id string) string {
	for _, c := range r.Criteria {
		if c.ID == id {
			return c.Title
		}
	}
	return id
}
