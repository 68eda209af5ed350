package services

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Where the den listens inside a cell. OutPort and MailPort lie above the range from
// which the kernel takes ports for a product's own connections (32768 to 60999), so
// that they are free again after a restart of the den.
const (
	NamesPort = 53
	OutPort   = 61080
	MailPort  = 61025
)

// Bounds of a Config.
const (
	maxNames     = 128
	maxAddresses = 16
	maxAllowed   = 64
)

// ErrConfig means that the offer itself is not acceptable. The text says why.
var ErrConfig = errors.New("not a usable offer")

// Allowed is one way out: a host, by the name that the product uses, and a TCP port.
// The name is exact: neither an address nor a pattern.
type Allowed struct {
	Host string `json:"host"`
	Port int    `json:"port"`
}

func (a Allowed) String() string { return net.JoinHostPort(a.Host, strconv.Itoa(a.Port)) }

// Config says what one sandbox is offered.
type Config struct {
	Names map[string][]netip.Addr // the sandbox's own: services, aliases and hostnames, without "localhost"
	Out   []Allowed               // empty: no way out at all
	Mail  bool
	Limits

	// Resolve, Dial and Own are how the way out sees the world: the host's resolver,
	// TCP from the host, and the addresses of its interfaces, where they are nil.
	// Resolve gives IPv4 in its 4-byte form. Dial connects to the address it is given.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	Dial    func(ctx context.Context, to netip.AddrPort) (net.Conn, error)
	Own     func() ([]netip.Addr, error)
	// Closed are further addresses that no product may reach, such as the public
	// address of a den behind translation.
	Closed []netip.Prefix

	Past Evidence         // what an earlier den kept of the same sandbox
	Now  func() time.Time // required
	Log  *slog.Logger     // nil: nothing is logged
}

// Limits bound one sandbox, not each connection. Zero takes the default.
type Limits struct {
	Tried       int   // distinct texts kept of what the product tried to reach; 256
	Questions   int   // DNS questions answered in a second; 500
	Connections int   // connections held at once by each of names, way out and mail; 64
	Requests    int   // ways out opened in a second; 20
	Rate        int64 // bytes in a second through the way out, both directions together; 4 MiB
	Volume      int64 // bytes through the way out in the sandbox's whole life; 256 MiB. What is under way may pass it by 2 MiB
	Mails       int   // mails kept, the newest, of 1 MiB of text together; 100
	MailSize    int64 // bytes of one mail accepted; 1 MiB
	MailText    int   // bytes of text kept of one mail; 32 KiB
}

func (l Limits) filled() Limits {
	or(&l.Tried, 256)
	or(&l.Questions, 500)
	or(&l.Connections, 64)
	or(&l.Requests, 20)
	or(&l.Rate, 4<<20)
	or(&l.Volume, 256<<20)
	or(&l.Mails, 100)
	or(&l.MailSize, 1<<20)
	or(&l.MailText, 32<<10)
	return l
}

func or[T int | int64](v *T, standard T) {
	if *v <= 0 {
		*v = standard
	}
}

// Check says whether an offer can be made, with ErrConfig if not.
func (c Config) Check() error {
	if c.Now == nil {
		return fmt.Errorf("%w: it has no clock", ErrConfig)
	}
	if len(c.Names) > maxNames {
		return fmt.Errorf("%w: there are %d names, at most %d are possible", ErrConfig, len(c.Names), maxNames)
	}
	for name, addresses := range c.Names {
		if !isHost(name) || name == "localhost" {
			return fmt.Errorf("%w: %q is not a name for a service", ErrConfig, name)
		}
		if len(addresses) > maxAddresses {
			return fmt.Errorf("%w: %s has %d addresses, at most %d are possible", ErrConfig, name, len(addresses), maxAddresses)
		}
		for _, a := range addresses {
			if !a.IsValid() || a.Zone() != "" {
				return fmt.Errorf("%w: %s has an address that is none", ErrConfig, name)
			}
		}
	}
	return CheckOut(c.Out)
}

// CheckOut says whether ways out can be offered, with ErrConfig if not.
func CheckOut(out []Allowed) error {
	if len(out) > maxAllowed {
		return fmt.Errorf("%w: there are %d ways out, at most %d are possible", ErrConfig, len(out), maxAllowed)
	}
	for i, a := range out {
		_, err := netip.ParseAddr(a.Host)
		last := a.Host[strings.LastIndexByte(a.Host, '.')+1:]
		switch {
		case err == nil || last != "" && strings.Trim(last, "0123456789") == "":
			return fmt.Errorf("%w: enter the name of a host, not an address: %q", ErrConfig, a.Host)
		case !isHost(a.Host) || !strings.Contains(a.Host, "."):
			return fmt.Errorf("%w: enter a whole name in lower case, like api.example.org, not %q", ErrConfig, a.Host)
		case a.Port < 1 || a.Port > 65535:
			return fmt.Errorf("%w: the port of %s must be a number from 1 to 65535, not %d", ErrConfig, a.Host, a.Port)
		case slices.Contains(out[:i], a):
			return fmt.Errorf("%w: %s is there twice", ErrConfig, a)
		}
	}
	return nil
}

// isHost says whether a text is a host name in lower case (RFC 1123, and "_" because
// compose files have it), without a final dot.
func isHost(name string) bool {
	if name == "" || len(name) > maxName {
		return false
	}
	for _, label := range strings.Split(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// Env tells a product of the offer by the usual variables, KEY=value in order. The
// same offer gives the same variables, so they may be part of a specification that
// is made before the offer is open.
func (c Config) Env() []string {
	var env []string
	if len(c.Out) > 0 {
		proxy := fmt.Sprintf("http://127.0.0.1:%d", OutPort)
		direct := []string{"localhost", "127.0.0.1", "::1"}
		for name, addresses := range c.Names {
			direct = append(direct, name)
			for _, a := range addresses {
				direct = append(direct, a.Unmap().String())
			}
		}
		slices.Sort(direct[3:])
		none := strings.Join(slices.Compact(direct), ",")
		for _, upper := range []string{"HTTP_PROXY=" + proxy, "HTTPS_PROXY=" + proxy, "NO_PROXY=" + none} {
			name, value, _ := strings.Cut(upper, "=")
			env = append(env, upper, strings.ToLower(name)+"="+value)
		}
	}
	if c.Mail {
		port := strconv.Itoa(MailPort)
		for _, kind := range []string{"SMTP", "MAIL"} {
			env = append(env, kind+"_HOST=127.0.0.1", kind+"_PORT="+port, kind+"_URL=smtp://127.0.0.1:"+port)
		}
	}
	slices.Sort(env)
	return env
}
