package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"innovationden/orchestrator/den"
)

// sentence says what to do about one fault of one field.
func sentence(e *openapi3.SchemaError, where string) string {
	name := where[strings.LastIndex(where, "/")+1:]
	if name == "" {
		name = "the body"
	}
	s := e.Schema
	switch e.SchemaField {
	case "required":
		return "Give " + name + "."
	case "enum":
		return fmt.Sprintf("Choose one of these for %s: %s.", name, choices(s.Enum))
	case "minLength":
		return "Give " + name + ". It cannot be empty."
	case "maxLength":
		if s.MaxLength != nil {
			return fmt.Sprintf("Shorten %s to %d characters or fewer.", name, *s.MaxLength)
		}
	case "maxItems":
		if s.MaxItems != nil {
			return fmt.Sprintf("Give at most %d in %s.", *s.MaxItems, name)
		}
	case "minimum", "maximum":
		return numberSentence(s, name)
	case "format":
		if s.Format == "date-time" {
			return "Write " + name + " as a date and time, such as 2026-06-03T16:30:00Z."
		}
	case "type":
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

func typeSentence(s *openapi3.Schema, name string) string {
	kinds := map[string]string{"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false", "array": "a list", "object": "an object"}
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

// tooLarge turns an upload that passed its bound into a refusal that says so.
func tooLarge(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return den.Bad("archive", "The archive is larger than %s. Make the image smaller, or ask the operator to raise the limit.", megabytes(large.Limit))
	}
	return err
}
