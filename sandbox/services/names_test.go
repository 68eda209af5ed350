package services_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"innovationden/sandbox/services"
)

func message(t testing.TB, name string, kind dnsmessage.Type, change func(*dnsmessage.Message)) []byte {
	t.Helper()
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 7, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name), Type: kind, Class: dnsmessage.ClassINET}},
	}
	if change != nil {
		change(&m)
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func ask(t testing.TB, conn net.Conn, raw []byte) dnsmessage.Message {
	t.Helper()
	if _, err := conn.Write(raw); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 4096)
	n, err := conn.Read(b)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	return unpack(t, b[:n])
}

func unpack(t testing.TB, b []byte) (m dnsmessage.Message) {
	t.Helper()
	if err := m.Unpack(b); err != nil {
		t.Fatal(err)
	}
	return m
}

func values(m dnsmessage.Message) string {
	var all []string
	for _, a := range m.Answers {
		switch b := a.Body.(type) {
		case *dnsmessage.AResource:
			all = append(all, net.IP(b.A[:]).String())
		case *dnsmessage.AAAAResource:
			all = append(all, net.IP(b.AAAA[:]).String())
		case *dnsmessage.PTRResource:
			all = append(all, b.PTR.String())
		default:
			all = append(all, fmt.Sprintf("%T", b))
		}
	}
	return strings.Join(all, " ")
}

func TestNamesAreAnsweredOrDoNotExist(t *testing.T) {
	o, space := open(t, config())
	conn := space.dial(t, "udp", services.NamesPort)
	for _, c := range []struct {
		name string
		kind dnsmessage.Type
		code dnsmessage.RCode
		want string
	}{
		{"web.", dnsmessage.TypeA, 0, "100.127.0.1"},
		{"WeB.", dnsmessage.TypeA, 0, "100.127.0.1"},
		{"web.", dnsmessage.TypeAAAA, 0, ""},
		{"db.", dnsmessage.TypeA, 0, "10.1.2.3"},
		{"db.", dnsmessage.TypeAAAA, 0, "fd00::3"},
		{"db.", dnsmessage.TypeALL, 0, "10.1.2.3 fd00::3"},
		{"db.", dnsmessage.TypeSRV, 0, ""},
		{"db.", dnsmessage.TypeTXT, 0, ""},
		{"empty.", dnsmessage.TypeA, 0, ""},
		{"localhost.", dnsmessage.TypeA, 0, "127.0.0.1"},
		{"app.localhost.", dnsmessage.TypeAAAA, 0, "::1"},
		{".", dnsmessage.TypeNS, 0, ""},
		{"3.2.1.10.in-addr.arpa.", dnsmessage.TypePTR, 0, "db."},
		{"1.0.127.100.in-addr.arpa.", dnsmessage.TypePTR, 0, "sandbox. web."},
		{"1.0.0.127.in-addr.arpa.", dnsmessage.TypePTR, 0, "localhost."},
		{"1." + strings.Repeat("0.", 31) + "ip6.arpa.", dnsmessage.TypePTR, 0, "localhost."},
		{"3." + strings.Repeat("0.", 27) + "0.0.d.f.ip6.arpa.", dnsmessage.TypePTR, 0, "db."},
		{"1.0.0.127.in-addr.arpa.", dnsmessage.TypeA, 0, ""},
		{"8.8.8.8.in-addr.arpa.", dnsmessage.TypePTR, dnsmessage.RCodeNameError, ""},
		{"api.stripe.com.", dnsmessage.TypeA, dnsmessage.RCodeNameError, ""},
		{"_http._tcp.web.", dnsmessage.TypeSRV, dnsmessage.RCodeNameError, ""},
		{"web.example.", dnsmessage.TypeA, dnsmessage.RCodeNameError, ""},
	} {
		m := ask(t, conn, message(t, c.name, c.kind, nil))
		if m.RCode != c.code || values(m) != c.want || m.ID != 7 || !m.Response || !m.Authoritative || !m.RecursionAvailable || !m.RecursionDesired {
			t.Errorf("%s %s: %s %q %+v, want %s %q", c.name, c.kind, m.RCode, values(m), m.Header, c.code, c.want)
		}
		if len(m.Questions) != 1 || m.Questions[0].Name.String() != c.name {
			t.Errorf("%s: the question came back as %v", c.name, m.Questions)
		}
	}
	var names []string
	for _, one := range o.Tried() {
		names = append(names, one.Name)
	}
	if want := []string{"8.8.8.8.in-addr.arpa", "api.stripe.com", "_http._tcp.web", "web.example"}; !slices.Equal(names, want) {
		t.Errorf("kept %q, want %q", names, want)
	}
}

func TestOddQuestionsAreAnsweredAsTheyDeserve(t *testing.T) {
	_, space := open(t, config())
	conn := space.dial(t, "udp", services.NamesPort)
	opt := func(version uint32, times int) func(*dnsmessage.Message) {
		return func(m *dnsmessage.Message) {
			for range times {
				m.Additionals = append(m.Additionals, dnsmessage.Resource{
					Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName("."), Type: dnsmessage.TypeOPT, Class: 4096, TTL: version << 16},
					Body:   &dnsmessage.OPTResource{},
				})
			}
		}
	}
	for name, c := range map[string]struct {
		change func(*dnsmessage.Message)
		want   dnsmessage.RCode
		edns   bool
	}{
		"EDNS":               {opt(0, 1), 0, true},
		"EDNS of tomorrow":   {opt(1, 1), 0, true}, // BADVERS has its upper bits in the OPT
		"EDNS twice":         {opt(0, 2), dnsmessage.RCodeFormatError, false},
		"another operation":  {func(m *dnsmessage.Message) { m.OpCode = 5 }, dnsmessage.RCodeNotImplemented, false},
		"another class":      {func(m *dnsmessage.Message) { m.Questions[0].Class = dnsmessage.ClassCHAOS }, dnsmessage.RCodeRefused, false},
		"two questions":      {func(m *dnsmessage.Message) { m.Questions = append(m.Questions, m.Questions[0]) }, dnsmessage.RCodeFormatError, false},
		"no question at all": {func(m *dnsmessage.Message) { m.Questions = nil }, dnsmessage.RCodeFormatError, false},
	} {
		m := ask(t, conn, message(t, "web.", dnsmessage.TypeA, c.change))
		if m.RCode != c.want || (len(m.Additionals) == 1) != c.edns {
			t.Errorf("%s: %s with %d additionals, want %s", name, m.RCode, len(m.Additionals), c.want)
		}
	}
	// Answers and scraps get no reply; the question behind them does.
	for _, raw := range [][]byte{message(t, "web.", dnsmessage.TypeA, func(m *dnsmessage.Message) { m.Response = true }), {1, 2, 3}, {}} {
		if _, err := conn.Write(raw); err != nil {
			t.Fatal(err)
		}
	}
	if m := ask(t, conn, message(t, "web.", dnsmessage.TypeA, func(m *dnsmessage.Message) { m.ID = 99 })); m.ID != 99 {
		t.Errorf("the reply is to %d, want to 99", m.ID)
	}
}

func TestALongAnswerIsCutOverUDPAndWholeOverTCP(t *testing.T) {
	c := config()
	for i := range 16 {
		c.Names["many"] = append(c.Names["many"], addr(fmt.Sprintf("fd00::%d", i+1)))
		c.Names["many"+strings.Repeat("x", i)+strings.Repeat(".yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", 4)] = []netip.Addr{addr("10.9.9.9")}
	}
	_, space := open(t, c)
	long := "9.9.9.10.in-addr.arpa."
	if m := ask(t, space.dial(t, "udp", services.NamesPort), message(t, long, dnsmessage.TypePTR, nil)); !m.Truncated || len(m.Answers) != 0 {
		t.Errorf("over UDP: truncated %v, %d answers", m.Truncated, len(m.Answers))
	}
	conn := space.dial(t, "tcp", services.NamesPort)
	for range 3 {
		raw := message(t, long, dnsmessage.TypePTR, nil)
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(raw))), raw...)); err != nil {
			t.Fatal(err)
		}
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			t.Fatal(err)
		}
		reply := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, reply); err != nil {
			t.Fatal(err)
		}
		if m := unpack(t, reply); m.Truncated || len(m.Answers) != 16 {
			t.Errorf("over TCP: truncated %v, %d answers", m.Truncated, len(m.Answers))
		}
	}
}

func TestWhatWasAskedForIsBoundedAndCounted(t *testing.T) {
	c := config()
	c.Tried = 8
	o, space := open(t, c)
	conn := space.dial(t, "udp", services.NamesPort)
	for i := range 14 {
		for _, kind := range []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA} {
			ask(t, conn, message(t, []string{"api.stripe.com.", "API.Stripe.com."}[i%2], kind, nil))
		}
	}
	label := strings.Repeat("\x1b\xff\\<", 15)
	ask(t, conn, message(t, strings.Repeat(label+".", 4), dnsmessage.TypeA, nil))
	for i := range 40 {
		ask(t, conn, message(t, fmt.Sprintf("n%d.example.", i), dnsmessage.TypeTXT, nil))
	}
	e := o.Evidence()
	if len(e.Tried) != 8 || e.TriedMore != 34 {
		t.Fatalf("kept %d and %d more, want 8 and 34", len(e.Tried), e.TriedMore)
	}
	first, odd := e.Tried[0], e.Tried[1]
	if first.Name != "api.stripe.com" || first.Times() != 14 || first.A != 14 || first.AAAA != 14 || first.How != services.ByName || first.Last.Before(first.First) || first.First.IsZero() {
		t.Errorf("kept %+v", first)
	}
	if len(odd.Name) > 253 || !strings.HasPrefix(odd.Name, `\027\255\092<`) {
		t.Errorf("kept a hostile name as %q (%d bytes)", odd.Name, len(odd.Name))
	}
}

func TestAFloodIsSlowedAndTheRestIsAnswered(t *testing.T) {
	c := config()
	c.Questions = 50
	o, space := open(t, c)
	flood := space.dial(t, "udp", services.NamesPort)
	raw := message(t, "flood.example.", dnsmessage.TypeA, nil)
	began := time.Now()
	for range 20000 {
		_, _ = flood.Write(raw)
	}
	r := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", space.tcp[services.NamesPort])
	}}
	got, err := r.LookupHost(t.Context(), "web")
	if err != nil || !slices.Equal(got, []string{"100.127.0.1"}) {
		t.Errorf("after the flood: %v, %v", got, err)
	}
	most := 200 + uint64(time.Since(began).Seconds()*50) + 10 // what the bucket holds, and what comes
	if tried := o.Tried(); len(tried) != 1 || tried[0].Times() > most || tried[0].Times() < 100 {
		t.Errorf("of a flood were answered %+v, want at most %d", tried, most)
	}
}

func TestConnectionsThatAreTooManyAreClosedAtOnce(t *testing.T) {
	c := config()
	c.Connections = 4
	_, space := open(t, c)
	var held []net.Conn
	for range 4 {
		conn := space.dial(t, "tcp", services.NamesPort)
		raw := message(t, "web.", dnsmessage.TypeA, nil)
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(raw))), raw...)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, make([]byte, 2)); err != nil {
			t.Fatalf("within the bound: %v", err)
		}
		held = append(held, conn)
	}
	if n, err := space.dial(t, "tcp", services.NamesPort).Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("beyond the bound: read %d, %v; want to be closed", n, err)
	}
	for _, h := range held {
		_ = h.Close()
	}
}

func TestGoResolvesInside(t *testing.T) {
	o, space := open(t, config())
	r := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, map[string]string{"udp": space.udp[53], "tcp": space.tcp[53]}[network[:3]])
	}}
	if got, err := r.LookupHost(t.Context(), "db"); err != nil || !slices.Equal(got, []string{"10.1.2.3", "fd00::3"}) {
		t.Errorf("db: %v, %v", got, err)
	}
	began := time.Now()
	_, err := r.LookupHost(t.Context(), "api.stripe.com")
	var dns *net.DNSError
	if !errors.As(err, &dns) || !dns.IsNotFound || dns.IsTimeout || dns.IsTemporary {
		t.Errorf("an outside name: %v, want that it does not exist", err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("Go gave up after %s", took)
	}
	if tried := o.Tried(); len(tried) == 0 || !strings.HasPrefix(tried[0].Name, "api.stripe.com") {
		t.Errorf("kept %+v", tried)
	}
}
