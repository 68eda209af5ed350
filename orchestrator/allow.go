package orchestrator

import "innovationden/orchestrator/den"

// allow is the one place where the policy is asked. Who may not even read a thing
// learns nothing of it; who may read it is told that reading is all.
func allow(a den.Actor, do, read den.Action, owner den.Owner) error {
	switch {
	case den.May(a, do, owner):
		return nil
	case !a.Known():
		return den.Refuse(den.Unknown, "Sign in to see this.")
	case !a.Granted(do) && mayInPerson(a, do, owner):
		return den.Refuse(den.Denied, "%s", beyond)
	case do != read && den.May(a, read, owner):
		return den.Refuse(den.Denied, "You can see this but not change it. Ask a member of its department or the operator to do it.")
	}
	return den.Missing()
}

// beyond is said to the bearer of a token who could do it without one.
const beyond = "This token may not do that. Use one that may, or sign in."

func mayInPerson(a den.Actor, do den.Action, owner den.Owner) bool {
	a.Grants = nil
	return den.May(a, do, owner)
}

// allowSelf is allow for what is everybody's own: sessions, tokens, notices.
func allowSelf(a den.Actor, do den.Action) error {
	switch {
	case !a.Known():
		return den.Refuse(den.Unknown, "Sign in to see this.")
	case !a.Granted(do):
		return den.Refuse(den.Denied, "%s", beyond)
	}
	return nil
}

// rights says which of some actions an actor may do, for pages.
func rights(a den.Actor, owner den.Owner, actions ...den.Action) map[den.Action]bool {
	may := map[den.Action]bool{}
	for _, do := range actions {
		may[do] = den.May(a, do, owner)
	}
	return may
}

func leaseOwner(l den.Lease, t den.Trial) den.Owner {
	owner := t.Owner()
	owner.Suppliers = []den.ID{l.Supplier}
	return owner
}

func (o *Orchestrator) size(name string) (den.Size, bool) {
	for _, s := range o.Config.Sizes {
		if s.Name == name {
			return s, true
		}
	}
	return den.Size{}, false
}

// Sizes lists what a sandbox can get, smallest first as configured.
func (o *Orchestrator) Sizes() []den.Size { return o.Config.Sizes }

// Lengths says how long a trial is unless told otherwise, and at most.
func (o *Orchestrator) Lengths() (def, most den.Span) { return o.DefaultLength, o.LongestLength }
