package services

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// Sizes of DNS messages, in bytes.
const (
	plainReply = 512  // over UDP, to who says nothing of EDNS (RFC 1035, section 4.2.1)
	wideReply  = 1232 // over UDP at most
	question   = 4096 // longer questions are not read
	lifetime   = 30   // seconds that an answer may be kept
)

const badVersion = 16 // RFC 6891, section 9

var errTwice = errors.New("two OPT records")

// asked is a question that was understood.
type asked struct {
	name  string // without the final dot, as it was written
	kind  dnsmessage.Type
	known bool // the name is the sandbox's own
}

// query is what a message asks for.
type query struct {
	head    dnsmessage.Header
	ask     dnsmessage.Question
	edns    bool
	version byte
	room    int // bytes that the asker takes over UDP
}

// answer makes the reply to a DNS message, or nil where none is due. Own names get
// their addresses, or an empty answer where they have none of the kind. Other names
// do not exist (NXDOMAIN), which every resolver takes for the end at once. Nothing
// is forwarded. It keeps nothing; found says what was asked for, if it was a question.
func (n *names) answer(message []byte, udp bool) (reply []byte, found *asked) {
	q, code, ok := parse(message)
	if !ok {
		return nil, nil
	}
	if code != dnsmessage.RCodeSuccess {
		return q.reply(code, nil, false), nil
	}
	if q.ask.Class != dnsmessage.ClassINET && q.ask.Class != dnsmessage.ClassANY {
		return q.reply(dnsmessage.RCodeRefused, nil, false), nil
	}
	if q.edns && q.version != 0 {
		return q.reply(badVersion, nil, false), nil
	}
	found = &asked{name: strings.TrimSuffix(q.ask.Name.String(), "."), kind: q.ask.Type}
	resources, known := n.find(strings.ToLower(found.name), q.ask)
	found.known = known
	code = dnsmessage.RCodeNameError
	if known {
		code = dnsmessage.RCodeSuccess
	}
	reply = q.reply(code, resources, false)
	if udp && len(reply) > q.room {
		reply = q.reply(code, nil, true)
	}
	return reply, found
}

// parse reads a question. Not ok: it deserves no reply at all.
func parse(message []byte) (q query, code dnsmessage.RCode, ok bool) {
	var p dnsmessage.Parser
	head, err := p.Start(message)
	if err != nil || head.Response {
		return q, 0, false
	}
	q.head, q.room = head, plainReply
	if head.OpCode != 0 {
		return q, dnsmessage.RCodeNotImplemented, true
	}
	if binary.BigEndian.Uint16(message[4:]) != 1 {
		return q, dnsmessage.RCodeFormatError, true
	}
	ask, err := p.Question()
	if err != nil || p.SkipAllQuestions() != nil {
		return q, dnsmessage.RCodeFormatError, true
	}
	q.ask = ask
	if p.SkipAllAnswers() != nil || p.SkipAllAuthorities() != nil || q.additional(&p) != nil {
		q.edns = false
		return q, dnsmessage.RCodeFormatError, true
	}
	return q, dnsmessage.RCodeSuccess, true
}

// additional looks for EDNS (RFC 6891).
func (q *query) additional(p *dnsmessage.Parser) error {
	for {
		h, err := p.AdditionalHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Type == dnsmessage.TypeOPT {
			if q.edns {
				return errTwice
			}
			q.edns, q.version = true, byte(h.TTL>>16)
			q.room = min(max(int(h.Class), plainReply), wideReply)
		}
		if err := p.SkipAdditional(); err != nil {
			return err
		}
	}
}

// reply builds a message. It is authoritative and says that recursion is available:
// without either, an empty answer would send a resolver on to the next server.
func (q *query) reply(code dnsmessage.RCode, answers []dnsmessage.Resource, truncated bool) []byte {
	b := dnsmessage.NewBuilder(make([]byte, 0, plainReply), dnsmessage.Header{
		ID: q.head.ID, Response: true, OpCode: q.head.OpCode, Authoritative: true, Truncated: truncated,
		RecursionDesired: q.head.RecursionDesired, RecursionAvailable: true, RCode: code & 0xf,
	})
	b.EnableCompression()
	if q.ask.Name.Length > 0 {
		if b.StartQuestions() != nil || b.Question(q.ask) != nil {
			return nil
		}
	}
	if b.StartAnswers() != nil {
		return nil
	}
	for _, a := range answers {
		var err error
		switch body := a.Body.(type) {
		case *dnsmessage.AResource:
			err = b.AResource(a.Header, *body)
		case *dnsmessage.AAAAResource:
			err = b.AAAAResource(a.Header, *body)
		case *dnsmessage.PTRResource:
			err = b.PTRResource(a.Header, *body)
		}
		if err != nil {
			return nil
		}
	}
	if q.edns {
		var h dnsmessage.ResourceHeader
		if h.SetEDNS0(wideReply, code, false) != nil || b.StartAdditionals() != nil || b.OPTResource(h, dnsmessage.OPTResource{}) != nil {
			return nil
		}
	}
	reply, err := b.Finish()
	if err != nil {
		return nil
	}
	return reply
}

// find looks a name up among the sandbox's own.
func (n *names) find(name string, q dnsmessage.Question) (all []dnsmessage.Resource, known bool) {
	every := q.Type == dnsmessage.TypeALL
	if address, ok := reverse(name); ok {
		names := n.byAddress[address]
		if q.Type != dnsmessage.TypePTR && !every {
			return nil, len(names) > 0
		}
		for _, one := range names {
			target, err := dnsmessage.NewName(one + ".")
			if err != nil {
				continue
			}
			all = append(all, dnsmessage.Resource{Header: header(q.Name, dnsmessage.TypePTR), Body: &dnsmessage.PTRResource{PTR: target}})
		}
		return all, len(names) > 0
	}
	addresses, known := n.byName[name]
	if name == "localhost" || strings.HasSuffix(name, ".localhost") { // RFC 6761, section 6.3
		addresses, known = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, true
	}
	for _, a := range addresses {
		switch {
		case a.Is4() && (every || q.Type == dnsmessage.TypeA):
			all = append(all, dnsmessage.Resource{Header: header(q.Name, dnsmessage.TypeA), Body: &dnsmessage.AResource{A: a.As4()}})
		case a.Is6() && (every || q.Type == dnsmessage.TypeAAAA):
			all = append(all, dnsmessage.Resource{Header: header(q.Name, dnsmessage.TypeAAAA), Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
	return all, known || name == ""
}

func header(name dnsmessage.Name, kind dnsmessage.Type) dnsmessage.ResourceHeader {
	return dnsmessage.ResourceHeader{Name: name, Type: kind, Class: dnsmessage.ClassINET, TTL: lifetime}
}

// reverse reads the name under which an address is looked up (RFC 1035, section 3.5;
// RFC 3596, section 2.5).
func reverse(name string) (netip.Addr, bool) {
	if digits, ok := strings.CutSuffix(name, ".in-addr.arpa"); ok {
		parts := strings.Split(digits, ".")
		slices.Reverse(parts)
		a, err := netip.ParseAddr(strings.Join(parts, "."))
		return a, err == nil && a.Is4()
	}
	digits, ok := strings.CutSuffix(name, ".ip6.arpa")
	if !ok || len(digits) != 63 {
		return netip.Addr{}, false
	}
	var b strings.Builder
	for i := 62; i >= 0; i -= 2 { // a digit, a dot, a digit; the last digit comes first
		b.WriteByte(digits[i])
		if i > 0 && i%8 == 0 {
			b.WriteByte(':')
		}
	}
	a, err := netip.ParseAddr(b.String())
	return a, err == nil && a.Is6()
}
