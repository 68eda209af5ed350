package orchestrator_test

import (
	"os"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

// phases is the order in which the picture shows them.
var phases = []den.Phase{den.Requested, den.Starting, den.Live, den.Paused, den.Ending, den.Ended, den.Refused}

func TestThePictureInDocIsWhatMovesSays(t *testing.T) {
	if len(phases) != len(den.Moves) {
		t.Fatalf("the picture has %d phases, Moves %d", len(phases), len(den.Moves))
	}
	var picture strings.Builder
	for _, p := range phases {
		var to []string
		for _, q := range den.Moves[p] {
			to = append(to, string(q))
		}
		line := "//\t" + string(p)
		if len(to) > 0 {
			line += " ─► " + strings.Join(to, ", ")
		}
		picture.WriteString(line + "\n")
	}
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), "//\n"+picture.String()+"//\n") {
		t.Errorf("doc.go must show this picture:\n%s", picture.String())
	}
}

func TestThePictureOfAChallengeIsWhatItsStepsSay(t *testing.T) {
	order := []den.ChallengeState{
		den.ChallengeDraft, den.ChallengePublished, den.ChallengeClosed, den.ChallengeInTrial, den.ChallengeOutcome, den.ChallengeWithdrawn,
	}
	if len(order) != len(den.ChallengeSteps) || len(order) != len(den.ChallengeStates) {
		t.Fatalf("the picture has %d states, the steps %d, the list %d", len(order), len(den.ChallengeSteps), len(den.ChallengeStates))
	}
	var picture strings.Builder
	for _, s := range order {
		line := "//\t" + string(s)
		for n, to := range s.Next() {
			line += map[bool]string{true: " ─► ", false: ", "}[n == 0] + string(to)
		}
		picture.WriteString(line + "\n")
	}
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), "//\n"+picture.String()+"//\n") {
		t.Errorf("doc.go must show this picture:\n%s", picture.String())
	}
}
