package services

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
)

// Bounds of what is read and kept of one mail.
const (
	maxSubject  = 300 // bytes
	maxDepth    = 5   // of parts in parts
	maxParts    = 50
	maxAttached = 20
)

// Mail is one mail that the product wanted to send. All of it is a stranger's text:
// never HTML, never sent.
type Mail struct {
	At       time.Time `json:"at"`
	From     string    `json:"from"`              // as it was told the server, as To is
	To       []string  `json:"to"`                // at most 20
	ToMore   int       `json:"to_more,omitempty"` // recipients beyond those
	Author   string    `json:"author,omitempty"`  // the mail's own line From
	Subject  string    `json:"subject,omitempty"`
	Text     string    `json:"text,omitempty"`
	Attached []string  `json:"attached,omitempty"` // names of files, of which nothing is kept
	Size     int       `json:"size"`               // bytes of the whole mail
}

// bounded is what may be taken over from an earlier den.
func (m Mail) bounded(l Limits) Mail {
	m.From, m.Author, m.Subject = line(m.From, maxAddress), line(m.Author, maxAddress), line(m.Subject, maxSubject)
	m.Text = paragraphs(m.Text, l.MailText)
	m.To, m.Attached = m.To[:min(len(m.To), maxKeptTo)], m.Attached[:min(len(m.Attached), maxAttached)]
	return m
}

// readMail reads a mail (RFC 5322, MIME) as text: the first part of plain text, else
// what HTML says without its tags. What cannot be read as a mail is text as it is.
func readMail(raw []byte, l Limits) Mail {
	kept := Mail{Size: len(raw)}
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		kept.Text = paragraphs(string(raw[:min(len(raw), 8*l.MailText)]), l.MailText)
		return kept
	}
	words := mime.WordDecoder{CharsetReader: charset}
	decoded := func(field string, limit int) string {
		text, err := words.DecodeHeader(parsed.Header.Get(field))
		if err != nil {
			text = parsed.Header.Get(field)
		}
		return line(text, limit)
	}
	kept.Subject, kept.Author = decoded("Subject", maxSubject), decoded("From", maxAddress)
	p := parts{limit: 4 * l.MailText, words: words}
	p.read(textproto.MIMEHeader(parsed.Header), parsed.Body, 0)
	text := p.plain
	if strings.TrimSpace(text) == "" {
		text = unmarked(p.html)
	}
	kept.Text, kept.Attached = paragraphs(text, l.MailText), p.attached
	return kept
}

// parts gathers what a mail is made of.
type parts struct {
	limit       int // bytes read of one part
	words       mime.WordDecoder
	seen        int
	plain, html string
	attached    []string
}

func (p *parts) read(header textproto.MIMEHeader, body io.Reader, depth int) {
	if p.seen++; p.seen > maxParts || depth > maxDepth {
		return
	}
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if kind == "" || err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		kind, parameters = "text/plain", map[string]string{}
	}
	if strings.HasPrefix(kind, "multipart/") && parameters["boundary"] != "" {
		p.readEach(multipart.NewReader(body, parameters["boundary"]), depth)
		return
	}
	disposition, more, _ := mime.ParseMediaType(header.Get("Content-Disposition"))
	name := more["filename"]
	if name == "" {
		name = parameters["name"]
	}
	if disposition == "attachment" || !strings.HasPrefix(kind, "text/") {
		if len(p.attached) < maxAttached {
			if text, err := p.words.DecodeHeader(name); err == nil {
				name = text
			}
			if name = line(name, maxName); name == "" {
				name = line(kind, maxName)
			}
			p.attached = append(p.attached, name)
		}
		return
	}
	text := p.text(header.Get("Content-Transfer-Encoding"), parameters["charset"], body)
	switch {
	case kind == "text/html" && p.html == "":
		p.html = text
	case kind != "text/html" && p.plain == "":
		p.plain = text
	}
}

func (p *parts) readEach(all *multipart.Reader, depth int) {
	for p.seen < maxParts {
		part, err := all.NextRawPart()
		if err != nil {
			return
		}
		p.read(part.Header, part, depth+1)
	}
}

func (p *parts) text(coding, set string, body io.Reader) string {
	switch strings.ToLower(strings.TrimSpace(coding)) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body) // it passes over line ends
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	raw, _ := io.ReadAll(io.LimitReader(body, int64(p.limit))) // a broken end leaves the beginning
	switch strings.ToLower(set) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return string(raw)
	}
	if r, err := charset(set, bytes.NewReader(raw)); err == nil {
		if text, err := io.ReadAll(r); err == nil {
			return string(text)
		}
	}
	return string(raw)
}

// windows1252 are the characters from 0x80 to 0x9f of that set, of which ISO 8859-1
// is taken for a part, as browsers do.
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

// charset reads the sets that mails still have beside UTF-8.
func charset(set string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(set) {
	case "iso-8859-1", "iso8859-1", "latin1", "windows-1252", "cp1252", "iso-8859-15":
	default:
		return nil, errors.New("the character set is not known")
	}
	raw, err := io.ReadAll(input)
	if err != nil {
		return nil, err
	}
	upper := []rune(windows1252)
	var b strings.Builder
	for _, c := range raw {
		if c >= 0x80 && c < 0xa0 {
			b.WriteRune(upper[c-0x80])
			continue
		}
		b.WriteRune(rune(c))
	}
	return strings.NewReader(b.String()), nil
}
