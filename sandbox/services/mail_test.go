package services_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox/services"
)

// send speaks SMTP with the standard library's client.
func send(t testing.TB, space *loopback, from string, to []string, text string) error {
	t.Helper()
	conn := space.dial(t, "tcp", services.MailPort)
	c, err := smtp.NewClient(conn, "127.0.0.1")
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := c.Auth(smtp.PlainAuth("", "user", "password", "127.0.0.1")); err != nil {
		return err
	}
	if err := c.Mail(from); err != nil {
		return err
	}
	for _, one := range to {
		if err := c.Rcpt(one); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

func TestMailIsKeptAndReadAsText(t *testing.T) {
	o, space := open(t, config())
	for name, c := range map[string]struct {
		mail     string
		subject  string
		text     string
		attached []string
	}{
		"plain": {"Subject: Your booking\r\nFrom: \"Slotwise\" <no-reply@slotwise.example>\r\n\r\nHello.\r\n.\r\n..dots\r\n", "Your booking", "Hello.\n.\n..dots", nil},
		"encoded": {"Subject: =?utf-8?q?Caf=C3=A9_=E2=80=93_booked?=\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nCaf=E9 =\r\nnow =80 5",
			"Café – booked", "Café now € 5", nil},
		"base64": {"Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVs\r\nbG8g4oKs\r\n", "x", "Hello €", nil},
		"both": {"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
			"--b\r\nContent-Type: text/html\r\n\r\n<b>html</b>\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b--\r\n" +
			"--a\r\nContent-Type: application/pdf; name=\"=?utf-8?q?a=C3=A9.pdf?=\"\r\n\r\nPDF\r\n--a\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=\"../n.txt\"\r\n\r\nno\r\n--a\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=\r\n\r\nno\r\n--a--\r\n",
			"x", "plain", []string{"aé.pdf", "../n.txt", "text/plain"}},
		"HTML alone": {"Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head><title>no</title><style>p{a:b}</style></head><body><!-- <p>no</p> --><h1>Reset &amp; go</h1>\r\n" +
			"<p>Press <a class=\"b\" href=\"http://x.example/reset?t=1&amp;u=2\">here</a> <script>alert(1)</script>now.<br>Bye <img alt='a>b' src=x onerror=alert(1)> &lt;b&gt;</p></body></html>",
			"x", "Reset & go\n\nPress here [http://x.example/reset?t=1&u=2] now.\nBye <b>", nil},
		"hostile":   {"Subject: a\u202eb\x07c =?utf-8?q?d=0D=0Ae=1B[31m?=\r\n\r\n\x1b[2Jtext\xff\u2066x\x00\r\n", "ab c d e [31m", "[2Jtext\ufffdx", nil},
		"no mail":   {"\x00\x01 nothing like it", "", "nothing like it", nil},
		"no part":   {"Subject: x\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\nnothing", "x", "", nil},
		"bad types": {"Subject: x\r\nContent-Type: ;;;\r\nContent-Transfer-Encoding: rot13\r\n\r\ntext", "x", "text", nil},
	} {
		if err := send(t, space, "app@sandbox.example", []string{"citizen@gov.example", "other@gov.example"}, c.mail); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		all := o.Mails()
		m := all[len(all)-1]
		if m.Subject != c.subject || m.Text != c.text || !slices.Equal(m.Attached, c.attached) {
			t.Errorf("%s: kept %q, %q, %q; want %q, %q, %q", name, m.Subject, m.Text, m.Attached, c.subject, c.text, c.attached)
		}
		if m.From != "app@sandbox.example" || !slices.Equal(m.To, []string{"citizen@gov.example", "other@gov.example"}) || m.At.IsZero() || m.Size == 0 {
			t.Errorf("%s: kept %+v", name, m)
		}
		if name == "plain" && m.Author != `"Slotwise" <no-reply@slotwise.example>` {
			t.Errorf("the author is %q", m.Author)
		}
	}
}

func TestMailsAreBoundedInNumberAndSize(t *testing.T) {
	c := config()
	c.Limits = services.Limits{Mails: 3, MailSize: 5000, MailText: 100}
	o, space := open(t, c)
	for i := range 5 {
		if err := send(t, space, "a@b.example", []string{"c@d.example"}, fmt.Sprintf("Subject: %d\r\n\r\n%s", i, strings.Repeat("é", 500))); err != nil {
			t.Fatal(err)
		}
	}
	if err := send(t, space, "a@b.example", []string{"c@d.example"}, "Subject: large\r\n\r\n"+strings.Repeat("x\r\n", 3000)); err == nil || !strings.Contains(err.Error(), "at most 5000 bytes") {
		t.Errorf("a large mail: %v", err)
	}
	e := o.Evidence()
	if len(e.Mails) != 3 || e.MailsMore != 3 || e.Mails[0].Subject != "2" || len(e.Mails[2].Text) > 100 || !strings.HasSuffix(e.Mails[2].Text, "é…") {
		t.Errorf("kept %d and %d more: %+v", len(e.Mails), e.MailsMore, e.Mails)
	}
	many := make([]string, 60)
	for i := range many {
		many[i] = fmt.Sprintf("r%d@%s.example", i, strings.Repeat("y", 500))
	}
	if err := send(t, space, "a@b.example", many, "Subject: many\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if m := o.Mails()[2]; len(m.To) != 20 || m.ToMore != 40 || len(m.To[0]) > 320 {
		t.Errorf("kept %d recipients and %d more", len(m.To), m.ToMore)
	}
}

func TestSMTPIsSpokenAsProductsExpect(t *testing.T) {
	_, space := open(t, config())
	conn := space.dial(t, "tcp", services.MailPort)
	c := textproto.NewConn(struct {
		io.Reader
		io.Writer
		io.Closer
	}{bufio.NewReader(conn), conn, conn})
	if _, _, err := c.ReadResponse(220); err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		say  string
		want int
	}{
		{"HELO product", 250}, {"NOOP", 250}, {"VRFY anybody", 252}, {"STARTTLS", 502}, {"EXPN list", 502}, {"DATA", 503}, {"RCPT TO:<a@b>", 503},
		{"mail from: plain@b.example", 250}, {"RCPT to:<>", 501}, {"RCPT TO:<a@b> NOTIFY=NEVER", 250}, {"RSET", 250}, {"DATA", 503},
		{"MAIL FROM:<>", 250}, {"MAIL FROM:<a@b> BODY=8BITMIME SIZE=99", 250}, {"MAIL FROM:<a@b> SIZE=99999999", 552}, {"MAIL FROM:<a@b> SIZE=-1", 552},
		{"AUTH LOGIN", 334}, {"dXNlcg==", 334}, {"cGFzcw==", 235}, {"AUTH PLAIN AHUAcA==", 235}, {"AUTH LOGIN", 334}, {"*", 501}, {"AUTH CRAM-MD5", 504},
		{"QUIT", 221},
	} {
		if err := c.PrintfLine("%s", one.say); err != nil {
			t.Fatal(err)
		}
		if _, text, err := c.ReadResponse(one.want); err != nil {
			t.Errorf("%s: %s %v, want %d", one.say, text, err, one.want)
		}
	}
}

// A product that begins many mails and ends none must not have the den keep all of them.
func TestFewMailsAreTakenInAtOnce(t *testing.T) {
	_, space := open(t, config())
	const conns, most = 12, 8
	going, all := make(chan net.Conn, conns), make([]net.Conn, conns)
	for i := range all {
		conn := space.dial(t, "tcp", services.MailPort)
		all[i] = conn
		go func() {
			_, _ = io.WriteString(conn, "HELO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n")
			lines := bufio.NewScanner(conn)
			for lines.Scan() {
				if strings.HasPrefix(lines.Text(), "354") {
					going <- conn
				}
			}
		}()
	}
	begun := 0
	for wait := time.After(time.Second); ; {
		select {
		case conn := <-going:
			if begun++; begun == most+1 {
				t.Fatalf("%d mails are taken in at once", begun)
			}
			if begun == most {
				wait = time.After(300 * time.Millisecond)
				defer func() { _ = conn.Close() }()
			}
			continue
		case <-wait:
		}
		break
	}
	if begun != most {
		t.Fatalf("%d mails are taken in, not %d", begun, most)
	}
	for _, conn := range all {
		_ = conn.Close()
	}
}

func TestARudeClientIsSentAway(t *testing.T) {
	_, space := open(t, config())
	for name, words := range map[string]string{
		"a long line":   strings.Repeat("x", 5000) + "\r\n",
		"many mistakes": strings.Repeat("WHAT\r\n", 50),
	} {
		conn := space.dial(t, "tcp", services.MailPort)
		_, _ = io.WriteString(conn, words)
		b, _ := io.ReadAll(conn)
		if text := string(b); !strings.Contains(text, "500 The line is too long") && !strings.Contains(text, "421 Too many mistakes") {
			t.Errorf("%s: %q", name, text)
		}
	}
}

// The largest mail, of whatever it is made, costs the den little.
func TestHostileMailsAreReadQuickly(t *testing.T) {
	o, space := open(t, config())
	for name, part := range map[string]string{
		"marks": "<", "links": "<a href=x>", "comments": "<!--", "quotes": "<a b='", "styles": "<style>", "ends": "</a>", "entities": "&amp;&#1;&", "parts": "--a\r\n",
		"heads": "--a\r\nA: b\r\n\r\n", "deeper": "--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n", "words": "=?utf-8?q?=3D?= ", "lines": "\r\n", "dots": "..\r\n",
	} {
		for _, kind := range []string{"text/html", "multipart/mixed; boundary=a"} {
			head := "Content-Type: " + kind + "\r\n\r\n"
			if name == "words" {
				head = "Subject: "
			}
			began := time.Now()
			if err := send(t, space, "a@b.example", []string{"c@d.example"}, head+strings.Repeat(part, (1<<20-100)/len(part)/2)); err != nil {
				t.Errorf("%s as %s: %v", name, kind, err)
			}
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("%s as %s took %s", name, kind, took)
			} else {
				t.Logf("%-10s as %-30s %4d ms", name, kind, took.Milliseconds())
			}
		}
	}
	letters := 0
	for _, m := range o.Mails() {
		letters += len(m.Text)
	}
	if n := len(o.Mails()) + int(o.Evidence().MailsMore); n != 26 || letters > 1<<20 {
		t.Errorf("%d mails were taken, %d bytes of text kept; want 26 and at most 1 MiB", n, letters)
	}
}
