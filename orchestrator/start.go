package orchestrator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"innovationden/orchestrator/den"
)

// protocol is what is locked at the start of a trial. Its JSON form is canonical:
// fields in this order, maps by key.
type protocol struct {
	Question string
	Scheme   den.SchemeRef
	Weights  map[string]float64
	Entries  []protocolEntry
	Size     string
	Length   string
	Hours    *den.Hours `json:",omitempty"`
	Tasks    []string
	Measured den.Measuring `json:",omitzero"`

	SchemeHash string // hex SHA-256 of the scheme's version, so that its words are locked too
	Evaluators []den.ID
	Chair      den.ID
	Rule       string // how the department will decide
	Blind      bool
	Scenario   string // hex SHA-256 of the scenario data; empty: none
}

type protocolEntry struct {
	Entry   den.ID
	Label   string
	Release den.ID
	Digest  string `json:",omitempty"`
	Image   string
	Ways    den.Ways          `json:",omitzero"`
	Compose string            `json:",omitempty"` // hex SHA-256 of the compose file
	Images  map[string]string `json:",omitempty"`
}

// StartTrial locks the protocol of a draft and asks for a sandbox for each entry:
// those for which there is room start at once, the others wait in order. Invalid with
// every fault at once where the draft is not complete; Down or Full where the host
// cannot take a launch at all.
func (o *Orchestrator) StartTrial(ctx context.Context, actor den.Actor, id den.ID, rev int64, once den.Once) (v den.TrialView, err error) {
	if err := o.mayStart(ctx, actor, id, once); err != nil {
		return v, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		before, err := p.answered(tx, once)
		if err != nil {
			return err
		}
		if before != "" {
			v, err = o.trialView(tx, actor, before)
			return err
		}
		t, err := draft(tx, actor, id, rev)
		if err != nil {
			return err
		}
		if err := o.launch(tx, p, t); err != nil {
			return err
		}
		if err := p.answer(tx, once, t.ID); err != nil {
			return err
		}
		v, err = o.trialView(tx, actor, t.ID)
		return err
	})
	return v, err
}

// mayStart refuses, before anything is written, what the host cannot take. Whoever
// may not start the trial learns nothing of the host.
func (o *Orchestrator) mayStart(ctx context.Context, actor den.Actor, id den.ID, once den.Once) error {
	before := den.ID("")
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		if _, err = mayTrial(tx, actor, id, den.SetUpTrial); err != nil {
			return err
		}
		before, err = (&pen{by: actor}).answered(tx, once)
		return err
	})
	if err != nil || before != "" {
		return err
	}
	if err := o.fits(ctx, id); err != nil {
		return err
	}
	return o.usable(ctx)
}

// launch is the change that starts a trial.
func (o *Orchestrator) launch(tx den.Tx, p *pen, t den.Trial) error {
	if err := o.complete(tx, t); err != nil {
		return err
	}
	scheme, err := o.schemeIn(tx, t.Scheme)
	if err != nil {
		return chosen(err, "scheme", "Choose a scheme from the list of schemes.")
	}
	locked, err := o.keepScheme(tx, p, scheme)
	if err != nil {
		return err
	}
	asked, err := o.agreed(tx, p, t)
	if err != nil {
		return err
	}
	sealed, releases, err := seal(tx, t, locked.hash)
	if err != nil {
		return err
	}
	if err := preflightFaults(tx, releases); err != nil {
		return err
	}
	sum := sha256.Sum256(sealed)
	t.Protocol, t.State, t.StartedAt, t.EndsAt = hex.EncodeToString(sum[:]), den.TrialRunning, p.now, p.now.Add(t.Length)
	taken, queued, err := o.roomAndQueue(tx)
	if err != nil {
		return err
	}
	leases := make([]den.Lease, len(t.Entries))
	for i := range t.Entries {
		if leases[i], err = o.request(tx, p, t, t.Entries[i], releases[i]); err != nil {
			return err
		}
		if asked.ID != "" {
			leases[i] = waits(leases[i], asked, t.Length)
		}
		t.Entries[i].Lease = leases[i].ID
	}
	if _, err := tx.Trials().Put(t); err != nil {
		return err
	}
	if err := o.challengeTried(tx, p, t); err != nil {
		return err
	}
	_, err = p.record(tx, den.Event{
		Act: "trial.started", Subject: t.ID, About: []den.ID{t.Department}, After: sealed,
		Say: fmt.Sprintf("The trial %q started. Its protocol is locked: %s.", t.Name, t.Protocol),
	})
	if err != nil {
		return err
	}
	if asked.ID == "" {
		if err := p.warmFor(tx, leases); err != nil {
			return err
		}
	}
	for _, l := range leases {
		room := !l.AgreedAt.IsZero() && queued == 0 && taken.fits(l.Size)
		if err := p.begin(tx, l, room); err != nil {
			return err
		}
		if room {
			taken.take(l.Size)
		} else {
			queued++
		}
	}
	if asked.ID != "" {
		return p.wanted(tx, asked, t)
	}
	return nil
}

// begin writes a request: started at once where there is room.
func (p *pen) begin(tx den.Tx, l den.Lease, room bool) error {
	name, err := p.product(tx, l)
	if err != nil {
		return err
	}
	_, err = p.record(tx, den.Event{
		Act: "lease.requested", Subject: l.ID, About: about(l), Say: tells(name, "", l),
	})
	if err != nil {
		return err
	}
	if room {
		if err := p.move(tx, l, den.Starting, "", ""); err != nil {
			return err
		}
		return p.live(tx, l.ID)
	}
	_, err = p.put(tx, l)
	return err
}

// request makes the lease of an entry.
func (o *Orchestrator) request(tx den.Tx, p *pen, t den.Trial, e den.Entry, r den.Release) (den.Lease, error) {
	name, err := p.name(tx)
	return den.Lease{
		ID: p.id(den.KindLease), Trial: t.ID, Entry: e.ID, Department: t.Department, Supplier: e.Supplier,
		Product: e.Product, Release: e.Release, AskedBy: p.by.ID,
		Name: name, Size: t.Size, Port: r.Port, Path: r.Path, Services: r.Services, Ways: e.Agreed, Data: t.Scenario,
		Phase: den.Requested, RequestedAt: p.now, AgreedAt: p.now, Hours: t.Hours,
		EndsAt: t.EndsAt, LatestEnd: p.now.Add(max(p.ceiling, t.Length)), DueAt: t.EndsAt,
	}, err
}

// complete says everything that a draft still lacks, or that is no longer right.
func (o *Orchestrator) complete(tx den.Tx, t den.Trial) error {
	var faults den.Faults
	faults.Add(wants("name", "a name for the trial", t.Name, nameLength))
	faults.Add(wants("question", "the question that the trial is to answer", t.Question, textLength))
	if len(t.Entries) == 0 {
		faults.Add(den.Bad("releases", "Choose at least one product."))
	}
	if s, ok := o.size(t.Size); !ok {
		faults.Add(den.Bad("size", "Choose a size: %s.", or(o.sizeNames())))
	} else {
		faults.Add(o.holds(s))
	}
	if t.Length < shortestLength || t.Length > o.LongestLength {
		faults.Add(den.Bad("length", "Enter a length of at most %s.", spell(o.LongestLength)))
	}
	faults.Add(o.rightHours(t.Hours))
	sum := 0.0
	for _, w := range t.Weights {
		sum += w
	}
	if sum <= 0 {
		faults.Add(den.Bad("weights", "Give at least one criterion a weight above 0."))
	}
	hidesFrom(t, &faults)
	if err := tellsNames(tx, t, &faults); err != nil {
		return err
	}
	return faults.Err()
}

// seal writes the protocol of a trial in its canonical form, with the hash of its scheme.
func seal(tx den.Tx, t den.Trial, scheme string) ([]byte, []den.Release, error) {
	p := protocol{
		Question: t.Question, Scheme: t.Scheme, Weights: t.Weights, Size: t.Size,
		Length: time.Duration(t.Length).String(), Hours: t.Hours, Tasks: t.Tasks, Measured: t.Measuring,
		SchemeHash: scheme, Evaluators: t.Evaluators, Chair: t.Leads(), Rule: t.Rule, Blind: t.Blind, Scenario: t.Scenario.Hash,
	}
	var releases []den.Release
	for _, e := range t.Entries {
		r, err := tx.Releases().Get(e.Release)
		if err != nil {
			return nil, nil, chosen(err, "releases", "Choose products from the techmap. One of the releases is gone.")
		}
		releases = append(releases, r)
		one := protocolEntry{Entry: e.ID, Label: e.Label, Release: r.ID, Image: r.Image, Digest: r.Digest, Images: r.Images, Ways: e.Agreed}
		if r.Compose != "" {
			sum := sha256.Sum256([]byte(r.Compose))
			one.Compose = hex.EncodeToString(sum[:])
		}
		p.Entries = append(p.Entries, one)
	}
	sealed, err := json.Marshal(p)
	return sealed, releases, err
}
