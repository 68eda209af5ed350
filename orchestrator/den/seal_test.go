package den

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

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
