package den

// Renewal is a new release for an entry of a running trial: its supplier proposes it, and
// whoever may change the trial agrees or refuses. It is addressed by the sandbox that it
// would replace. One is open at a time for each entry.
type Renewal struct {
	Release   ID // that is proposed
	From      ID // the release of the entry when it was proposed
	Lease     ID // of the sandbox that it replaces
	State     RequestState
	Why       string // what the supplier says
	AskedBy   ID
	AskedAt   Stamp
	Reason    string // what the decider says, or who withdrew it
	DecidedBy ID     // empty: nobody; it lapsed
	DecidedAt Stamp
}

// NewRenewal is the input of Propose.
type NewRenewal struct {
	Release ID
	Why     string
	Rev     int64 // RenewalsView.Rev; 0: whatever is there
}

// RenewalDecision is the input of AgreeRenewal and RefuseRenewal.
type RenewalDecision struct {
	Why   string
	Opens Ways  // what is opened of what the release asks for beyond what is open already
	Rev   int64 // RenewalsView.Rev; 0: whatever is there
}

// RenewalsView is what was proposed for one entry, as one actor may see it.
type RenewalsView struct {
	Sandbox SandboxView
	Current ID            // the sandbox that the entry has now; another than Sandbox's where that was replaced
	Items   []RenewalItem // the newest first
	Offers  []Release     // what may be proposed now; none: nothing, or it is not the actor's to propose
	Rev     int64
	Veiled  bool // the actor sees of each only that the entry was renewed, and when
	May     map[Action]bool

	Replaceable bool // a release can be proposed and agreed to now, by whoever may
}

// RenewalItem is a renewal with what differs between the two releases.
type RenewalItem struct {
	Renewal
	AskedName   string
	DecidedName string
	Was, Now    Release
	Flown       *Preflight // the last preflight of the new release; nil: it was never tried
	ToOpen      Ways       // while it is open: what it asks for beyond what is open
	Fault       string     // while it is open: why it cannot be agreed to now; empty: it can
}

// Open says that a renewal waits for a decision.
func (r Renewal) Open() bool { return r.State == RequestOpen }

// Proposed is the renewal of an entry that is open; -1: none.
func (e Entry) Proposed() int {
	for i, r := range e.Renewals {
		if r.Open() {
			return i
		}
	}
	return -1
}

// Leases are those of every sandbox that an entry has had, the latest last.
func (e Entry) Leases() (all []ID) {
	for _, r := range e.Renewals {
		if r.State == RequestAgreed {
			all = append(all, r.Lease)
		}
	}
	if e.Lease != "" {
		all = append(all, e.Lease)
	}
	return all
}

// ReleaseAt is the release that an entry ran at a moment. The moment of a renewal still
// belongs to the release before it.
func (e Entry) ReleaseAt(at Stamp) ID {
	for _, r := range e.Renewals {
		if r.State == RequestAgreed && !at.After(r.DecidedAt) {
			return r.From
		}
	}
	return e.Release
}

// RenewedSince is when a newer release first took the place of the one that an entry ran at
// a moment; zero: none did.
func (e Entry) RenewedSince(at Stamp) Stamp {
	for _, r := range e.Renewals {
		if r.State == RequestAgreed && !at.After(r.DecidedAt) {
			return r.DecidedAt
		}
	}
	return Stamp{}
}

// Beyond is what is in w and not in open.
func (w Ways) Beyond(open Ways) (more Ways) {
	for _, one := range w.Out {
		if !(Ways{Out: []Way{one}}).Within(open) {
			more.Out = append(more.Out, one)
		}
	}
	more.Mail = w.Mail && !open.Mail
	return more
}

// Opening is the ruling on ways that are opened in a sandbox that runs: none, where the
// department's rules say nothing of them.
func (r Rules) Opening(w Ways) Ruling {
	want := Want{}
	for _, one := range w.Out {
		want.WaysOut = append(want.WaysOut, one.Host)
	}
	if ruling := r.waysOut(want, Taken{}); ruling.Verdict != "" {
		return ruling
	}
	return r.askWaysOut(want, Taken{})
}
