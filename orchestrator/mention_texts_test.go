package orchestrator_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
)

// tables are the record of each table of a transaction, by the method that gives it, and
// the event.
func tables() map[string]reflect.Type {
	all := map[string]reflect.Type{"Events": reflect.TypeFor[den.Event]()}
	tx := reflect.TypeFor[den.Tx]()
	for n := range tx.NumMethod() {
		m := tx.Method(n)
		if m.Type.NumIn() != 0 || m.Type.NumOut() != 1 {
			continue
		}
		if put, ok := m.Type.Out(0).MethodByName("Put"); ok {
			all[m.Name] = put.Type.In(0)
		}
	}
	return all
}

// leaves are the texts of a type: plain strings, and named types of string by their names.
func leaves(t reflect.Type, path string, plain, named func(path string, t reflect.Type)) {
	switch t.Kind() {
	case reflect.String:
		if t == reflect.TypeFor[string]() {
			plain(path, t)
		} else {
			named(path, t)
		}
	case reflect.Pointer:
		leaves(t.Elem(), path, plain, named)
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			plain(path, t)
			return
		}
		leaves(t.Elem(), path+"[]", plain, named)
	case reflect.Map:
		leaves(t.Key(), path+"{k}", plain, named)
		leaves(t.Elem(), path+"{}", plain, named)
	case reflect.Interface:
		plain(path, t)
	case reflect.Struct:
		for n := range t.NumField() {
			if f := t.Field(n); f.IsExported() {
				leaves(f.Type, path+"."+f.Name, plain, named)
			}
		}
	}
}

// enumerations are the types of string whose values only the den makes.
var enumerations = strings.Fields("ID Action AtBudget Challenge ChallengeState Channel Check Consequence DataUse Decision DeliveryState EvidenceKind Grant Headcount HookShape Hosting LeaseKind Location MissingRule NoticeKind Part Phase PreflightState PriceBasis Reason RequestKind RequestState Role Route Rule Said ScoredBy Source Stake TaskState TrialState LoadState Check CheckState State")

// Every text of every record is known for what it is: one in which somebody may be named,
// or one in which nobody is, for a reason. A new field has to be put into typed or untyped
// in mention_texts.go, and a new table into searched in mention_records.go.
func TestEveryTextOfEveryRecordIsKnownForWhatItIs(t *testing.T) {
	seen := map[string]bool{}
	for _, record := range tables() {
		hasTyped := false
		leaves(record, record.Name(), func(path string, _ reflect.Type) {
			seen[path] = true
			_, isTyped := orchestrator.WhatIs(path)
			isUntyped := orchestrator.UntypedPaths()[path]
			if isTyped && isUntyped && !underTyped(path) || !isTyped && !isUntyped {
				t.Errorf("%s: say in mention_texts.go what it is (typed), or why nobody is named in it (untyped)", path)
			}
			hasTyped = hasTyped || isTyped && !isUntyped
		}, func(path string, of reflect.Type) {
			if !slices.Contains(enumerations, of.Name()) {
				t.Errorf("%s is a %s: if people type it, make it a string; if only the den makes its values, add it to enumerations", path, of)
			}
		})
		if isSearched := slices.Contains(orchestrator.SearchedTables(), record.Name()) || record.Name() == "Event"; isSearched != hasTyped {
			t.Errorf("%s has texts: %v, is searched: %v. Put it into searched in mention_records.go", record.Name(), hasTyped, isSearched)
		}
	}
	for path := range orchestrator.UntypedPaths() {
		if !seen[path] {
			t.Errorf("no record has the text %s", path)
		}
	}
	for _, path := range orchestrator.TypedPaths() {
		isThere := seen[path]
		for one := range seen {
			isThere = isThere || strings.HasPrefix(one, path+".") || strings.HasPrefix(one, path+"[") || strings.HasPrefix(one, path+"{")
		}
		if !isThere {
			t.Errorf("no record has the text %s", path)
		}
	}
	if len(seen) < 200 {
		t.Errorf("only %d texts were looked at", len(seen))
	}
}

// underTyped says that a path is below an entry of typed and no entry itself.
func underTyped(path string) bool { return !slices.Contains(orchestrator.TypedPaths(), path) }

// planted fills every text of a value with a name, and what else a record needs.
func planted(v reflect.Value, path, text string, made func(kind string) den.ID) {
	switch {
	case v.Type() == reflect.TypeFor[den.ID]():
		v.SetString(string(made("")))
	case v.Type() == reflect.TypeFor[string]():
		v.SetString(text)
	case v.Type() == reflect.TypeFor[den.Stamp]():
		v.Set(reflect.ValueOf(den.Stamp(time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC))))
	default:
		switch v.Kind() {
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			planted(v.Elem(), path, text, made)
		case reflect.Slice:
			if v.Type().Elem().Kind() == reflect.Uint8 {
				v.SetBytes([]byte(`{"Text":"` + text + `"}`))
				return
			}
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			planted(v.Index(0), path+"[]", text, made)
		case reflect.Map:
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			planted(key, path+"{k}", text, made)
			planted(value, path+"{}", text, made)
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(key, value)
		case reflect.Struct:
			for n := range v.NumField() {
				if f := v.Type().Field(n); f.IsExported() && f.Name != "Rev" && f.Name != "Sealed" {
					planted(v.Field(n), path+"."+f.Name, text, made)
				}
			}
		}
	}
}

// A name that stands in any text of any record is found there: one record of every table
// is filled with it, field by field, and put into the real file.
func TestANameIsFoundInEveryTextOfEveryRecord(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	bea := r.person("Bea Okafor", den.Member, r.department.ID)
	for method, record := range tables() {
		if method == "People" || method == "Identities" || method == "Logins" {
			continue // who somebody is: of others it is theirs
		}
		one := reflect.New(record).Elem()
		planted(one, record.Name(), "Said by bea  OKAFOR, they say.", func(string) den.ID { return r.id(den.KindTrial) })
		r.must(r.db.Update(ctx, func(tx den.Tx) error {
			if method == "Events" {
				e := one.Interface().(den.Event)
				e.Subject, e.About = r.department.ID, nil
				_, err := tx.Record(e)
				return err
			}
			out := reflect.ValueOf(tx).MethodByName(method).Call(nil)[0].MethodByName("Put").Call([]reflect.Value{one})
			err, _ := out[1].Interface().(error)
			if err != nil {
				err = fmt.Errorf("%s: %w", method, err)
			}
			return err
		}))
	}
	found, err := r.o.Mentions(ctx, den.System(), bea.ID)
	r.must(err)
	fields := map[string]bool{}
	for _, m := range found.Items {
		fields[m.Field] = true
		if m.Kind == "" || m.What == "" || m.Record == "" || m.Do == "" || m.Part || !m.Withheld && m.Found != "bea  OKAFOR" {
			t.Errorf("not said in full: %+v", m)
		}
		if m.Withheld != (m.Excerpt == "") {
			t.Errorf("what is withheld is shown, or the other way round: %+v", m)
		}
	}
	wanted := 0
	for method, record := range tables() {
		if method == "People" || method == "Identities" || method == "Logins" {
			continue
		}
		leaves(record, record.Name(), func(path string, _ reflect.Type) {
			want := !orchestrator.UntypedPaths()[path]
			if want {
				wanted++
			}
			if fields[path] != want {
				t.Errorf("%s is found: %v", path, fields[path])
			}
		}, func(string, reflect.Type) {})
	}
	if wanted < 150 || found.Whole != len(found.Items) || found.Whole < wanted || found.Looked < len(tables())-3 {
		t.Errorf("%d texts wanted, %d found, in %d records", wanted, found.Whole, found.Looked)
	}
}
