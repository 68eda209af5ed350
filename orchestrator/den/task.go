package den

// TaskState says how a task of the protocol went.
type TaskState string

// The states of a task. The empty TaskState is not begun.
const (
	TaskRunning TaskState = "running"
	TaskDone    TaskState = "done"
	TaskNotDone TaskState = "not_done"
)

// TaskResult is how one evaluator got on with one task of the protocol in one entry's
// sandbox. The den measures the time.
type TaskResult struct {
	Task      string // its words
	State     TaskState
	Took      Span  // all that was measured so far, without what runs
	StartedAt Stamp // of what runs; zero: nothing does
	Note      string
}

// TaskStep is what an evaluator does about a task: start its clock, stop it, or say how
// it went, which stops it too.
type TaskStep string

// The steps.
const (
	StartTask TaskStep = "start"
	StopTask  TaskStep = "stop"
	EndTask   TaskStep = "done"
	LeaveTask TaskStep = "not_done"
)

// TaskAct is one step with one task, by its place in the trial's list.
type TaskAct struct {
	Task int
	Step TaskStep
}

// EvidenceKind says what a piece of evidence is.
type EvidenceKind string

// The kinds. A picture is decoded and made anew; a file is only ever downloaded; a log
// is a stretch of what a product printed.
const (
	Picture      EvidenceKind = "picture"
	File         EvidenceKind = "file"
	LogStretch   EvidenceKind = "log"
	MeasuredFact EvidenceKind = "fact"
)

// Evidence is something that an evaluator saw, kept by its hash.
type Evidence struct {
	ID        ID
	Criterion string // empty: about the whole
	Kind      EvidenceKind
	Name      string // what its giver called it
	Hash      string // hex SHA-256 of what is kept
	Size      int64
	Width     int `json:",omitempty"`
	Height    int `json:",omitempty"`
	AddedAt   Stamp
}
