package den

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// A name at the place where a long text is cut is sealed, or it is not there.
func TestNoHalfANameIsLeftWhereATextIsCut(t *testing.T) {
	for before := mostValue - 20; before < mostValue+5; before++ {
		log := &kept{}
		tx := Track(log, func() string { return "salt" })
		tx.meets(Person{ID: "per_1", Name: "Ada Mensah"})
		tx.touched = append(tx.touched, touched{keeping: keepChallenge, kind: "Challenge", key: "cha_1", of: []ID{"cha_1"},
			now: Challenge{ID: "cha_1", Problem: strings.Repeat("x", before) + " Ada Mensah asks" + strings.Repeat(" y", mostValue)}})
		if _, err := tx.Record(Event{Subject: "cha_1", Say: "It was changed."}); err != nil {
			t.Fatal(err)
		}
		if err := tx.Close(); err != nil {
			t.Fatal(err)
		}
		got := log.e.Changes[0].After
		if strings.Contains(got, "Ada") || strings.Count(got, sealOpens) != strings.Count(got, sealCloses) || len([]rune(got)) > mostValue {
			t.Errorf("after %d characters: %q", before, got[before-5:])
		}
	}
}

// kept is a transaction that keeps the event that was recorded last.
type kept struct {
	Tx
	e Event
}

func (k *kept) Head() (Head, error)            { return Head{}, nil }
func (k *kept) Record(e Event) (uint64, error) { k.e = e; return 0, nil }

func TestNamesAreSealedWhereverTheyStandAsWords(t *testing.T) {
	n := 0
	salt := func() string { n++; return fmt.Sprintf("salt-%d", n) }
	names := map[ID][]string{"per_2": {"Ada"}, "per_3": {"Ada Mensah"}}
	fresh := func() Event {
		return Event{Actor: "per_1", Name: "Bob", Say: "Ada Mensah and Ada adapted Adas, said Bob ⟦1⟧.", Why: "none",
			Changes: []FieldChange{{Of: "per_2", Field: "Name", After: "Ada"}}}
	}
	e := fresh()
	e.seal(names, nil, salt)
	leaf, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Bob", "Ada ", "Mensah", "salt-", `"Ada"`} {
		if strings.Contains(string(leaf), secret) {
			t.Errorf("the leaf holds %q: %s", secret, leaf)
		}
	}
	if !strings.Contains(e.Say, "adapted Adas") {
		t.Errorf("a part of a longer word was sealed: %s", e.Say)
	}
	if len(e.Sealed) != 3 {
		t.Fatalf("%d names were sealed: %+v", len(e.Sealed), e.Sealed)
	}
	e.Open()
	if e.Name != "Bob" || e.Say != "Ada Mensah and Ada adapted Adas, said Bob [1]." || e.Changes[0].After != "Ada" {
		t.Errorf("opened: %+v", e)
	}
	e = fresh()
	e.seal(names, map[ID]bool{"per_1": true, "per_2": true}, salt)
	if len(e.Sealed) != 1 || e.Name != removedName || strings.Contains(e.Changes[0].After, "Ada") {
		t.Errorf("a name of somebody whose data is removed was kept: %+v", e)
	}
}
