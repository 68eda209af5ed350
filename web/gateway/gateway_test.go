package gateway_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"innovationden/web/gateway"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const domain = "sandbox.test"

// dialer leads sandboxes to listeners on loopback, and counts.
type dialer struct {
	to    sync.Map // sandbox → address
	dials atomic.Int64
}

func (d *dialer) Dial(ctx context.Context, sandbox string, _ int) (net.Conn, error) {
	d.dials.Add(1)
	address, ok := d.to.Load(sandbox)
	if !ok {
		return nil, errors.New("no such sandbox")
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", address.(string))
}

// den is a gateway on a real socket, with one route "acme" to a product.
type den struct {
	t       testing.TB
	table   *gateway.Table
	visits  *gateway.Visits
	g       *gateway.Gateway
	dialer  *dialer
	address string
	clock   atomic.Int64 // offset of the visits' clock
	client  *http.Client
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func newDen(t testing.TB, product http.Handler, change ...func(*gateway.Options)) *den {
	t.Helper()
	d := &den{t: t, table: gateway.NewTable(), dialer: &dialer{}}
	d.visits = gateway.NewVisits(gateway.VisitRules{Random: rand.Reader, Clock: func() time.Time {
		return time.Now().Add(time.Duration(d.clock.Load()))
	}})
	opts := gateway.Options{
		Routes: d.table, Visitors: d.visits, Dialer: d.dialer, Domain: domain,
		Control: "http://control.test:8080", Clock: time.Now, Log: quiet(), Hold: time.Millisecond,
	}
	for _, c := range change {
		c(&opts)
	}
	g, err := gateway.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	d.g = g
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.address = listener.Addr().String()
	server := gateway.Server(g, quiet())
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", d.address)
		},
		DisableCompression: true, MaxIdleConnsPerHost: 256,
	}
	d.client = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		g.Close()
		_ = server.Close()
		<-served
	})
	d.product("box1", product)
	d.set(route("acme", "lease1", "box1", gateway.Live))
	return d
}

func route(label, lease, sandbox string, state gateway.State) gateway.Route {
	return gateway.Route{Label: label, Lease: lease, Sandbox: sandbox, Port: 8080, State: state, Product: "Acme Booking"}
}

func (d *den) set(r gateway.Route) {
	d.t.Helper()
	if err := d.table.Set(r); err != nil {
		d.t.Fatal(err)
	}
}

// product puts a handler behind a sandbox id.
func (d *den) product(sandbox string, h http.Handler) {
	server := httptest.NewServer(h)
	d.t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	d.dialer.to.Store(sandbox, server.Listener.Addr().String())
}

// visit enters as a person and returns the visit cookie as name=value.
func (d *den) visit(label string, right gateway.Right) string {
	d.t.Helper()
	ticket, err := d.visits.Issue(right, time.Time{})
	if err != nil {
		d.t.Fatal(err)
	}
	res := d.do(d.request("GET", d.g.EnterURL(label, ticket, "/"), ""))
	if res.StatusCode != http.StatusSeeOther || len(res.Cookies()) != 1 {
		d.t.Fatalf("entering: %d with %d cookies", res.StatusCode, len(res.Cookies()))
	}
	c := res.Cookies()[0]
	return c.Name + "=" + c.Value
}

var ann = gateway.Right{Person: "ann", Session: "s1", Lease: "lease1"}

func (d *den) request(method, url, cookie string) *http.Request {
	d.t.Helper()
	if strings.HasPrefix(url, "/") {
		url = "http://acme." + domain + url
	}
	req, err := http.NewRequestWithContext(d.t.Context(), method, url, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	return req
}

// do returns the answer with its body read.
func (d *den) do(req *http.Request) *http.Response {
	d.t.Helper()
	res, err := d.client.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	_ = res.Body.Close()
	res.Body = io.NopCloser(strings.NewReader(string(body)))
	return res
}

func (d *den) get(path, cookie string) (int, string) {
	d.t.Helper()
	res := d.do(d.request("GET", path, cookie))
	return res.StatusCode, text(res)
}

func text(res *http.Response) string {
	body, _ := io.ReadAll(res.Body)
	return string(body)
}

// raw sends bytes and returns every answer that comes back.
func (d *den) raw(bytes string, answers int) []*http.Response {
	d.t.Helper()
	conn, err := net.Dial("tcp", d.address)
	if err != nil {
		d.t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(conn, bytes); err != nil {
		d.t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	var all []*http.Response
	for {
		if len(all) >= answers { // one that should not be there comes at once, or not at all
			_ = conn.SetReadDeadline(time.Now().Add(30 * time.Millisecond))
		}
		res, err := http.ReadResponse(reader, nil)
		if err != nil {
			break
		}
		body, _ := io.ReadAll(res.Body)
		res.Body = io.NopCloser(strings.NewReader(string(body)))
		all = append(all, res)
	}
	return all
}

func hello(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "hello "+r.URL.Path) }

func TestVisitorWithARightReachesTheProduct(t *testing.T) {
	d := newDen(t, http.HandlerFunc(hello))
	cookie := d.visit("acme", ann)
	if status, body := d.get("/slots", cookie); status != 200 || body != "hello /slots" {
		t.Fatalf("got %d %q", status, body)
	}
	for _, host := range []string{"ACME." + domain, "acme." + domain + ".", "acme." + domain + ":8443", "Acme.Sandbox.TEST.:1"} {
		req := d.request("GET", "/slots", cookie)
		req.Host = host
		if res := d.do(req); res.StatusCode != 200 {
			t.Errorf("Host %q: %d", host, res.StatusCode)
		}
	}
}

func TestHostsThatAreNoLabelAreNeverDialled(t *testing.T) {
	d := newDen(t, http.HandlerFunc(hello))
	cookie := d.visit("acme", ann)
	for _, host := range []string{
		domain, "a.acme." + domain, "acme." + domain + "..", "acme." + domain + ".evil.test", "acme_." + domain, "-acme." + domain,
		"acme" + domain, "acme." + domain + ":99999999", "acme." + domain + ":80:80", "[::1]", "evil.test", "acme.%73andbox.test",
	} {
		req := d.request("GET", "/", cookie)
		req.Host = host
		if res := d.do(req); res.StatusCode != 404 && res.StatusCode != 400 {
			t.Errorf("Host %q: %d", host, res.StatusCode)
		}
	}
	if n := d.dialer.dials.Load(); n != 0 {
		t.Fatalf("%d connections to the sandbox", n)
	}
	if d.get("/", cookie); d.dialer.dials.Load() != 1 {
		t.Fatal("control: the dialer does not count")
	}
}

func TestOwnsWhatIsUnderTheDomain(t *testing.T) {
	d := newDen(t, http.HandlerFunc(hello))
	for host, want := range map[string]bool{
		"acme." + domain: true, "ACME." + domain + ":80": true, "a.b." + domain + ".": true, "." + domain: true, "x y." + domain: true,
		domain: false, domain + ":80": false, "not" + domain: false, "acme." + domain + "1": false, "": false, "[::1]:80": false,
	} {
		if d.g.Owns(host) != want {
			t.Errorf("Owns(%q) is %v", host, !want)
		}
	}
	h := d.g.Before(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	for host, want := range map[string]int{domain: http.StatusTeapot, "acme." + domain: 401, "a.b." + domain: 404} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		if h.ServeHTTP(w, r); w.Code != want {
			t.Errorf("%s: %d, want %d", host, w.Code, want)
		}
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	good := gateway.Options{
		Routes: gateway.NewTable(), Visitors: gateway.NewVisits(gateway.VisitRules{Clock: time.Now, Random: rand.Reader}),
		Dialer: &dialer{}, Domain: "localhost", Control: "http://localhost:8080", Clock: time.Now, Log: quiet(),
	}
	if _, err := gateway.New(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*gateway.Options){
		"no dialer":           func(o *gateway.Options) { o.Dialer = nil },
		"a domain with a dot": func(o *gateway.Options) { o.Domain = ".localhost" },
		"a domain and a port": func(o *gateway.Options) { o.Domain = "localhost:80" },
		"no control plane":    func(o *gateway.Options) { o.Control = "localhost:8080" },
	} {
		o := good
		if spoil(&o); true {
			if _, err := gateway.New(o); err == nil {
				t.Errorf("%s: accepted", name)
			}
		}
	}
}
