package api

import (
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

func kind(s *openapi3.SchemaRef) Kind {
	if s.Ref != "" {
		return Kind{Model: s.Ref[strings.LastIndex(s.Ref, "/")+1:]}
	}
	v := s.Value
	switch {
	case v.Type.Is("array"):
		return of("list of", v.Items)
	case v.Type.Is("object") && v.AdditionalProperties.Schema != nil:
		return of("map of", v.AdditionalProperties.Schema)
	case v.Type.Is("string") && v.Format == "date-time":
		return Kind{Words: "date and time"}
	case v.Type.Is("string"):
		return Kind{Words: "text"}
	case v.Type.Is("integer"):
		return Kind{Words: "whole number"}
	case v.Type.Is("boolean"):
		return Kind{Words: "true or false"}
	}
	return Kind{Words: strings.Join(v.Type.Slice(), " or ")}
}

func of(words string, s *openapi3.SchemaRef) Kind {
	k := kind(s)
	k.Words = strings.TrimSpace(words + " " + k.Words)
	return k
}

// bounds says how long, how many or how much a value may be.
func bounds(s *openapi3.SchemaRef) string {
	v := s.Value
	switch {
	case s.Ref != "":
	case v.MaxLength != nil:
		return fmt.Sprintf("at most %d characters", *v.MaxLength)
	case v.MaxItems != nil:
		return fmt.Sprintf("at most %d", *v.MaxItems)
	case v.MaxProps != nil:
		return fmt.Sprintf("at most %d", *v.MaxProps)
	case v.Min != nil && v.Max != nil:
		return fmt.Sprintf("%.0f to %.0f", *v.Min, *v.Max)
	case v.Min != nil:
		return fmt.Sprintf("%.0f or more", *v.Min)
	}
	return ""
}

// unmarked leaves the marks of code out, for a line of plain text.
func unmarked(text string) string { return strings.ReplaceAll(text, "`", "") }

// Piece is a stretch of a paragraph.
type Piece struct {
	Text         string
	Code, Strong bool
}

// prose reads the little Markdown that the contract is written in: paragraphs, strong
// words and code.
func prose(text string) [][]Piece {
	var out [][]Piece
	for _, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		var pieces []Piece
		for i, code := range strings.Split(strings.Join(strings.Fields(paragraph), " "), "`") {
			if i%2 == 1 {
				pieces = append(pieces, Piece{Text: code, Code: true})
				continue
			}
			for j, words := range strings.Split(code, "**") {
				if words != "" {
					pieces = append(pieces, Piece{Text: words, Strong: j%2 == 1})
				}
			}
		}
		if len(pieces) > 0 {
			out = append(out, pieces)
		}
	}
	return out
}
