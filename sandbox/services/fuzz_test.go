package services

import (
	"bufio"
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/dns/dnsmessage"
)

func alone(t testing.TB) *Offer {
	c := Config{Names: map[string][]netip.Addr{"web": {netip.MustParseAddr("100.127.0.1"), netip.MustParseAddr("fd00::1")}}, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	c.Limits = c.filled()
	c.Tried = 8
	o := &Offer{config: c, kept: newRecord(c)}
	o.names = newNames(o)
	return o
}

// calmed says that a text can stand in a page or a log without doing anything.
func calmed(text string, limit int) bool {
	return len(text) <= limit && utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r))
	})
}

// FuzzNames: whatever comes, the answer is a DNS message to the same question, within
// what the asker takes, and what is kept is bounded and harmless.
func FuzzNames(f *testing.F) {
	for _, name := range []string{"web.", "a.example.", ".", "1.0.127.100.in-addr.arpa.", "localhost."} {
		for _, kind := range []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeALL, dnsmessage.TypePTR} {
			m := dnsmessage.Message{Header: dnsmessage.Header{ID: 1}, Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name), Type: kind, Class: 1}}}
			b, err := m.Pack()
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b, true)
			f.Add(append(b[:11:11], append([]byte{1}, append(b[12:], 0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 0)...)...), true)
		}
	}
	f.Add([]byte{0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1}, false)
	f.Fuzz(func(t *testing.T, raw []byte, udp bool) {
		o := alone(t)
		reply, found := o.names.answer(raw, udp)
		if len(reply) > 0 {
			var m dnsmessage.Message
			if err := m.Unpack(reply); err != nil {
				t.Fatalf("the reply %x is no message: %v", reply, err)
			}
			if !m.Response || m.ID != uint16(raw[0])<<8|uint16(raw[1]) || udp && len(reply) > wideReply {
				t.Fatalf("the reply is %+v of %d bytes", m.Header, len(reply))
			}
			if found != nil && !found.known && (m.RCode != dnsmessage.RCodeNameError || len(m.Answers) != 0) {
				t.Fatalf("a strange name was answered: %+v", m)
			}
		}
		if found != nil && reply == nil {
			t.Fatal("a question that was understood has no reply")
		}
		o.names.hear(raw, udp)
		for _, one := range o.Tried() {
			if !calmed(one.Name, maxName) || strings.ContainsAny(one.Name, " \n") {
				t.Fatalf("kept %q", one.Name)
			}
		}
	})
}

// FuzzMail: whatever a product sends, what is kept is bounded, harmless text.
func FuzzMail(f *testing.F) {
	for _, one := range []string{
		"Subject: x\r\n\r\ntext",
		"Subject: =?utf-8?q?x=0A?=\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/html\n\n<a href='x'>y</a>\n--a--\n",
		"Content-Type: text/plain; charset=windows-1252\nContent-Transfer-Encoding: base64\n\ngIGC",
		"Content-Type: text/html\n\n<style><script></style>&lt;<!--<p>--><p a=\"'>'\">x",
		"Content-Type: application/x; name==?iso-8859-1?b?gIGC?=\n\nx",
		".\r\n", "..\r\nx\r\n.\r\nMAIL",
	} {
		f.Add([]byte(one))
	}
	limits := Limits{MailText: 500, MailSize: 2000}.filled()
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := readMail(raw, limits)
		if !calmed(m.Subject, maxSubject) || !calmed(m.Author, maxAddress) || !calmed(m.Text, limits.MailText) || len(m.Attached) > maxAttached {
			t.Fatalf("kept %#v", m)
		}
		for _, name := range m.Attached {
			if !calmed(name, maxName) {
				t.Fatalf("attached %q", name)
			}
		}
		if _, err := json.Marshal(m); err != nil {
			t.Fatal(err)
		}
		if got, err := content(bufio.NewReaderSize(bytes.NewReader(raw), 16), limits.MailSize); err == nil && int64(len(got)) > limits.MailSize {
			t.Fatalf("%d bytes were taken", len(got))
		}
	})
}

// FuzzHead: a head that the strict reader lets through has one meaning for net/http.
func FuzzHead(f *testing.F) {
	for _, one := range []string{
		"GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\nContent-Length: 1\r\n\r\na",
		"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n\x16\x03\x01",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"GET / HTTP/1.0\r\n\r\n",
	} {
		f.Add([]byte(one))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		req, host, _, err := request(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return
		}
		if !bytes.HasPrefix(raw, []byte(req.Method+" "+req.RequestURI+" HTTP/1.")) {
			t.Fatalf("%q was read as %s %s", raw, req.Method, req.RequestURI)
		}
		if req.URL.Host == "" && req.Method != http.MethodConnect && req.Host != host {
			t.Fatalf("%q has the host %q for one reader and %q for the other", raw, req.Host, host)
		}
		if to, err := target(host, "80"); err == nil && (to.Port < 1 || to.Port > 65535 || to.Host != strings.ToLower(to.Host)) {
			t.Fatalf("%q leads to %v", host, to)
		}
	})
}

// FuzzHello: what was read is given on as it came, and a name is a name.
func FuzzHello(f *testing.F) {
	f.Add([]byte("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"))
	f.Add([]byte("\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" + strings.Repeat("r", 32) + "\x00\x00\x02\x13\x01\x01\x00\x00\x00"))
	f.Add([]byte("\x16\x03\x01\x00\x43\x01\x00\x00\x3f\x03\x03" + strings.Repeat("r", 32) + "\x00\x00\x02\x13\x01\x01\x00\x00\x14\x00\x00\x00\x10\x00\x0e\x00\x00\x0bexample.com"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		name, heard, err := serverName(t.Context(), bytes.NewReader(raw))
		if !bytes.HasPrefix(raw, heard) || len(heard) > maxHello {
			t.Fatalf("%d bytes came, %d were heard", len(raw), len(heard))
		}
		if err == nil && (name == "" || !bytes.Contains(raw, []byte(name[:1]))) {
			t.Fatalf("the name %q is not in %x", name, raw)
		}
	})
}
