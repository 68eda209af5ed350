package services

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
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
	mailsIncoming = 8       // of all connections: each is in memory until it ended
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
	turns chan struct{}
}

func newCatcher(o *Offer) *catcher {
	c := &catcher{
		offer: o, pace: newBucket(mailsPerSec, 10*mailsPerSec, o.config.Now), flow: newBucket(mailRate, mailRate, o.config.Now),
		turns: make(chan struct{}, mailsIncoming),
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
