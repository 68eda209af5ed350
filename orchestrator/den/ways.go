package den

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Way is one way out of a sandbox: a host by its whole name, and a TCP port. There is no
// way out by address or by pattern.
type Way struct {
	Host string
	Port int
}

// String writes a way as host:port.
func (w Way) String() string { return w.Host + ":" + strconv.Itoa(w.Port) }

// Ways are what is opened in a sandbox that is otherwise sealed. The zero Ways is what
// every sandbox gets unless its department agreed to more.
type Ways struct {
	Out  []Way `json:",omitempty"`
	Mail bool  `json:",omitempty"` // mail that the product sends is caught and can be read; it never leaves
}

// None says that nothing is opened.
func (w Ways) None() bool { return len(w.Out) == 0 && !w.Mail }

// Within says whether everything in w is in asked too.
func (w Ways) Within(asked Ways) bool {
	return (!w.Mail || asked.Mail) && !slices.ContainsFunc(w.Out, func(one Way) bool { return !slices.Contains(asked.Out, one) })
}

// MostWays is how many ways out one release may ask for.
const MostWays = 20

// ReadWay reads "api.example.org:443"; without a port it is 443. The sentence of a
// refusal says what to write.
func ReadWay(text string) (Way, *Error) {
	host, port, ok := strings.Cut(strings.ToLower(strings.TrimSpace(text)), ":")
	n := 443
	if ok {
		var err error
		if n, err = strconv.Atoi(port); err != nil {
			n = 0
		}
	}
	w := Way{Host: host, Port: n}
	return w, w.check(text)
}

// Check says what is wrong with ways that somebody asks for, in the field "asks".
func (w Ways) Check() error {
	var faults Faults
	if len(w.Out) > MostWays {
		faults.Add(Bad("asks", "Ask for at most %d ways out.", MostWays))
	}
	for i, one := range w.Out {
		bad := one.check(one.String())
		if bad == nil && slices.Contains(w.Out[:i], one) {
			bad = Bad("asks", "Enter %s once.", one)
		}
		faults.Add(bad)
	}
	return faults.Err()
}

// check holds a way to the form of a host name (RFC 1123) with a dot in it, in lower
// case and without a final one, and to a port of TCP.
func (w Way) check(text string) *Error {
	_, err := netip.ParseAddr(w.Host)
	switch {
	case w.Port < 1 || w.Port > 65535:
		return Bad("asks", "Enter a port between 1 and 65535 after the name, like api.example.org:443, not %q.", shorten(text))
	case err == nil, endsInNumber(w.Host):
		return Bad("asks", "Enter the name of a host, not an address: %q.", shorten(text))
	case len(w.Host) > 253 || !strings.Contains(w.Host, ".") || slices.ContainsFunc(strings.Split(w.Host, "."), func(label string) bool { return !isLabel(label) }):
		return Bad("asks", "Enter the whole name of a host, like api.example.org:443, not %q.", shorten(text))
	}
	return nil
}

func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return last != "" && strings.Trim(last, "0123456789") == ""
}

func isLabel(label string) bool {
	return label != "" && len(label) <= 63 && label[0] != '-' && label[len(label)-1] != '-' &&
		strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

func shorten(text string) string {
	const most = 80
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

// Used is what went through one way out.
type Used struct {
	Way
	Times    int   // connections that were let through
	Refused  int   // another name in TLS, a forbidden address, over a limit
	Failed   int   // the host was not found or did not answer
	Sent     int64 // bytes from the product
	Received int64 // bytes to the product
}

// Mail is one mail that a product wanted to send. All of it is a stranger's text.
type Mail struct {
	At       Stamp
	From     string
	To       []string
	Subject  string
	Text     string
	Attached []string // names of files; nothing of them is kept
	Size     int      // bytes of the whole mail
}

// Kept is what was seen of a product's attempts to reach something beyond its sandbox.
type Kept struct {
	Tried []Tried
	Used  []Used
	Mails []Mail // the newest, oldest first
	Sent  int    // mails in all, those that are no longer kept included
}
