package den

import (
	"slices"
	"time"
)

// Phase says where a lease stands.
type Phase string

// The phases of a lease.
const (
	Requested Phase = "requested"
	Starting  Phase = "starting"
	Live      Phase = "live"
	Paused    Phase = "paused"
	Ending    Phase = "ending"
	Ended     Phase = "ended"
	Refused   Phase = "refused"
)

// Moves says which phase may follow which. A phase that nothing follows is final.
var Moves = map[Phase][]Phase{
	Requested: {Starting, Refused},
	Starting:  {Live, Ending},
	Live:      {Paused, Starting, Ending},
	Paused:    {Live, Starting, Ending},
	Ending:    {Ended},
	Ended:     {},
	Refused:   {},
}

// May says that to can follow p.
func (p Phase) May(to Phase) bool { return slices.Contains(Moves[p], to) }

// Holds says that a lease in p has a sandbox, or is about to.
func (p Phase) Holds() bool { return p == Starting || p == Live || p == Paused || p == Ending }

// Final says that nothing follows p.
func (p Phase) Final() bool { return len(Moves[p]) == 0 }

// Reason says why a lease ended or was refused.
type Reason string

// The reasons.
const (
	ByTime     Reason = "time"
	ByAsking   Reason = "asked"
	ByFailure  Reason = "failed"
	ByVanish   Reason = "vanished"
	ByBudget   Reason = "budget"
	ByLapse    Reason = "lapsed"
	ByRefusal  Reason = "refused"
	ByWithdraw Reason = "withdrawn"
)

// Reasons are all of them. Each has words for pages ("reason." in web/view/words), and
// stands in the contract as an EndReason.
var Reasons = []Reason{ByTime, ByAsking, ByFailure, ByVanish, ByBudget, ByLapse, ByRefusal, ByWithdraw}

// Sight is what was seen of a sandbox; the same words as the runtime's.
type Sight string

// What can be seen. Unseen is silence, not absence.
const (
	Unseen      Sight = "unknown"
	SeenAbsent  Sight = "absent"
	SeenHeld    Sight = "held"
	SeenPartial Sight = "partial"
	SeenRunning Sight = "running"
	SeenPaused  Sight = "paused"
	SeenExited  Sight = "exited"
	SeenStopped Sight = "stopped"
	SeenBroken  Sight = "broken"
)

// Seen is everything Next may know of the world.
type Seen struct {
	Sight    Sight
	Room     bool   // a request: there is a place for one more sandbox
	Answered bool   // starting: the product answered
	Detail   string // why it did not answer, or how it ended, for people
	Over     string // the bound that was passed, for people; empty: none
	Cannot   string // starting: why it can never start, for people; empty: it may
	Shut     bool   // it is outside the lease's hours
	Turns    Stamp  // when the hours begin or end next; zero: it has none
}

// Do is what to do about a lease.
type Do string

// What can be done. Rest: nothing before Again. Move: save phase To. Start, Await,
// Freeze, Thaw and Remove each are one call to the runtime. Replace: remove the
// sandbox and take another. Count: note one empty look. A Move from Live or Paused to
// Starting sets Replacing, so that nothing of the old sandbox is used again.
const (
	Rest    Do = "rest"
	Move    Do = "move"
	Start   Do = "start"
	Await   Do = "await"
	Freeze  Do = "freeze"
	Thaw    Do = "thaw"
	Replace Do = "replace"
	Remove  Do = "remove"
	Count   Do = "count"
)

// Act is one step.
type Act struct {
	Do     Do
	To     Phase
	Reason Reason
	Say    string
	Again  time.Time // Rest and Count: when to look again
}

// The rules of a lease's life that are the same for all.
const (
	MaxRestarts = 3                // a product that ends more often by itself has failed
	LookGap     = time.Second      // between the two empty looks after a removal
	LookEvery   = 10 * time.Second // between two looks at a live sandbox
)

// Next says what to do about a lease. It reads no clock, no runtime and no store, so
// the same facts always give the same answer.
func Next(l Lease, seen Seen, now time.Time) Act {
	switch l.Phase {
	case Requested:
		return nextRequested(l, seen, now)
	case Starting:
		return nextStarting(l, seen, now)
	case Live, Paused:
		return nextLive(l, seen, now)
	case Ending:
		return nextEnding(l, seen, now)
	case Ended, Refused:
		return Act{Do: Rest}
	}
	return Act{Do: Rest}
}

func nextRequested(l Lease, seen Seen, now time.Time) Act {
	switch {
	case l.EndAsked != nil:
		return move(Refused, ByWithdraw, "The request was withdrawn.")
	case l.Spent:
		return move(Refused, ByBudget, "This month’s budget of its department was used up before there was room for it.")
	case passed(l.LapsesAt, now) && l.AgreedAt.IsZero():
		return move(Refused, ByLapse, "Nobody decided on the request in time.")
	case passed(l.EndsAt, now):
		return move(Refused, ByLapse, "Its time was over before there was room for it.")
	case l.AgreedAt.IsZero(), !seen.Room:
		return Act{Do: Rest, Again: now.Add(LookEvery)}
	}
	return move(Starting, "", "")
}

func nextStarting(l Lease, seen Seen, now time.Time) Act {
	if over, act := isOver(l, seen, now); over {
		return act
	}
	switch {
	case seen.Cannot != "":
		return move(Ending, ByFailure, seen.Cannot)
	case seen.Sight == Unseen:
		return Act{Do: Rest, Again: now.Add(Backoff(l.Tries))}
	case seen.Sight == SeenRunning && seen.Answered && !l.Replacing:
		return move(Live, "", "")
	case seen.Sight == SeenExited && !l.Replacing:
		return move(Ending, ByFailure, sentences("The product stopped by itself before it answered.", seen.Detail))
	case passed(l.StartBy, now):
		return move(Ending, ByFailure, sentences("The product did not start in time.", seen.Detail))
	case l.Replacing:
		return Act{Do: Replace}
	}
	switch seen.Sight {
	case SeenRunning:
		return Act{Do: Await}
	case SeenPaused:
		return Act{Do: Thaw}
	case SeenStopped, SeenBroken:
		return Act{Do: Replace}
	case SeenAbsent, SeenHeld, SeenPartial:
		return Act{Do: Start}
	case Unseen, SeenExited:
	}
	return Act{Do: Rest, Again: now.Add(Backoff(l.Tries))}
}

func nextLive(l Lease, seen Seen, now time.Time) Act {
	if over, act := isOver(l, seen, now); over {
		return act
	}
	switch seen.Sight {
	case SeenRunning:
		if rests, _ := l.rests(seen); rests {
			return Act{Do: Freeze}
		}
		if l.Phase == Paused {
			return move(Live, "", "")
		}
	case SeenPaused:
		rests, say := l.rests(seen)
		if !rests {
			return Act{Do: Thaw}
		}
		if l.Phase == Live {
			return move(Paused, "", say)
		}
	case SeenStopped:
		return move(Starting, "", "The engine or the sandbox restarted. The product is starting again. What it kept in memory is lost.")
	case SeenExited:
		if l.Restarts >= MaxRestarts {
			return move(Ending, ByFailure, sentences("The product kept stopping by itself.", seen.Detail))
		}
		return move(Starting, "", "The product stopped by itself and is starting again. What it kept in memory is lost.")
	case SeenAbsent, SeenHeld, SeenPartial, SeenBroken:
		return move(Ending, ByVanish, "Somebody or something other than the den removed the product.")
	case Unseen:
	}
	return Act{Do: Rest, Again: l.Turn(seen.Turns)}
}

// rests says that a sandbox is to be paused, and why where nobody asked for it.
func (l Lease) rests(seen Seen) (bool, string) {
	switch {
	case l.Unpaid:
		return true, "This month’s budget of its department is used up. It goes on in the next month, or when the budget is raised."
	case l.PauseWanted:
		return true, ""
	case seen.Shut && l.Hours != nil:
		return true, "It runs " + l.Hours.Say() + ". It is paused until then."
	}
	return false, ""
}

// Turn is when a lease that runs must be looked at next, whatever is seen of it: at its
// end, or before that when its hours begin or end.
func (l Lease) Turn(hours Stamp) Stamp {
	if !hours.IsZero() && hours.Before(l.EndsAt) {
		return hours
	}
	return l.EndsAt
}

func nextEnding(l Lease, seen Seen, now time.Time) Act {
	switch {
	case seen.Sight == Unseen:
		return Act{Do: Rest, Again: now.Add(Backoff(l.Tries))}
	case seen.Sight != SeenAbsent || l.Found == nil:
		return Act{Do: Remove}
	case len(l.Looks) == 0:
		return Act{Do: Count, Again: now.Add(LookGap)}
	case now.Before(l.Looks[0].Add(LookGap)):
		return Act{Do: Rest, Again: l.Looks[0].Add(LookGap)}
	}
	return move(Ended, l.Reason, l.Say)
}

// isOver says that a sandbox must end whatever else is seen of it.
func isOver(l Lease, seen Seen, now time.Time) (bool, Act) {
	switch {
	case passed(l.EndsAt, now):
		return true, move(Ending, ByTime, "Its time was over.")
	case l.EndAsked != nil:
		return true, move(Ending, ByAsking, asked(l.EndAsked))
	case l.Spent:
		return true, move(Ending, ByBudget, "This month’s budget of its department was used up.")
	case seen.Over != "":
		return true, move(Ending, ByFailure, seen.Over)
	}
	return false, Act{}
}

// Backoff is how long to wait after so many failures in a row: half a second,
// doubled each time, at most 30 seconds.
func Backoff(tries int) time.Duration {
	const first, most = 500 * time.Millisecond, 30 * time.Second
	if tries > 6 {
		return most
	}
	return min(first<<max(tries, 0), most)
}

func passed(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

func move(to Phase, why Reason, say string) Act {
	return Act{Do: Move, To: to, Reason: why, Say: say}
}

func asked(a *Asked) string { return sentences(Sentence(a.Name+" asked for its end."), a.Why) }

func sentences(first, second string) string {
	if second == "" {
		return first
	}
	return first + " " + second
}
