package docker

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/network"

	"innovationden/sandbox"
)

// Private networks are subnets of 32 addresses (.0/27) of this range, which RFC 6598
// keeps for carriers, next to the cells' own. The first address is the gateway that
// no bridge has, then come the holder and the services in their order.
var privateRange = netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 126, 0, 0}), 16)

const (
	subnetBits    = 27
	subnets       = 1 << (subnetBits - 16)
	firstHost     = 1 // the gateway
	holderHost    = 2
	firstService  = 3
	networkName   = "network"
	bridgeNameMax = 15 // IFNAMSIZ of the kernel, without the final zero
)

// private is the network of one sandbox.
type private struct {
	id     string // the engine's
	subnet netip.Prefix
}

func (p private) host(n int) netip.Addr {
	b := p.subnet.Masked().Addr().As4()
	binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])+uint32(n))
	return netip.AddrFrom4(b)
}

// device is the name of the bridge, which the firewall rule knows by its beginning.
func (o ours) device(id sandbox.ID) string {
	sum := sha256.Sum256([]byte(o.prefix(id)))
	name := "den-" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))
	return name[:bridgeNameMax]
}

// firstSubnet is where the search for a free subnet begins: other sandboxes begin
// elsewhere, so that those made at once seldom meet.
func (o ours) firstSubnet(id sandbox.ID) int {
	sum := sha256.Sum256([]byte(o.prefix(id)))
	return int(binary.BigEndian.Uint16(sum[16:])) % subnets
}

func subnetAt(n int) netip.Prefix {
	b := privateRange.Addr().As4()
	binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])+uint32(n%subnets)<<(32-subnetBits))
	return netip.PrefixFrom(netip.AddrFrom4(b), subnetBits)
}

// network finds the private network of a sandbox, or makes it in a subnet that no
// other network of the engine has.
func (r *Runtime) network(ctx context.Context, id sandbox.ID) (private, error) {
	var known []network.Inspect
	err := r.ask(ctx, func(ctx context.Context) (err error) {
		known, err = r.api.NetworkList(ctx, network.ListOptions{})
		return err
	})
	if err != nil {
		return private{}, silence("list networks", err)
	}
	taken := map[netip.Prefix]bool{}
	for _, n := range known {
		for _, c := range n.IPAM.Config {
			p, err := netip.ParsePrefix(c.Subnet)
			if err != nil {
				continue
			}
			if of, ok := r.ours.owns(n.Labels, n.Name); ok && of == id && n.ID != "" && p.Bits() == subnetBits && privateRange.Contains(p.Addr()) {
				return private{id: n.ID, subnet: p.Masked()}, nil
			}
			taken[p.Masked()] = true
		}
	}
	first := r.ours.firstSubnet(id)
	for i := range subnets {
		subnet := subnetAt(first + i)
		if overlapsAny(subnet, taken) {
			continue
		}
		made, err := r.makeNetwork(ctx, id, subnet)
		if err != nil && says(err, "overlap") {
			continue // somebody was quicker, or the host itself has a route there
		}
		return made, err
	}
	return private{}, fmt.Errorf("%w: no subnet of %s is free", sandbox.ErrFull, privateRange)
}

func overlapsAny(p netip.Prefix, taken map[netip.Prefix]bool) bool {
	for t := range taken {
		if p.Overlaps(t) {
			return true
		}
	}
	return false
}

func (r *Runtime) makeNetwork(ctx context.Context, id sandbox.ID, subnet netip.Prefix) (private, error) {
	made := private{subnet: subnet}
	err := r.ask(ctx, func(ctx context.Context) error {
		answer, err := r.api.NetworkCreate(ctx, r.ours.name(id, networkName), r.ours.network(id, subnet))
		if made.id = answer.ID; err == nil && made.id == "" { // without one it would be the engine's own network
			err = fmt.Errorf("%w: half an answer about the network of %s", sandbox.ErrUnavailable, id)
		}
		return err
	})
	if errdefs.IsConflict(err) {
		return made, fmt.Errorf("%w: the name of its network is taken", sandbox.ErrBroken)
	}
	return made, explain("make a private network", err)
}

// network says how a private network is made: internal, without an address of the
// host on its bridge, and without IPv6.
func (o ours) network(id sandbox.ID, subnet netip.Prefix) network.CreateOptions {
	no := false
	return network.CreateOptions{
		Driver: "bridge", Internal: true, EnableIPv6: &no, Labels: o.labels(id),
		IPAM: &network.IPAM{Driver: "default", Config: []network.IPAMConfig{{
			Subnet: subnet.String(), Gateway: private{subnet: subnet}.host(firstHost).String(),
		}}},
		Options: map[string]string{
			"com.docker.network.bridge.name":                 o.device(id),
			"com.docker.network.bridge.inhibit_ipv4":         "true",
			"com.docker.network.bridge.enable_ip_masquerade": "false",
			"com.docker.network.bridge.gateway_mode_ipv4":    "isolated", // Engine 28 and later
		},
	}
}

// endpoint joins a container to a private network at a fixed address.
func (p private) endpoint(host int, names ...string) *network.NetworkingConfig {
	return &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{p.id: {
		IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: p.host(host).String()}, Aliases: names,
	}}}
}
