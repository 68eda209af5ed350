package orchestrator

import (
	"time"

	"innovationden/orchestrator/den"
)

// calendar is whose working days count in this den.
func (o *Orchestrator) calendar() den.Calendar {
	return den.Calendar{Zone: o.Zone, Holidays: o.Holidays}
}

// calendarOf is the calendar of some hours: the holidays are the den's in every zone.
func (o *Orchestrator) calendarOf(h den.Hours) den.Calendar {
	return den.Calendar{Zone: o.zoneOf(h), Holidays: o.Holidays}
}

// zoneOf is the zone of some hours. One that is no longer known is the den's own: what
// was checked when the hours were set does not stop a pass.
func (o *Orchestrator) zoneOf(h den.Hours) *time.Location {
	if h.Zone == "" {
		return o.Zone
	}
	zone, err := time.LoadLocation(h.Zone)
	if err != nil {
		return o.Zone
	}
	return zone
}

// shut says that a lease is outside its hours, and when they begin or end next.
func (o *Orchestrator) shut(l den.Lease, now den.Stamp) (bool, den.Stamp) {
	if l.Hours == nil {
		return false, den.Stamp{}
	}
	by := o.calendarOf(*l.Hours)
	return !l.Hours.Open(now, by), l.Hours.Turn(now, by)
}

// turn is when a lease that runs must be looked at next.
func (p *pen) turn(l den.Lease) den.Stamp {
	_, turns := p.o.shut(l, p.now)
	return byTheClock(l).Turn(turns)
}

// rightHours says what is wrong with the hours of a trial; nil hours are right.
func (o *Orchestrator) rightHours(h *den.Hours) *den.Error {
	if h == nil {
		return nil
	}
	if bad := h.Check(); bad != nil {
		return bad
	}
	if _, err := time.LoadLocation(h.Zone); h.Zone == "Local" || err != nil {
		return den.Bad("hours", "Enter a time zone such as Europe/London.")
	}
	return nil
}

// runs is how long a sandbox will run between two moments: all the time, or within its
// hours.
func (o *Orchestrator) runs(h *den.Hours, from, to den.Stamp) den.Span {
	switch {
	case !from.Before(to):
		return 0
	case h == nil:
		return to.Sub(from)
	}
	return h.Within(from, to, o.calendarOf(*h))
}
