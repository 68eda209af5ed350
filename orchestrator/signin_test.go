package orchestrator_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
)

// interloper does something once, before the next change of a store: what may happen
// while a change waits for its turn.
type interloper struct {
	den.Store
	first func()
}

func (i *interloper) Update(ctx context.Context, change func(den.Tx) error) error {
	if do := i.first; do != nil {
		i.first = nil
		do()
	}
	return i.Store.Update(ctx, change)
}

// A secret that was taken back, used or run out while its sign-in waited signs nobody in.
func TestASecretThatWentMeanwhileSignsNobodyIn(t *testing.T) {
	for name, meanwhile := range map[string]func(*rig, string) error{
		"the token of the command line is made anew": func(r *rig, _ string) error {
			_, err := r.o.OperatorToken(context.Background())
			return err
		},
		"a link is used": func(r *rig, secret string) error {
			_, err := r.o.SignIn(context.Background(), secret)
			return err
		},
		"a link runs out": func(*rig, string) error { elapse(2 * time.Second); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var between *interloper
				r := newRig(t, func(c *orchestrator.Config) {
					between = &interloper{Store: c.Store}
					c.Store = between
				})
				secret, err := r.o.OperatorToken(t.Context())
				r.must(err)
				who, err := r.o.SignIn(t.Context(), secret)
				if err != nil {
					t.Fatalf("the control: %v", err)
				}
				if name != "the token of the command line is made anew" {
					secret, err = r.o.SignInLink(t.Context(), den.System(), who.ID)
					r.must(err)
					elapse(time.Hour - time.Second)
				}
				between.first = func() { r.must(meanwhile(r, secret)) }
				signed := howMany(r.acts(who.ID), "person.signed_in")
				if _, err := r.o.SignIn(t.Context(), secret); den.KindOf(err) != den.Unknown {
					t.Errorf("it signs in: %v", err)
				}
				want := signed
				if name == "a link is used" {
					want++
				}
				if got := howMany(r.acts(who.ID), "person.signed_in"); got != want {
					t.Errorf("%d sign-ins are in the record, not %d", got, want)
				}
			})
		})
	}
}
