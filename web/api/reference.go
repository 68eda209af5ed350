package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Reference is the contract for people to read: the page at /api/docs shows it.
type Reference struct {
	Title       string
	Description string // Markdown
	Base        string
	Groups      []ReferenceGroup
	Models      []ReferenceModel
}

// ReferenceGroup is the operations of one tag.
type ReferenceGroup struct {
	Name       string
	Summary    string
	Operations []ReferenceOperation
}

// ReferenceOperation is one operation.
type ReferenceOperation struct {
	ID          string
	Method      string
	Path        string
	Summary     string
	Description string
	Parameters  []ReferenceField
	Body        string // the model, or the media type
	Answers     []ReferenceAnswer
}

// ReferenceAnswer is one answer of an operation.
type ReferenceAnswer struct {
	Status  string // "200", or "otherwise"
	Summary string
	Kind    string
}

// ReferenceModel is one model with its fields.
type ReferenceModel struct {
	Name    string
	Summary string
	Choices []string // an enumeration
	Fields  []ReferenceField
}

// ReferenceField is a field of a model or a parameter of an operation.
type ReferenceField struct {
	Name     string
	In       string // parameters: path, query or header
	Kind     string
	Required bool
	Summary  string
}

// Reference reads the contract into its reference page.
func (a *API) Reference() Reference {
	ref := Reference{Title: a.spec.Info.Title, Description: a.spec.Info.Description, Base: Base}
	for _, tag := range a.spec.Tags {
		ref.Groups = append(ref.Groups, ReferenceGroup{Name: tag.Name, Summary: tag.Description, Operations: a.operations(tag.Name)})
	}
	for _, name := range slices.Sorted(maps.Keys(a.spec.Components.Schemas)) {
		ref.Models = append(ref.Models, model(name, a.spec.Components.Schemas[name].Value))
	}
	return ref
}

func (a *API) operations(tag string) []ReferenceOperation {
	var out []ReferenceOperation
	for _, path := range a.spec.Paths.InMatchingOrder() {
		item := a.spec.Paths.Value(path)
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
			if op := item.GetOperation(method); op != nil && slices.Contains(op.Tags, tag) {
				out = append(out, describe(method, path, op))
			}
		}
	}
	slices.SortFunc(out, func(a, b ReferenceOperation) int { return strings.Compare(a.Path+a.Method, b.Path+b.Method) })
	return out
}

func describe(method, path string, op *openapi3.Operation) ReferenceOperation {
	out := ReferenceOperation{ID: op.OperationID, Method: method, Path: path, Summary: op.Summary, Description: strings.TrimSpace(op.Description)}
	for _, p := range op.Parameters {
		out.Parameters = append(out.Parameters, ReferenceField{Name: p.Value.Name, In: p.Value.In, Kind: kind(p.Value.Schema), Required: p.Value.Required, Summary: p.Value.Description})
	}
	if op.RequestBody != nil {
		out.Body = media(op.RequestBody.Value.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses.Map())) {
		answer := op.Responses.Value(status).Value
		said := ReferenceAnswer{Status: status, Kind: media(answer.Content)}
		if answer.Description != nil {
			said.Summary = *answer.Description
		}
		if status == "default" {
			said.Status = "otherwise"
		}
		out.Answers = append(out.Answers, said)
	}
	return out
}

func media(content openapi3.Content) string {
	for _, name := range slices.Sorted(maps.Keys(content)) {
		if schema := content[name].Schema; schema != nil && schema.Ref != "" {
			return kind(schema)
		}
		return name
	}
	return ""
}

func model(name string, s *openapi3.Schema) ReferenceModel {
	out := ReferenceModel{Name: name, Summary: s.Description}
	for _, c := range s.Enum {
		if word, ok := c.(string); ok && word != "" {
			out.Choices = append(out.Choices, word)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[field]
		out.Fields = append(out.Fields, ReferenceField{Name: field, Kind: kind(p), Required: slices.Contains(s.Required, field), Summary: summary(p)})
	}
	return out
}

func summary(s *openapi3.SchemaRef) string {
	if s.Ref != "" || s.Value == nil {
		return ""
	}
	return s.Value.Description
}

// kind says what a value is, in a word or two: the model's name, "text", "list of Trial".
func kind(s *openapi3.SchemaRef) string {
	if s == nil {
		return ""
	}
	if s.Ref != "" {
		return s.Ref[strings.LastIndex(s.Ref, "/")+1:]
	}
	v := s.Value
	switch {
	case v == nil || v.Type == nil:
		return "anything"
	case v.Type.Is("array"):
		return "list of " + kind(v.Items)
	case v.Type.Is("object") && v.AdditionalProperties.Schema != nil:
		return "map of " + kind(v.AdditionalProperties.Schema)
	case v.Type.Is("string") && v.Format == "date-time":
		return "date and time"
	case v.Type.Is("string"):
		return "text"
	case v.Type.Is("integer"):
		return "whole number"
	}
	return strings.Join(v.Type.Slice(), " or ")
}
