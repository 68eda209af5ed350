package orchestrator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

func TestNamesAreFoundByWholeWordsWithoutCase(t *testing.T) {
	for _, one := range []struct {
		text, name, address string
		found               string
		part                bool
	}{
		{"Ask Bea Okafor about it.", "Bea Okafor", "", "Bea Okafor", false},
		{"ask BEA\n OKAFOR", "Bea Okafor", "", "BEA\n OKAFOR", false},
		{"Bea Okafor’s view", "Bea Okafor", "", "Bea Okafor", false},
		{"Beast Okafors", "Bea Okafor", "", "", false},
		{"Mrs Okafor said so, and Bea Okafor", "Bea Okafor", "", "Bea Okafor", false},
		{"as Mrs OKAFOR said", "Bea Okafor", "", "OKAFOR", true},
		{"O'Brien and O’Brien", "Pat O’Brien", "", "Brien", true},
		{"pat o'brien", "Pat O’Brien", "", "pat o'brien", false},
		{"ŁUCJA ŻÓŁĆ", "Łucja Żółć", "", "ŁUCJA ŻÓŁĆ", false},
		{"李 雷", "李 雷", "", "李 雷", false},
		{"de la", "Jo de la Cruz", "", "", false}, // words of two letters say nothing of anybody
		{"Write to bea@den.example.", "Somebody Else", "bea@den.example", "bea@den.example", false},
		{"<Bea@Den.example>", "Somebody Else", "bea@den.example", "Bea@Den.example", false},
		{"abea@den.example bea@den.example.org bea@den.examples x.bea@den.example", "Somebody Else", "bea@den.example", "", false},
		{"bea at den.example", "Somebody Else", "bea@den.example", "", false},
		{"+bea+x@den.example", "Somebody Else", "bea+x@den.example", "", false},
		{"", "Bea Okafor", "", "", false},
		{"\xff\xfeBea Okafor\xff", "Bea Okafor", "", "Bea Okafor", false},
		{"Bea", "", "", "", false},
	} {
		found, part, ok := orchestrator.Seen(one.text, one.name, one.address)
		if found != one.found || part != one.part || ok != (one.found != "") {
			t.Errorf("%q in %q: %q, part: %v", one.name+one.address, one.text, found, part)
		}
	}
}

func TestAnExcerptIsShortAndInOneLine(t *testing.T) {
	long := strings.Repeat("wörd ", 100)
	text := long + "\n\tBea Okafor\n" + long
	at := strings.Index(text, "Bea")
	got := orchestrator.Excerpt(text, at, at+len("Bea Okafor"))
	if len(got) > 200 || strings.ContainsAny(got, "\n\t") || !strings.HasPrefix(got, "… wörd") || !strings.HasSuffix(got, "wörd …") || !strings.Contains(got, " Bea Okafor ") {
		t.Errorf("%q", got)
	}
	for _, whole := range []string{"Bea Okafor", strings.Repeat("é", 500) + "Bea Okafor" + strings.Repeat("é", 500)} {
		at := strings.Index(whole, "Bea")
		if got := orchestrator.Excerpt(whole, at, at+len("Bea Okafor")); !strings.Contains(got, "Bea Okafor") || strings.ContainsRune(got, '\ufffd') {
			t.Errorf("%q", got)
		}
	}
}

// naming has texts that name Bea typed by others in several places.
func naming(r *rig, bea den.Actor) {
	ctx := r.t.Context()
	in := problem()
	in.Title, in.Problem, in.People = "A challenge of Bea Okafor", "Ask <b>bea okafor</b> or bea@den.example.", "Mrs Okafor’s team."
	c, err := r.o.AddChallenge(ctx, r.member, in)
	r.must(err)
	in.Success = "All of Appointments are served."
	_, err = r.o.ChangeChallenge(ctx, bea, c.ID, in)
	r.must(err)
	_, err = r.o.ChangeSupplier(ctx, den.System(), r.supplier.ID, den.SupplierChange{Name: "Bookwell Ltd", SupplierProfile: den.SupplierProfile{Contacts: []den.Contact{{Name: "BEA OKAFOR"}}}})
	r.must(err)
	_, err = r.o.SetRules(ctx, den.System(), den.Rules{Department: r.department.ID, Most: 7}, 0)
	r.must(err)
}

// everythingThatNames reads the whole file for a text: tables and keys of records, and
// positions of events.
func (r *rig) everythingThatNames(text string) (records map[string]bool) {
	records = map[string]bool{}
	r.must(r.db.View(context.Background(), func(tx den.Tx) error {
		for method := range tables() {
			if method == "Events" {
				continue
			}
			page := reflect.ValueOf(tx).MethodByName(method).Call(nil)[0].MethodByName("List").Call([]reflect.Value{reflect.ValueOf(den.Query{Limit: 1000})})[0]
			items := page.FieldByName("Items")
			for n := range items.Len() {
				raw, err := json.Marshal(items.Index(n).Interface())
				if err != nil {
					return err
				}
				if strings.Contains(strings.ToLower(string(raw)), text) {
					records[items.Index(n).Type().Name()] = true
				}
			}
		}
		page, err := tx.Events(den.Query{Limit: 1000})
		for _, e := range page.Items {
			if raw, _ := json.Marshal(e); strings.Contains(strings.ToLower(string(raw)), text) {
				records["Event"] = true
			}
		}
		return err
	}))
	return records
}

// Before a removal the operator sees where others typed the name; afterwards the same
// places are what was left, in the file and in what the removal says, without the name.
func TestWhatOthersTypedIsShownBeforeARemovalAndSaidAfterwards(t *testing.T) {
	r := newRig(t, withWords)
	ctx, root := t.Context(), den.System()
	person, err := r.o.AddPerson(ctx, root, den.Person{Name: "Bea Okafor", Email: "bea@den.example", Memberships: []den.Membership{{Role: den.Member, In: r.department.ID}}})
	r.must(err)
	bea := person.Act()
	naming(r, bea)
	if _, err := r.o.Mentions(ctx, r.member, bea.ID); den.KindOf(err) != den.NotFound {
		t.Errorf("a colleague is shown them: %v", err)
	}
	if _, err := r.o.Mentions(ctx, bea, ""); den.KindOf(err) != den.NotFound {
		t.Errorf("she is shown what others typed: %v", err)
	}
	if _, err := r.o.Mentions(ctx, root, "per_none"); den.KindOf(err) != den.NotFound {
		t.Errorf("of nobody: %v", err)
	}
	before, err := r.o.Mentions(ctx, root, bea.ID)
	r.must(err)
	at := map[string]den.Mention{}
	for _, m := range before.Items {
		at[m.Field] = m
	}
	if m := at["Challenge.Problem"]; m.Excerpt != "Ask <b>bea okafor</b> or bea@den.example." || m.Found != "bea okafor" || !strings.HasPrefix(m.Path, "/challenges/cha_") || m.Change == "" {
		t.Errorf("the problem: %+v", m)
	}
	if m := at["Challenge.People"]; !m.Part || m.Found != "Okafor" {
		t.Errorf("a part of the name: %+v", m)
	}
	if m := at["Supplier.SupplierProfile.Contacts[].Name"]; m.Path != "/suppliers/"+string(r.supplier.ID) {
		t.Errorf("the contact: %+v", m)
	}
	if last := before.Items[len(before.Items)-1]; !last.Part || before.Parts == 0 || before.Whole < 4 {
		t.Errorf("those that name her whole come first: %+v", before)
	}
	gone, err := r.o.RemovePersonalData(ctx, root, den.RemovalOrder{Person: bea.ID, Sure: true})
	r.must(err)
	if gone.Left.Whole != before.Whole || gone.Left.Parts != before.Parts {
		t.Errorf("before %d and %d, afterwards %d and %d", before.Whole, before.Parts, gone.Left.Whole, gone.Left.Parts)
	}
	left := map[string]bool{}
	for _, m := range gone.Left.Items {
		record, _, _ := strings.Cut(m.Field, ".")
		left[record] = true
	}
	there := r.everythingThatNames("okafor")
	if !reflect.DeepEqual(there, left) || len(there) < 3 {
		t.Errorf("the name stands in %v, said are %v", there, left)
	}
	again, err := r.o.RemovePersonalData(ctx, root, den.RemovalOrder{Person: bea.ID, Sure: true})
	r.must(err)
	kept, err := r.o.Mentions(ctx, root, bea.ID)
	r.must(err)
	if len(kept.Items) != len(gone.Left.Items) || len(again.Left.Items) != len(kept.Items) || kept.Whole != gone.Left.Whole {
		t.Errorf("kept are %+v", kept)
	}
	for _, m := range kept.Items {
		if m.Excerpt != "" || m.Found != "" || !m.Withheld || m.Path == "" {
			t.Errorf("what is kept names her, or does not lead there: %+v", m)
		}
	}
	found, err := r.db.Check(ctx)
	r.must(err)
	if len(found) > 0 {
		t.Errorf("the file has faults: %v", found)
	}
	events, err := r.o.Events(ctx, root, den.Filter{Subject: bea.ID, Act: "person.data_removed"})
	r.must(err)
	if len(events.Items) != 1 || !strings.Contains(events.Items[0].Say, fmt.Sprintf("%d texts that name them were left", gone.Left.Whole)) {
		t.Errorf("the record says %+v", events.Items)
	}
}

// Who removes their own data is told how many texts others typed, and not which: they may
// not read all of them. The operator finds them with the person.
func TestWhoRemovesTheirOwnDataIsToldHowManyTextsAreLeft(t *testing.T) {
	r := newRig(t, withWords)
	ctx := t.Context()
	bea := r.person("Bea Okafor", den.Member, r.department.ID)
	naming(r, bea)
	gone, err := r.o.RemovePersonalData(ctx, bea, den.RemovalOrder{Sure: true})
	r.must(err)
	if gone.Left.Whole < 2 || len(gone.Left.Items) != 0 {
		t.Errorf("she is told %+v", gone.Left)
	}
	kept, err := r.o.Mentions(ctx, den.System(), bea.ID)
	r.must(err)
	if len(kept.Items) == 0 || kept.Whole != gone.Left.Whole {
		t.Errorf("the operator finds %+v", kept)
	}
}

// The operator sees that an evaluator named somebody, and reads it only once the marks are
// locked. What a compose file says is never shown.
func TestWhatAnEvaluatorWroteIsShownOnceTheMarksAreLocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx, root := t.Context(), den.System()
		r.run()
		bea := r.person("Bea Okafor", den.Member, r.department.ID)
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		ann := r.person("Ann", den.Evaluator, v.Trial.ID)
		r.declare(v.Trial.ID, ann)
		_, err := r.o.SaveAssessment(ctx, ann, den.NewAssessment{Trial: v.Trial.ID, Entry: v.Entries[0].ID, Submit: true, Note: "As Bea Okafor showed me.", Scores: map[string]den.Score{
			"ease": {Mark: mark(4), Reason: "Easy."}, "fit": {Mark: mark(4), Reason: "Fits."},
		}})
		r.must(err)
		r.must(r.db.Update(ctx, func(tx den.Tx) error {
			one, err := tx.Releases().Get(v.Entries[0].Release)
			one.Compose = "# by Bea Okafor, password: hunter2"
			if err == nil {
				_, err = tx.Releases().Put(one)
			}
			return err
		}))
		read := func() (note, compose den.Mention) {
			found, err := r.o.Mentions(ctx, root, bea.ID)
			r.must(err)
			for _, m := range found.Items {
				switch m.Field {
				case "Assessment.Note":
					note = m
				case "Release.Compose":
					compose = m
				}
			}
			return note, compose
		}
		if note, _ := read(); note.Change != "" {
			t.Errorf("what was submitted can be changed: %s", note.Do)
		}
		if note, _ := read(); !note.Withheld || note.Excerpt != "" || note.Found != "" || note.Path != "/trials/"+string(v.Trial.ID) {
			t.Errorf("before the lock: %+v", note)
		}
		_, err = r.o.LockConsensus(ctx, r.member, v.Trial.ID, den.NewLock{ByMeans: true, Why: "One evaluator."})
		r.must(err)
		note, compose := read()
		if note.Withheld || note.Excerpt != "As Bea Okafor showed me." {
			t.Errorf("after the lock: %+v", note)
		}
		if !compose.Withheld || compose.Excerpt != "" {
			t.Errorf("a compose file is shown: %+v", compose)
		}
	})
}

// What retention removes by itself is searched as well.
func TestRetentionKeepsWhereNamesWereLeft(t *testing.T) {
	r := newRig(t, withWords, func(c *orchestrator.Config) {
		c.Keeps = &den.Retention{People: time.Nanosecond}
	})
	ctx, root := t.Context(), den.System()
	bea, cem := r.person("Bea Okafor", den.Member, r.department.ID), r.person("Cem Arslan", den.Member, r.department.ID)
	naming(r, bea)
	for _, who := range []den.Actor{bea, cem} {
		_, err := r.o.SetLeft(ctx, root, who.ID, true, "")
		r.must(err)
	}
	r.o.Retain(ctx)
	of := func(who den.Actor) den.Mentions {
		p, err := r.o.Person(ctx, who.ID)
		if err == nil && p.RemovedAt.IsZero() {
			t.Errorf("%s was not removed", who.Name)
		}
		m, err := r.o.Mentions(ctx, root, who.ID)
		r.must(err)
		return m
	}
	if m := of(bea); m.Whole < 2 || len(m.Items) == 0 || m.Looked == 0 {
		t.Errorf("of Bea are left %+v", m)
	}
	if m := of(cem); m.Whole != 0 || m.Looked == 0 {
		t.Errorf("of Cem are left %+v", m)
	}
}

// viewed counts the readings of a store.
type viewed struct {
	den.Store
	views atomic.Int64
}

func (c *viewed) View(ctx context.Context, do func(den.Tx) error) error {
	c.views.Add(1)
	return c.Store.View(ctx, do)
}

// A den with many records is searched in many short transactions, each of a bounded size,
// and what is listed is bounded, while all of it is counted.
func TestASearchForANameIsManyShortReadings(t *testing.T) {
	var store *viewed
	r := newRig(t, func(c *orchestrator.Config) {
		store = &viewed{Store: c.Store}
		c.Store = store
	})
	ctx := t.Context()
	bea := r.person("Bea Okafor", den.Member, r.department.ID)
	const many = 3000
	r.must(r.db.Update(ctx, func(tx den.Tx) error {
		for n := range many {
			text := "Nobody."
			if n%4 == 0 {
				text = "Bea Okafor."
			}
			if _, err := tx.Replies().Put(den.Reply{ID: r.id(den.KindReply), Text: text}); err != nil {
				return err
			}
		}
		return nil
	}))
	before := store.views.Load()
	found, err := r.o.Mentions(ctx, den.System(), bea.ID)
	r.must(err)
	if views := store.views.Load() - before; views < many/orchestrator.LookAtOnce {
		t.Errorf("%d records were read in %d transactions", many, views)
	}
	if found.Whole != many/4 || len(found.Items) != den.MostMentions || found.Looked < many {
		t.Errorf("%d found, %d listed, %d looked at", found.Whole, len(found.Items), found.Looked)
	}
	short, stop := context.WithCancel(ctx)
	stop()
	if _, err := r.o.Mentions(short, den.System(), bea.ID); err == nil {
		t.Error("a search goes on for nobody")
	}
}
