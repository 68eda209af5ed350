package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

const launchFile = `name: Booking
question: Which is quicker to learn?
department: local services
products:
  - Slotwise@2.1
  - Calendra
scheme: standard/1
weights: {easy-to-use: 25}
size: small
length: 5d
tasks: [Book a slot]
evaluators: [Tom Okafor]
`

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// inPhase is the trial with each sandbox in a phase.
func inPhase(phases ...contract.Phase) contract.Trial {
	t := contract.Trial{Id: "tri_1", Name: "Booking", State: contract.TrialState(den.TrialRunning), Scheme: contract.SchemeRef{Id: "standard", Version: 1}, Size: "small", LengthSeconds: 432000}
	names := []string{"Slotwise", "Calendra"}
	for i, p := range phases {
		id := string(rune('1' + i))
		t.Entries = append(t.Entries, contract.Entry{
			Id: "ent_" + id, Label: "Product " + id, ProductName: &names[i], Product: "prd_" + id,
			Sandbox: &contract.Sandbox{Id: "lea_" + id, Phase: p, Url: "http://quiet-owl-" + id + ".localhost:8080/", ProductName: &names[i]},
		})
	}
	return t
}

func launching(t *testing.T) *scripted {
	t.Helper()
	s := newScripted(t)
	s.products = []contract.Product{
		{Id: "prd_1", Name: "Slotwise", Releases: []contract.Release{{Id: "rel_1", Version: "2.0"}, {Id: "rel_2", Version: "2.1"}}},
		{Id: "prd_7", Name: "Empty", Releases: []contract.Release{}},
		{Id: "prd_2", Name: "Calendra", Releases: []contract.Release{{Id: "rel_3", Version: "1.0"}}},
	}
	s.stages = []contract.Trial{inPhase(contract.Phase(den.Requested), contract.Phase(den.Starting)), inPhase(contract.Phase(den.Starting), contract.Phase(den.Live)), inPhase(contract.Phase(den.Live), contract.Phase(den.Live))}
	s.trial = s.stages[2]
	return s
}

func TestLaunchSetsUpStartsAndWaits(t *testing.T) {
	s := launching(t)
	p := s.play(t, "trial", "launch", "-f", write(t, launchFile))
	p.want(t, exitDone, "http://quiet-owl-1.localhost:8080/", "Calendra", "ready")
	if p.err != "" {
		t.Errorf("where there is no terminal it shows progress: %q", p.err)
	}
	adds, starts := s.heard(http.MethodPost, "/trials"), s.heard(http.MethodPost, "/trials/tri_1/start")
	if len(adds) != 1 || len(starts) != 1 {
		t.Fatalf("it added %d and started %d", len(adds), len(starts))
	}
	if adds[0].key == "" || starts[0].key == "" || adds[0].key == starts[0].key {
		t.Errorf("the keys are %q and %q: each create needs its own", adds[0].key, starts[0].key)
	}
	var got, want any
	_ = json.Unmarshal([]byte(adds[0].body), &got)
	_ = json.Unmarshal([]byte(`{"name":"Booking","question":"Which is quicker to learn?","department":"dep_1","releases":["rel_2","rel_3"],
		"scheme":{"id":"standard","version":1},"weights":{"easy-to-use":25},"size":"small","length_seconds":432000,"tasks":["Book a slot"],"evaluators":["per_1"]}`), &want)
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(want)
	if string(g) != string(w) {
		t.Errorf("it asked for\n%s, want\n%s", g, w)
	}
}

func TestLaunchPrintsTheDocumentAsItIs(t *testing.T) {
	s := launching(t)
	p := s.play(t, "trial", "launch", "--json", "-f", write(t, launchFile))
	p.want(t, exitDone)
	var trial contract.Trial
	if err := json.Unmarshal([]byte(p.out), &trial); err != nil || trial.Id != "tri_1" || strings.Count(p.out, "\n") != 1 {
		t.Errorf("it printed %q: %v", p.out, err)
	}
}

func TestLaunchShowsProgressOnATerminal(t *testing.T) {
	s := launching(t)
	p := playWith(t.Context(), func(k *client) { k.terminal = func(io.Writer) bool { return true } },
		map[string]string{"DEN_URL": s.URL, "DEN_TOKEN": goodToken}, "", "trial", "launch", "-f", write(t, launchFile))
	p.want(t, exitDone, "Slotwise: in the queue, Calendra: starting", "Slotwise: starting, Calendra: ready")
	if !strings.HasSuffix(p.err, "\r\x1b[K") {
		t.Errorf("the line is not taken away at the end: %q", p.err)
	}
}

func TestLaunchOfAProductThatCannotRunSaysWhy(t *testing.T) {
	s := launching(t)
	s.trial = inPhase(contract.Phase(den.Live), contract.Phase(den.Ending))
	s.trial.Entries[1].Sandbox.Detail = "It ended with code 1. The last it printed: no database."
	s.stages = []contract.Trial{s.trial}
	p := s.play(t, "trial", "launch", "-f", write(t, launchFile))
	p.want(t, exitFailed, "Calendra: It ended with code 1. The last it printed: no database.")
	if s.heard(http.MethodPost, "/trials/tri_1/end") != nil {
		t.Error("it ended the trial, which was not asked")
	}
}

func TestAStreamThatBreaksOffIsTakenUpWhereItWas(t *testing.T) {
	s := launching(t)
	s.pieces = 1
	rests := 0
	p := playWith(t.Context(), func(k *client) { k.rest = func(context.Context, time.Duration) error { rests++; return nil } },
		map[string]string{"DEN_URL": s.URL, "DEN_TOKEN": goodToken}, "", "trial", "launch", "-f", write(t, launchFile))
	p.want(t, exitDone)
	var last []string
	for _, a := range s.heard(http.MethodGet, "/trials/tri_1/progress") {
		last = append(last, a.last)
	}
	if strings.Join(last, ",") != ",1,2" || rests != 2 {
		t.Errorf("it went on from %q after %d rests, want from 1 and 2", last, rests)
	}
}

func TestAStreamThatNeverComesBackIsADenThatDoesNotAnswer(t *testing.T) {
	s := launching(t)
	s.stages = s.stages[:1]
	p := playWith(t.Context(), func(k *client) { k.rest = func(context.Context, time.Duration) error { return nil } },
		map[string]string{"DEN_URL": s.URL, "DEN_TOKEN": goodToken}, "", "trial", "launch", "-f", write(t, launchFile))
	p.want(t, exitDown, "The trial goes on. When the den is back: den trial show tri_1")
}

func TestStoppingTheWaitLeavesTheTrialAsItIs(t *testing.T) {
	s := launching(t)
	s.stages, s.hold = s.stages[:1], make(chan struct{})
	defer close(s.hold)
	ctx, stop := context.WithCancel(t.Context())
	go func() { <-s.watching; stop() }()
	p := playWith(ctx, nil, map[string]string{"DEN_URL": s.URL, "DEN_TOKEN": goodToken}, "", "trial", "launch", "-f", write(t, launchFile))
	p.want(t, exitFailed, "Stopped waiting. The trial goes on as it is: den trial show tri_1")
	if n := len(s.heard(http.MethodPost, "")); n != 2 {
		t.Errorf("it sent %d changes, want the add and the start alone", n)
	}
}

func TestFaultsOfAFileNameTheirLines(t *testing.T) {
	s := launching(t)
	for text, want := range map[string][]string{
		"name: a\nproduct: b\n":                       {`file.yaml:2: there is no key "product" here`},
		"name: a\nlength: soon\nscheme: x/y\n":        {"file.yaml:2: length: Write a length", "file.yaml:3: scheme: Write a scheme"},
		"products:\n  - Calendra\n  - Nobody\n":       {`file.yaml:3: products: There is no product "Nobody"`},
		"products: [Slotwise]\n":                      {`file.yaml:1: products: Slotwise has several releases. Choose "Slotwise@2.0" or "Slotwise@2.1".`},
		"products: [Slotwise@9]\n":                    {`Slotwise has no release "9"`},
		"products: [Empty]\n":                         {"Empty has no release yet"},
		"department: Nowhere\nevaluators: [Nobody]\n": {`file.yaml:1: department: There is no department "Nowhere"`, `file.yaml:2: evaluators: There is no person "Nobody"`},
	} {
		p := s.play(t, "trial", "new", "-f", write(t, text))
		p.want(t, exitFailed, want...)
	}
	if s.heard(http.MethodPost, "") != nil {
		t.Error("something was sent although the file is off")
	}
}

func TestRefusalsOfTheDenNameTheLinesOfTheFile(t *testing.T) {
	s := launching(t)
	s.refuse["POST /trials"] = problemDoc(http.StatusUnprocessableEntity, "Enter a length of at most 14 days.",
		"/length_seconds", "Enter a length of at most 14 days.", "/weights/easy-to-use", "Enter a weight between 10 and 30.", "/releases", "Choose each release once.", "/question", "Enter the question.")
	p := s.play(t, "trial", "launch", "-f", write(t, strings.Replace(launchFile, "question: Which is quicker to learn?\n", "", 1)))
	p.want(t, exitFailed, "den: There is a problem\n", "file.yaml:9: length: Enter a length", "file.yaml:7: weights easy-to-use: Enter a weight",
		"file.yaml:3: products: Choose each release once.", "file.yaml: question: Enter the question.")
}

func TestATrialThatCannotBeStartedIsKeptAsADraft(t *testing.T) {
	s := launching(t)
	s.refuse["POST /trials/tri_1/start"] = problemDoc(http.StatusUnprocessableEntity, "Choose at least one product.", "/releases", "Choose at least one product.")
	p := s.play(t, "trial", "launch", "-f", write(t, launchFile))
	p.want(t, exitFailed, "file.yaml:4: products: Choose at least one product.", "The trial is kept as a draft, tri_1.", "den trial change tri_1 -f ")
	s.refuse["POST /trials/tri_1/start"] = problemDoc(http.StatusServiceUnavailable, "The engine does not answer.")
	s.play(t, "trial", "launch", "-f", write(t, launchFile)).want(t, exitDown, "The engine does not answer.", "To go on: den trial start tri_1")
}

func TestALostAnswerIsAskedForAgainOnceWithTheSameKey(t *testing.T) {
	for name, half := range map[string]bool{"before the answer": false, "in the middle of it": true} {
		t.Run(name, func(t *testing.T) {
			s := launching(t)
			s.lose, s.half = 1, half
			s.play(t, "trial", "new", "-f", write(t, launchFile)).want(t, exitDone)
			adds := s.heard(http.MethodPost, "/trials")
			if len(adds) != 2 || adds[0] != adds[1] {
				t.Errorf("it sent %v, want the same request twice", adds)
			}
		})
	}
	s := launching(t)
	s.lose = 3
	s.play(t, "trial", "new", "-f", write(t, launchFile)).want(t, exitDown, "No den answers at "+s.URL)
	adds := s.heard(http.MethodPost, "/trials") // net/http may repeat once by itself what it sent on an old connection
	if n := len(adds); n < 2 || n > 3 || adds[0] != adds[n-1] {
		t.Errorf("it sent %v, want the same request twice", adds)
	}
	s = launching(t)
	s.lose = 1
	s.play(t, "trial", "end", "tri_1").want(t, exitDown)
	if n := len(s.heard(http.MethodPost, "/trials/tri_1/end")); n != 1 {
		t.Errorf("what carries no key was sent %d times", n)
	}
}
