package services

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

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
	select {
	case l.catcher.turns <- struct{}{}:
		defer func() { <-l.catcher.turns }()
	case <-l.ctx.Done():
		return 0, "", l.ctx.Err()
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
