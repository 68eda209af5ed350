package orchestrator

import "innovationden/orchestrator/den"

// Evidence knows what the products in sandboxes tried to reach.
type Evidence interface {
	// Tried lists what the product of a sandbox tried to reach so far, bounded in
	// number and length; empty for a sandbox that is not watched. It does not block.
	Tried(sandbox string) []den.Tried
}

// tried is what a product tried to reach: what is known now, or what was kept of it
// when its sandbox was removed.
func (o *Orchestrator) tried(l den.Lease) []den.Tried {
	if o.Evidence == nil || l.Phase.Final() {
		return l.Tried
	}
	if now := o.Evidence.Tried(l.Sandbox); len(now) > 0 {
		return now
	}
	return l.Tried
}
