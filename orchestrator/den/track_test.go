package den

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Every field that a list names is there, no field is in two lists, and each table of a
// transaction is either watched or named in the comment of Tracked with its reason.
func TestWhatTheRecordKeepsOfEachKind(t *testing.T) {
	seen := map[string]bool{}
	check := func(name string, rec any, k keeping) {
		seen[name] = true
		fields := namesOf(rec)
		for _, listed := range append(slices.Clone(k.shown), k.passed...) {
			if !slices.Contains(fields, listed) {
				t.Errorf("%s has no field %s", name, listed)
			}
			if slices.Contains(k.shown, listed) && slices.Contains(k.passed, listed) {
				t.Errorf("%s.%s is shown and passed over", name, listed)
			}
		}
	}
	tx := Track(empty{}, nil)
	of := reflect.ValueOf(tx)
	for i := range of.NumMethod() {
		m := of.Type().Method(i)
		if m.Type.NumIn() != 1 || m.Type.NumOut() != 1 || !strings.HasPrefix(m.Type.Out(0).Name(), "Table[") {
			continue
		}
		table := of.Method(i).Call(nil)[0]
		if table.IsNil() {
			seen[m.Name] = false
			continue
		}
		v := table.Elem()
		if m.Name == "People" {
			v = reflect.ValueOf(tx.people())
		}
		rec := reflect.New(v.FieldByName("of").Type().In(0)).Elem().Interface()
		k := v.FieldByName("keep")
		list := func(name string) (out []string) {
			for i := range k.FieldByName(name).Len() {
				out = append(out, k.FieldByName(name).Index(i).String())
			}
			return out
		}
		check(m.Name, rec, keeping{shown: list("shown"), passed: list("passed")})
	}
	for name, isWatched := range seen {
		isLoose := slices.Contains([]string{"Cells", "Notices", "Deliveries", "Answers", "Spendings", "Measurements", "Loads", "Clocks"}, name)
		if isLoose == isWatched {
			t.Errorf("%s: watched %v, named as no thing of anybody's %v", name, isWatched, isLoose)
		}
	}
	if len(seen) < 30 {
		t.Errorf("only %d tables were looked at", len(seen))
	}
}

// Nothing of these may ever be in an event, whatever lists say.
func TestSecretsAreNeverShown(t *testing.T) {
	for name, fields := range map[string]struct {
		keeping
		rec    any
		secret []string
	}{
		"login":      {keepLogin, Login{}, []string{"Name", "Password", "Secret", "Recovery"}},
		"token":      {keepToken, Token{}, []string{"Hash", "Challenge", "Starts"}},
		"invitation": {keepJoinLink, JoinLink{}, []string{"Hash", "For", "ByName"}},
		"share":      {keepShare, Share{}, []string{"Hash", "Salt", "Passcode", "For"}},
		"release":    {keepRelease, Release{}, []string{"Env", "Compose"}},
		"mailbox":    {keepMailbox, Mailbox{}, []string{"Hook"}},
		"marks":      {keepAssessment, Assessment{}, []string{"Scores", "Note", "Tasks", "Evidence"}},
		"consensus":  {keepConsensus, Consensus{}, []string{"Agreed", "Dissents", "Prices"}},
		"outcome":    {keepOutcome, Outcome{}, []string{"Results", "Says", "Agreement", "Analysis"}},
		"question":   {keepQuestion, Question{}, []string{"Asker", "Supplier", "Asked"}},
		"answer":     {keepInterest, Interest{}, []string{"Products", "Advice", "By"}},
		"person":     {keepPerson, Person{}, []string{"Email"}},
		"identity":   {keepIdentity, Identity{}, []string{"Subject"}},
		"lease":      {keepLease, Lease{}, []string{"LogTail", "Tried", "Used", "EndAsked"}},
		"receipt":    {keepReceipt, Receipt{}, []string{"LogTail", "Tried", "Used"}},
		"supplier":   {keepSupplier, Supplier{}, []string{"Contacts"}},
		"declared":   {keepDeclaration, Declaration{}, []string{"Text", "Why", "Stake"}},
	} {
		for _, secret := range fields.secret {
			if !slices.Contains(namesOf(fields.rec), secret) {
				t.Errorf("%s has no %s any more: name what took its place", name, secret)
			}
			if slices.Contains(fields.shown, secret) {
				t.Errorf("%s.%s is shown in the record", name, secret)
			}
		}
	}
}

func TestDifferencesAreShortAndTheSameEachTime(t *testing.T) {
	old := Rules{Department: "dep_1", Most: 3, Sizes: []string{"small"}, NoWaysOut: true}
	now := Rules{Department: "dep_1", Most: 5, Sizes: []string{"small", "large"}, Rev: 7}
	want := []FieldChange{
		{Of: "dep_1", Field: "Most", Before: "3", After: "5"},
		{Of: "dep_1", Field: "Sizes", Before: "small", After: "small, large"},
		{Of: "dep_1", Field: "NoWaysOut", Before: "yes", After: "no"},
	}
	for range 20 {
		if got := keepRules.differences("dep_1", old, now); !slices.Equal(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	}
	long := strings.Repeat("ä", 3*mostValue)
	e := Event{Changes: keepChallenge.differences("cha_1", nil, Challenge{ID: "cha_1", Title: "One", Problem: long, Invited: []Invitation{{Supplier: "sup_1"}}})}
	e.cut()
	got := e.Changes
	if len(got) != 3 || len([]rune(got[1].After)) != mostValue || got[2] != (FieldChange{Of: "cha_1", Field: "Invited", Hidden: true}) {
		t.Errorf("got %+v: a long value is cut, a hidden one says only that it changed", got)
	}
	many := bounded(make([]FieldChange, mostChanges+5))
	if len(many) != mostChanges+1 || many[mostChanges].After != "5" {
		t.Errorf("got %d changes, the last one %+v", len(many), many[len(many)-1])
	}
	for field, words := range map[string]string{"EndsAt": "Ends at", "SME": "SME", "AskPence": "Ask pence", "NoWaysOut": "No ways out"} {
		if got := (FieldChange{Field: field}).Words(); got != words {
			t.Errorf("%s is %q for people, want %q", field, got, words)
		}
	}
}

// empty is a transaction without tables.
type empty struct{ Tx }

func (empty) Departments() Table[Department]   { return nil }
func (empty) Suppliers() Table[Supplier]       { return nil }
func (empty) Products() Table[Product]         { return nil }
func (empty) Releases() Table[Release]         { return nil }
func (empty) Trials() Table[Trial]             { return nil }
func (empty) Leases() Table[Lease]             { return nil }
func (empty) Cells() Table[Cell]               { return nil }
func (empty) Receipts() Table[Receipt]         { return nil }
func (empty) Assessments() Table[Assessment]   { return nil }
func (empty) Outcomes() Table[Outcome]         { return nil }
func (empty) Schemes() Table[KeptScheme]       { return nil }
func (empty) Declarations() Table[Declaration] { return nil }
func (empty) Publications() Table[Publication] { return nil }
func (empty) Replies() Table[Reply]            { return nil }
func (empty) Consensuses() Table[Consensus]    { return nil }
func (empty) People() Table[Person]            { return nil }
func (empty) Tokens() Table[Token]             { return nil }
func (empty) JoinLinks() Table[JoinLink]       { return nil }
func (empty) Identities() Table[Identity]      { return nil }
func (empty) Logins() Table[Login]             { return nil }
func (empty) Notices() Table[Notice]           { return nil }
func (empty) Answers() Table[Answer]           { return nil }
func (empty) Shares() Table[Share]             { return nil }
func (empty) Rules() Table[Rules]              { return nil }
func (empty) Requests() Table[Request]         { return nil }
func (empty) Spendings() Table[Spending]       { return nil }
func (empty) Mailboxes() Table[Mailbox]        { return nil }
func (empty) Deliveries() Table[Delivery]      { return nil }
func (empty) Challenges() Table[Challenge]     { return nil }
func (empty) Questions() Table[Question]       { return nil }
func (empty) Interests() Table[Interest]       { return nil }
func (empty) Repositories() Table[Repository]  { return nil }
func (empty) Preflights() Table[Preflight]     { return nil }
func (empty) Measurements() Table[Measurement] { return nil }
func (empty) Loads() Table[LoadTest]           { return nil }
func (empty) Clocks() Table[Clock]             { return nil }

func namesOf(rec any) (names []string) {
	for _, f := range fieldsOf(rec) {
		names = append(names, f.Name)
	}
	return names
}
