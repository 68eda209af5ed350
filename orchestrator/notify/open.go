package notify

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"innovationden/orchestrator/den"
)

// Sender hands one message over. It may be called by many goroutines, and again for the
// same message after a failure. An error of kind Invalid says that trying again is of
// no use; every other error may be gone the next time.
type Sender interface {
	Send(context.Context, den.Message) error
}

// Options are what senders are handed.
type Options struct {
	Now func() time.Time
	Log *slog.Logger
	// Inside are the networks inside the house that webhooks may reach; none: they
	// reach no loopback, private or link-local address.
	Inside []netip.Prefix
}

// Open makes the sender that an address names:
//
//	log:                                        a line in the log for each message
//	smtp://user:secret@host:587?from=a@b.c      e-mail, with STARTTLS
//	smtps://user:secret@host:465?from=a@b.c     e-mail, with TLS from the start
//	webhook:                                    a POST to the address of each message
//
// With ?tls=none mail goes in the clear, for a relay on the same machine.
func Open(address string, o Options) (Sender, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("an address for notices cannot be read: write log:, webhook:, or smtp://host:587?from=den@example.org")
	}
	switch u.Scheme {
	case "log":
		return logged{o.Log}, nil
	case "webhook":
		return newWebhook(o), nil
	case "smtp", "smtps":
		return newSMTP(u, o)
	}
	return nil, fmt.Errorf("notices cannot be sent by %q: write log:, webhook:, or smtp://host:587?from=den@example.org", u.Scheme)
}

// logged writes messages into the log, for a den without mail and for tests.
type logged struct{ log *slog.Logger }

func (l logged) Send(ctx context.Context, m den.Message) error {
	l.log.InfoContext(ctx, "notice", "id", m.ID, "to", m.To, "kind", m.Kind, "title", m.Title, "say", m.Say, "link", m.Link)
	return nil
}
