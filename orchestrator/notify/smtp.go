package notify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"

	"innovationden/orchestrator/den"
)

// mailer sends e-mail by a relay. Each message has a connection of its own: one that
// breaks takes no other with it.
type mailer struct {
	host    string
	options []mail.Option
	from    string
	domain  string
	o       Options
}

func newSMTP(u *url.URL, o Options) (*mailer, error) {
	q := u.Query()
	m := &mailer{host: u.Hostname(), from: q.Get("from"), o: o}
	_, domain, ok := strings.Cut(m.from, "@")
	if m.host == "" || !ok {
		return nil, errors.New("a mail relay needs its host and the sender: write smtp://host:587?from=den@example.org")
	}
	m.domain = strings.TrimSuffix(domain, ">")
	port := 587
	if u.Scheme == "smtps" {
		port = 465
	}
	if u.Port() != "" {
		n, err := strconv.Atoi(u.Port())
		if err != nil {
			return nil, fmt.Errorf("the port of the mail relay is %q: write a number", u.Port())
		}
		port = n
	}
	m.options = []mail.Option{mail.WithPort(port)}
	switch tls := q.Get("tls"); {
	case tls == "none":
		m.options = append(m.options, mail.WithTLSPolicy(mail.NoTLS))
	case tls != "":
		return nil, fmt.Errorf("tls=%s is not known: leave it out, or write tls=none", tls)
	case u.Scheme == "smtps":
		m.options = append(m.options, mail.WithSSL())
	default:
		m.options = append(m.options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if name := u.User.Username(); name != "" {
		secret, _ := u.User.Password()
		m.options = append(m.options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(name), mail.WithPassword(secret))
	}
	_, err := mail.NewClient(m.host, m.options...)
	return m, err
}

func (m *mailer) Send(ctx context.Context, one den.Message) error {
	letter, err := m.write(one)
	if err != nil {
		return &den.Error{Kind: den.Invalid, Say: "The address or the text cannot be sent by e-mail.", Err: err}
	}
	client, err := mail.NewClient(m.host, m.options...)
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, letter)
	var refused *mail.SendError
	if errors.As(err, &refused) && !refused.IsTemp() && (refused.Reason == mail.ErrSMTPRcptTo || refused.Reason == mail.ErrSMTPMailFrom) {
		return &den.Error{Kind: den.Invalid, Say: "The mail relay refuses the address.", Err: err}
	}
	if err != nil {
		return &den.Error{Kind: den.Down, Say: "The mail relay did not take it.", Err: err}
	}
	return nil
}

// write makes the letter. Its Message-ID is the delivery's, so that one that comes twice
// can be told.
func (m *mailer) write(one den.Message) (*mail.Msg, error) {
	letter := mail.NewMsg()
	if err := errors.Join(letter.From(m.from), letter.To(one.To)); err != nil {
		return nil, err
	}
	letter.Subject(line(one.Title))
	letter.SetMessageIDWithValue(string(one.ID) + "@" + m.domain)
	letter.SetDateWithValue(m.o.Now())
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	text := one.Say
	if one.Link != "" {
		text += "\n\n" + one.Link
	}
	text += "\n\nYou can choose what you are sent on the page “Notices”.\n"
	letter.SetBodyString(mail.TypeTextPlain, text)
	return letter, nil
}

// line is a text as one line.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }
