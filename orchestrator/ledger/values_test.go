package ledger_test

import (
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

// named is an event with the name of a person beside it.
func named(n int, act string, subject den.ID) den.Event {
	e := event(n)
	e.Act, e.Subject, e.Name, e.Say = act, subject, "⟦0⟧", "⟦0⟧ did it."
	e.Sealed = []den.Sealed{{Of: "per_1", Salt: "salt", Value: "Ada Mensah", Hash: den.SealHash("salt", "Ada Mensah")}}
	return e
}

// house is a record of a name in event 3 and 5, and of its removal in event 6.
func house(t *testing.T) (f file, before den.Head) {
	t.Helper()
	f = written(t, 3)
	log := f.log()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for n := range 3 {
		_, err := log.Append(named(3+n, "trial.added", "tri_1"))
		must(err)
	}
	before, err := log.Head()
	must(err)
	return f, before
}

func removed(t *testing.T, f file) {
	t.Helper()
	e := event(6)
	e.Act, e.Subject = "person.data_removed", "per_1"
	by, err := f.log().Append(e)
	if err != nil {
		t.Fatal(err)
	}
	n, err := f.log().Forget("per_1", by, noon().Add(48*time.Hour))
	if again, _ := f.log().Forget("per_1", by, noon()); err != nil || n != 3 || again != 0 {
		t.Fatalf("%d names went, then %d, %v", n, again, err)
	}
}

func faultsOf(t *testing.T, f file) (places []string) {
	t.Helper()
	faults, err := f.log().Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range faults {
		places = append(places, one.Place)
	}
	return places
}

func TestANameIsRemovedAndTheRecordStillHolds(t *testing.T) {
	f, before := house(t)
	e, err := f.log().Read(4)
	if err != nil || e.Name != "Ada Mensah" || e.Say != "Ada Mensah did it." {
		t.Fatalf("before the removal: %+v, %v", e, err)
	}
	if leaf := string(f.leaves[key(4)]); strings.Contains(leaf, "Ada") || strings.Contains(leaf, "salt") {
		t.Fatalf("the leaf holds the name or its salt: %s", leaf)
	}
	proof, err := f.log().Prove(4)
	if err != nil {
		t.Fatal(err)
	}
	if e, _, err := proof.Check(""); err != nil || e.Say != "Ada Mensah did it." {
		t.Errorf("the proof of the name: %+v, %v", e, err)
	}
	proof.Names[0].Name = "Bob"
	if _, _, err := proof.Check(""); den.KindOf(err) != den.Invalid {
		t.Errorf("a proof of another name was taken: %v", err)
	}
	removed(t, f)
	e, err = f.log().Read(4)
	if err != nil || e.Name != "[removed on 25 November 2026]" || e.RemovedAt().IsZero() || strings.Contains(e.Say, "Ada") {
		t.Errorf("after the removal: %+v, %v", e, err)
	}
	if places := faultsOf(t, f); len(places) > 0 {
		t.Errorf("the record has faults after the removal: %v", places)
	}
	if faults, err := f.log().Extends(before); err != nil || len(faults) > 0 {
		t.Errorf("the record does not go on from before the removal: %v, %v", faults, err)
	}
	if proof, err = f.log().Prove(4); err != nil || proof.Names[0] != (den.ProofName{}) {
		t.Errorf("the proof after the removal: %+v, %v", proof, err)
	}
	if e, _, err := proof.Check(""); err != nil || strings.Contains(e.Say, "Ada") {
		t.Errorf("checked after the removal: %+v, %v", e, err)
	}
	for key, text := range f.values {
		if strings.Contains(string(text), "Ada") || strings.Contains(string(text), "salt") {
			t.Errorf("%q still holds %s", key, text)
		}
	}
}

// closed is a bucket that is too large to be walked through.
type closed struct {
	shelf
	t *testing.T
}

func (c closed) ForEach(func(k, v []byte) error) error {
	c.t.Error("every name of everybody was looked at")
	return nil
}

// Whoever is removed, only their own names are looked at, however many others there are,
// and a person whose id begins like theirs keeps theirs.
func TestARemovalLooksAtNobodyElse(t *testing.T) {
	f, _ := house(t)
	other := event(6)
	other.Name, other.Sealed = "⟦0⟧", []den.Sealed{{Of: "per_11", Salt: "salt", Value: "Bob", Hash: den.SealHash("salt", "Bob")}}
	if _, err := f.log().Append(other); err != nil {
		t.Fatal(err)
	}
	log := f.log()
	log.Values = closed{f.values, t}
	if n, err := log.Forget("per_1", 7, noon()); n != 3 || err != nil {
		t.Errorf("%d names went, %v", n, err)
	}
	if e, err := f.log().Read(6); err != nil || e.Name != "Bob" {
		t.Errorf("somebody else's: %+v, %v", e, err)
	}
}

func TestANameCannotBeChangedQuietly(t *testing.T) {
	for name, harm := range map[string]func(file){
		"changed":    func(f file) { f.values["per_1\x00"+key(4)+"\x00"] = []byte(`{"Salt":"salt","Value":"Bob"}`) },
		"taken away": func(f file) { delete(f.values, "per_1\x00"+key(4)+"\x00") },
		"removed without an event": func(f file) {
			f.values["per_1\x00"+key(4)+"\x00"] = []byte(`{"Removed":"2026-11-25T12:00:00Z","By":2}`)
		},
		"removed by a later event": func(f file) {
			f.values["per_1\x00"+key(4)+"\x00"] = []byte(`{"Removed":"2026-11-25T12:00:00Z","By":99}`)
		},
		"added where there is none": func(f file) { f.values["per_1\x00"+key(1)+"\x00"] = []byte(`{"Salt":"salt","Value":"Bob"}`) },
	} {
		f, _ := house(t)
		if places := faultsOf(t, f); len(places) > 0 {
			t.Fatalf("an untouched record has faults: %v", places)
		}
		harm(f)
		if places := faultsOf(t, f); len(places) != 1 {
			t.Errorf("a name that was %s gives the faults %v, want one", name, places)
		}
	}
}
