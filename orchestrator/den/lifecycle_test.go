package den

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)

func in(d time.Duration) time.Time { return noon.Add(d) }

func TestNext(t *testing.T) {
	starting := Lease{Phase: Starting, StartBy: in(time.Minute), EndsAt: in(time.Hour)}
	live := Lease{Phase: Live, EndsAt: in(time.Hour)}
	ending := Lease{Phase: Ending, Reason: ByTime, EndsAt: in(-time.Hour)}
	requested := Lease{Phase: Requested, AgreedAt: noon, EndsAt: in(time.Hour)}
	with := func(l Lease, change func(*Lease)) Lease { change(&l); return l }
	wish := &Asked{Name: "Ada", At: noon, Why: "Seen enough."}
	for name, c := range map[string]struct {
		lease  Lease
		seen   Seen
		do     Do
		to     Phase
		reason Reason
	}{
		"a request with room starts":                         {requested, Seen{Room: true}, Move, Starting, ""},
		"a request without room waits":                       {requested, Seen{}, Rest, "", ""},
		"a request that nobody agreed to waits, room or not": {with(requested, func(l *Lease) { l.AgreedAt = Stamp{} }), Seen{Room: true}, Rest, "", ""},
		"a request that nobody agreed to in time lapses":     {with(requested, func(l *Lease) { l.AgreedAt, l.LapsesAt = Stamp{}, noon }), Seen{Room: true}, Move, Refused, ByLapse},
		"an agreed request does not lapse":                   {with(requested, func(l *Lease) { l.LapsesAt = noon }), Seen{Room: true}, Move, Starting, ""},
		"a withdrawn request is refused, even with room":     {with(requested, func(l *Lease) { l.EndAsked = wish }), Seen{Room: true}, Move, Refused, ByWithdraw},
		"a request whose time is over is refused":            {with(requested, func(l *Lease) { l.EndsAt = noon }), Seen{Room: true}, Move, Refused, ByLapse},

		"what is absent is started":                         {starting, Seen{Sight: SeenAbsent}, Start, "", ""},
		"an empty cell is started":                          {starting, Seen{Sight: SeenHeld}, Start, "", ""},
		"what is partly there is started":                   {starting, Seen{Sight: SeenPartial}, Start, "", ""},
		"what runs is waited for":                           {starting, Seen{Sight: SeenRunning}, Await, "", ""},
		"what answers is live":                              {starting, Seen{Sight: SeenRunning, Answered: true}, Move, Live, ""},
		"what answers at the last moment is live":           {with(starting, func(l *Lease) { l.StartBy = noon }), Seen{Sight: SeenRunning, Answered: true}, Move, Live, ""},
		"what did not answer in time has failed":            {with(starting, func(l *Lease) { l.StartBy = noon }), Seen{Sight: SeenRunning}, Move, Ending, ByFailure},
		"silence is not a failed start, however long":       {with(starting, func(l *Lease) { l.StartBy = in(-time.Hour) }), Seen{Sight: Unseen}, Rest, "", ""},
		"a product that exits before it answers has failed": {starting, Seen{Sight: SeenExited}, Move, Ending, ByFailure},
		"what can never start has failed at once":           {starting, Seen{Sight: SeenAbsent, Cannot: "No image."}, Move, Ending, ByFailure},
		"a stopped cell is replaced":                        {starting, Seen{Sight: SeenStopped}, Replace, "", ""},
		"what cannot be completed is replaced":              {starting, Seen{Sight: SeenBroken}, Replace, "", ""},
		"a replacement goes on whatever is seen":            {with(starting, func(l *Lease) { l.Replacing = true }), Seen{Sight: SeenRunning, Answered: true}, Replace, "", ""},
		"an exit of what is being replaced is no failure":   {with(starting, func(l *Lease) { l.Replacing = true }), Seen{Sight: SeenExited}, Replace, "", ""},
		"a replacement waits while nothing is seen":         {with(starting, func(l *Lease) { l.Replacing = true }), Seen{Sight: Unseen}, Rest, "", ""},
		"a paused start is thawed":                          {starting, Seen{Sight: SeenPaused}, Thaw, "", ""},
		"an asked end comes before a start":                 {with(starting, func(l *Lease) { l.EndAsked = wish }), Seen{Sight: SeenAbsent}, Move, Ending, ByAsking},
		"time over ends a start":                            {with(starting, func(l *Lease) { l.EndsAt = noon }), Seen{Sight: SeenRunning, Answered: true}, Move, Ending, ByTime},

		"what runs is left alone":                       {live, Seen{Sight: SeenRunning}, Rest, "", ""},
		"silence ends nothing":                          {live, Seen{Sight: Unseen}, Rest, "", ""},
		"time over ends it, even in silence":            {with(live, func(l *Lease) { l.EndsAt = noon }), Seen{Sight: Unseen}, Move, Ending, ByTime},
		"an asked end ends it, even in silence":         {with(live, func(l *Lease) { l.EndAsked = wish }), Seen{Sight: Unseen}, Move, Ending, ByAsking},
		"a passed bound ends it":                        {live, Seen{Sight: SeenRunning, Over: "Too much disk."}, Move, Ending, ByFailure},
		"a wanted pause freezes":                        {with(live, func(l *Lease) { l.PauseWanted = true }), Seen{Sight: SeenRunning}, Freeze, "", ""},
		"what was frozen is paused":                     {with(live, func(l *Lease) { l.PauseWanted = true }), Seen{Sight: SeenPaused}, Move, Paused, ""},
		"what somebody else froze is thawed":            {live, Seen{Sight: SeenPaused}, Thaw, "", ""},
		"a paused one goes on when that is wanted":      {with(live, func(l *Lease) { l.Phase = Paused }), Seen{Sight: SeenPaused}, Thaw, "", ""},
		"a thawed one is live":                          {with(live, func(l *Lease) { l.Phase = Paused }), Seen{Sight: SeenRunning}, Move, Live, ""},
		"a paused one rests":                            {with(live, func(l *Lease) { l.Phase, l.PauseWanted = Paused, true }), Seen{Sight: SeenPaused}, Rest, "", ""},
		"the time of a paused one goes on":              {with(live, func(l *Lease) { l.Phase, l.PauseWanted, l.EndsAt = Paused, true, noon }), Seen{Sight: SeenPaused}, Move, Ending, ByTime},
		"after a restart of the engine it starts again": {live, Seen{Sight: SeenStopped}, Move, Starting, ""},
		"a product that ends by itself starts again":    {live, Seen{Sight: SeenExited}, Move, Starting, ""},
		"a product that ends too often has failed":      {with(live, func(l *Lease) { l.Restarts = MaxRestarts }), Seen{Sight: SeenExited}, Move, Ending, ByFailure},
		"what vanished is ended":                        {live, Seen{Sight: SeenAbsent}, Move, Ending, ByVanish},
		"a cell without its product has vanished":       {live, Seen{Sight: SeenHeld}, Move, Ending, ByVanish},

		"an ending one is removed":                           {ending, Seen{Sight: SeenRunning}, Remove, "", ""},
		"what was never looked at is removed, seen or not":   {ending, Seen{Sight: SeenAbsent}, Remove, "", ""},
		"silence is not gone":                                {with(ending, func(l *Lease) { l.Found, l.Looks = &Inventory{}, []Stamp{in(-time.Hour)} }), Seen{Sight: Unseen}, Rest, "", ""},
		"the first empty look is counted":                    {with(ending, func(l *Lease) { l.Found = &Inventory{} }), Seen{Sight: SeenAbsent}, Count, "", ""},
		"the second look waits a second":                     {with(ending, func(l *Lease) { l.Found, l.Looks = &Inventory{}, []Stamp{in(-LookGap / 2)} }), Seen{Sight: SeenAbsent}, Rest, "", ""},
		"the second empty look ends it":                      {with(ending, func(l *Lease) { l.Found, l.Looks = &Inventory{}, []Stamp{in(-LookGap)} }), Seen{Sight: SeenAbsent}, Move, Ended, ByTime},
		"what comes back between the looks is removed again": {with(ending, func(l *Lease) { l.Found, l.Looks = &Inventory{}, []Stamp{in(-LookGap)} }), Seen{Sight: SeenPartial}, Remove, "", ""},

		"nothing is done about an ended one":  {Lease{Phase: Ended}, Seen{Sight: SeenRunning}, Rest, "", ""},
		"nothing is done about a refused one": {Lease{Phase: Refused, EndAsked: wish}, Seen{Sight: SeenRunning, Room: true}, Rest, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			act := Next(c.lease, c.seen, noon)
			if act.Do != c.do || act.To != c.to || act.Reason != c.reason {
				t.Errorf("it says %s to %q for the reason %q", act.Do, act.To, act.Reason)
			}
		})
	}
}

func someLease(rt *rapid.T) Lease {
	moment := func(name string) Stamp {
		if !rapid.Bool().Draw(rt, name+" is there") {
			return Stamp{}
		}
		return in(time.Duration(rapid.IntRange(-7200, 7200).Draw(rt, name)) * time.Second)
	}
	l := Lease{
		Phase:    rapid.SampledFrom([]Phase{Requested, Starting, Live, Paused, Ending, Ended, Refused}).Draw(rt, "phase"),
		AgreedAt: moment("agreed"), LapsesAt: moment("lapses"), StartBy: moment("start by"),
		EndsAt:      in(time.Duration(rapid.IntRange(-7200, 7200).Draw(rt, "ends")) * time.Second),
		PauseWanted: rapid.Bool().Draw(rt, "pause"), Replacing: rapid.Bool().Draw(rt, "replacing"),
		Restarts: rapid.IntRange(0, 5).Draw(rt, "restarts"), Tries: rapid.IntRange(0, 100).Draw(rt, "tries"),
		Reason: rapid.SampledFrom([]Reason{"", ByTime, ByAsking}).Draw(rt, "reason"),
	}
	if rapid.Bool().Draw(rt, "asked") {
		l.EndAsked = &Asked{Name: "Ada"}
	}
	if rapid.Bool().Draw(rt, "found") {
		l.Found = &Inventory{}
	}
	if at := moment("look"); !at.IsZero() {
		l.Looks = []Stamp{at}
	}
	return l
}

func someSeen(rt *rapid.T) Seen {
	words := rapid.SampledFrom([]string{"", "Something."})
	return Seen{
		Sight: rapid.SampledFrom([]Sight{
			Unseen, SeenAbsent, SeenHeld, SeenPartial, SeenRunning, SeenPaused, SeenExited, SeenStopped, SeenBroken,
		}).Draw(rt, "sight"),
		Room: rapid.Bool().Draw(rt, "room"), Answered: rapid.Bool().Draw(rt, "answered"),
		Detail: words.Draw(rt, "detail"), Over: words.Draw(rt, "over"), Cannot: words.Draw(rt, "cannot"),
	}
}

func TestNextIsSafe(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l, seen := someLease(rt), someSeen(rt)
		act := Next(l, seen, noon)
		if again := Next(l, seen, noon); again != act {
			rt.Fatalf("the same facts gave %+v and %+v", act, again)
		}
		holds := func(law string, ok bool) {
			if !ok {
				rt.Errorf("%s: %+v of %+v, %+v", law, act, l, seen)
			}
		}
		holds("it moves only along Moves", act.Do != Move || l.Phase.May(act.To))
		holds("what is final rests", !l.Phase.Final() || act.Do == Rest)
		over := !noon.Before(l.EndsAt) || l.EndAsked != nil
		held := l.Phase == Starting || l.Phase == Live || l.Phase == Paused
		holds("what is over ends, whatever is seen", !(over && held) || act.Do == Move && act.To == Ending)
		holds("a request that is over never starts", !(over && l.Phase == Requested) || act.To != Starting)
		holds("an end has a reason and says why", act.To != Ending && act.To != Refused || act.Reason != "" && act.Say != "")
		holds("silence moves nothing by itself", seen.Sight != Unseen || over || seen.Over != "" || seen.Cannot != "" ||
			l.Phase == Requested || act.Do == Rest)
		holds("gone is only what was seen gone twice, a second apart", act.To != Ended ||
			seen.Sight == SeenAbsent && l.Found != nil && len(l.Looks) > 0 && noon.Sub(l.Looks[0]) >= LookGap)
		holds("live is only what answered or ran before", act.To != Live || seen.Sight == SeenRunning)
		holds("nothing of an old sandbox is started or used", !l.Replacing || act.Do != Start && act.Do != Await && act.Do != Thaw || l.Phase != Starting)
		holds("a rest that is not final comes back later", act.Do != Rest || l.Phase.Final() || act.Again.After(noon))
	})
}

func TestBackoffGrowsToItsMost(t *testing.T) {
	last := time.Duration(0)
	for tries := range 200 {
		d := Backoff(tries)
		if d < last || d < 500*time.Millisecond || d > 30*time.Second {
			t.Fatalf("after %d failures it waits %s, before that %s", tries, d, last)
		}
		last = d
	}
	if Backoff(-1) != Backoff(0) {
		t.Error("fewer than no failures wait otherwise than none")
	}
}

func TestFinalPhasesAreThoseThatNothingFollows(t *testing.T) {
	for p, to := range Moves {
		for _, q := range to {
			if _, ok := Moves[q]; !ok {
				t.Errorf("%s leads to %s, which Moves does not have", p, q)
			}
			if q == p {
				t.Errorf("%s leads to itself", p)
			}
		}
		if p.Final() != (p == Ended || p == Refused) {
			t.Errorf("%s is final: %v", p, p.Final())
		}
	}
}
