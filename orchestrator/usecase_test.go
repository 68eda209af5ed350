package orchestrator_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// fields lists which fields a refusal is about.
func fields(t *testing.T, err error) []string {
	t.Helper()
	var e *den.Error
	if !errors.As(err, &e) {
		t.Fatalf("no refusal: %v", err)
	}
	var all []string
	for _, one := range e.All() {
		if one.Kind != den.Invalid || !strings.HasSuffix(one.Say, ".") {
			t.Errorf("%+v", one)
		}
		all = append(all, one.Field)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (r *rig) person(name string, role den.Role, in den.ID) den.Actor {
	r.t.Helper()
	p, err := r.o.AddPerson(context.Background(), den.System(), den.Person{Name: name, Memberships: []den.Membership{{Role: role, In: in}}})
	r.must(err)
	return p.Act()
}

func TestADraftGetsSensibleAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		v, err := r.o.AddTrial(t.Context(), r.member, den.NewTrial{Releases: []den.ID{r.release("one", fake.Behaviour{})}})
		r.must(err)
		if v.Department != r.department.ID || v.Name != "Trial of Bookwell" || v.Size != "small" || v.Length != 24*time.Hour ||
			v.Trial.Scheme.ID != "standard" || v.Weights["ease"] != 60 || v.Entries[0].Label != "Product 1" || v.State != den.TrialDraft {
			t.Errorf("%+v", v)
		}
		if v.Pence != 24*12 {
			t.Errorf("it costs %d pence", v.Pence)
		}
	})
}

func TestEveryFaultOfATrialIsSaidAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		_, err := r.o.AddTrial(ctx, r.member, den.NewTrial{
			Name: strings.Repeat("x", 200), Question: strings.Repeat("x", 5000), Size: "huge", Length: 99 * 24 * time.Hour,
			Releases: []den.ID{"rel_9"}, Evaluators: []den.ID{"per_9"}, Weights: map[string]float64{"ease": 99, "none": 1},
			Scheme: den.SchemeRef{ID: "standard", Version: 1},
		})
		if got := fields(t, err); !slices.Equal(got, []string{"evaluators", "length", "name", "question", "releases", "size", "weights"}) {
			t.Errorf("faults of %v", got)
		}
		draft, err := r.o.AddTrial(ctx, r.member, den.NewTrial{})
		r.must(err)
		_, err = r.o.StartTrial(ctx, r.member, draft.Trial.ID, 0, den.Once{})
		if got := fields(t, err); !slices.Equal(got, []string{"question", "releases"}) {
			t.Errorf("an empty draft lacks %v", got)
		}
	})
}

func TestTheStartLocksTheProtocol(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		draft := r.draft(time.Hour, r.release("one", fake.Behaviour{}))
		_, err := r.o.StartTrial(ctx, r.member, draft.Trial.ID, draft.Trial.Rev+5, den.Once{})
		if den.KindOf(err) != den.Stale {
			t.Errorf("another revision: %v", err)
		}
		v, err := r.o.StartTrial(ctx, r.member, draft.Trial.ID, draft.Trial.Rev, den.Once{})
		r.must(err)
		page, err := r.o.Events(ctx, r.member, den.Filter{Subject: v.Trial.ID})
		r.must(err)
		i := slices.IndexFunc(page.Items, func(e den.Event) bool { return e.Act == "trial.started" })
		if len(v.Protocol) != 64 || i < 0 || !strings.Contains(page.Items[i].Say, v.Protocol) || !strings.Contains(string(page.Items[i].After), r.images["one"]) {
			t.Errorf("protocol %q in %+v", v.Protocol, page.Items)
		}
		if _, err := r.o.ChangeTrial(ctx, r.member, v.Trial.ID, den.NewTrial{Question: "Another?"}); den.KindOf(err) != den.Conflict {
			t.Errorf("a change after the start: %v", err)
		}
		if _, err := r.o.CancelTrial(ctx, r.member, v.Trial.ID, "", 0); den.KindOf(err) != den.Conflict {
			t.Errorf("a cancel after the start: %v", err)
		}
		if _, err := r.o.StartTrial(ctx, r.member, v.Trial.ID, 0, den.Once{}); den.KindOf(err) != den.Conflict {
			t.Errorf("a second start: %v", err)
		}
	})
}

func TestTheSameRequestIsAnsweredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		in := den.NewTrial{Name: "One", Once: den.Once{Key: "k", Body: "b"}}
		first, err := r.o.AddTrial(ctx, r.member, in)
		r.must(err)
		second, err := r.o.AddTrial(ctx, r.member, in)
		r.must(err)
		if first.Trial.ID != second.Trial.ID {
			t.Errorf("%s and %s", first.Trial.ID, second.Trial.ID)
		}
		in.Once.Body = "c"
		if _, err := r.o.AddTrial(ctx, r.member, in); den.KindOf(err) != den.Invalid {
			t.Errorf("another body: %v", err)
		}
		other := r.person("Grace", den.Member, r.department.ID)
		third, err := r.o.AddTrial(ctx, other, in)
		if err != nil || third.Trial.ID == first.Trial.ID {
			t.Errorf("another person's key: %v", err)
		}
	})
}

func TestWhatIsNotYoursIsNotThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		lease := v.Entries[0].Lease
		elsewhere, err := r.o.AddDepartment(ctx, den.System(), den.NewOrganisation{Name: "Another"})
		r.must(err)
		stranger := r.person("Eve", den.Member, elsewhere.ID)
		supplier := r.person("Sam", den.SupplierMember, r.supplier.ID)
		auditor := r.person("Aud", den.Auditor, "")
		evaluator := r.person("Val", den.Evaluator, v.Trial.ID)
		for name, c := range map[string]struct {
			actor den.Actor
			want  den.Refusal
			ask   func(den.Actor) error
		}{
			"a stranger's trial":      {stranger, den.NotFound, func(a den.Actor) error { _, err := r.o.Trial(ctx, a, v.Trial.ID); return err }},
			"no such trial":           {stranger, den.NotFound, func(a den.Actor) error { _, err := r.o.Trial(ctx, a, "tri_none"); return err }},
			"nobody's trial":          {den.Actor{}, den.Unknown, func(a den.Actor) error { _, err := r.o.Trial(ctx, a, v.Trial.ID); return err }},
			"a supplier's trial":      {supplier, den.NotFound, func(a den.Actor) error { _, err := r.o.Trial(ctx, a, v.Trial.ID); return err }},
			"a supplier's sandbox":    {supplier, "", func(a den.Actor) error { _, err := r.o.Sandbox(ctx, a, lease); return err }},
			"a supplier ends":         {supplier, den.Denied, func(a den.Actor) error { _, err := r.o.End(ctx, a, lease, "", 0); return err }},
			"a stranger ends":         {stranger, den.NotFound, func(a den.Actor) error { _, err := r.o.End(ctx, a, lease, "", 0); return err }},
			"an auditor reads":        {auditor, "", func(a den.Actor) error { _, err := r.o.Trial(ctx, a, v.Trial.ID); return err }},
			"an auditor ends":         {auditor, den.Denied, func(a den.Actor) error { _, err := r.o.EndTrial(ctx, a, v.Trial.ID, "", 0); return err }},
			"an auditor's record":     {auditor, "", func(a den.Actor) error { _, err := r.o.Events(ctx, a, den.Filter{}); return err }},
			"a member's whole record": {r.member, den.NotFound, func(a den.Actor) error { _, err := r.o.Events(ctx, a, den.Filter{}); return err }},
			"a stranger's record":     {stranger, den.NotFound, func(a den.Actor) error { _, err := r.o.Events(ctx, a, den.Filter{Subject: lease}); return err }},
			"a member's own record":   {r.member, "", func(a den.Actor) error { _, err := r.o.Events(ctx, a, den.Filter{Subject: lease}); return err }},
			"an evaluator reads":      {evaluator, "", func(a den.Actor) error { _, err := r.o.Trial(ctx, a, v.Trial.ID); return err }},
			"an evaluator extends": {evaluator, den.Denied, func(a den.Actor) error {
				_, err := r.o.ExtendTrial(ctx, a, v.Trial.ID, den.Extension{By: time.Hour})
				return err
			}},
			"a member's host": {r.member, den.NotFound, func(a den.Actor) error { _, err := r.o.Host(ctx, a); return err }},
			"a supplier's own release": {supplier, den.Invalid, func(a den.Actor) error {
				_, err := r.o.AddRelease(ctx, a, den.NewRelease{Product: r.product.ID})
				return err
			}},
			"a member's release": {r.member, den.Denied, func(a den.Actor) error {
				_, err := r.o.AddRelease(ctx, a, den.NewRelease{Product: r.product.ID})
				return err
			}},
		} {
			if got := den.KindOf(c.ask(c.actor)); got != c.want {
				t.Errorf("%s: %q, not %q", name, got, c.want)
			}
		}
		for actor, want := range map[string]int{"Eve": 0, "Sam": 1, "Aud": 1, "Val": 1} {
			who := map[string]den.Actor{"Eve": stranger, "Sam": supplier, "Aud": auditor, "Val": evaluator}[actor]
			page, err := r.o.Sandboxes(ctx, who, den.Filter{})
			if err != nil || len(page.Items) != want {
				t.Errorf("%s sees %d sandboxes: %v", actor, len(page.Items), err)
			}
		}
	})
}

func TestReleasesAreRefusedInWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.engine.AddImage(sandbox.Image{Names: []string{"two-ports"}, Ports: []int{80, 443}}, fake.Behaviour{})
		r.engine.AddImage(sandbox.Image{Names: []string{"claims"}, Ports: []int{80}, Reserved: []string{"den.sandbox"}}, fake.Behaviour{})
		r.engine.AddImage(sandbox.Image{Names: []string{"odd"}, Ports: []int{80}, Volumes: []string{"/proc/x"}}, fake.Behaviour{})
		r.engine.AddArchive([]byte("archive"), sandbox.Image{Ports: []int{80}, Digests: []string{"a@sha256:12"}}, fake.Behaviour{})
		r.release("1.0", fake.Behaviour{})
		for name, c := range map[string]struct {
			in   den.NewRelease
			want []string
		}{
			"nothing":         {den.NewRelease{}, []string{"image", "version"}},
			"all wrong":       {den.NewRelease{Version: "2", Image: "x", Port: 70000, Path: "a b", Profile: "loose", Env: []string{"=x"}}, []string{"env", "path", "port", "profile"}},
			"no such image":   {den.NewRelease{Version: "2", Image: "none"}, []string{"image"}},
			"two ports":       {den.NewRelease{Version: "2", Image: "two-ports"}, []string{"port"}},
			"reserved labels": {den.NewRelease{Version: "2", Image: "claims"}, []string{"image"}},
			"odd volume":      {den.NewRelease{Version: "2", Image: "odd"}, []string{"image"}},
			"bad archive":     {den.NewRelease{Version: "2", Archive: strings.NewReader("no")}, []string{"archive"}},
			"same version":    {den.NewRelease{Version: "1.0", Image: "two-ports", Port: 80}, []string{"version"}},
		} {
			c.in.Product = r.product.ID
			_, err := r.o.AddRelease(ctx, den.System(), c.in)
			if got := fields(t, err); !slices.Equal(got, c.want) {
				t.Errorf("%s: faults of %v: %v", name, got, err)
			}
		}
		kept := len(r.engine.Kept())
		r.engine.FailNext("load", sandbox.ErrNoImage) // it was there, and is gone again
		_, err := r.o.AddRelease(ctx, den.System(), den.NewRelease{Product: r.product.ID, Version: "2", Archive: strings.NewReader("archive")})
		if den.KindOf(err) != den.Busy {
			t.Errorf("an image that the engine did not keep: %v", err)
		}
		one, err := r.o.AddRelease(ctx, den.System(), den.NewRelease{Product: r.product.ID, Version: "2", Archive: strings.NewReader("archive")})
		if err != nil || one.Port != 80 || one.Path != "/" || one.Profile != "strict" || one.Digest != "sha256:12" || one.From != "an archive" || len(r.engine.Kept()) != kept+1 {
			t.Errorf("%+v %v", one, err)
		}
		_, err = r.o.AddRelease(ctx, den.System(), den.NewRelease{Product: r.product.ID, Version: "3", Image: "two-ports", Port: 443, Archive: nil})
		r.must(err)
		view, err := r.o.Product(ctx, r.member, r.product.ID)
		if err != nil || len(view.Releases) != 3 || view.SupplierName != "Bookwell Ltd" {
			t.Errorf("%+v %v", view, err)
		}
	})
}

func TestLinksAndTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *orchestrator.Config) { c.Demo = true })
		ctx := t.Context()
		link, err := r.o.FirstLink(ctx)
		r.must(err)
		again, err := r.o.FirstLink(ctx)
		r.must(err)
		if _, err := r.o.SignIn(ctx, link); den.KindOf(err) != den.Unknown {
			t.Errorf("a replaced link: %v", err)
		}
		if _, err := r.o.Who(ctx, again); den.KindOf(err) != den.Unknown {
			t.Errorf("a link as a token: %v", err)
		}
		who, err := r.o.SignIn(ctx, again)
		if err != nil || !who.Act().Is(den.Operator, "") {
			t.Errorf("%+v %v", who, err)
		}
		if _, err := r.o.SignIn(ctx, again); den.KindOf(err) != den.Unknown {
			t.Errorf("a used link: %v", err)
		}
		if link, err := r.o.FirstLink(ctx); link != "" || err != nil {
			t.Errorf("a link after the first sign-in: %q %v", link, err)
		}
		old, err := r.o.OperatorToken(ctx)
		r.must(err)
		token, err := r.o.OperatorToken(ctx)
		r.must(err)
		if _, err := r.o.Who(ctx, old); den.KindOf(err) != den.Unknown {
			t.Errorf("a replaced token: %v", err)
		}
		if actor, err := r.o.Who(ctx, token); err != nil || actor.ID != who.ID {
			t.Errorf("%+v %v", actor, err)
		}
		if people, err := r.o.DemoPeople(ctx); err != nil || len(people) != 0 {
			t.Errorf("%+v %v", people, err)
		}
		late := newRig(t)
		link, err = late.o.FirstLink(ctx)
		r.must(err)
		elapse(25 * time.Hour)
		if _, err := late.o.SignIn(ctx, link); den.KindOf(err) != den.Unknown {
			t.Errorf("an old link: %v", err)
		}
	})
}

// A bound counts characters, as pages and the contract do: not the bytes that they take.
func TestBoundsAreInCharacters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		release := r.release("one", fake.Behaviour{})
		long := strings.Repeat("ŵ", 4000)
		v, err := r.o.AddTrial(ctx, r.member, den.NewTrial{Name: strings.Repeat("ŷ", 120), Question: long, Rule: long, Releases: []den.ID{release}, Length: time.Hour})
		r.must(err)
		if _, err := r.o.StartTrial(ctx, r.member, v.Trial.ID, 0, den.Once{}); err != nil {
			t.Errorf("4,000 characters are refused: %v", err)
		}
		if _, err := r.o.AddTrial(ctx, r.member, den.NewTrial{Question: long + "ŵ", Releases: []den.ID{release}}); den.KindOf(err) != den.Invalid {
			t.Errorf("4,001 characters are taken: %v", err)
		}
	})
}
