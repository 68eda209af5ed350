package orchestrator_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// problem is a complete challenge.
func problem() den.NewChallenge {
	now := time.Now()
	return den.NewChallenge{
		Title: "Booking appointments", Problem: "People call us to book.", People: "60,000 parents a year.", Success: "Nobody has to call.",
		Constraints: "It must work on an old telephone.", Capabilities: []string{"appointments"},
		Timetable: den.Timetable{QuestionsUntil: now.Add(5 * 24 * time.Hour), AnswersUntil: now.Add(10 * 24 * time.Hour), TrialFrom: now.Add(20 * 24 * time.Hour), TrialFor: time.Hour},
		Budget:    den.Budget{Low: 1_000_000, High: 5_000_000},
	}
}

// published publishes a challenge.
func (r *rig) published(in den.NewChallenge) den.ChallengeView {
	r.t.Helper()
	ctx := context.Background()
	v, err := r.o.AddChallenge(ctx, r.member, in)
	r.must(err)
	v, err = r.o.PublishChallenge(ctx, r.member, v.ID, v.Rev)
	r.must(err)
	return v
}

func TestADraftOfAChallengeIsForItsDepartment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withWords)
		ctx := t.Context()
		seller := r.person("Kasia", den.SupplierMember, r.supplier.ID)
		v, err := r.o.AddChallenge(ctx, r.member, den.NewChallenge{Title: "A problem"})
		r.must(err)
		if _, err := r.o.Challenge(ctx, seller, v.ID); den.KindOf(err) != den.NotFound {
			t.Errorf("a supplier reads a draft: %v", err)
		}
		if _, err := r.o.PublishChallenge(ctx, seller, v.ID, 0); den.KindOf(err) != den.NotFound {
			t.Errorf("a supplier learns of a draft: %v", err)
		}
		_, err = r.o.PublishChallenge(ctx, r.member, v.ID, 0)
		if got := fields(t, err); !slices.Equal(got, []string{"answers_until", "people", "problem", "success"}) {
			t.Errorf("a draft lacks %v", got)
		}
		page, err := r.o.Challenges(ctx, seller, den.ChallengeFilter{})
		r.must(err)
		if len(page.Items) != 0 {
			t.Errorf("the list shows drafts: %+v", page.Items)
		}
		in := problem()
		in.Rev = v.Rev
		v, err = r.o.ChangeChallenge(ctx, r.member, v.ID, in)
		r.must(err)
		v, err = r.o.PublishChallenge(ctx, r.member, v.ID, v.Rev)
		r.must(err)
		seen, err := r.o.Challenge(ctx, seller, v.ID)
		r.must(err)
		if seen.Title != in.Title || !seen.TakesQuestions || !seen.May[den.AnswerChallenge] || seen.May[den.SetUpChallenge] || len(seen.Changes) != 1 {
			t.Errorf("a supplier sees %+v", seen)
		}
	})
}

func TestWhatChangesAfterThePublicationIsToldToEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withWords)
		ctx := t.Context()
		seller := r.person("Kasia", den.SupplierMember, r.supplier.ID)
		v := r.published(problem())
		i, err := r.o.ShowInterest(ctx, seller, den.NewInterest{Challenge: v.ID, Advice: "Ask for reminders as well."})
		r.must(err)
		in := problem()
		in.Timetable, in.Constraints = v.Timetable, "It must send reminders."
		_, err = r.o.ChangeChallenge(ctx, r.member, v.ID, in)
		if got := fields(t, err); !slices.Equal(got, []string{"why"}) {
			t.Errorf("a change without a reason: %v", err)
		}
		in.Why, in.Because = "A supplier showed us that it matters.", i.ID
		v, err = r.o.ChangeChallenge(ctx, r.member, v.ID, in)
		r.must(err)
		_, err = r.o.Thank(ctx, r.member, i.ID, "For thinking of reminders.", 0)
		r.must(err)
		stranger := r.person("Nell", den.Evaluator, "tri_none")
		seen, err := r.o.Challenge(ctx, stranger, v.ID)
		r.must(err)
		var told []string
		for _, c := range seen.Changes {
			told = append(told, c.Act+": "+c.Say+" "+c.Why)
		}
		want := []string{
			`challenge.published: Department of Appointments published the challenge "Booking appointments". `,
			"challenge.changed: The department changed the constraints. Bookwell Ltd suggested it. A supplier showed us that it matters.",
			"interest.thanked: The department thanked Bookwell Ltd. For thinking of reminders.",
		}
		if !slices.Equal(told, want) {
			t.Errorf("everybody was told\n%q\nwant\n%q", told, want)
		}
		if len(seen.Thanks) != 1 || len(seen.Interests) != 0 {
			t.Errorf("somebody else sees the thanks %+v and the answers %+v", seen.Thanks, seen.Interests)
		}
		home, err := r.o.Home(ctx, seller)
		r.must(err)
		if !slices.ContainsFunc(home.Notices, func(n den.NoticeView) bool { return n.Kind == den.NoticeChallenge }) {
			t.Errorf("who answered is not told of the change: %+v", home.Notices)
		}
	})
}

func TestTheTimeForQuestionsAndAnswersEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withWords)
		ctx := t.Context()
		r.run()
		seller := r.person("Kasia", den.SupplierMember, r.supplier.ID)
		in := problem()
		in.Timetable = den.Timetable{QuestionsUntil: time.Now().Add(5 * time.Minute), AnswersUntil: time.Now().Add(10 * time.Minute)}
		v := r.published(in)
		ask := den.NewQuestion{Challenge: v.ID, Text: "Which offices?"}
		_, err := r.o.Ask(ctx, seller, ask)
		r.must(err)
		elapse(5*time.Minute + time.Second)
		if _, err := r.o.Ask(ctx, seller, ask); den.KindOf(err) != den.Conflict {
			t.Errorf("a question that comes too late: %v", err)
		}
		_, err = r.o.ShowInterest(ctx, seller, den.NewInterest{Challenge: v.ID, Products: []den.ID{r.product.ID}})
		r.must(err)
		elapse(6 * time.Minute)
		if _, err := r.o.ShowInterest(ctx, seller, den.NewInterest{Challenge: v.ID, Advice: "Late."}); den.KindOf(err) != den.Conflict {
			t.Errorf("an answer that comes too late: %v", err)
		}
		v, err = r.o.Challenge(ctx, seller, v.ID)
		r.must(err)
		if v.State != den.ChallengeClosed || v.ClosedAt.IsZero() {
			t.Errorf("it is %s, closed at %s", v.State, v.ClosedAt)
		}
	})
}

// From a problem to its outcome, by the use cases that people use.
func TestAChallengeBecomesATrialAndItsOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withWords)
		ctx := t.Context()
		r.run()
		r.release("one", fake.Behaviour{})
		seller := r.person("Kasia", den.SupplierMember, r.supplier.ID)
		v := r.published(problem())
		_, err := r.o.ShowInterest(ctx, seller, den.NewInterest{Challenge: v.ID, Products: []den.ID{r.product.ID}})
		r.must(err)
		made, err := r.o.TryChallenge(ctx, r.member, den.NewAttempt{Challenge: v.ID, Products: []den.ID{r.product.ID}, Once: den.Once{Key: "k", Body: "b"}})
		r.must(err)
		again, err := r.o.TryChallenge(ctx, r.member, den.NewAttempt{Challenge: v.ID, Products: []den.ID{r.product.ID}, Once: den.Once{Key: "k", Body: "b"}})
		r.must(err)
		if again.ID != made.ID {
			t.Errorf("the same request made %s and %s", made.ID, again.ID)
		}
		if made.Challenge != v.ID || made.ChallengeTitle != v.Title || made.Question != v.Success || made.Length != time.Hour || len(made.Entries) != 1 || made.State != den.TrialDraft {
			t.Errorf("the draft is %+v", made.Trial)
		}
		r.challengeIs(v.ID, den.ChallengeClosed)
		started, err := r.o.StartTrial(ctx, r.member, made.ID, 0, den.Once{})
		r.must(err)
		r.challengeIs(v.ID, den.ChallengeInTrial)
		r.phase(started.Entries[0].Lease, den.Live, time.Minute)
		mark := 4
		r.declare(made.ID, r.member)
		_, err = r.o.SaveAssessment(ctx, r.member, den.NewAssessment{Trial: made.ID, Entry: made.Entries[0].ID, Submit: true, Scores: map[string]den.Score{
			"ease": {Mark: &mark, Reason: "Easy."}, "fit": {Mark: &mark, Reason: "Fits."},
		}})
		r.must(err)
		_, err = r.o.Decide(ctx, r.member, made.ID, den.NewDecision{Decision: den.TryAgain, Why: "Not ready."})
		r.must(err)
		seen := r.challengeIs(v.ID, den.ChallengeOutcome)
		if !strings.Contains(seen.Outcome, "try again") || len(seen.Tried) != 1 {
			t.Errorf("the challenge says %q, with the trials %+v", seen.Outcome, seen.Tried)
		}
		other, err := r.o.Challenge(ctx, seller, v.ID)
		r.must(err)
		if len(other.Tried) != 0 || other.Outcome == "" {
			t.Errorf("a supplier sees the trials %+v and the outcome %q", other.Tried, other.Outcome)
		}
	})
}

func (r *rig) challengeIs(id den.ID, state den.ChallengeState) den.ChallengeView {
	r.t.Helper()
	v, err := r.o.Challenge(context.Background(), r.member, id)
	r.must(err)
	if v.State != state {
		r.t.Errorf("the challenge is %s, not %s", v.State, state)
	}
	return v
}

func TestProductsThatFitAreShownWithWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withWords)
		ctx := t.Context()
		r.must(r.db.Update(ctx, func(tx den.Tx) error {
			p, err := tx.Products().Get(r.product.ID)
			if err != nil {
				return err
			}
			p.Capabilities = []string{"appointments"}
			_, err = tx.Products().Put(p)
			return err
		}))
		seller := r.person("Kasia", den.SupplierMember, r.supplier.ID)
		in := problem()
		in.Capabilities = []string{"queues", "appointments"}
		v := r.published(in)
		fits, err := r.o.Fits(ctx, r.member, v.ID)
		r.must(err)
		if len(fits) != 1 || fits[0].ProductName != "Bookwell" || !slices.Equal(fits[0].InCommon, []string{"appointments"}) || fits[0].Invited {
			t.Errorf("what fits: %+v", fits)
		}
		if _, err := r.o.Fits(ctx, seller, v.ID); den.KindOf(err) != den.Denied {
			t.Errorf("a supplier sees who else fits: %v", err)
		}
		home, err := r.o.Home(ctx, seller)
		r.must(err)
		if len(home.ForYou) != 1 || !slices.Equal(home.ForYou[0].Fits, []string{"Bookwell"}) {
			t.Errorf("the supplier's home shows %+v", home.ForYou)
		}
		_, err = r.o.Invite(ctx, r.member, v.ID, r.supplier.ID)
		r.must(err)
		_, err = r.o.Invite(ctx, r.member, v.ID, r.supplier.ID)
		r.must(err)
		home, err = r.o.Home(ctx, seller)
		r.must(err)
		if n := len(home.Notices); n != 1 {
			t.Errorf("an invitation that is sent twice tells %d times", n)
		}
		_, err = r.o.ShowInterest(ctx, seller, den.NewInterest{Challenge: v.ID, Products: []den.ID{r.product.ID}})
		r.must(err)
		home, err = r.o.Home(ctx, r.member)
		r.must(err)
		if len(home.Answers) != 1 || home.Answers[0].Interests != 1 {
			t.Errorf("the department's home shows %+v", home.Answers)
		}
	})
}

func TestWhereTheTechmapIsOpenAnybodyReadsChallenges(t *testing.T) {
	for _, isOpen := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, withWords, func(c *orchestrator.Config) { c.OpenTechmap = isOpen })
			ctx, nobody := t.Context(), den.Actor{}
			draft, err := r.o.AddChallenge(ctx, r.member, problem())
			r.must(err)
			open := r.published(problem())
			want := map[bool]den.Refusal{true: "", false: den.Unknown}[isOpen]
			v, err := r.o.Challenge(ctx, nobody, open.ID)
			if den.KindOf(err) != want || len(v.May) > 0 && (v.May[den.SetUpChallenge] || v.May[den.AnswerChallenge]) {
				t.Errorf("open %v: a published challenge gives %v, %v", isOpen, v.May, err)
			}
			if _, err := r.o.ChallengePack(ctx, nobody, open.ID); den.KindOf(err) != want {
				t.Errorf("open %v: its pack gives %v", isOpen, err)
			}
			page, err := r.o.Challenges(ctx, nobody, den.ChallengeFilter{})
			if den.KindOf(err) != want || isOpen && len(page.Items) != 1 {
				t.Errorf("open %v: the list gives %+v, %v", isOpen, page.Items, err)
			}
			hidden := map[bool]den.Refusal{true: den.NotFound, false: den.Unknown}[isOpen]
			if _, err := r.o.Challenge(ctx, nobody, draft.ID); den.KindOf(err) != hidden {
				t.Errorf("open %v: a draft gives %v", isOpen, err)
			}
			for name, err := range map[string]error{
				"ask":    second(r.o.Ask(ctx, nobody, den.NewQuestion{Challenge: open.ID, Text: "Who?"})),
				"answer": second(r.o.ShowInterest(ctx, nobody, den.NewInterest{Challenge: open.ID, Advice: "None."})),
				"fits":   second(r.o.Fits(ctx, nobody, open.ID)),
			} {
				if den.KindOf(err) != den.Unknown {
					t.Errorf("open %v: nobody can %s: %v", isOpen, name, err)
				}
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

// The pack holds what the challenge said before each change, and that suppliers were
// invited, without saying which.
func TestThePackHoldsWhatWasToldBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withWords)
		ctx := t.Context()
		c := r.published(problem())
		in := problem()
		in.Success, in.Why = "Nobody has to write either.", "We forgot letters."
		_, err := r.o.ChangeChallenge(ctx, r.member, c.ID, in)
		r.must(err)
		_, err = r.o.Invite(ctx, r.member, c.ID, r.supplier.ID)
		r.must(err)
		rival := den.Actor{ID: "per_r", Memberships: []den.Membership{{Role: den.SupplierMember, In: "sup_rival"}}}
		pack, err := r.o.ChallengePack(ctx, rival, c.ID)
		r.must(err)
		found := false
		for _, one := range pack.Changes {
			found = found || one.Was != nil && one.Was.Success == problem().Success && one.Is.Success == in.Success
		}
		if !found || len(pack.Invited) != 1 || len(pack.Challenge.Invited) != 0 {
			t.Errorf("%+v", pack)
		}
	})
}

// A department finds its closed challenges on its home page, however many others closed
// theirs since.
func TestHomeShowsADepartmentItsOwnClosedChallenges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withWords)
		ctx := t.Context()
		seller := r.person("Kasia", den.SupplierMember, r.supplier.ID)
		own := r.published(problem())
		_, err := r.o.ShowInterest(ctx, seller, den.NewInterest{Challenge: own.ID, Products: []den.ID{r.product.ID}})
		r.must(err)
		_, err = r.o.CloseChallenge(ctx, r.member, own.ID, "", 0)
		r.must(err)
		other, err := r.o.AddDepartment(ctx, den.System(), den.NewOrganisation{Name: "Department of Queues"})
		r.must(err)
		theirs := r.person("Olu", den.Member, other.ID)
		for range 21 {
			v, err := r.o.AddChallenge(ctx, theirs, problem())
			r.must(err)
			_, err = r.o.PublishChallenge(ctx, theirs, v.ID, 0)
			r.must(err)
			_, err = r.o.CloseChallenge(ctx, theirs, v.ID, "", 0)
			r.must(err)
		}
		home, err := r.o.Home(ctx, r.member)
		if err != nil || len(home.Answers) != 1 || home.Answers[0].ID != own.ID {
			t.Errorf("%d challenges have answers: %v", len(home.Answers), err)
		}
	})
}

// Who asked for a supplier that follows the challenge is told of the answer once; who asked
// for another one, too.
func TestWhoAskedIsToldOfTheAnswerOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withWords)
		ctx := t.Context()
		other, err := r.o.AddSupplier(ctx, den.System(), den.NewOrganisation{Name: "Slotwise Ltd"})
		r.must(err)
		follows, asks := r.person("Kasia", den.SupplierMember, r.supplier.ID), r.person("Nell", den.SupplierMember, other.ID)
		v := r.published(problem())
		_, err = r.o.ShowInterest(ctx, follows, den.NewInterest{Challenge: v.ID, Advice: "Ask first."})
		r.must(err)
		for _, who := range []den.Actor{follows, asks} {
			q, err := r.o.Ask(ctx, who, den.NewQuestion{Challenge: v.ID, Text: "How many people?"})
			r.must(err)
			before := r.told(who, den.NoticeQuestion)
			_, err = r.o.AnswerQuestion(ctx, r.member, q.ID, den.NewAnswer{Answer: "Sixty."})
			r.must(err)
			if n := r.told(who, den.NoticeQuestion) - before; n != 1 {
				t.Errorf("%s is told %d times", who.Name, n)
			}
		}
	})
}

// A list of challenges reads a supplier's products once, and not for each challenge.
func TestAListOfChallengesReadsTheProductsOnce(t *testing.T) {
	r := newRig(t, withWords)
	seller := r.person("Kasia", den.SupplierMember, r.supplier.ID)
	for range 20 {
		r.published(problem())
	}
	takes := func() (mallocs uint64) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		page, err := r.o.Challenges(t.Context(), seller, den.ChallengeFilter{})
		runtime.ReadMemStats(&after)
		if err != nil || len(page.Items) != 20 {
			t.Fatalf("%d challenges, %v", len(page.Items), err)
		}
		return after.Mallocs - before.Mallocs
	}
	takes()
	few := takes()
	for n := range 20 {
		_, err := r.o.AddProduct(t.Context(), den.System(), den.NewProduct{Supplier: r.supplier.ID, Name: fmt.Sprint("Number ", n)})
		r.must(err)
	}
	if many := takes(); many > 3*few {
		t.Errorf("with one product it took %d pieces of memory, with 21 it took %d", few, many)
	}
}
