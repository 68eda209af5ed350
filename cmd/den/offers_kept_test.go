package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/fake"
	"innovationden/sandbox/services"
)

// keptBefore is a file of evidence that an earlier run of the den left.
func keptBefore(t *testing.T, path string, of ...sandbox.ID) {
	t.Helper()
	o := newOffers(path, slog.New(slog.DiscardHandler))
	for _, id := range of {
		o.past[id] = services.Evidence{Tried: []services.Tried{{How: services.ByName, Name: "api.example.org", A: 3, First: time.Now(), Last: time.Now()}}}
	}
	o.keep()
}

func TestEvidenceOfAnEarlierRunIsKeptWhileTheEngineIsSilent(t *testing.T) {
	path := filepath.Join(t.TempDir(), evidenceFile)
	keptBefore(t, path, "box1")
	for range 2 { // two starts and stops of the den, without an engine
		o := newOffers(path, slog.New(slog.DiscardHandler))
		engine := fake.New(time.Now)
		engine.EngineDown(true)
		ctx, stop := context.WithCancel(t.Context())
		stop()
		o.run(ctx, engine)
		if got := o.Kept("box1").Tried; len(got) != 1 || got[0].Times != 3 {
			t.Fatalf("what is known is %+v", got)
		}
	}
}

func TestEvidenceOfWhatIsGoneGoes(t *testing.T) {
	path := filepath.Join(t.TempDir(), evidenceFile)
	keptBefore(t, path, "box1", "box2", "box3")
	o := newOffers(path, slog.New(slog.DiscardHandler))
	o.withdraw("box1")
	o.forget(map[sandbox.ID]bool{"box2": true}, time.Now())
	if got := o.Kept("box1").Tried; len(got) != 1 {
		t.Errorf("what starts again goes on from %+v", got)
	}
	o.forget(nil, time.Now().Add(2*time.Hour))
	o.keep()
	o = newOffers(path, slog.New(slog.DiscardHandler))
	if _, ok := o.past["box2"]; !ok || len(o.past) != 1 {
		t.Errorf("what is kept is %+v", o.past)
	}
}

func TestMailsGoWithTheLifeInWhichTheyWereSent(t *testing.T) {
	o := newOffers(filepath.Join(t.TempDir(), evidenceFile), slog.New(slog.DiscardHandler))
	o.past["box1"] = services.Evidence{Mails: []services.Mail{{Subject: "Hello"}, {Subject: "Again"}}}
	o.withdraw("box1")
	if got := o.Kept("box1"); len(got.Mails) != 0 || got.Sent != 2 {
		t.Errorf("of the mails is kept %+v", got)
	}
}
