package orchestrator_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/orchestrator/files"
	"innovationden/sandbox/fake"
)

func shelved(t *testing.T) func(*orchestrator.Config) {
	shelf, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return func(c *orchestrator.Config) { c.Files = shelf }
}

// A picture is made anew within its limits, a file is kept as it is, and others see
// neither before the scores are submitted.
func TestEvidenceIsKeptWithinLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, shelved(t))
		ctx := t.Context()
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{Log: "first\nsecond\nthird\n"}))
		entry := v.Entries[0].ID
		r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		ann := r.person("Ann", den.Evaluator, v.Trial.ID)
		add := func(in den.NewEvidence) (den.Evidence, error) {
			in.Trial, in.Entry = v.Trial.ID, entry
			return r.o.AddEvidence(ctx, ann, in)
		}
		var drawn bytes.Buffer
		r.must(png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 3, 2))))
		tailed := drawn.String() + "<script>alert(1)</script>"
		if _, err := add(den.NewEvidence{Kind: den.Picture, Name: "a.png", Content: strings.NewReader(tailed)}); den.KindOf(err) != den.Conflict {
			t.Errorf("evidence before the declaration: %v", err)
		}
		r.declare(v.Trial.ID, ann)
		kept, err := add(den.NewEvidence{Kind: den.Picture, Name: `C:\me\a.png`, Criterion: "ease", Content: strings.NewReader(tailed)})
		if err != nil || kept.Width != 3 || kept.Height != 2 || kept.Name != "a.png" {
			t.Errorf("%+v %v", kept, err)
		}
		_, content, err := r.o.Exhibit(ctx, ann, v.Trial.ID, kept.ID)
		r.must(err)
		text, err := io.ReadAll(content)
		if _ = content.Close(); err != nil || strings.Contains(string(text), "script") {
			t.Errorf("what hung on the picture was kept: %v", err)
		}
		if _, _, err := r.o.Exhibit(ctx, r.member, v.Trial.ID, kept.ID); den.KindOf(err) != den.NotFound {
			t.Errorf("others see evidence before it is submitted: %v", err)
		}
		huge := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), 0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 8, 0, 0, 0, 0)
		for name, in := range map[string]den.NewEvidence{
			"no picture":     {Kind: den.Picture, Content: strings.NewReader("<svg/>")},
			"four gigapixel": {Kind: den.Picture, Content: bytes.NewReader(huge)},
			"too long":       {Kind: den.Picture, Content: io.LimitReader(endless{}, 9<<20)},
			"a long file":    {Kind: den.File, Content: io.LimitReader(endless{}, 9<<20)},
			"nothing":        {Kind: den.File},
			"no lines":       {Kind: den.LogStretch, From: 3, To: 2},
		} {
			if _, err := add(in); den.KindOf(err) != den.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		lines, err := add(den.NewEvidence{Kind: den.LogStretch, From: 2, To: 3})
		if err != nil || lines.Size != int64(len("second\nthird\n")) {
			t.Errorf("%+v %v", lines, err)
		}
		gone := den.EvidenceRemoval{Trial: v.Trial.ID, Entry: entry, Evidence: lines.ID}
		if err := r.o.RemoveEvidence(ctx, ann, gone); den.KindOf(err) != den.Invalid {
			t.Errorf("removed without a reason: %v", err)
		}
		gone.Why = "It shows somebody's name."
		r.must(r.o.RemoveEvidence(ctx, ann, gone))
		if a, err := r.o.Assessment(ctx, ann, v.Trial.ID, entry); err != nil || len(a.Evidence) != 1 {
			t.Errorf("%+v %v", a.Evidence, err)
		}
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// The den times tasks: one runs at a time, and its time adds up.
func TestTasksAreTimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		draft, err := r.o.AddTrial(ctx, r.member, den.NewTrial{Question: "Which?", Length: time.Hour, Tasks: []string{"Book", "Cancel"}, Releases: []den.ID{r.release("one", fake.Behaviour{})}})
		r.must(err)
		v, err := r.o.StartTrial(ctx, r.member, draft.Trial.ID, 0, den.Once{})
		r.must(err)
		r.declare(v.Trial.ID, r.member)
		do := func(task int, step den.TaskStep) den.Assessment {
			a, err := r.o.SaveAssessment(ctx, r.member, den.NewAssessment{Trial: v.Trial.ID, Entry: v.Entries[0].ID, Task: &den.TaskAct{Task: task, Step: step}})
			r.must(err)
			return a
		}
		do(0, den.StartTask)
		elapse(2 * time.Minute)
		a := do(1, den.StartTask)
		if a.Tasks[0].Took != 2*time.Minute || a.Tasks[0].State != "" || a.Tasks[1].State != den.TaskRunning {
			t.Errorf("%+v", a.Tasks)
		}
		elapse(time.Minute)
		do(1, den.LeaveTask)
		do(0, den.StartTask)
		elapse(30 * time.Second)
		a = do(0, den.EndTask)
		if a.Tasks[0].Took != 150*time.Second || a.Tasks[0].State != den.TaskDone || a.Tasks[1].Took != time.Minute || a.Tasks[1].State != den.TaskNotDone {
			t.Errorf("%+v", a.Tasks)
		}
		_, err = r.o.SaveAssessment(ctx, r.member, den.NewAssessment{Trial: v.Trial.ID, Entry: v.Entries[0].ID, Task: &den.TaskAct{Task: 7, Step: den.StartTask}})
		if den.KindOf(err) != den.Invalid {
			t.Errorf("a task that is none: %v", err)
		}
	})
}

// Somebody with an interest scores only when the department says so, and the scores of
// somebody who is taken out do not count. An amended protocol keeps what it was.
func TestAnInterestAndAnAmendmentChangeWhatCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		ann, bob := r.person("Ann", den.Evaluator, v.Trial.ID), r.person("Bob", den.Evaluator, v.Trial.ID)
		save := func(who den.Actor, m int) error {
			_, err := r.o.SaveAssessment(ctx, who, den.NewAssessment{Trial: v.Trial.ID, Entry: v.Entries[0].ID, Submit: true, Scores: map[string]den.Score{
				"ease": {Mark: &m, Reason: "Tried."}, "fit": {Mark: &m, Reason: "Tried."}}})
			return err
		}
		r.declare(v.Trial.ID, ann)
		r.must(save(ann, 3))
		_, err := r.o.Declare(ctx, bob, v.Trial.ID, den.NewDeclaration{Stake: den.ActualStake, Text: "I own shares."})
		r.must(err)
		if err := save(bob, 5); den.KindOf(err) != den.Conflict {
			t.Errorf("an undecided interest scores: %v", err)
		}
		decide := func(c den.Consequence) {
			_, err := r.o.DecideInterest(ctx, r.member, v.Trial.ID, bob.ID, den.NewConsequence{Consequence: c, Why: "So."})
			r.must(err)
		}
		mean := func() float64 {
			out, err := r.o.Outcome(ctx, r.member, v.Trial.ID)
			r.must(err)
			return out.Results[0].Marks["ease"]
		}
		decide(den.GoOn)
		r.must(save(bob, 5))
		if got := mean(); got != 4 {
			t.Errorf("the mean is %g", got)
		}
		decide(den.TakeOut)
		if got := mean(); got != 3 {
			t.Errorf("the mean without Bob is %g", got)
		}
		before, err := r.o.Protocol(ctx, r.member, v.Trial.ID)
		r.must(err)
		rule := "The best."
		_, err = r.o.Amend(ctx, r.member, v.Trial.ID, den.NewAmendment{Rule: &rule, Weights: map[string]float64{"ease": 50, "fit": 50}, Why: "Agreed."})
		r.must(err)
		after, err := r.o.Protocol(ctx, r.member, v.Trial.ID)
		if err != nil || after.Hash != before.Hash || after.Sealed != before.Sealed || len(after.Amendments) != 3 {
			t.Errorf("%+v %v", after.Amendments, err)
		}
		_, err = r.o.Amend(ctx, r.member, v.Trial.ID, den.NewAmendment{Why: "Nothing."})
		if den.KindOf(err) != den.Invalid {
			t.Errorf("an amendment of nothing: %v", err)
		}
	})
}

// enclosing keeps what a bundle would hold besides the document.
type enclosing struct{ got den.Enclosed }

func (f *enclosing) Make(_ context.Context, _ den.Form, _ den.Report, e den.Enclosed) (den.Document, error) {
	f.got = e
	return den.Document{}, nil
}

// A bundle holds all that evaluators attached: also what is about no single question.
func TestABundleHoldsEvidenceAboutTheWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		forms := &enclosing{}
		r := newRig(t, shelved(t), func(c *orchestrator.Config) { c.Forms = forms })
		ctx := t.Context()
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		ann, bob := r.person("Ann", den.Evaluator, v.Trial.ID), r.person("Bob", den.Evaluator, v.Trial.ID)
		r.declare(v.Trial.ID, ann, bob)
		add := func(who den.Actor, criterion, text string) string {
			x, err := r.o.AddEvidence(ctx, who, den.NewEvidence{Trial: v.Trial.ID, Entry: v.Entries[0].ID, Criterion: criterion, Kind: den.File, Name: "a.txt", Content: strings.NewReader(text)})
			r.must(err)
			return x.Hash
		}
		want := []string{add(ann, "ease", "of one question"), add(ann, "", "of the whole")}
		add(bob, "", "of somebody who has not submitted")
		_, err := r.o.SaveAssessment(ctx, ann, den.NewAssessment{Trial: v.Trial.ID, Entry: v.Entries[0].ID, Submit: true, Scores: map[string]den.Score{
			"ease": {Mark: mark(4), Reason: "Easy."}, "fit": {Mark: mark(4), Reason: "Fits."},
		}})
		r.must(err)
		_, err = r.o.ReportAs(ctx, r.member, v.Trial.ID, den.FormBundle)
		r.must(err)
		slices.Sort(want)
		if !slices.Equal(forms.got.Evidence, want) {
			t.Errorf("it holds %v, not %v", forms.got.Evidence, want)
		}
	})
}
