package den

// MeasuredStandard names the form of Measured, with its version.
const MeasuredStandard = "innovation-den-measured/1"

// Measured is what was measured of the entries of a trial so far, with the raw data. Its
// parts are those of the report.
type Measured struct {
	Standard string        `json:"standard"`
	MadeAt   Stamp         `json:"made_at"`
	Trial    ID            `json:"trial"`
	Entries  []ReportEntry `json:"entries"`
	Facts    []ReportFacts `json:"facts"`
	Load     *ReportLoad   `json:"load_test,omitempty"` // the newest
}

// ReportLoad is the like-for-like load test: how it was made, and its raw data.
type ReportLoad struct {
	ID        ID              `json:"id"`
	State     string          `json:"state"` // running, done, interrupted or broken_off
	Say       string          `json:"detail,omitempty"`
	P95       float64         `json:"objective_response_ms_p95"`
	Errors    float64         `json:"objective_error_share"`
	Rates     []int           `json:"rates_per_second"`
	StepTime  float64         `json:"step_seconds"`
	Rounds    int             `json:"rounds"`
	Paths     []string        `json:"paths"` // none: the first page of each
	Seed      uint64          `json:"seed"`
	Order     [][]ID          `json:"order"` // drawn by lot, by round
	Runs      []ReportLoadRun `json:"runs"`
	Expected  int             `json:"runs_expected"`
	StartedAt Stamp           `json:"started_at"`
	EndedAt   Stamp           `json:"ended_at,omitzero"`
}

// ReportLoadRun is one entry under load in one round.
type ReportLoadRun struct {
	Entry  ID               `json:"entry"`
	Round  int              `json:"round"`
	Busy   float64          `json:"host_busy_share"` // before it
	Quiet  bool             `json:"host_quiet"`
	Waited float64          `json:"host_waited_seconds"`
	Steps  []ReportLoadStep `json:"steps"`
}

// ReportLoadStep is one rate.
type ReportLoadStep struct {
	Rate     int           `json:"rate_per_second"`
	Sent     int64         `json:"requests"`
	Errors   int64         `json:"errors"`
	P50      float64       `json:"response_ms_p50"`
	P95      float64       `json:"response_ms_p95"`
	P99      float64       `json:"response_ms_p99"`
	Slowest  float64       `json:"response_ms_slowest"`
	Achieved float64       `json:"answered_per_second"`
	Holds    bool          `json:"objective_kept"`
	Times    []ReportTimes `json:"response_times"`
}

// Report is a document that holds nothing but this.
func (m Measured) Report() Report {
	return Report{MadeAt: m.MadeAt, Entries: m.Entries, Facts: m.Facts, Load: m.Load}
}
