package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// recordKeyPage publishes what checkpoints and proofs are checked with.
type recordKeyPage struct {
	view.Frame
	Key    den.RecordKey
	Groups []string // the fingerprint in parts that an eye can follow
	All    bool     // may take a checkpoint
}

// RecordKey is GET /record/key, for everybody.
func (p *Pages) RecordKey(c *gin.Context) error {
	page := recordKeyPage{Frame: p.frame(c, p.words.Say("record-key.title")), Key: p.Den.RecordKey(), All: den.May(asking(c), den.ReadRecord, den.Owner{})}
	const group = 8
	for at := 0; at+group <= len(page.Key.Fingerprint); at += group {
		page.Groups = append(page.Groups, page.Key.Fingerprint[at:at+group])
	}
	return p.show(c, http.StatusOK, "record-key", page)
}

// RecordKeyFile is GET /record/key/file, for everybody: the key as den check takes it.
func (p *Pages) RecordKeyFile(c *gin.Context) error {
	file(c, "text/plain; charset=utf-8", "record-key.txt")
	c.String(http.StatusOK, "%s\n", p.Den.RecordKey().Public)
	return nil
}

// Checkpoint is GET /record/checkpoint: the state of the record now, signed.
func (p *Pages) Checkpoint(c *gin.Context) error {
	signed, err := p.Den.Checkpoint(c, asking(c))
	if err != nil {
		return err
	}
	file(c, "text/plain; charset=utf-8", "checkpoint.txt")
	c.String(http.StatusOK, "%s", signed)
	return nil
}
