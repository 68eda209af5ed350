package pages

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// eventPage is one line of the record.
type eventPage struct {
	view.Frame
	Event   den.Event
	Thing   string // address of the page of what it is about; empty: it has none
	Changes []change
	MayAll  bool // may see what else the person did
}

// change is one field before and after, for people.
type change struct{ Field, Before, After string }

// Event is GET /record/:seq.
func (p *Pages) Event(c *gin.Context) error {
	seq, err := position(c)
	if err != nil {
		return err
	}
	e, err := p.Den.Event(c, asking(c), seq)
	if err != nil {
		return err
	}
	page := eventPage{Frame: p.frame(c, p.words.Say("event.title", "Number", e.Seq)), Event: e, Changes: append(p.noted(e), changes(e)...), Thing: pathOf(e.Subject)}
	page.Back = back("/record?subject=" + string(e.Subject))
	page.MayAll = den.May(asking(c), den.ReadRecord, den.Owner{})
	if page.MayAll {
		page.Back = back("/record")
	}
	return p.show(c, http.StatusOK, "event", page)
}

// EventProof is GET /record/:seq/proof: a file that proves the event without the den.
func (p *Pages) EventProof(c *gin.Context) error {
	seq, err := position(c)
	if err != nil {
		return err
	}
	proof, err := p.Den.Proof(c, asking(c), seq)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(proof, "", "  ")
	if err != nil {
		return err
	}
	file(c, "application/json", fmt.Sprintf("event-%d-proof.json", seq))
	c.Data(http.StatusOK, "application/json", append(text, '\n'))
	return nil
}

// position is the number of an event in an address. What is no number is not there.
func position(c *gin.Context) (uint64, error) {
	seq, err := strconv.ParseUint(c.Param("seq"), 10, 48)
	if err != nil {
		return 0, den.Missing()
	}
	return seq, nil
}

// file has a browser keep the answer instead of showing it.
func file(c *gin.Context, kind, name string) {
	c.Header("Content-Type", kind)
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Header("Cache-Control", "no-store")
}

// pathOf is the page of a thing; empty where it has none.
func pathOf(id den.ID) string {
	switch id.Kind() {
	case den.KindTrial:
		return trialPath(id)
	case den.KindLease:
		return sandboxPath(id)
	case den.KindProduct:
		return productPath(id)
	case den.KindSupplier:
		return "/suppliers/" + string(id)
	}
	return ""
}

// changes lists the fields of the documents before and after that differ, by name.
func changes(e den.Event) []change {
	before, after := recordFields(e.Before), recordFields(e.After)
	var list []change
	for name, was := range before {
		if is := after[name]; is != was {
			list = append(list, change{name, was, is})
		}
	}
	for name, is := range after {
		if _, ok := before[name]; !ok {
			list = append(list, change{name, "", is})
		}
	}
	slices.SortFunc(list, func(a, b change) int { return cmp.Compare(a.Field, b.Field) })
	return list
}

// noted lists what the record says of each field, as p.words call it.
func (p *Pages) noted(e den.Event) []change {
	list := make([]change, len(e.Changes))
	for i, c := range e.Changes {
		list[i] = change{c.Words(), c.Before, c.After}
		if c.Of != e.Subject {
			list[i].Field = p.words.Say("event.of", "Field", c.Words(), "ID", string(c.Of))
		}
		if c.Hidden {
			list[i].Before, list[i].After = p.words.Say("event.hidden"), p.words.Say("event.hidden")
		}
	}
	return list
}

func recordFields(text json.RawMessage) map[string]string {
	var raw map[string]json.RawMessage
	if len(text) == 0 || json.Unmarshal(text, &raw) != nil {
		return nil
	}
	fields := map[string]string{}
	for name, value := range raw {
		var said string
		if json.Unmarshal(value, &said) != nil {
			var b bytes.Buffer
			_ = json.Indent(&b, value, "", "  ")
			said = b.String()
		}
		if length, err := time.ParseDuration(said); name == "Length" && err == nil {
			said = den.SpellExactly(length) // as a sealed protocol holds it
		}
		fields[name] = said
	}
	return fields
}
