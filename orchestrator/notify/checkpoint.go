package notify

import (
	"context"
	"net/http"
	"strings"

	"innovationden/orchestrator/den"
)

// Checkpoints posts signed states of the record to one address, by the rules of
// webhooks: no inside address that was not allowed, no redirects, no proxy. It is safe
// for use by many goroutines.
type Checkpoints struct {
	url    string
	client *http.Client
}

// NewCheckpoints posts to a web address.
func NewCheckpoints(url string, o Options) *Checkpoints {
	return &Checkpoints{url: url, client: guarded(o)}
}

// Send posts one signed note as plain text. Any 2xx is success; Invalid says that trying
// again is of no use, Down that it may be.
func (c *Checkpoints) Send(ctx context.Context, signed string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, strings.NewReader(signed))
	if err != nil {
		return &den.Error{Kind: den.Invalid, Say: "The web address cannot be used.", Err: err}
	}
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	return post(c.client, r)
}
