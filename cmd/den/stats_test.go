package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/evaluation"
)

func TestStatsOfASheetAreThoseOfTheDen(t *testing.T) {
	ratings := "thing,Tom,Ellen,Ruth\na,4,4,3\nb,2,2,2\nc,5,4,5\nd,0,1,-\ne,3,3,3\nf,1,1,2\n"
	marks := "product,ease,price\nweight,70,30\nkind,marks,price\nSlotwise,4,100\nCalendra,3,80\n"
	p := playWith(t.Context(), nil, nil, ratings, "stats", "agreement", "-", "--json")
	p.want(t, exitDone)
	read, err := evaluation.ReadRatings(strings.NewReader(ratings))
	if err != nil {
		t.Fatal(err)
	}
	agreed, err := evaluation.Agree(read, evaluation.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sameDocument(t, p.out, agreed)
	table, err := evaluation.ReadMarks(strings.NewReader(marks))
	if err != nil {
		t.Fatal(err)
	}
	ranked, err := evaluation.Rank(table, evaluation.Options{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	p = playWith(t.Context(), nil, nil, marks, "stats", "ranks", "-", "--json", "--seed", "7")
	p.want(t, exitDone)
	sameDocument(t, p.out, ranked)

	playWith(t.Context(), nil, nil, ratings, "stats", "agreement", "-").want(t, exitDone, "Krippendorff's alpha, ordinal", "Kendall's W", "ICC(2,k)", agreed.Words[0])
	playWith(t.Context(), nil, nil, marks, "stats", "ranks", "-").want(t, exitDone, "FIRST UNDER", "Slotwise", ranked.Words[0])
	playWith(t.Context(), nil, nil, "", "stats", "ranks", write(t, "product,ease\nweight,1\nSlotwise,=1+1\n")).want(t, exitFailed, "file.yaml: ", "Row 3, column B")
}

func sameDocument(t *testing.T, got string, want any) {
	t.Helper()
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var tight bytes.Buffer
	if err := json.Compact(&tight, []byte(got)); err != nil {
		t.Fatal(err)
	}
	if tight.String() != string(text) {
		t.Errorf("the document is\n%s\nwant\n%s", tight.String(), text)
	}
}

func TestTimeLeftIsSaidInTwoUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "less than a second", 900 * time.Millisecond: "less than a second", time.Second: "1 second", 61 * time.Second: "1 minute 1 second",
		time.Hour: "1 hour", time.Hour + 59*time.Second: "1 hour", 52*time.Hour + 3*time.Minute: "2 days 4 hours", 48*time.Hour + 10*time.Minute: "2 days",
	} {
		if got := duration(d); got != want {
			t.Errorf("%s is said as %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 111: "111th", 122: "122nd"} {
		if got := ordinal(n); got != want {
			t.Errorf("%d is said as %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int64]string{1: "1 byte", 900: "900 bytes", 2048: "2 KB", 5 << 20: "5 MB", 3 << 29: "1.5 GB"} {
		if got := bytesOf(n); got != want {
			t.Errorf("%d is said as %q, want %q", n, got, want)
		}
	}
	if got := money(1240); got != "£12.40" {
		t.Errorf("money is said as %q", got)
	}
}
