package services

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
)

// closed are the ranges of which no address may be reached, in the registries of
// IANA for special purposes (RFC 6890 and its updates). Of IPv6 only 2000::/3 is
// open at all, so what is closed below is what lies in it.
var closed = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"168.63.129.16/32", // the platform's own services, in every network of Azure
	"2001::/23",        // Teredo, ORCHID and other protocols
	"2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
)

var openV6 = netip.MustParsePrefix("2000::/3")

func prefixes(all ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(all))
	for i, one := range all {
		list[i] = netip.MustParsePrefix(one)
	}
	return list
}

// public says whether an address is one of the open Internet. Forms that carry an
// IPv4 address inside an IPv6 one (mapped, NAT64, 6to4, Teredo, ISATAP) are not, nor
// is one with a zone.
func public(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" || a.Is4In6() || a.Is6() && (!openV6.Contains(a) || isatap(a)) {
		return false
	}
	return !slices.ContainsFunc(closed, func(p netip.Prefix) bool { return p.Contains(a) })
}

// isatap: RFC 5214, section 6.1.
func isatap(a netip.Addr) bool {
	b := a.As16()
	return b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe
}

// errForbidden: the name leads only to addresses that no product may reach.
var errForbidden = errors.New("it leads to an address that no sandbox may reach")

// permitted keeps of a name's addresses those that a product may reach.
func (w *wayOut) permitted(all []netip.Addr) ([]netip.Addr, error) {
	own, err := w.own()
	if err != nil {
		return nil, fmt.Errorf("list the den's own addresses: %w", err)
	}
	var open []netip.Addr
	for _, a := range all {
		mine := slices.ContainsFunc(own, func(o netip.Addr) bool { return o.Unmap().WithZone("") == a })
		shut := slices.ContainsFunc(w.offer.config.Closed, func(p netip.Prefix) bool { return p.Contains(a) })
		if public(a) && !mine && !shut && !slices.Contains(open, a) {
			open = append(open, a)
		}
	}
	if len(open) == 0 {
		return nil, errForbidden
	}
	return open, nil
}

// resolver asks for whole names, to which no search domain is added. It keeps the two
// kinds of address apart, for a mapped address in an IPv6 record must not pass for IPv4.
func resolver(r *net.Resolver) func(context.Context, string) ([]netip.Addr, error) {
	return func(ctx context.Context, host string) ([]netip.Addr, error) {
		var all []netip.Addr
		v4, err4 := r.LookupNetIP(ctx, "ip4", host+".")
		for _, a := range v4 {
			all = append(all, a.Unmap())
		}
		v6, err6 := r.LookupNetIP(ctx, "ip6", host+".")
		all = append(all, v6...)
		if len(all) == 0 {
			return nil, errors.Join(err4, err6)
		}
		return all, nil
	}
}

func dialHost(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", to.String())
}

func ownAddresses() ([]netip.Addr, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var own []netip.Addr
	for _, one := range all {
		if n, ok := one.(*net.IPNet); ok {
			if a, ok := netip.AddrFromSlice(n.IP); ok {
				own = append(own, a)
			}
		}
	}
	return own, nil
}
