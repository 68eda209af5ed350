package notify

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

// guard refuses to dial what lies inside the house. It is asked with the address that is
// dialled, after the name was looked up, so that a name that changes its mind gains nothing.
type guard struct{ allowed []netip.Prefix }

// insideError is a dial that was refused.
type insideError struct{ address string }

func (e *insideError) Error() string { return fmt.Sprintf("%s is an inside address", e.address) }

func (g guard) dialer(patience time.Duration) *net.Dialer {
	return &net.Dialer{Timeout: patience, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || g.refuses(at.Addr()) {
			return &insideError{address}
		}
		return nil
	}}
}

// special are ranges that are not of the public internet and that net/netip has no
// question for; the last four carry an IPv4 address inside.
var special = []string{
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"100::/64", "2001::/23", "2001:db8::/32", "fec0::/10", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16",
}

// refuses says that an address is inside and was not allowed expressly.
func (g guard) refuses(at netip.Addr) bool {
	at = at.Unmap().WithZone("")
	holds := func(p netip.Prefix) bool { return p.Contains(at) }
	if slices.ContainsFunc(g.allowed, holds) {
		return false
	}
	return !at.IsValid() || at.IsLoopback() || at.IsPrivate() || at.IsLinkLocalUnicast() || at.IsMulticast() || at.IsUnspecified() ||
		!at.IsGlobalUnicast() || slices.ContainsFunc(special, func(s string) bool { return holds(netip.MustParsePrefix(s)) })
}
