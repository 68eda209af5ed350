package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

// A list that found nothing yet is not said to be empty.
func TestAListOfEventsSaysHowFarItLooked(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for want, page := range map[string]contract.EventPage{
		"Nothing is recorded of this.\n":         {},
		"Nothing that fits was found as far as ": {LookedTo: &at},
		"There may be something behind it.\n":    {LookedTo: &at},
		"The trial started.":                     {LookedTo: &at, Items: []contract.Event{{Detail: "The trial started."}}},
	} {
		var out bytes.Buffer
		(&client{std: streams{out: &out}}).tellEvents(page)
		if !strings.Contains(out.String(), want) {
			t.Errorf("it says %q, want %q", out.String(), want)
		}
	}
}
