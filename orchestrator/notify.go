package orchestrator

import (
	"context"

	"innovationden/orchestrator/den"
)

// Sender takes notices out of the den by one channel.
type Sender interface {
	// Send hands one message over. It may be called by many goroutines, and again for
	// the same message after a failure. Its error says, for the operator, why; a
	// den.Error of kind Invalid says that trying again is of no use.
	Send(context.Context, den.Message) error
}
