package services

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// Bounds of SMTP (RFC 5321) as it is spoken here.
const (
	mailPatience  = time.Minute      // while nothing comes
	mailLife      = 10 * time.Minute // of one connection
	maxCommand    = 2048             // bytes of one line of command
	maxMistakes   = 10
	maxRecipients = 100 // accepted for one mail
	maxKeptTo     = 20  // kept of them
	maxAddress    = 320 // bytes
	mailsAtOnce   = 100 // on one connection
	mailsPerSec   = 5
	mailRate      = 4 << 20 // bytes in a second, of all connections
)

var (
	errCommand = errors.New("the line is too long")
	errLarge   = errors.New("the mail is too large")
)

// catcher takes every mail for everybody, keeps it as text and sends nothing.
type catcher struct {
	offer *Offer
	door  *door
	pace  *bucket // of mails
	flow  *bucket // of bytes
}

func newCatcher(o *Offer) *catcher {
	c := &catcher{
		offer: o, pace: newBucket(mailsPerSec, 10*mailsPerSec, o.config.Now), flow: newBucket(mailRate, mailRate, o.config.Now),
	}
	c.door = newDoor(o, 2*mailsPerSec, c.serve)
	return c
}

// letter is one SMTP session.
type letter struct {
	catcher *catcher
	ctx     context.Context
	conn    net.Conn
	in      *bufio.Reader

	begun bool // by MAIL
	from  string
	to    []string
	more  int // recipients that are not in to
}

// slow reads a connection no quicker than the catcher may, and pulls its leash.
type slow struct {
	from net.Conn
	ctx  context.Context
	pace *bucket
	life leash
}

func (s slow) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	s.life.pull()
	if n > 0 {
		if tired := s.pace.wait(s.ctx, float64(n)); tired != nil {
			return n, tired
		}
	}
	return n, err
}

func (c *catcher) serve(conn net.Conn) {
	ctx, cancel := context.WithTimeout(c.offer.life, mailLife)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	patience := newLeash(conn, mailPatience)
	defer patience.drop()
	l := &letter{catcher: c, ctx: ctx, conn: conn, in: bufio.NewReaderSize(slow{conn, ctx, c.flow, patience}, maxCommand)}
	mistakes, mails := 0, 0
	say := l.say(220, "sandbox ESMTP: mail is kept here and never sent")
	for say == nil {
		text, err := l.command()
		if errors.Is(err, errCommand) {
			_ = l.say(500, "The line is too long")
			return
		}
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(text, " ")
		verb = strings.ToUpper(verb)
		if verb == "QUIT" {
			_ = l.say(221, "Goodbye")
			return
		}
		if verb == "DATA" {
			if mails++; mails > mailsAtOnce {
				_ = l.say(421, "That was enough mail for one connection")
				return
			}
		}
		code, reply, err := l.do(verb, rest)
		if err != nil {
			return
		}
		if code >= 500 {
			if mistakes++; mistakes > maxMistakes {
				_ = l.say(421, "Too many mistakes")
				return
			}
		}
		say = l.say(code, reply)
	}
}

// do follows one command. An error ends the session.
func (l *letter) do(verb, rest string) (code int, reply string, err error) {
	switch verb {
	case "EHLO":
		l.reset()
		return 250, fmt.Sprintf("sandbox\n8BITMIME\nSMTPUTF8\nPIPELINING\nAUTH PLAIN LOGIN\nSIZE %d", l.catcher.offer.config.MailSize), nil
	case "HELO", "RSET":
		l.reset()
		return 250, "OK", nil
	case "NOOP":
		return 250, "OK", nil
	case "VRFY":
		return 252, "Every address is accepted", nil
	case "AUTH":
		return l.auth(rest)
	case "MAIL":
		return l.mail(rest)
	case "RCPT":
		return l.rcpt(rest)
	case "DATA":
		return l.data()
	case "STARTTLS":
		return 502, "There is no TLS here: the mail never leaves the sandbox", nil
	}
	return 502, "The command is not known here", nil
}

// auth lets everybody in and keeps nothing of what it is told (RFC 4954).
func (l *letter) auth(rest string) (int, string, error) {
	mechanism, initial, _ := strings.Cut(rest, " ")
	var questions []string
	switch strings.ToUpper(mechanism) {
	case "PLAIN":
		questions = []string{""}
	case "LOGIN":
		questions = []string{"VXNlcm5hbWU6", "UGFzc3dvcmQ6"} // Username:, Password:
	default:
		return 504, "Use PLAIN or LOGIN", nil
	}
	if initial != "" {
		questions = questions[1:]
	}
	for _, q := range questions {
		if err := l.say(334, q); err != nil {
			return 0, "", err
		}
		text, err := l.command()
		if err != nil {
			return 0, "", err
		}
		if text == "*" {
			return 501, "Cancelled", nil
		}
	}
	return 235, "Everybody is let in", nil
}

func (l *letter) mail(rest string) (int, string, error) {
	path, parameters, ok := address(rest, "FROM:")
	if !ok {
		return 501, "Say MAIL FROM:<address>", nil
	}
	for _, p := range strings.Fields(parameters) {
		if size, ok := strings.CutPrefix(strings.ToUpper(p), "SIZE="); ok {
			if n, err := strconv.ParseUint(size, 10, 63); err != nil || int64(n) > l.catcher.offer.config.MailSize {
				l.catcher.offer.kept.mailLost()
				return 552, fmt.Sprintf("A mail here has at most %d bytes", l.catcher.offer.config.MailSize), nil
			}
		}
	}
	l.reset()
	l.begun, l.from = true, line(path, maxAddress)
	return 250, "OK", nil
}

func (l *letter) rcpt(rest string) (int, string, error) {
	path, _, ok := address(rest, "TO:")
	switch {
	case !l.begun:
		return 503, "Say MAIL FROM first", nil
	case !ok || path == "":
		return 501, "Say RCPT TO:<address>", nil
	case len(l.to)+l.more >= maxRecipients:
		return 452, "Too many recipients", nil
	case len(l.to) >= maxKeptTo:
		l.more++
	default:
		l.to = append(l.to, line(path, maxAddress))
	}
	return 250, "OK", nil
}

// address reads FROM:<path> parameters.
func address(text, word string) (path, parameters string, ok bool) {
	if len(text) < len(word) || !strings.EqualFold(text[:len(word)], word) {
		return "", "", false
	}
	text = strings.TrimLeft(text[len(word):], " ")
	if inner, ok := strings.CutPrefix(text, "<"); ok {
		end := strings.IndexByte(inner, '>')
		if end < 0 {
			return "", "", false
		}
		return inner[:end], inner[end+1:], true
	}
	path, parameters, _ = strings.Cut(text, " ")
	return path, parameters, path != ""
}

// data takes the mail itself.
func (l *letter) data() (int, string, error) {
	if len(l.to) == 0 {
		return 503, "Say MAIL FROM and RCPT TO first", nil
	}
	if err := l.catcher.pace.wait(l.ctx, 1); err != nil {
		return 0, "", err
	}
	if err := l.say(354, "Go on, and end with a dot on a line of its own"); err != nil {
		return 0, "", err
	}
	o := l.catcher.offer
	raw, err := content(l.in, o.config.MailSize)
	if errors.Is(err, errLarge) {
		o.kept.mailLost()
		_ = l.say(552, fmt.Sprintf("A mail here has at most %d bytes", o.config.MailSize))
		return 0, "", err
	}
	if err != nil {
		return 0, "", err
	}
	m := readMail(raw, o.config.Limits)
	m.At, m.From, m.To, m.ToMore = o.config.Now(), l.from, l.to, l.more
	o.kept.mail(m)
	l.reset()
	return 250, "Kept, and not sent", nil
}

// content reads until a line that is a single dot, takes a first dot off others (RFC
// 5321, section 4.5.2) and ends lines with a newline alone.
func content(in *bufio.Reader, limit int64) ([]byte, error) {
	var all bytes.Buffer
	for {
		start := true
		for more := true; more; start = false {
			part, err := in.ReadSlice('\n')
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return nil, err
			}
			more = err != nil
			if !more {
				part = append(bytes.TrimSuffix(part[:len(part)-1], []byte("\r")), '\n')
			}
			if start && len(part) == 2 && part[0] == '.' && !more {
				return all.Bytes(), nil
			}
			if start && len(part) > 0 && part[0] == '.' {
				part = part[1:]
			}
			if int64(all.Len()+len(part)) > limit {
				return nil, errLarge
			}
			all.Write(part)
		}
	}
}

func (l *letter) reset() { l.begun, l.from, l.to, l.more = false, "", nil, 0 }

// command reads one line.
func (l *letter) command() (string, error) {
	text, err := l.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", errCommand
	}
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// say answers, in as many lines as the text has.
func (l *letter) say(code int, text string) error {
	var b strings.Builder
	lines := strings.Split(text, "\n")
	for i, one := range lines {
		mark := '-'
		if i == len(lines)-1 {
			mark = ' '
		}
		fmt.Fprintf(&b, "%d%c%s\r\n", code, mark, one)
	}
	_, err := io.WriteString(l.conn, b.String())
	return err
}
