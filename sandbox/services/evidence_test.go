package services_test

import (
	"encoding/json"
	"io"
	"math"
	"net/netip"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"innovationden/sandbox/services"
)

func TestEvidenceGoesOnAfterARestart(t *testing.T) {
	o, space, _, client := outside(t, nil, hello)
	get(t, client, "http://example.com/")
	get(t, client, "http://evil.example.com/")
	ask(t, space.dial(t, "udp", services.NamesPort), message(t, "api.stripe.com.", dnsmessage.TypeA, nil))
	if err := send(t, space, "a@b.example", []string{"c@d.example"}, "Subject: one\r\n\r\ntext"); err != nil {
		t.Fatal(err)
	}
	o.Close()
	b, err := json.Marshal(o.Evidence())
	if err != nil {
		t.Fatal(err)
	}
	var past services.Evidence
	if err := json.Unmarshal(b, &past); err != nil {
		t.Fatal(err)
	}
	before := o.Changes()
	if o.Evidence(); before == 0 || o.Changes() != before {
		t.Errorf("%d changes, then %d", before, o.Changes())
	}
	c := config()
	c.Past = past
	c.Out = []services.Allowed{{"example.com", 80}}
	again, space := open(t, c)
	got, _ := json.Marshal(again.Evidence())
	if len(past.Tried) != 2 || len(past.Mails) != 1 || len(again.Used()) != 3 || again.Used()[0].Received == 0 || !strings.Contains(string(got), `"name":"api.stripe.com"`) {
		t.Errorf("kept %s\nof %s", got, b)
	}
	ask(t, space.dial(t, "udp", services.NamesPort), message(t, "api.stripe.com.", dnsmessage.TypeA, nil))
	if tried := again.Tried(); len(tried) != 2 || tried[1].Times() != 2 || !tried[1].First.Equal(past.Tried[1].First) {
		t.Errorf("kept %+v", tried)
	}
}

// A snapshot that somebody changed is bounded as what is heard is.
func TestRestoredEvidenceIsBounded(t *testing.T) {
	var past services.Evidence
	for range 500 {
		past.Tried = append(past.Tried, services.Tried{How: "x", Name: strings.Repeat("\x1b", 9000), Other: math.MaxUint64})
		past.Mails = append(past.Mails, services.Mail{Text: strings.Repeat("\x1b", 90000), To: make([]string, 900), Attached: make([]string, 900)})
		past.Used = append(past.Used, services.Used{Allowed: services.Allowed{Host: strings.Repeat("h", 5000)}, Sent: math.MaxUint64})
	}
	past.TriedMore = math.MaxUint64
	c := config()
	c.Past = past
	o, _ := open(t, c)
	e := o.Evidence()
	if len(e.Tried) != 1 || len(e.Mails) != 100 || len(e.Used) > 128 || e.TriedMore != 1<<53-1 {
		t.Errorf("kept %d, %d, %d and %d more", len(e.Tried), len(e.Mails), len(e.Used), e.TriedMore)
	}
	if b, err := json.Marshal(e); err != nil || len(b) > 1<<20 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestTheProductIsToldByTheUsualVariables(t *testing.T) {
	c := config()
	c.Names = map[string][]netip.Addr{"web": {addr("100.127.0.1")}, "app": {addr("100.127.0.1")}}
	if got := c.Env(); !reflect.DeepEqual(got, []string{
		"MAIL_HOST=127.0.0.1", "MAIL_PORT=61025", "MAIL_URL=smtp://127.0.0.1:61025", "SMTP_HOST=127.0.0.1", "SMTP_PORT=61025", "SMTP_URL=smtp://127.0.0.1:61025",
	}) {
		t.Errorf("without a way out: %q", got)
	}
	c.Mail, c.Out = false, []services.Allowed{{"example.com", 443}}
	if got := c.Env(); !reflect.DeepEqual(got, []string{
		"HTTPS_PROXY=http://127.0.0.1:61080", "HTTP_PROXY=http://127.0.0.1:61080", "NO_PROXY=localhost,127.0.0.1,::1,100.127.0.1,app,web",
		"http_proxy=http://127.0.0.1:61080", "https_proxy=http://127.0.0.1:61080", "no_proxy=localhost,127.0.0.1,::1,100.127.0.1,app,web",
	}) {
		t.Errorf("with a way out: %q", got)
	}
	if got := (services.Config{}).Env(); got != nil {
		t.Errorf("of nothing: %q", got)
	}
}

// A sandbox that asks for no way out and no mail has no listener for them.
func TestWhatIsNotOfferedDoesNotListen(t *testing.T) {
	c := config()
	c.Mail = false
	_, space := open(t, c)
	if len(space.tcp) != 1 || len(space.udp) != 1 {
		t.Errorf("listening: %v %v", space.tcp, space.udp)
	}
}

// A clock that stands still, or goes back, neither stops answers nor the end of a
// connection that says nothing.
func TestAClockThatGoesBackHurtsNobody(t *testing.T) {
	c := config()
	start := time.Now()
	var hours atomic.Int64
	c.Now = func() time.Time { return start.Add(time.Duration(-hours.Add(1)) * time.Hour) }
	o, space := open(t, c)
	conn := space.dial(t, "udp", services.NamesPort)
	for range 100 {
		if m := ask(t, conn, message(t, "web.", dnsmessage.TypeA, nil)); values(m) != "100.127.0.1" {
			t.Fatal(values(m))
		}
	}
	o.Close()
	if _, err := io.WriteString(conn, "x"); err == nil {
		if n, err := conn.Read(make([]byte, 1)); err == nil {
			t.Errorf("read %d after Close", n)
		}
	}
}
