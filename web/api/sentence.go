package api

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// sentence says what to do about one fault of one field.
func sentence(e *openapi3.SchemaError, where string) string {
	name := shortened(where[strings.LastIndex(where, "/")+1:])
	if name == "" {
		name = "the body"
	}
	s := e.Schema
	if s == nil {
		s = &openapi3.Schema{}
	}
	switch e.SchemaField {
	case "required":
		return "Give " + name + "."
	case "enum":
		return fmt.Sprintf("Choose one of these for %s: %s.", name, choices(s.Enum))
	case "minLength":
		return "Give " + name + ". It cannot be empty."
	case "maxLength":
		return fmt.Sprintf("Shorten %s to %d characters or fewer.", name, value(s.MaxLength))
	case "maxItems":
		return fmt.Sprintf("Give at most %d in %s.", value(s.MaxItems), name)
	case "maxProperties":
		return fmt.Sprintf("Give at most %d in %s.", value(s.MaxProps), name)
	case "minimum", "maximum":
		return numberSentence(s, name)
	case "pattern":
		return "Write " + name + " in letters, digits and signs, without spaces."
	case "format":
		if s.Format == "date-time" {
			return "Write " + name + " as a date and time, such as 2026-06-03T16:30:00Z."
		}
		return typeSentence(s, name)
	case "type", "nullable":
		return typeSentence(s, name)
	}
	return "Check " + name + ": it is not what the reference at /api/docs asks for."
}

func numberSentence(s *openapi3.Schema, name string) string {
	switch {
	case s.Min != nil && s.Max != nil:
		return fmt.Sprintf("Give a number between %.0f and %.0f for %s.", *s.Min, *s.Max, name)
	case s.Min != nil:
		return fmt.Sprintf("Give a number of %.0f or more for %s.", *s.Min, name)
	case s.Max != nil:
		return fmt.Sprintf("Give a number of %.0f or less for %s.", *s.Max, name)
	}
	return "Check the number in " + name + "."
}

var kinds = map[string]string{"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false", "array": "a list", "object": "an object"}

func typeSentence(s *openapi3.Schema, name string) string {
	if s.Type != nil {
		for _, t := range s.Type.Slice() {
			if kind, ok := kinds[t]; ok {
				return fmt.Sprintf("Give %s for %s.", kind, name)
			}
		}
	}
	return "Check " + name + ": it is of the wrong kind."
}

func choices(of []any) string {
	var words []string
	for _, c := range of {
		if w := fmt.Sprint(c); w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}

// strayField is the field that a schema does not have; empty: the fault is another.
func strayField(e *openapi3.SchemaError) string {
	if e.SchemaField != "properties" {
		return ""
	}
	var name string
	if _, err := fmt.Sscanf(e.Reason, "property %q is unsupported", &name); err != nil {
		return ""
	}
	return name
}

// shortened keeps a stranger's word from filling the sentence about it.
func shortened(word string) string {
	const most = 64
	if utf8.RuneCountInString(word) <= most {
		return word
	}
	return string([]rune(word)[:most]) + "…"
}
