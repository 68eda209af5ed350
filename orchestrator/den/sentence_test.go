package den_test

import (
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

func TestASentenceOfTheDenBeginsAsSentencesDo(t *testing.T) {
	for say, want := range map[string]string{
		den.System().Name + " invited Grace.": "The den invited Grace.",
		"slotwise was added by the den.":      "slotwise was added by the den.",
		"the denizens invited Grace.":         "the denizens invited Grace.",
		"":                                    "",
	} {
		if got := den.Sentence(say); got != want {
			t.Errorf("%q becomes %q, want %q", say, got, want)
		}
	}
}

func TestAShortTimeIsNeverNothing(t *testing.T) {
	for length, want := range map[time.Duration]string{
		0: "0 seconds", time.Microsecond: "less than a millisecond", 300 * time.Microsecond: "0.3 milliseconds", time.Millisecond: "1 millisecond",
		3700 * time.Microsecond: "3.7 milliseconds", 12*time.Millisecond + 400*time.Microsecond: "12 milliseconds", 999*time.Millisecond + 700*time.Microsecond: "1 second",
		1340 * time.Millisecond: "1.3 seconds", 42 * time.Second: "42 seconds", 59*time.Second + 900*time.Millisecond: "60 seconds", 61 * time.Second: "1 minute 1 second",
	} {
		if got := den.SpellShort(length); got != want {
			t.Errorf("%s is %q, want %q", length, got, want)
		}
	}
}

func TestALengthIsSpelledWhereNothingIsLost(t *testing.T) {
	for length, want := range map[time.Duration]string{
		120 * time.Hour: "5 days", 49 * time.Hour: "2 days 1 hour", 90 * time.Minute: "1 hour 30 minutes", 10 * time.Minute: "10 minutes",
		49*time.Hour + time.Minute: "49h1m0s", 90 * time.Second: "1m30s", 0: "0s", -time.Hour: "-1h0m0s",
	} {
		if got := den.SpellExactly(length); got != want {
			t.Errorf("%s is %q, want %q", length, got, want)
		}
	}
}
