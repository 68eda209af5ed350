package services

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	namesPatience = 10 * time.Second // that a TCP connection may be silent
	namesTurns    = 100              // questions on one TCP connection
)

// names answers for the sandbox's own names and keeps what else was asked for.
type names struct {
	offer     *Offer
	byName    map[string][]netip.Addr
	byAddress map[netip.Addr][]string
	door      *door
	pace      *bucket // of questions, UDP and TCP together
}

func newNames(o *Offer) *names {
	n := &names{offer: o, byName: map[string][]netip.Addr{}, byAddress: map[netip.Addr][]string{
		netip.AddrFrom4([4]byte{127, 0, 0, 1}): {"localhost"}, netip.IPv6Loopback(): {"localhost"},
	}}
	for name, addresses := range o.config.Names {
		for _, a := range addresses {
			a = a.Unmap()
			n.byName[name] = append(n.byName[name], a)
			if len(n.byAddress[a]) < maxAddresses {
				n.byAddress[a] = append(n.byAddress[a], name)
			}
		}
		if len(addresses) == 0 {
			n.byName[name] = nil // it is known, and has none
		}
	}
	for _, all := range n.byAddress {
		slices.SortFunc(all, func(a, b string) int { return strings.Compare(a, b) })
	}
	perSecond := float64(o.config.Questions)
	n.pace = newBucket(perSecond, 4*perSecond, o.config.Now)
	n.door = newDoor(o, perSecond/4+1, n.stream)
	return n
}

// packets answers questions that come over UDP, one after the other: what is too much
// stays in the kernel's buffer, which drops the rest.
func (n *names) packets(conn net.PacketConn) {
	buffer := make([]byte, question)
	for {
		if n.pace.wait(n.offer.life, 1) != nil {
			return
		}
		size, from, err := conn.ReadFrom(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil || from == nil {
			continue // the pace bounds how often
		}
		if reply := n.hear(buffer[:size], true); reply != nil {
			_, _ = conn.WriteTo(reply, from) // who went away needs no answer
		}
	}
}

// stream answers questions that come over TCP (RFC 1035, section 4.2.2).
func (n *names) stream(conn net.Conn) {
	patience := newLeash(conn, namesPatience)
	defer patience.drop()
	var size [2]byte
	buffer := make([]byte, question)
	for range namesTurns {
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		length := int(binary.BigEndian.Uint16(size[:]))
		if length > len(buffer) {
			return
		}
		if _, err := io.ReadFull(conn, buffer[:length]); err != nil || n.pace.wait(n.offer.life, 1) != nil {
			return
		}
		reply := n.hear(buffer[:length], false)
		if reply == nil || len(reply) > 1<<16-1 {
			return
		}
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...)); err != nil {
			return
		}
		patience.pull()
	}
}

// hear answers a message and keeps what it asked for.
func (n *names) hear(message []byte, udp bool) (reply []byte) {
	defer n.offer.survive()
	reply, found := n.answer(message, udp)
	if found == nil || found.known {
		return reply
	}
	first := n.offer.kept.tried(ByName, found.name, func(t *Tried) *uint64 {
		switch found.kind {
		case dnsmessage.TypeA:
			return &t.A
		case dnsmessage.TypeAAAA:
			return &t.AAAA
		}
		return &t.Other
	})
	if first {
		n.offer.config.Log.Info("a sandbox asked for a name that is not its own", "name", escaped(found.name))
	}
	return reply
}
