package orchestrator

import (
	"context"
	"fmt"
	"io"
	"path"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// MostScenario is the most that somebody may send as scenario data, and that it may hold
// unpacked, in bytes.
const MostScenario = 32 << 20

// SetScenario gives a draft the data that every entry finds, in place of what it had: a
// file, or the files in a zip archive. Conflict once the trial has started.
func (o *Orchestrator) SetScenario(ctx context.Context, actor den.Actor, id den.ID, in den.NewScenario) (v den.TrialView, err error) {
	if o.Files == nil {
		return v, den.Refuse(den.Invalid, "This den keeps no files.")
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		_, err := draft(tx, actor, id, in.Rev) // before anything is read
		return err
	})
	if err != nil {
		return v, err
	}
	name := strings.TrimSpace(path.Base(strings.ReplaceAll(in.Name, `\`, "/")))
	if name == "" || name == "." || name == "/" || isLonger(name, nameLength) {
		return v, den.Bad("file", "Choose a file whose name has at most %d characters.", nameLength)
	}
	hash, size, count, err := o.Files.KeepFolder(ctx, name, in.From, MostScenario)
	if err != nil {
		return v, err
	}
	kept := den.Scenario{Name: name, Hash: hash, Files: count, Size: size}
	if v, err = o.putScenario(ctx, actor, id, in.Rev, kept); err != nil {
		o.unneeded(ctx, hash)
	}
	return v, err
}

// DropScenario takes the data of a draft away. Conflict once the trial has started.
func (o *Orchestrator) DropScenario(ctx context.Context, actor den.Actor, id den.ID, rev int64) (den.TrialView, error) {
	return o.putScenario(ctx, actor, id, rev, den.Scenario{})
}

// putScenario takes the data over. What was there before goes from the shelf, unless another
// trial has it too.
func (o *Orchestrator) putScenario(ctx context.Context, actor den.Actor, id den.ID, rev int64, s den.Scenario) (v den.TrialView, err error) {
	before := ""
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := draft(tx, actor, id, rev)
		if err != nil {
			return err
		}
		say := fmt.Sprintf("The data of the trial %q was taken away.", t.Name)
		if s.Hash != "" {
			say = fmt.Sprintf("The trial %q got the data %q, SHA-256 %s.", t.Name, s.Name, s.Hash)
			if err := o.onShelf(s.Hash); err != nil {
				return err
			}
		}
		before, t.Scenario = t.Scenario.Hash, s
		if t, err = tx.Trials().Put(t); err != nil {
			return err
		}
		if _, err = p.record(tx, den.Event{Act: "trial.data", Subject: t.ID, About: []den.ID{t.Department}, Say: say}); err != nil {
			return err
		}
		v, err = o.trialView(tx, actor, t.ID)
		return err
	})
	if err == nil {
		o.unneeded(ctx, before)
	}
	return v, err
}

// scenario is the data of a lease in the words of the runtime.
func (o *Orchestrator) scenario(s den.Scenario) *sandbox.Data {
	if s.Hash == "" || o.Files == nil {
		return nil
	}
	return &sandbox.Data{Path: den.ScenarioPath, Hash: s.Hash, Bytes: s.Size, Open: func(context.Context) (io.ReadCloser, error) {
		return o.Files.Read(s.Hash)
	}}
}
