package den

// Lease is an entry's right to a sandbox for a time. It carries the state machine.
type Lease struct {
	ID         ID
	Trial      ID
	Entry      ID
	Department ID
	Supplier   ID
	Product    ID
	Release    ID
	AskedBy    ID

	Name    string // host label of its address: random, never used again
	Size    string
	Port    int
	Path    string
	Sandbox string // id of the sandbox it holds; empty until one was chosen

	Phase  Phase
	Reason Reason // why it ended, is ending or was refused
	Say    string // the same for people, in one or two sentences

	RequestedAt Stamp
	AgreedAt    Stamp // zero: waits for an approver
	LapsesAt    Stamp // a request not agreed by then lapses; zero: never
	StartingAt  Stamp
	StartBy     Stamp // a sandbox that does not answer by then is given up
	LiveAt      Stamp // when it first answered; zero: never
	Launch      Span  // from StartingAt to the first answer
	EndsAt      Stamp // absolute; nothing moves it but Extend
	Sooner      Span  `json:",omitempty"` // how much earlier it ends by the clock of the machine, which was put back since it began; below zero: put forward, it ends when it was said
	LatestEnd   Stamp // Extend goes no further
	EndingAt    Stamp
	EndedAt     Stamp

	EndAsked    *Asked // somebody asked for its end
	PauseWanted bool
	Request     ID     `json:",omitempty"` // the request that an approver decides
	Hours       *Hours `json:",omitempty"` // it runs within these, and is paused outside them
	RunsSince   Stamp  // since when it runs uncounted; zero with Starting or Live: since StartingAt
	Ran         Span   // what was counted of its running
	Spent       bool   // its department's budget is used up: it ends
	Unpaid      bool   // its department's budget is used up: it is paused
	Replacing   bool   // its sandbox is being removed so that a new one can be made
	Lost        bool   // what it held in memory was lost at least once
	Restarts    int    // how often its product ended by itself and was started again

	Data  Scenario   `json:",omitzero"`  // what it finds at ScenarioPath
	Ways  Ways       `json:",omitzero"`  // what was opened in its sandbox, fixed when it was asked for
	Tried []Tried    `json:",omitempty"` // what its product tried to reach: kept when the teardown begins
	Used  []Used     `json:",omitempty"` // what went through its ways out: kept at the same time
	Mails int        `json:",omitempty"` // how many mails of its product were caught: kept at the same time
	Found *Inventory // what existed when the teardown began
	Looks []Stamp    // empty looks in a row after the removal

	Preflight ID        `json:",omitempty"` // what it was asked for by, where that is no trial
	StopFirst bool      `json:",omitempty"` // its product is asked to stop before it is removed
	Stopped   *Stopping `json:",omitempty"` // what came of that

	Services []string `json:",omitempty"` // of a stack, the one that answers first; none: a product of one container

	LogTail string // the end of what its product printed, kept before the removal: a stranger's text

	Tries int   // acts that failed in a row
	DueAt Stamp // when the pass must look at it again; zero once it is final
	Rev   int64
}

// Stopping is how a product ended that was asked to.
type Stopping struct {
	Took   Span
	Killed bool // it did not end in time
}

// Asked is who asked for something, when and why.
type Asked struct {
	By   ID
	Name string
	At   Stamp
	Why  string
}

// Tried is something that a product tried to reach from its sandbox, and could not. The
// name is a stranger's text.
type Tried struct {
	Name  string
	Times int
	First Stamp
	Last  Stamp
}

// Inventory is what a sandbox was made of.
type Inventory struct {
	Containers []string
	Networks   []string
	Volumes    []string
}

// Cell is a waiting cell: an empty sandbox made ahead of need, or a warm instance, in
// which a product runs already. Its id is its sandbox id from birth. Claiming it deletes
// this record in the transaction that writes the sandbox id into a lease.
type Cell struct {
	Sandbox string
	Ready   bool // it was made and can be claimed; a warm instance has answered
	MadeAt  Stamp
	Release ID     `json:",omitempty"` // of the product that runs in it; empty: nothing does
	Size    string `json:",omitempty"` // of a warm instance
	Launch  Span   `json:",omitempty"` // of a warm instance: from its start to its first answer
	Rev     int64
}

// Receipt is the proof of a teardown. Its ID is the lease's.
type Receipt struct {
	Lease      ID
	Trial      ID
	Department ID
	Supplier   ID
	Product    ID
	Sandbox    string
	Reason     Reason
	Say        string
	Found      Inventory
	Left       int     // what the last look found: 0, or there is no receipt
	Looks      []Stamp // the two empty looks
	LiveAt     Stamp
	EndedAt    Stamp
	Tried      []Tried `json:",omitempty"`
	Ways       Ways    `json:",omitzero"`
	Used       []Used  `json:",omitempty"`
	Mails      int     `json:",omitempty"`
	LogTail    string  // the end of what the product printed: a stranger's text
	Event      uint64  // sequence number of the event that holds it
	Rev        int64
}
