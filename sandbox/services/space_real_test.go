package services_test

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"innovationden/sandbox/cell"
	"innovationden/sandbox/services"
)

var _ services.Space = (*cell.Namespace)(nil)

// Real clients in a real namespace: who asks for what the sandbox has gets it, who
// asks for anything else is told so at once.
func TestRealClientsInARealCell(t *testing.T) {
	n := prepared(t)
	o, err := services.Open(t.Context(), n, config())
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	node := func(call string) []string {
		return []string{"node", "-e", "const d=require('dns');" + call}
	}
	for name, c := range map[string]struct {
		command []string
		want    string // a part of what it prints
		fails   bool
		within  time.Duration
	}{
		"glibc, own":          {[]string{"getent", "ahostsv4", "db"}, "10.1.2.3", false, time.Second},
		"glibc, outside":      {[]string{"getent", "hosts", "glibc.example.com"}, "", true, time.Second},
		"glibc, reverse":      {[]string{"getent", "hosts", "10.1.2.3"}, "db", false, time.Second},
		"c-ares, own":         {node("d.resolve4('web',(e,a)=>console.log(e||a.join()))"), "100.127.0.1", false, 3 * time.Second},
		"c-ares, outside":     {node("d.resolve4('cares.example.com',(e)=>console.log(e.code))"), "ENOTFOUND", false, 3 * time.Second},
		"c-ares, none such":   {node("d.resolve6('web',(e)=>console.log(e.code))"), "ENODATA", false, 3 * time.Second},
		"c-ares, SRV":         {node("d.resolveSrv('web',(e)=>console.log(e.code))"), "ENODATA", false, 3 * time.Second},
		"node lookup, own":    {node("d.lookup('web',(e,a)=>console.log(e||a))"), "100.127.0.1", false, 3 * time.Second},
		"node lookup, others": {node("d.lookup('node.example.com',(e)=>console.log(e.code))"), "ENOTFOUND", false, 3 * time.Second},
	} {
		output, took, err := inside(t, n, c.command[0], c.command[1:]...)
		t.Logf("%-20s %6d ms  %s", name, took.Milliseconds(), output)
		if !strings.Contains(output, c.want) || (err != nil) != c.fails || took > c.within {
			t.Errorf("%s: %q, %v after %s; want %q within %s", name, output, err, took, c.want, c.within)
		}
	}
	seen := map[string]bool{}
	for _, one := range o.Tried() {
		seen[one.Name] = one.Times() == 1
	}
	for _, name := range []string{"glibc.example.com", "cares.example.com", "node.example.com"} {
		if !seen[name] {
			t.Errorf("%s was not kept once: %v", name, o.Tried())
		}
	}
}

// The control: without the listener the same client finds nothing.
func TestWithoutTheOfferNobodyAnswers(t *testing.T) {
	n := prepared(t)
	if output, _, err := inside(t, n, "getent", "ahostsv4", "db"); err == nil {
		t.Errorf("a cell without an offer resolved db: %s", output)
	}
}

func TestTheAddressesAreFreeAgainAfterARestart(t *testing.T) {
	n := prepared(t)
	c := config()
	c.Out = []services.Allowed{{Host: "api.example.org", Port: 443}}
	for range 3 {
		o, err := services.Open(t.Context(), n, c)
		if err != nil {
			t.Fatal(err)
		}
		// Connections that the den ends first wait in the kernel (TIME_WAIT).
		for _, port := range []int{services.NamesPort, services.OutPort, services.MailPort} {
			conn, err := n.DialAddr(t.Context(), netip.Addr{}, netip.AddrPortFrom(addr("127.0.0.1"), uint16(port)))
			if err != nil {
				t.Fatalf("port %d: %v", port, err)
			}
			defer func() { _ = conn.Close() }()
		}
		if _, err := services.Open(t.Context(), n, c); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("a second offer in the same space: %v", err)
		}
		c.Past = o.Evidence()
		o.Close()
		o.Close()
		if err := o.Also(t.Context(), n); !errors.Is(err, services.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
}

// A process in the cell cannot take the den's address by asking to share it.
func TestNobodyTakesTheAddressOfTheNames(t *testing.T) {
	n := prepared(t)
	o, err := services.Open(t.Context(), n, config())
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	const share = "const s=require('dgram').createSocket({type:'udp4',reuseAddr:true});" +
		"s.on('error',e=>{console.log(e.code);s.close()});s.bind(%PORT%,'127.0.0.1',()=>{console.log('bound');s.close()})"
	if output, _, _ := inside(t, n, "node", "-e", strings.ReplaceAll(share, "%PORT%", "53")); output != "EADDRINUSE" {
		t.Errorf("port 53: %s", output)
	}
	if output, _, _ := inside(t, n, "node", "-e", strings.ReplaceAll(share, "%PORT%", "54")); output != "bound" {
		t.Errorf("the control, port 54: %s", output)
	}
}

func TestTwoSpacesOfOneSandboxShareTheEvidence(t *testing.T) {
	one, two := prepared(t), prepared(t)
	o, err := services.Open(t.Context(), one, config())
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if err := o.Also(t.Context(), two); err != nil {
		t.Fatal(err)
	}
	for _, n := range []*cell.Namespace{one, two} {
		if output, _, err := inside(t, n, "getent", "ahostsv4", "stack.example.com"); err == nil {
			t.Errorf("resolved: %s", output)
		}
	}
	if tried := o.Tried(); len(tried) != 1 || tried[0].Times() != 2 {
		t.Errorf("kept %+v, want one name, twice", tried)
	}
}

func TestWhatIsOpenIsClosedWhenARestFails(t *testing.T) {
	n := prepared(t)
	taken, err := n.Listen(netip.AddrPortFrom(addr("127.0.0.1"), services.MailPort))
	if err != nil {
		t.Fatal(err)
	}
	before := descriptors(t)
	if _, err := services.Open(t.Context(), n, config()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Fatalf("opened: %v", err)
	}
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
	_ = taken.Close()
	o, err := services.Open(t.Context(), n, config())
	if err != nil {
		t.Fatal(err)
	}
	o.Close()
}

func descriptors(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestAnOfferThatCannotBeMadeIsRefused(t *testing.T) {
	long := strings.Repeat("a", 64)
	for name, change := range map[string]func(*services.Config){
		"no clock":         func(c *services.Config) { c.Now = nil },
		"an empty name":    func(c *services.Config) { c.Names[""] = nil },
		"a long label":     func(c *services.Config) { c.Names[long] = nil },
		"capitals":         func(c *services.Config) { c.Names["Web"] = nil },
		"localhost":        func(c *services.Config) { c.Names["localhost"] = nil },
		"no address":       func(c *services.Config) { c.Names["web"] = []netip.Addr{{}} },
		"an address":       func(c *services.Config) { c.Out = []services.Allowed{{Host: "10.0.0.1", Port: 443}} },
		"an odd address":   func(c *services.Config) { c.Out = []services.Allowed{{Host: "a.0177", Port: 443}} },
		"IPv6":             func(c *services.Config) { c.Out = []services.Allowed{{Host: "::1", Port: 443}} },
		"a pattern":        func(c *services.Config) { c.Out = []services.Allowed{{Host: "*.example.org", Port: 443}} },
		"a short name":     func(c *services.Config) { c.Out = []services.Allowed{{Host: "docker", Port: 443}} },
		"a dot at the end": func(c *services.Config) { c.Out = []services.Allowed{{Host: "example.org.", Port: 443}} },
		"no port":          func(c *services.Config) { c.Out = []services.Allowed{{Host: "example.org"}} },
		"twice":            func(c *services.Config) { c.Out = []services.Allowed{{"example.org", 1}, {"example.org", 1}} },
	} {
		c := config()
		change(&c)
		if o, err := services.Open(t.Context(), &loopback{tcp: map[uint16]string{}, udp: map[uint16]string{}}, c); !errors.Is(err, services.ErrConfig) {
			t.Errorf("%s: %v", name, err)
			if err == nil {
				o.Close()
			}
		}
	}
	var none net.Error
	if err := config().Check(); err != nil || errors.As(err, &none) {
		t.Errorf("the control: %v", err)
	}
}
