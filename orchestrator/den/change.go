package den

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// FieldChange is one field of a record before and after an event. Empty: it was not there.
type FieldChange struct {
	Of     ID     // the record: an id, or the key that it is kept by
	Field  string // as it is called in this room
	Before string `json:",omitempty"`
	After  string `json:",omitempty"`
	Hidden bool   `json:",omitempty"` // it changed; how is not for the record
}

// How much of a change an event holds at most. Leaves are kept for ever.
const (
	mostChanges = 40
	mostValue   = 200 // characters of one value
)

// moreChanges is the Field of a FieldChange that says in After how many were left out.
const moreChanges = "More"

// Words is the field for people: "EndsAt" is "Ends at".
func (c FieldChange) Words() string {
	var b strings.Builder
	runes := []rune(c.Field)
	for i, r := range runes {
		starts := i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if starts {
			b.WriteByte(' ')
			if i+1 < len(runes) && unicode.IsLower(runes[i+1]) {
				r = unicode.ToLower(r)
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// differences lists the fields of a record of a kind that differ, in the order in which
// the kind declares them. Either may be nil: it was made, or removed.
func (k keeping) differences(of ID, old, now any) []FieldChange {
	var out []FieldChange
	was, is := reflect.ValueOf(old), reflect.ValueOf(now)
	for _, f := range fieldsOf(cmpOr(now, old)) {
		name, before, after := f.Name, reflect.Value{}, reflect.Value{}
		if slices.Contains(k.passed, name) {
			continue
		}
		if old != nil {
			before = was.FieldByIndex(f.Index)
		}
		if now != nil {
			after = is.FieldByIndex(f.Index)
		}
		if old != nil && now != nil && reflect.DeepEqual(before.Interface(), after.Interface()) {
			continue // what is most often so; it is dear to spell
		}
		c := FieldChange{Of: of, Field: name, Before: spelled(before, now == nil), After: spelled(after, old == nil)}
		if c.Before == c.After {
			continue
		}
		if !slices.Contains(k.shown, name) {
			c.Hidden, c.Before, c.After = true, "", ""
		}
		out = append(out, c)
	}
	return out
}

func cmpOr(a, b any) any {
	if a != nil {
		return a
	}
	return b
}

// fieldsOf lists the fields of a record, those of what it embeds in its place.
func fieldsOf(rec any) []reflect.StructField {
	if rec == nil {
		return nil
	}
	kind := reflect.TypeOf(rec)
	if known, ok := fieldsByKind.Load(kind); ok {
		return known.([]reflect.StructField)
	}
	fields := slices.DeleteFunc(reflect.VisibleFields(kind), func(f reflect.StructField) bool {
		return f.Anonymous || !f.IsExported()
	})
	fieldsByKind.Store(kind, fields)
	return fields
}

// fieldsByKind is what fieldsOf found before: every change asks for it.
var fieldsByKind sync.Map // reflect.Type to []reflect.StructField

// spelled writes a value in one line; the same value gives the same text. Of what was
// made or removed whole, zero values are not worth a line.
func spelled(v reflect.Value, isWhole bool) string {
	if !v.IsValid() || isWhole && v.IsZero() {
		return ""
	}
	switch it := v.Interface().(type) {
	case time.Time:
		if it.IsZero() {
			return ""
		}
		return it.UTC().Format(time.RFC3339)
	case time.Duration:
		return SpellExactly(it)
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return map[bool]string{true: "yes", false: "no"}[v.Bool()]
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		return spelled(v.Elem(), false)
	case reflect.Slice:
		return listed(v)
	case reflect.Map:
		if v.Len() == 0 {
			return ""
		}
	case reflect.Struct:
		if v.IsZero() {
			return ""
		}
	}
	return compact(v.Interface())
}

func listed(v reflect.Value) string {
	if v.Len() == 0 {
		return ""
	}
	if v.Type().Elem().Kind() != reflect.String {
		return compact(v.Interface())
	}
	words := make([]string, v.Len())
	for i := range words {
		words[i] = v.Index(i).String()
	}
	return strings.Join(words, ", ")
}

func compact(value any) string {
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	if err := to.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// cut shortens every value of an event's changes. It comes after the names were sealed, so
// that half a name is never left where nobody looks for it.
func (e *Event) cut() {
	for i := range e.Changes {
		c := &e.Changes[i]
		c.Before, c.After = cut(c.Before), cut(c.After)
	}
}

func cut(text string) string {
	if utf8.RuneCountInString(text) <= mostValue {
		return text
	}
	text = string([]rune(text)[:mostValue-1])
	if opens := strings.LastIndex(text, sealOpens); opens > strings.LastIndex(text, sealCloses) {
		text = text[:opens]
	}
	return text + "…"
}

// bounded leaves of many changes the first ones, and says how many more there are.
func bounded(all []FieldChange) []FieldChange {
	if len(all) <= mostChanges {
		return all
	}
	more := FieldChange{Of: all[0].Of, Field: moreChanges, After: strconv.Itoa(len(all) - mostChanges)}
	return append(all[:mostChanges:mostChanges], more)
}
