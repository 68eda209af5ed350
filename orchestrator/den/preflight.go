package den

import (
	"fmt"
	"time"
)

// Preflight is one try of a release in a sealed sandbox of its own, before any department
// tries it. Its sandbox is held by a lease without a trial, so everything that is true of
// a lease is true of it: limits, deadline, sweep, teardown and receipt.
type Preflight struct {
	ID       ID
	Release  ID
	Product  ID
	Supplier ID
	Lease    ID
	AskedBy  ID

	State     PreflightState
	Checks    []Checked // as they stood at its end; while it runs, see Stand
	StartedAt Stamp
	EndedAt   Stamp

	Measured bool
	Memory   int64  // bytes that the product used once it answered
	Launch   Span   // from the start to the first answer
	First    string // the sandbox of the first start
	Again    bool   // it was asked to start a second time
	AgainAt  Stamp

	Rev int64
}

// NewPreflight is the input of Preflight.
type NewPreflight struct {
	Release ID
	Rev     int64 // of the release that was looked at; 0: whatever is there
	Once    Once
}

// PreflightState says what came of a preflight.
type PreflightState string

// The states. Broken off: it ended for a reason that says nothing of the release.
const (
	PreflightRunning   PreflightState = "running"
	PreflightPassed    PreflightState = "passed"
	PreflightFailed    PreflightState = "failed"
	PreflightBrokenOff PreflightState = "broken_off"
)

// Check names one thing that a preflight looks at.
type Check string

// The checks, in their order.
const (
	CheckPolicy  Check = "policy"
	CheckSize    Check = "size"
	CheckStart   Check = "start"
	CheckAnswer  Check = "answer"
	CheckMeasure Check = "measure"
	CheckAgain   Check = "again"
	CheckStop    Check = "stop"
	CheckReach   Check = "reach"
)

// Checks lists every check in order.
var Checks = []Check{CheckPolicy, CheckSize, CheckStart, CheckAnswer, CheckMeasure, CheckAgain, CheckStop, CheckReach}

// CheckState says how a check stands. Advice is no fault: a trial can start.
type CheckState string

// How a check stands.
const (
	CheckTodo    CheckState = "todo"
	CheckDoing   CheckState = "doing"
	CheckPassed  CheckState = "passed"
	CheckAdvice  CheckState = "advice"
	CheckFailed  CheckState = "failed"
	CheckSkipped CheckState = "skipped"
)

// Checked is one check with what came of it.
type Checked struct {
	Check Check
	State CheckState
	Say   string `json:",omitempty"` // what was seen, and what to change
}

// StopGrace is how long a product has to end after it was asked to.
const StopGrace = 10 * time.Second

// PreflightAct is what a preflight wants done with its sandbox.
type PreflightAct string

// The acts.
const (
	PreflightWait    PreflightAct = "wait"
	PreflightMeasure PreflightAct = "measure"
	PreflightAgain   PreflightAct = "again" // start the product a second time
	PreflightEnd     PreflightAct = "end"
)

// Next says what to do, from the lease as it is. The same facts give the same answer.
func (p Preflight) Next(l Lease) PreflightAct {
	switch {
	case p.State != PreflightRunning, l.EndAsked != nil, l.Phase != Live:
		return PreflightWait
	case l.Restarts > 0:
		return PreflightEnd
	case !p.Measured:
		return PreflightMeasure
	case !p.Again:
		return PreflightAgain
	}
	return PreflightEnd
}

// Stand is how every check stands, from the record, its release and its lease.
func (p Preflight) Stand(r Release, l Lease) []Checked {
	if p.State != PreflightRunning && len(p.Checks) > 0 {
		return p.Checks
	}
	s := standing{p: p, l: l, over: l.Phase.Final() || l.Phase == Ending}
	s.add(CheckPolicy, CheckPassed, "Nothing in it is refused.")
	s.add(CheckSize, CheckPassed, fmt.Sprintf("%.1f MB, unpacked.", float64(r.SizeBytes)/(1<<20)))
	s.started(r)
	s.measured()
	s.again()
	s.stopped()
	s.reached()
	return s.all
}

// Verdict is what a preflight came to, once its lease is over.
func (p Preflight) Verdict(checks []Checked, l Lease) PreflightState {
	for _, c := range checks {
		if c.State == CheckFailed {
			return PreflightFailed
		}
	}
	for _, c := range checks {
		if c.State == CheckSkipped && c.Check != CheckStop {
			return PreflightBrokenOff
		}
	}
	return PreflightPassed
}

// standing collects how the checks stand, one after the other.
type standing struct {
	p      Preflight
	l      Lease
	over   bool // nothing further will be seen
	failed bool // what follows is not looked at
	all    []Checked
}

func (s *standing) add(c Check, state CheckState, say string) {
	s.failed = s.failed || state == CheckFailed
	s.all = append(s.all, Checked{Check: c, State: state, Say: say})
}

// pending is a check that has not come to anything yet, or never will.
func (s *standing) pending(c Check, doing bool, say string) {
	switch {
	case s.failed || s.over:
		s.add(c, CheckSkipped, "")
	case doing:
		s.add(c, CheckDoing, say)
	default:
		s.add(c, CheckTodo, "")
	}
}

// fault says that the product itself failed, and not the world around it.
func (s *standing) fault() bool {
	return s.over && (s.l.Reason == ByFailure || s.l.Reason == ByTime)
}

func (s *standing) started(r Release) {
	silent := !s.l.StartBy.IsZero() && !s.l.EndingAt.Before(s.l.StartBy) // it ran, and said nothing
	switch {
	case !s.l.LiveAt.IsZero():
		s.add(CheckStart, CheckPassed, "It started.")
		s.add(CheckAnswer, CheckPassed, fmt.Sprintf("It answered on port %d, path %s, after %s.", r.Port, r.Path, SpellShort(s.l.Launch)))
	case s.fault() && silent:
		s.add(CheckStart, CheckPassed, "It started.")
		s.add(CheckAnswer, CheckFailed, s.l.Say+" "+fmt.Sprintf("Let it answer HTTP on port %d of every address (0.0.0.0), or name the right port and path in a new release.", r.Port))
	case s.fault():
		s.add(CheckStart, CheckFailed, s.l.Say)
		s.add(CheckAnswer, CheckSkipped, "")
	case s.l.Phase == Requested:
		s.pending(CheckStart, true, "It waits for a place on the host.")
		s.pending(CheckAnswer, false, "")
	default:
		s.pending(CheckStart, s.l.Phase == Starting, "It is starting.")
		s.pending(CheckAnswer, s.l.Phase == Starting, "It is asked until it answers.")
	}
}

func (s *standing) measured() {
	if !s.p.Measured {
		s.pending(CheckMeasure, s.l.Phase == Live, "")
		return
	}
	s.add(CheckMeasure, CheckPassed, fmt.Sprintf("%.1f MB of memory once it answered; the start took %s.", float64(s.p.Memory)/(1<<20), SpellShort(s.p.Launch)))
}

func (s *standing) again() {
	ended := s.l.Phase == Live || s.l.EndAsked != nil
	switch {
	case s.l.Restarts > 0:
		s.add(CheckAgain, CheckFailed, "It stopped by itself. "+s.l.Say+" Let the program run until it is told to stop.")
	case s.p.Again && ended:
		s.add(CheckAgain, CheckPassed, "It started a second time, from nothing, and answered.")
	case s.p.Again && s.fault():
		s.add(CheckAgain, CheckFailed, s.l.Say+" It has to start from nothing each time: nothing of the first start is there.")
	default:
		s.pending(CheckAgain, s.p.Again, "It is starting a second time, from nothing.")
	}
}

func (s *standing) stopped() {
	switch {
	case s.l.Stopped == nil && s.l.EndAsked != nil && !s.l.Phase.Final():
		s.add(CheckStop, CheckDoing, "It was asked to stop.")
	case s.l.Stopped == nil:
		s.pending(CheckStop, false, "")
	case s.l.Stopped.Killed:
		s.add(CheckStop, CheckAdvice, fmt.Sprintf("It was still running %d seconds after it was asked to stop, and was ended by force. Let the program end on SIGTERM.", int(StopGrace.Seconds())))
	default:
		s.add(CheckStop, CheckPassed, fmt.Sprintf("It stopped %s after it was asked to.", SpellShort(s.l.Stopped.Took)))
	}
}

func (s *standing) reached() {
	switch {
	case !s.l.Phase.Final() && s.l.Phase != Ending:
		s.pending(CheckReach, false, "")
	case len(s.l.Tried) > 0:
		names := ""
		for i, one := range s.l.Tried {
			const most = 5
			if i == most {
				names += " and others"
				break
			}
			if i > 0 {
				names += ", "
			}
			names += one.Name
		}
		s.add(CheckReach, CheckAdvice, "It tried to reach "+names+", and could not: a sandbox is sealed. Bring what it needs along in the image, or ask for a way out in a new release.")
	case s.l.LiveAt.IsZero():
		s.add(CheckReach, CheckSkipped, "")
	default:
		s.add(CheckReach, CheckPassed, "It tried to reach nothing outside.")
	}
}

// PreflightView is a preflight as one actor may see it.
type PreflightView struct {
	Preflight
	ProductName  string
	SupplierName string
	Version      string
	Phase        Phase  // of its sandbox
	Place        int    // in the queue, from 1; 0: not in it
	Log          string // the end of what the product printed, for its supplier: a stranger's text
	May          map[Action]bool
}
