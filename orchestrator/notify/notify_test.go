package notify

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

var noon = time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)

func options(inside ...string) Options {
	o := Options{Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler)}
	for _, one := range inside {
		o.Inside = append(o.Inside, netip.MustParsePrefix(one))
	}
	return o
}

func open(t *testing.T, address string, o Options) Sender {
	t.Helper()
	s, err := Open(address, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func message(shape den.HookShape, to string) den.Message {
	return den.Message{
		ID: "dlv_1", To: to, Name: "Ada", Kind: den.NoticeReady, Title: "<Bookwell> & co is ready", Say: "You can open it now.",
		Link: "https://den.example/sandboxes/lea_1", At: noon, Hook: den.Hook{URL: to, Shape: shape, Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
	}
}

// The vector is the one that the Standard Webhooks specification gives.
func TestASignatureIsThatOfStandardWebhooks(t *testing.T) {
	got, ok := Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want || !ok {
		t.Errorf("signed %s, want %s", got, want)
	}
	if _, ok := Sign("", "id", "1", nil); ok {
		t.Error("no secret signs")
	}
}

func TestAWebhookIsSignedAndShaped(t *testing.T) {
	for shape, want := range map[den.HookShape]string{
		den.HookStandard: `"type":"notice.ready"`, "": `"type":"notice.ready"`,
		den.HookSlack: `\u0026lt;Bookwell\u0026gt; \u0026amp; co is ready`, den.HookTeams: `application/vnd.microsoft.card.adaptive`,
	} {
		var body []byte
		var header http.Header
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ = io.ReadAll(r.Body)
			header = r.Header
		}))
		m := message(shape, server.URL)
		if err := open(t, "webhook:", options("127.0.0.0/8")).Send(context.Background(), m); err != nil {
			t.Fatal(err)
		}
		server.Close()
		signed, _ := Sign(m.Hook.Secret, "dlv_1", header.Get("Webhook-Timestamp"), body)
		if header.Get("Webhook-Id") != "dlv_1" || header.Get("Webhook-Timestamp") != "1780488000" || header.Get("Webhook-Signature") != signed {
			t.Errorf("%s: the headers are %v", shape, header)
		}
		if !json.Valid(body) || !strings.Contains(string(body), want) || !strings.Contains(string(body), "lea_1") {
			t.Errorf("%s: the body is %s", shape, body)
		}
	}
}

func TestInsideAddressesAreRefusedWhenDialled(t *testing.T) {
	hits := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits++ }))
	defer server.Close()
	port := server.URL[strings.LastIndex(server.URL, ":"):]
	shut := open(t, "webhook:", options())
	for _, host := range []string{"http://127.0.0.1", "http://localhost", "http://[::1]", "http://[::ffff:127.0.0.1]", "http://0.0.0.0"} {
		err := shut.Send(context.Background(), message("", host+port))
		if den.KindOf(err) != den.Invalid {
			t.Errorf("%s: %v", host, err)
		}
	}
	if hits != 0 {
		t.Errorf("the server was reached %d times", hits)
	}
	if err := open(t, "webhook:", options("127.0.0.0/8")).Send(context.Background(), message("", server.URL)); err != nil || hits != 1 {
		t.Errorf("the control, which is allowed, did not reach it: %v", err)
	}
}

func TestWhatIsInside(t *testing.T) {
	g := guard{allowed: []netip.Prefix{netip.MustParsePrefix("10.1.2.0/24")}}
	for address, want := range map[string]bool{
		"127.0.0.1": true, "10.0.0.1": true, "10.1.2.3": false, "172.16.0.1": true, "192.168.1.1": true, "169.254.169.254": true,
		"100.64.0.1": true, "0.0.0.0": true, "224.0.0.1": true, "255.255.255.255": true, "198.18.0.1": true, "::1": true, "fe80::1": true,
		"fd00:ec2::254": true, "fc00::1": true, "::ffff:10.0.0.1": true, "64:ff9b::a00:1": true, "64:ff9b:1::a00:1": true, "2002:a00:1::": true, "ff02::1": true,
		"1.1.1.1": false, "8.8.8.8": false, "2606:4700:4700::1111": false, "::ffff:1.1.1.1": false,
	} {
		if got := g.refuses(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is refused: %v, want %v", address, got, want)
		}
	}
}

func TestAWebhookFollowsNoRedirect(t *testing.T) {
	hits := 0
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits++ }))
	defer inner.Close()
	outer := httptest.NewServer(http.RedirectHandler(inner.URL, http.StatusTemporaryRedirect))
	defer outer.Close()
	err := open(t, "webhook:", options("127.0.0.0/8")).Send(context.Background(), message("", outer.URL))
	if hits != 0 || den.KindOf(err) != den.Down {
		t.Errorf("%d hits, %v", hits, err)
	}
	gone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }))
	defer gone.Close()
	if err := open(t, "webhook:", options("127.0.0.0/8")).Send(context.Background(), message("", gone.URL)); den.KindOf(err) != den.Invalid {
		t.Errorf("410 is %v", err)
	}
}

func TestMailReachesARelay(t *testing.T) {
	relay := newRelay(t, "250 OK")
	m := message("", "ada@example.org")
	m.Title = "Ready\r\nBcc: eve@example.org"
	if err := open(t, "smtp://"+relay.address+"?from=den@example.org&tls=none", options()).Send(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	got := <-relay.mails
	for _, want := range []string{"To: <ada@example.org>", "Message-ID: <dlv_1@example.org>", "Subject: Ready Bcc: eve@example.org", "Auto-Submitted: auto-generated", "You can open it now.", "https://den.example/sandboxes/lea_1"} {
		if !strings.Contains(got, want) {
			t.Errorf("the mail has no %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "\nBcc:") {
		t.Errorf("a title became a header:\n%s", got)
	}
}

func TestARelayThatRefusesIsSaid(t *testing.T) {
	for answer, want := range map[string]den.Refusal{"550 No such mailbox": den.Invalid, "451 Try later": den.Down} {
		relay := newRelay(t, answer)
		err := open(t, "smtp://"+relay.address+"?from=den@example.org&tls=none", options()).Send(context.Background(), message("", "ada@example.org"))
		if den.KindOf(err) != want {
			t.Errorf("%s is %v, want %s", answer, err, want)
		}
	}
	err := open(t, "smtp://127.0.0.1:1?from=den@example.org&tls=none", options()).Send(context.Background(), message("", "ada@example.org"))
	if den.KindOf(err) != den.Down {
		t.Errorf("a relay that is not there is %v", err)
	}
}

func TestAnAddressOfNoSenderIsRefused(t *testing.T) {
	for _, address := range []string{"", "carrier-pigeon:", "smtp://host", "smtp://host?from=nobody", "smtp://?from=a@b.c", "smtp://host?from=a@b.c&tls=maybe", "://"} {
		if s, err := Open(address, options()); err == nil {
			t.Errorf("%q opens %T", address, s)
		}
	}
	if err := open(t, "log:", options()).Send(context.Background(), den.Message{}); err != nil {
		t.Error(err)
	}
}

// relay is a mail relay of a few lines; answer is what it says to a recipient.
type relay struct {
	address string
	mails   chan string
}

func newRelay(t *testing.T, answer string) relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := relay{l.Addr().String(), make(chan string, 1)}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				go r.talk(conn, answer)
			}
		}
	}()
	return r
}

func (r relay) talk(conn net.Conn, answer string) {
	defer func() { _ = conn.Close() }()
	say := func(s string) { _, _ = io.WriteString(conn, s+"\r\n") }
	say("220 relay")
	in := bufio.NewScanner(conn)
	for in.Scan() {
		switch verb, _, _ := strings.Cut(strings.ToUpper(in.Text()), " "); verb {
		case "EHLO", "HELO":
			say("250 relay")
		case "RCPT":
			say(answer)
		case "DATA":
			say("354 go on")
			var text strings.Builder
			for in.Scan() && in.Text() != "." {
				text.WriteString(in.Text() + "\n")
			}
			r.mails <- text.String()
			say("250 OK")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 OK")
		}
	}
}
