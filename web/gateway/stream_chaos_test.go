//go:build chaos

package gateway_test

import "testing"

func TestChaosWebSocketsLeaveNothing(t *testing.T) { webSockets(t, 10_000) }
