package orchestrator_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// onePush is a registry to which one image was pushed.
type onePush struct{ archive string }

func (onePush) Tags(context.Context, string) ([]den.Push, error) { return nil, nil }

func (onePush) Resolve(context.Context, string, string) (string, error) {
	return "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", nil
}

func (p onePush) Save(_ context.Context, _, _ string, to io.Writer) error {
	_, err := io.WriteString(to, p.archive)
	return err
}

// Time passes in the bubble alone: half an hour of it is no hour of grace, more than one is.
func TestPushedImagesLeaveTheEngineAndComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *orchestrator.Config) { c.Pushes, c.ImageGrace = onePush{"pushed"}, time.Hour })
		byName := r.release("by-name", fake.Behaviour{})
		image := r.engine.AddArchive([]byte("pushed"), sandbox.Image{Ports: []int{8080}}, fake.Behaviour{})
		r.run()
		synctest.Wait() // its product has a repository now
		made, err := r.o.AddRelease(t.Context(), den.System(), den.NewRelease{Product: r.product.ID, Version: "2", Pushed: "2"})
		r.must(err)
		if len(made.Pushed) != 1 || made.Image != image {
			t.Fatalf("the release is %+v", made)
		}
		r.isThere(image, true)
		elapse(90 * time.Minute) // its preflight took some of it
		r.isThere(image, false)
		r.isThere(r.images["by-name"], true) // nobody could bring it back
		r.isAway(1)

		trial := r.start(4*time.Hour, made.ID, byName)
		for _, e := range trial.Entries {
			r.phase(e.Lease, den.Live, time.Minute)
		}
		r.isThere(image, true)
		elapse(2 * time.Hour)
		r.isThere(image, true) // it is in use
		r.isAway(0)
		elapse(2*time.Hour + 30*time.Minute) // the trial is over for half an hour
		r.isThere(image, true)
		elapse(time.Hour)
		r.isThere(image, false)
		r.isAway(1)
	})
}

// A dry run says what a sweep would remove, and changes nothing; the sweep does what it
// said, so many at once.
func TestASweepSaysWhichImagesLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *orchestrator.Config) {
			c.Pushes, c.ImageGrace, c.SweepEvery = onePush{"pushed"}, time.Hour, 1000*time.Hour
		})
		image := r.engine.AddArchive([]byte("pushed"), sandbox.Image{Ports: []int{8080}}, fake.Behaviour{})
		r.run()
		synctest.Wait()
		_, err := r.o.AddRelease(t.Context(), den.System(), den.NewRelease{Product: r.product.ID, Version: "2", Pushed: "2"})
		r.must(err)
		const many = 22
		for i := range many {
			_, err := r.engine.Load(t.Context(), bytes.NewReader(r.archive(i)), 0)
			r.must(err)
		}
		elapse(10 * time.Minute) // its preflight is over
		sweep := func(dry bool) (pushed den.ImageState, strays map[den.ImageState]int) {
			found, err := r.o.Sweep(t.Context(), den.System(), dry)
			r.must(err)
			strays = map[den.ImageState]int{}
			for _, one := range found.Images {
				if one.Pushed {
					pushed = one.State
				} else {
					strays[one.State]++
				}
			}
			return pushed, strays
		}
		for _, dry := range []bool{true, false} { // only the second begins the grace
			if pushed, strays := sweep(dry); pushed != den.ImageYoung || strays[den.ImageYoung] != many {
				t.Errorf("at first: %s, %v", pushed, strays)
			}
			elapse(59 * time.Minute)
		}
		if pushed, strays := sweep(true); pushed != den.ImageYoung || strays[den.ImageYoung] != many {
			t.Errorf("within the grace: %s, %v", pushed, strays)
		}
		elapse(2 * time.Minute)
		for range 2 {
			if pushed, strays := sweep(true); pushed != den.ImageDue || strays[den.ImageDue] != 20 || strays[den.ImageLater] != many-20 {
				t.Errorf("a dry run: %s, %v", pushed, strays)
			}
			r.isThere(image, true)
		}
		r.engine.FailNext("drop", errors.New("a container uses it"))
		if pushed, strays := sweep(false); pushed != den.ImageRemoved || strays[den.ImageRemoved] != 19 || strays[den.ImageStays] != 1 || strays[den.ImageLater] != many-20 {
			t.Errorf("a sweep: %s, %v", pushed, strays)
		}
		r.isThere(image, false)
		if pushed, strays := sweep(false); pushed != "" || strays[den.ImageRemoved] != many-19 {
			t.Errorf("the next sweep: %s, %v", pushed, strays)
		}
		if pushed, strays := sweep(true); pushed != "" || len(strays) != 0 {
			t.Errorf("afterwards: %s, %v", pushed, strays)
		}
	})
}

// archive is one that brings an image of its own.
func (r *rig) archive(i int) []byte {
	a := []byte(fmt.Sprintf("stray %d", i))
	r.engine.AddArchive(a, sandbox.Image{Ports: []int{8080}}, fake.Behaviour{})
	return a
}

// A draft keeps its images ready; an image that another release cannot bring back stays.
func TestImagesThatAreWantedStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *orchestrator.Config) { c.Pushes, c.ImageGrace = onePush{"pushed"}, time.Hour })
		image := r.engine.AddArchive([]byte("pushed"), sandbox.Image{Ports: []int{8080}}, fake.Behaviour{})
		r.run()
		synctest.Wait()
		made, err := r.o.AddRelease(t.Context(), den.System(), den.NewRelease{Product: r.product.ID, Version: "2", Pushed: "2"})
		r.must(err)
		draft := r.draft(time.Hour, made.ID)
		elapse(3 * time.Hour)
		r.isThere(image, true)
		_, err = r.o.CancelTrial(t.Context(), r.member, draft.ID, "", 0)
		r.must(err)
		_, err = r.o.AddRelease(t.Context(), den.System(), den.NewRelease{Product: r.product.ID, Version: "2-local", Image: image})
		r.must(err)
		elapse(3 * time.Hour)
		r.isThere(image, true)
	})
}

// What releases are made of never changes: they are read once, and then those that are new.
func TestALookForUnusedImagesReadsNewReleasesAlone(t *testing.T) {
	const before = 400
	synctest.Test(t, func(t *testing.T) {
		var n *reads
		r := newRig(t, func(c *orchestrator.Config) { c.Pushes, c.ImageGrace = onePush{"pushed"}, time.Hour }, countReads(&n))
		image := r.engine.AddArchive([]byte("pushed"), sandbox.Image{Ports: []int{8080}}, fake.Behaviour{})
		old := func(some int) {
			r.must(r.db.Update(t.Context(), func(tx den.Tx) (err error) {
				for i := 0; i < some && err == nil; i++ {
					_, err = tx.Releases().Put(den.Release{ID: r.id(den.KindRelease), Product: r.product.ID, Supplier: r.supplier.ID, Version: string(r.id("v")), Image: "sha256:old"})
				}
				return err
			}))
		}
		old(before)
		r.run()
		elapse(10 * time.Minute) // all are read once
		quiet := func() int {
			_, beside := n.of(func() { elapse(30 * time.Minute) })
			return beside["releases"]
		}
		if got := quiet(); got != 0 {
			t.Errorf("in half an hour in which nothing happens it reads %d releases", got)
		}
		old(3)
		if got := quiet(); got != 3 {
			t.Errorf("it reads %d releases, of which 3 are new", got)
		}
		made, err := r.o.AddRelease(t.Context(), den.System(), den.NewRelease{Product: r.product.ID, Version: "pushed", Pushed: "2"})
		r.must(err)
		// One that comes before others in the order of making is seen too, and keeps its image:
		// nobody could bring it back for it.
		r.must(r.db.Update(t.Context(), func(tx den.Tx) error {
			_, err := tx.Releases().Put(den.Release{ID: "rel_000000000000", Product: r.product.ID, Supplier: r.supplier.ID, Version: "earlier", Image: made.Image})
			return err
		}))
		elapse(3 * time.Hour)
		r.isThere(image, true)
	})
}

func (r *rig) isThere(image string, want bool) {
	r.t.Helper()
	_, err := r.engine.Image(r.t.Context(), image)
	if err != nil && !errors.Is(err, sandbox.ErrNoImage) {
		r.t.Fatal(err)
	}
	if (err == nil) != want {
		r.t.Errorf("%s is on the engine: %v, want %v", image, err == nil, want)
	}
}

func (r *rig) isAway(want int) {
	r.t.Helper()
	v, err := r.o.Host(r.t.Context(), den.System())
	r.must(err)
	if v.Pushed != 1 || v.Away != want {
		r.t.Errorf("%d of %d pushed images are away, want %d of 1", v.Away, v.Pushed, want)
	}
}

// An archive arrives and nobody hears of it, or it is refused and cannot be dropped: no
// release is made of its image, which leaves the engine when the grace is over. What a
// release is made of stays, and so does what is being brought in just then.
func TestImagesThatNoReleaseIsMadeOfLeaveTheEngine(t *testing.T) {
	for name, fault := range map[string]func(*rig){
		"the answer is lost":      func(r *rig) { r.engine.LoseReply("load") },
		"it could not be dropped": func(r *rig) { r.engine.FailNext("drop", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, func(c *orchestrator.Config) { c.ImageGrace = time.Hour })
				image := r.engine.AddArchive([]byte("portless"), sandbox.Image{}, fake.Behaviour{})
				wanted := r.engine.AddArchive([]byte("wanted"), sandbox.Image{Ports: []int{8080}}, fake.Behaviour{})
				r.run()
				add := func(version string, archive io.Reader) error {
					_, err := r.o.AddRelease(t.Context(), den.System(), den.NewRelease{Product: r.product.ID, Version: version, Archive: archive})
					return err
				}
				r.must(add("wanted", strings.NewReader("wanted")))
				fault(r)
				if err := add("portless", strings.NewReader("portless")); err == nil {
					t.Fatal("it is taken")
				}
				r.isThere(image, true)
				elapse(30 * time.Minute)
				r.isThere(image, true)
				read, write := io.Pipe()
				coming := make(chan error, 1)
				go func() { coming <- add("slow", read) }()
				elapse(2 * time.Hour)
				r.isThere(image, true)
				_ = write.CloseWithError(errors.New("they gave up"))
				if err := <-coming; err == nil {
					t.Error("half an archive is taken")
				}
				elapse(2 * time.Hour)
				r.isThere(image, false)
				r.isThere(wanted, true)
			})
		})
	}
}
