package pages

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
)

// exported is an event as programs read it.
type exported struct {
	Seq     uint64           `json:"seq"`
	At      time.Time        `json:"at"`
	Actor   den.ID           `json:"actor"`
	Name    string           `json:"actor_name"`
	Act     string           `json:"act"`
	Subject den.ID           `json:"subject"`
	About   []den.ID         `json:"about,omitempty"`
	Say     string           `json:"detail"`
	Why     string           `json:"why,omitempty"`
	Before  json.RawMessage  `json:"before,omitempty"`
	After   json.RawMessage  `json:"after,omitempty"`
	Changes []exportedChange `json:"changes,omitempty"`
}

// exportedChange is one field of one thing, before and after.
type exportedChange struct {
	Of     den.ID `json:"of"`
	Field  string `json:"field"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	Hidden bool   `json:"hidden,omitempty"`
}

func exportedChanges(e den.Event) []exportedChange {
	list := make([]exportedChange, len(e.Changes))
	for i, c := range e.Changes {
		list[i] = exportedChange(c)
	}
	return list
}

// ExportRecord is GET /record/export: what /record shows, all of it, the oldest first,
// as ?format=csv or json. It is read and sent page by page; an answer that breaks off
// has no end, so nobody takes it for whole.
func (p *Pages) ExportRecord(c *gin.Context) error {
	asked := p.recordAsked(c)
	if asked.form.Bad() {
		return den.Refuse(den.Invalid, "%s", p.words.Say("record.bad-days"))
	}
	f := asked.filter
	f.Limit = 1000
	write, kind := writeJSON, "application/json"
	if c.Query("format") == "csv" {
		write, kind = writeCSV, "text/csv; charset=utf-8"
	}
	isFirst := true
	for {
		page, err := p.Den.Events(c, asking(c), f)
		if err == nil {
			err = c.Request.Context().Err()
		}
		if err != nil && !isFirst {
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		}
		if err != nil {
			return err
		}
		var out bytes.Buffer
		if err := write(&out, page.Items, isFirst, page.Next == ""); err != nil {
			return err
		}
		if isFirst {
			file(c, kind, "record."+map[bool]string{true: "csv", false: "json"}[c.Query("format") == "csv"])
			c.Status(http.StatusOK)
		}
		if _, err := c.Writer.Write(out.Bytes()); err != nil || page.Next == "" {
			return context.Cause(c.Request.Context())
		}
		isFirst, f.After = false, page.Next
	}
}

func writeJSON(out *bytes.Buffer, events []den.Event, isFirst, isLast bool) error {
	if isFirst {
		out.WriteString("[\n")
	}
	for n, e := range events {
		if !isFirst || n > 0 {
			out.WriteString(",\n")
		}
		text, err := json.Marshal(exported{e.Seq, e.At, e.Actor, e.Name, e.Act, e.Subject, e.About, e.Say, e.Why, e.Before, e.After, exportedChanges(e)})
		if err != nil {
			return err
		}
		out.Write(text)
	}
	if isLast {
		out.WriteString("\n]\n")
	}
	return nil
}

func writeCSV(out *bytes.Buffer, events []den.Event, isFirst, _ bool) error {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	if isFirst {
		out.WriteString("\ufeff") // so that spreadsheets read it as UTF-8
		_ = w.Write([]string{"seq", "at", "actor", "actor_name", "act", "subject", "about", "detail", "why", "before", "after", "changes"})
	}
	for _, e := range events {
		var about []string
		for _, id := range e.About {
			about = append(about, string(id))
		}
		row := []string{strconv.FormatUint(e.Seq, 10), e.At.UTC().Format(time.RFC3339Nano), string(e.Actor), e.Name, e.Act, string(e.Subject),
			strings.Join(about, " "), e.Say, e.Why, string(e.Before), string(e.After), changesCell(e)}
		for n, cell := range row {
			row[n] = den.ForSpreadsheet(cell)
		}
		_ = w.Write(row)
	}
	w.Flush()
	return w.Error()
}

// changesCell is what changed, as JSON in one cell; empty where nothing did.
func changesCell(e den.Event) string {
	if len(e.Changes) == 0 {
		return ""
	}
	text, _ := json.Marshal(exportedChanges(e))
	return string(text)
}
