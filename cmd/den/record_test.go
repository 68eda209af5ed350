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

// A day until which suppliers answer is theirs as far as the pages say: until 5pm.
func TestADayIsTakenAsThePagesTakeIt(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2027-03-01":           time.Date(2027, 3, 1, 17, 0, 0, 0, time.Local),
		"2027-03-01T09:30:00Z": time.Date(2027, 3, 1, 9, 30, 0, 0, time.UTC),
	} {
		if at, err := hourOf("answers-until", text, 17); err != nil || !at.Equal(want) {
			t.Errorf("%s is %v, want %v: %v", text, at, want, err)
		}
	}
	if at, err := hourOf("answers-until", "", 17); err != nil || at != nil {
		t.Errorf("nothing is %v: %v", at, err)
	}
	if at, err := hourOf("answers-until", "soon", 17); err == nil {
		t.Errorf("soon is %v", at)
	}
}
