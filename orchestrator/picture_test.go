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
