package form

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"innovationden/web/view"
)

// Words are the sentences of one language; view.Words are such.
type Words interface {
	Say(key string, pairs ...any) (string, error)
	Count(key string, n int, pairs ...any) (string, error)
}

// FieldError is what a use case says about one of its inputs.
type FieldError struct {
	Field string // the input's name where the use case was written
	Say   string // the sentence for people
}

// Values are what was typed into a form, and what is wrong with it. They are for
// one request.
type Values struct {
	words   Words
	typed   url.Values // nil where nothing was typed
	anchors map[string]string
	wrong   []problem
	renewed bool
}

type problem struct {
	field, anchor, say string
	parts              []string
}

// Blank is a form that nobody has typed into.
func Blank(words Words) *Values { return Typed(words, nil) }

// Typed is a form with what was typed into it: the values of a POST, or of a copy
// kept from before.
func Typed(words Words, typed url.Values) *Values {
	return &Values{words: words, typed: typed, anchors: make(map[string]string)}
}

// Bad says whether anything is wrong.
func (v *Values) Bad() bool { return v != nil && len(v.wrong) > 0 }

// Rev is the revision that a form is about: the one that it was opened with, also where
// it is shown again because something in it is wrong, so that what others saved meanwhile
// is not overwritten unseen; the given one where nothing was typed, or Renew was called.
func (v *Values) Rev(now int64) int64 {
	if v == nil || v.renewed {
		return now
	}
	if opened, err := strconv.ParseInt(v.typed.Get("rev"), 10, 64); err == nil {
		return opened
	}
	return now
}

// Seen is a mark of what the form showed, by the rules of Rev: the one that it was opened
// with, or the given one where it shows what is there now.
func (v *Values) Seen(now string) string {
	if v == nil || v.renewed || v.typed.Get("seen") == "" {
		return now
	}
	return v.typed.Get("seen")
}

// Renew says that the form is shown again with what is there now, to be compared with
// what was typed.
func (v *Values) Renew() { v.renewed = true }

// Wrong is the sentence about a field, or nothing.
func (v *Values) Wrong(field string) string {
	if found := v.find(field); found != nil {
		return found.say
	}
	return ""
}

func (v *Values) find(field string) *problem {
	if v == nil {
		return nil
	}
	for n := range v.wrong {
		if field != "" && v.wrong[n].field == field {
			return &v.wrong[n]
		}
	}
	return nil
}

// Refuse adds what a use case says. The map gives the form's name for an input of
// another name. What belongs to no field that was read stands in the summary
// without a link. A field keeps the first that is said of it.
func (v *Values) Refuse(errors []FieldError, names map[string]string) {
	for _, one := range errors {
		field := one.Field
		if name, ok := names[field]; ok {
			field = name
		}
		if _, ok := v.anchors[field]; !ok {
			field = ""
		}
		v.add(problem{field: field, anchor: v.anchors[field], say: one.Say})
	}
}

// Also adds a sentence about a field that may have several, as a file does.
func (v *Values) Also(field, say string) {
	v.wrong = append(v.wrong, problem{field: field, anchor: v.anchors[field], say: say})
}

// Say adds a sentence about a field that the page found wrong by itself; key is a
// key of the catalogue.
func (v *Values) Say(field, key string, pairs ...any) {
	v.add(problem{field: field, anchor: v.anchors[field], say: v.sentence(key, pairs...)})
}

func (v *Values) add(p problem) {
	if v.find(p.field) == nil {
		v.wrong = append(v.wrong, p)
	}
}

// sentence never fails: a key without words is shown as it is, and the test of
// the catalogue fails.
func (v *Values) sentence(key string, pairs ...any) string {
	text, err := v.words.Say(key, pairs...)
	if err != nil {
		return key
	}
	return text
}

// refuse notes what is wrong with a field; what is the key of what it asks for.
func (v *Values) refuse(field, key, what string, pairs ...any) {
	said := v.sentence(key, append(pairs, "What", v.sentence(what))...)
	v.add(problem{field: field, anchor: v.anchors[field], say: said})
}

// read notes that a field is on the page and gives what was typed, cleaned.
func (v *Values) read(field string) string {
	v.anchors[field] = field
	return clean(v.typed.Get(field))
}

func (v *Values) readAll(field string) []string {
	v.anchors[field] = field
	var all []string
	for _, one := range v.typed[field] {
		all = append(all, clean(one))
	}
	return all
}

// clean ends lines as we do, and takes away the blanks around.
func clean(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"))
}

// isShown says whether a text has nothing that cannot be seen.
func isShown(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return r == unicode.ReplacementChar || unicode.IsControl(r) && r != '\n' && r != '\t'
	})
}

// Summary is what is wrong, for the top of the page.
func (v *Values) Summary() view.ErrorSummary {
	var summary view.ErrorSummary
	if v == nil {
		return summary
	}
	for _, one := range v.wrong {
		link := view.ErrorLink{Text: one.say}
		if one.anchor != "" {
			link.Href = "#" + one.anchor
		}
		summary.ErrorList = append(summary.ErrorList, link)
	}
	return summary
}

// Fill puts what was typed, and what is wrong, into a component. Passwords and
// files are never put back. The component's id becomes its name, so that the
// summary's link finds it.
func (v *Values) Fill(component any) (any, error) {
	switch c := component.(type) {
	case view.Input:
		c.ID, c.Value, c.ErrorMessage = c.Name, v.text(c.Name, c.Value), v.message(c.Name)
		return c, nil
	case view.Textarea:
		c.ID, c.Value, c.ErrorMessage = c.Name, v.text(c.Name, c.Value), v.message(c.Name)
		return c, nil
	case view.CharacterCount:
		c.ID, c.Value, c.ErrorMessage = c.Name, v.text(c.Name, c.Value), v.message(c.Name)
		return c, nil
	case view.Select:
		c.ID, c.Value, c.ErrorMessage = c.Name, v.text(c.Name, c.Value), v.message(c.Name)
		return c, nil
	case view.Radios:
		c.IDPrefix, c.Value, c.ErrorMessage = c.Name, v.text(c.Name, c.Value), v.message(c.Name)
		return c, nil
	case view.Checkboxes:
		c.IDPrefix, c.ErrorMessage = c.Name, v.message(c.Name)
		if v.isTyped() {
			c.Values = slices.Clone(v.typed[c.Name])
		}
		return c, nil
	case view.DateInput:
		return v.fillDate(c), nil
	case view.PasswordInput:
		c.ID, c.Value, c.ErrorMessage = c.Name, "", v.message(c.Name)
		return c, nil
	case view.FileUpload:
		c.ID, c.ErrorMessage = c.Name, v.message(c.Name)
		return c, nil
	default:
		return nil, fmt.Errorf("a %T holds nothing that is typed", component)
	}
}

func (v *Values) fillDate(c view.DateInput) view.DateInput {
	name := c.NamePrefix
	c.ID, c.ErrorMessage = name, v.message(name)
	if v.isTyped() {
		c.Values = view.DateValues{
			Day:   v.typed.Get(name + "-day"),
			Month: v.typed.Get(name + "-month"),
			Year:  v.typed.Get(name + "-year"),
		}
	}
	if found := v.find(name); found != nil {
		c.Bad = found.parts
	}
	return c
}

// Keep fills a field that was sent empty, so that sending the form again does not remove
// what was put there meanwhile.
func (v *Values) Keep(field, value string) {
	if v.isTyped() && clean(v.typed.Get(field)) == "" {
		v.typed.Set(field, value)
	}
}

func (v *Values) isTyped() bool { return v != nil && v.typed != nil }

func (v *Values) text(field, given string) string {
	if !v.isTyped() {
		return given
	}
	return strings.ToValidUTF8(v.typed.Get(field), "")
}

func (v *Values) message(field string) view.ErrorMessage {
	return view.ErrorMessage{Text: v.Wrong(field)}
}
