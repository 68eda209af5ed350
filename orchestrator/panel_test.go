package orchestrator_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"image/png"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
		if _, err := r.o.Files.Read(fmt.Sprintf("%x", sha256.Sum256(make([]byte, 9<<20)))); den.KindOf(err) != den.NotFound {
			t.Errorf("a file that was refused is on the shelf: %v", err)
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

// Who was taken out stays out, whatever they declare afterwards, until the department
// lets them in again.
func TestWhoWasTakenOutDoesNotLetThemselvesInAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		bob := r.person("Bob", den.Evaluator, v.Trial.ID)
		say := func(s den.Stake) (den.Declaration, error) {
			return r.o.Declare(ctx, bob, v.Trial.ID, den.NewDeclaration{Stake: s, Text: "I own shares."})
		}
		decide := func(c den.Consequence) {
			_, err := r.o.DecideInterest(ctx, r.member, v.Trial.ID, bob.ID, den.NewConsequence{Consequence: c, Why: "So."})
			r.must(err)
		}
		_, err := say(den.ActualStake)
		r.must(err)
		decide(den.TakeOut)
		for _, s := range den.Stakes {
			if d, err := say(s); den.KindOf(err) != den.Conflict {
				t.Errorf("declared %s after being taken out: %+v %v", s, d, err)
			}
		}
		all, err := r.o.Declarations(ctx, r.member, v.Trial.ID)
		if err != nil || len(all) != 1 || all[0].Consequence != den.TakeOut || all[0].Stake != den.ActualStake {
			t.Errorf("the department sees %+v %v", all, err)
		}
		decide(den.GoOn)
		if d, err := say(den.NoStake); err != nil || !d.Clear() {
			t.Errorf("let in again: %+v %v", d, err)
		}
	})
}

// Two tasks of the same words are two tasks.
func TestTasksOfTheSameWordsAreKeptApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		draft, err := r.o.AddTrial(ctx, r.member, den.NewTrial{
			Question: "Which?", Length: time.Hour, Tasks: []string{"Sign in", "Book", "Sign in"}, Releases: []den.ID{r.release("one", fake.Behaviour{})},
		})
		r.must(err)
		v, err := r.o.StartTrial(ctx, r.member, draft.Trial.ID, 0, den.Once{})
		r.must(err)
		r.declare(v.Trial.ID, r.member)
		save := func(in den.NewAssessment) (notes []string) {
			in.Trial, in.Entry = v.Trial.ID, v.Entries[0].ID
			a, err := r.o.SaveAssessment(ctx, r.member, in)
			r.must(err)
			for _, one := range a.Tasks {
				notes = append(notes, one.Note+" "+string(one.State))
			}
			return notes
		}
		save(den.NewAssessment{TaskNotes: map[int]string{0: "Quick."}, Task: &den.TaskAct{Task: 0, Step: den.EndTask}})
		save(den.NewAssessment{TaskNotes: map[int]string{2: "It forgot me."}, Task: &den.TaskAct{Task: 2, Step: den.LeaveTask}})
		if got := save(den.NewAssessment{Note: "Later."}); !slices.Equal(got, []string{"Quick. done", " ", "It forgot me. not_done"}) {
			t.Errorf("kept %q", got)
		}
	})
}

// Pictures that come at once are drawn one after another: each may need as much memory
// as all the rest of the den.
func TestPicturesAreDrawnOneAtATime(t *testing.T) {
	const magic = "A PICTURE"
	var now, most atomic.Int32
	image.RegisterFormat("test", magic, func(io.Reader) (image.Image, error) {
		defer now.Add(-1)
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		elapse(time.Second)
		return image.NewGray(image.Rect(0, 0, 1, 1)), nil
	}, func(io.Reader) (image.Config, error) { return image.Config{Width: 1, Height: 1}, nil })
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, shelved(t))
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		ann := r.person("Ann", den.Evaluator, v.Trial.ID)
		r.declare(v.Trial.ID, ann)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				_, err := r.o.AddEvidence(t.Context(), ann, den.NewEvidence{Trial: v.Trial.ID, Entry: v.Entries[0].ID, Kind: den.Picture, Content: strings.NewReader(magic)})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
	if most.Load() != 1 {
		t.Errorf("%d pictures were drawn at once", most.Load())
	}
}

// Dissent is offered to those who can dissent: who has scored everything, until the decision.
func TestWhoCanDissentIsAskedTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		ann, late := r.person("Ann", den.Evaluator, v.Trial.ID), r.person("Bob", den.Evaluator, v.Trial.ID)
		r.declare(v.Trial.ID, ann, late)
		_, err := r.o.SaveAssessment(ctx, ann, den.NewAssessment{Trial: v.Trial.ID, Entry: v.Entries[0].ID, Submit: true, Scores: map[string]den.Score{
			"ease": {Mark: mark(4), Reason: "Easy."}, "fit": {Mark: mark(4), Reason: "Fits."},
		}})
		r.must(err)
		may := func(who den.Actor) bool {
			t.Helper()
			c, err := r.o.Consensus(ctx, who, v.Trial.ID)
			r.must(err)
			return c.MayDissent
		}
		if may(ann) {
			t.Error("a dissent is asked for where nothing is agreed to dissent from")
		}
		agreed := map[den.ID]map[string]den.Agreed{v.Entries[0].ID: {"ease": {Mark: mark(4), Reason: "Easy."}, "fit": {Mark: mark(3), Reason: "Fits."}}}
		_, err = r.o.SaveConsensus(ctx, r.member, v.Trial.ID, den.NewConsensus{Agreed: agreed})
		r.must(err)
		_, err = r.o.LockConsensus(ctx, r.member, v.Trial.ID, den.NewLock{})
		r.must(err)
		if !may(ann) || may(late) {
			t.Errorf("who scored may dissent: %v, who did not: %v", may(ann), may(late))
		}
		_, err = r.o.Decide(ctx, r.member, v.Trial.ID, den.NewDecision{Decision: den.Stop, Why: "No."})
		r.must(err)
		if may(ann) {
			t.Error("a dissent is asked for after the decision")
		}
	})
}
