package services

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// configList is a list of one ECHConfig (RFC 9849, section 4) with a public name.
func configList(t *testing.T, name string) []byte {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	be := binary.BigEndian
	b := []byte{1, 0, 0x20} // a config id, and DHKEM(X25519, HKDF-SHA256)
	b = append(be.AppendUint16(b, 32), key.PublicKey().Bytes()...)
	b = append(b, 0, 4, 0, 1, 0, 1, 32, byte(len(name))) // HKDF-SHA256, AES-128-GCM; the longest name
	b = append(append(b, name...), 0, 0)
	b = append(be.AppendUint16([]byte{0xfe, 0x0d}, uint16(len(b))), b...)
	return append(be.AppendUint16(nil, uint16(len(b))), b...)
}

// hello is what a real client says first.
func hello(t *testing.T, c *tls.Config) []byte {
	ours, theirs := net.Pipe()
	defer func() { _ = ours.Close() }()
	go func() {
		_ = tls.Client(theirs, c).Handshake()
		_ = theirs.Close()
	}()
	head := make([]byte, 5)
	if _, err := io.ReadFull(ours, head); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, binary.BigEndian.Uint16(head[3:]))
	if _, err := io.ReadFull(ours, body); err != nil {
		t.Fatal(err)
	}
	return append(head, body...)
}

func TestTheNameOfAHello(t *testing.T) {
	insecure := func(c *tls.Config) *tls.Config { c.InsecureSkipVerify = true; return c }
	plain := hello(t, insecure(&tls.Config{ServerName: "example.com"}))
	split := bytes.Clone(plain[:5])
	binary.BigEndian.PutUint16(split[3:], 10)
	split = append(append(split, plain[5:15]...), plain[:3]...)
	split = append(binary.BigEndian.AppendUint16(split, uint16(len(plain)-15)), plain[15:]...)
	for name, c := range map[string]struct {
		raw  []byte
		want string
		err  error
	}{
		"plain":              {plain, "example.com", nil},
		"in two records":     {split, "example.com", nil},
		"with more behind":   {append(bytes.Clone(plain), "early data"...), "example.com", nil},
		"TLS 1.2":            {hello(t, insecure(&tls.Config{ServerName: "example.com", MaxVersion: tls.VersionTLS12})), "example.com", nil},
		"encrypted in part":  {hello(t, &tls.Config{ServerName: "secret.example", EncryptedClientHelloConfigList: configList(t, "example.com")}), "example.com", nil},
		"encrypted, other":   {hello(t, &tls.Config{ServerName: "example.com", EncryptedClientHelloConfigList: configList(t, "public.example")}), "public.example", nil},
		"without a name":     {hello(t, insecure(&tls.Config{})), "", errNoName},
		"an address":         {hello(t, insecure(&tls.Config{ServerName: "10.0.0.1"})), "", errNoName},
		"cut short":          {plain[:len(plain)-1], "", errNoTLS},
		"an endless promise": {[]byte{22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff}, "", errNoTLS},
		"nothing":            {nil, "", errNoTLS},
	} {
		got, heard, err := serverName(t.Context(), bytes.NewReader(c.raw))
		if got != c.want || !errors.Is(err, c.err) || !bytes.HasPrefix(c.raw, heard) {
			t.Errorf("%s: %q, %v; want %q, %v", name, got, err, c.want, c.err)
		}
		if err == nil && len(heard) < len(plain)-5 && len(heard) < len(c.raw) {
			t.Errorf("%s: only %d of %d bytes go on", name, len(heard), len(c.raw))
		}
	}
}

// What the host gives where a config says nothing: none of it is ever open.
func TestTheHostsOwnResolverAndAddresses(t *testing.T) {
	server := alone(t)
	server.life = t.Context()
	server.names.byName["api.example.org"] = []netip.Addr{netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("::ffff:9.9.9.9"), netip.MustParseAddr("2600::1")}
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server.work.Go(func() { server.names.packets(packets) })
	defer server.work.Wait()
	defer func() { _ = packets.Close() }()
	resolve := resolver(&net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", packets.LocalAddr().String())
	}})
	all, err := resolve(t.Context(), "api.example.org")
	if err != nil || !slices.Equal(all, []netip.Addr{netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("2600::1")}) {
		t.Errorf("api.example.org: %v, %v", all, err)
	}
	if all, err := resolve(t.Context(), "none.example.org"); err == nil {
		t.Errorf("none.example.org: %v", all)
	}
	if tried := server.Tried(); len(tried) != 1 || tried[0].Name != "none.example.org" || tried[0].Times() != 1 {
		t.Errorf("asked for %+v, want the whole name alone, once", tried)
	}
	own, err := ownAddresses()
	if err != nil || !slices.Contains(own, netip.MustParseAddr("127.0.0.1")) && !slices.Contains(own, netip.MustParseAddr("::ffff:127.0.0.1")) {
		t.Errorf("own: %v, %v", own, err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	conn, err := dialHost(t.Context(), l.Addr().(*net.TCPAddr).AddrPort())
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	w := &wayOut{offer: &Offer{config: Config{Closed: []netip.Prefix{netip.MustParsePrefix("1.1.1.0/24")}}}, own: func() ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("::ffff:8.8.8.8")}, nil
	}}
	for _, a := range []string{"8.8.8.8", "1.1.1.1"} {
		if open, err := w.permitted([]netip.Addr{netip.MustParseAddr(a)}); !errors.Is(err, errForbidden) {
			t.Errorf("%s: %v, %v", a, open, err)
		}
	}
}

// pipes is a space without sockets, in which time can be made to pass.
type pipes struct {
	ports map[uint16]chan net.Conn
	shut  chan struct{}
}

func (p *pipes) ListenPacket(netip.AddrPort) (net.PacketConn, error) {
	return &silence{shut: p.shut}, nil
}

func (p *pipes) Listen(at netip.AddrPort) (net.Listener, error) {
	p.ports[at.Port()] = make(chan net.Conn)
	return &piped{p.ports[at.Port()], make(chan struct{})}, nil
}

func (p *pipes) dial(port uint16) net.Conn {
	ours, theirs := net.Pipe()
	p.ports[port] <- theirs
	return ours
}

type piped struct {
	conns chan net.Conn
	shut  chan struct{}
}

func (l *piped) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.shut:
		return nil, net.ErrClosed
	}
}
func (l *piped) Close() error   { close(l.shut); return nil }
func (l *piped) Addr() net.Addr { return &net.TCPAddr{} }

type silence struct {
	net.PacketConn
	shut chan struct{}
}

func (s *silence) ReadFrom([]byte) (int, net.Addr, error) { <-s.shut; return 0, nil, net.ErrClosed }
func (s *silence) Close() error                           { close(s.shut); return nil }

// Who says nothing, or stops half-way, is left after a while.
func TestSilentClientsAreLeft(t *testing.T) {
	for name, c := range map[string]struct {
		port  uint16
		say   string
		until time.Duration
	}{
		"names":              {NamesPort, "", namesPatience},
		"half a question":    {NamesPort, "\x00\x20ab", namesPatience},
		"way out":            {OutPort, "", headPatience},
		"half a head":        {OutPort, "GET http://example.com/ HTTP/1.1\r\nHost:", headPatience},
		"no hello":           {OutPort, "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n", headPatience},
		"half a hello":       {OutPort, "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n\x16\x03\x01\x01\x00\x01", headPatience},
		"a host that is mum": {OutPort, "GET http://example.com:80/ HTTP/1.1\r\nHost: example.com\r\n\r\n", answerPatience},
		"mail":               {MailPort, "", mailPatience},
		"half a mail":        {MailPort, "MAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\nhalf", mailPatience},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				space := &pipes{ports: map[uint16]chan net.Conn{}, shut: make(chan struct{})}
				o, err := Open(t.Context(), space, Config{
					Mail: true, Now: time.Now, Out: []Allowed{{"example.com", 443}, {"example.com", 80}},
					Resolve: func(context.Context, string) ([]netip.Addr, error) {
						return []netip.Addr{netip.MustParseAddr("8.8.8.8")}, nil
					},
					Own: func() ([]netip.Addr, error) { return nil, nil },
					Dial: func(context.Context, netip.AddrPort) (net.Conn, error) {
						ours, theirs := net.Pipe()
						go func() { _, _ = io.Copy(io.Discard, theirs) }()
						return ours, nil
					},
				})
				if err != nil {
					t.Fatal(err)
				}
				defer o.Close()
				began := time.Now()
				conn := space.dial(c.port)
				go func() { _, _ = io.WriteString(conn, c.say) }()
				_, _ = io.Copy(io.Discard, conn)
				if took := time.Since(began); took < c.until || took > c.until+time.Second {
					t.Errorf("left after %s, want %s", took, c.until)
				}
				_ = conn.Close()
			})
		})
	}
}
