package den

import "time"

// Stamp is a moment in UTC. It is what records hold; the zero Stamp means "not yet".
type Stamp = time.Time

// Span is a length of time.
type Span = time.Duration
