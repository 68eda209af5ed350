// Package actor carries who is asking from the door to the use case. It knows the
// context of a request and den.Actor, and must not know sessions, tokens or pages.
package actor

import (
	"context"

	"innovationden/orchestrator/den"
)

type key struct{}

// With puts who is asking into a request's context.
func With(ctx context.Context, a den.Actor) context.Context {
	return context.WithValue(ctx, key{}, a)
}

// From is who is asking; the zero Actor, who may do nothing, where nobody is known.
func From(ctx context.Context) den.Actor {
	a, _ := ctx.Value(key{}).(den.Actor)
	return a
}
