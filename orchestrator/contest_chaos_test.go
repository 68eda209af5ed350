//go:build chaos

package orchestrator_test

import "testing"

const chaosRounds = 10_000

func TestChaosExtendAgainstExpiry(t *testing.T)      { extendAgainstExpiry(t, t, chaosRounds) }
func TestChaosTenRemovals(t *testing.T)              { tenRemovals(t, t, chaosRounds) }
func TestChaosFiftyLaunches(t *testing.T)            { fiftyLaunches(t, t, chaosRounds) }
func TestChaosRoleRevokedAgainstLaunch(t *testing.T) { revokedAgainstLaunch(t, t, chaosRounds) }
