package compose_test

import (
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"innovationden/sandbox"
	"innovationden/sandbox/compose"
	"innovationden/sandbox/policy"
)

var update = flag.Bool("update", false, "write the expected lines anew")

// small is the size that the corpora are read for.
var small = sandbox.Limits{Memory: 512 << 20, CPU: 500, Pids: 128, Files: 4096, Tmp: 64 << 20, Disk: 256 << 20, Log: 4 << 20}

// corpus gives the files of a corpus in pairs, and writes the second of each anew
// where it is asked to.
func corpus(t *testing.T, file, second string, fill func(t *testing.T, name, text string) string) int {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i := 0; i+1 < len(a.Files); i += 2 {
		name, ok := strings.CutSuffix(a.Files[i].Name, ".yaml")
		if !ok || a.Files[i+1].Name != name+second {
			t.Fatalf("%s is not followed by its %s", a.Files[i].Name, second)
		}
		n++
		t.Run(name, func(t *testing.T) {
			got := fill(t, name, string(a.Files[i].Data))
			if *update {
				a.Files[i+1].Data = []byte(got)
			} else if want := string(a.Files[i+1].Data); got != want {
				t.Errorf("said\n%swant\n%s", got, want)
			}
		})
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func TestEveryHostileFileIsRefusedWithItsLinesAndSentences(t *testing.T) {
	n := corpus(t, "testdata/hostile.txtar", ".want", func(t *testing.T, name, text string) string {
		_, err := compose.Read(t.Context(), name+".yaml", []byte(text), compose.Options{Limits: small})
		var refused policy.Refusals
		if !errors.As(err, &refused) {
			t.Fatalf("it was not refused: %v", err)
		}
		for _, r := range refused {
			if r.Line < 1 || r.Column < 1 || r.Instead == "" || !strings.HasSuffix(r.Reason, ".") {
				t.Errorf("the refusal lacks a place, a sentence or what to do: %+v", r)
			}
			if strings.Contains(r.Reason, "Compose cannot make sense") || strings.Contains(r.Reason, "usable specification") {
				t.Errorf("only the last net caught it: %s", r)
			}
		}
		return refused.Error() + "\n"
	})
	if n < 80 {
		t.Errorf("the corpus has %d files, want at least 80", n)
	}
}
