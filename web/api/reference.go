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
	About  [][]Piece // paragraphs
	Base   string
	Groups []ReferenceGroup
	Models []ReferenceModel
}

// ReferenceGroup is the operations of one tag.
type ReferenceGroup struct {
	Name       string
	Summary    string
	Operations []ReferenceOperation
}

// ReferenceOperation is one operation.
type ReferenceOperation struct {
	ID         string
	Method     string
	Path       string
	Summary    string
	About      [][]Piece
	Parameters []ReferenceField
	Body       Kind
	Answers    []ReferenceAnswer
}

// ReferenceAnswer is one answer of an operation.
type ReferenceAnswer struct {
	Status string // "200"; empty: every other
	About  [][]Piece
	Kind   Kind
}

// ReferenceModel is one model with its fields.
type ReferenceModel struct {
	Name    string
	Summary string
	Choices []string // of an enumeration
	Fields  []ReferenceField
}

// ReferenceField is a field of a model or a parameter of an operation.
type ReferenceField struct {
	Name     string
	In       string // parameters: path, query or header
	Kind     Kind
	Bounds   string // "at most 120 characters"
	Required bool
	Summary  string
}

// Kind says what a value is: "list of" and the model Trial, "text" and no model.
type Kind struct{ Words, Model string }

// Known says that there is something to tell.
func (k Kind) Known() bool { return k != Kind{} }

// ReadReference reads the contract into its reference page.
func ReadReference() (Reference, error) {
	spec, err := readContract()
	if err != nil {
		return Reference{}, err
	}
	ref := Reference{About: prose(spec.Info.Description), Base: Base}
	for _, tag := range spec.Tags {
		ref.Groups = append(ref.Groups, ReferenceGroup{Name: tag.Name, Summary: strings.TrimSuffix(tag.Description, "."), Operations: operations(spec, tag.Name)})
	}
	for _, name := range slices.Sorted(maps.Keys(spec.Components.Schemas)) {
		ref.Models = append(ref.Models, model(name, spec.Components.Schemas[name].Value))
	}
	return ref, nil
}

func operations(spec *openapi3.T, tag string) []ReferenceOperation {
	var out []ReferenceOperation
	for path, item := range spec.Paths.Map() {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			if op := item.GetOperation(method); op != nil && slices.Contains(op.Tags, tag) {
				out = append(out, describe(method, path, op))
			}
		}
	}
	slices.SortFunc(out, func(a, b ReferenceOperation) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return out
}

func describe(method, path string, op *openapi3.Operation) ReferenceOperation {
	out := ReferenceOperation{ID: op.OperationID, Method: method, Path: path, Summary: op.Summary, About: prose(op.Description)}
	for _, p := range op.Parameters {
		out.Parameters = append(out.Parameters, ReferenceField{
			Name: p.Value.Name, In: p.Value.In, Kind: kind(p.Value.Schema),
			Bounds: bounds(p.Value.Schema), Required: p.Value.Required, Summary: unmarked(p.Value.Description),
		})
	}
	if op.RequestBody != nil {
		out.Body = media(op.RequestBody.Value.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses.Map())) {
		answer := op.Responses.Value(status).Value
		said := ReferenceAnswer{Status: strings.TrimPrefix(status, "default"), Kind: media(answer.Content)}
		if answer.Description != nil {
			said.About = prose(*answer.Description)
		}
		out.Answers = append(out.Answers, said)
	}
	return out
}

func media(content openapi3.Content) Kind {
	names := slices.Sorted(maps.Keys(content))
	if len(names) == 0 {
		return Kind{}
	}
	if schema := content[names[0]].Schema; schema != nil && schema.Ref != "" {
		return kind(schema)
	}
	return Kind{Words: names[0]}
}

func model(name string, s *openapi3.Schema) ReferenceModel {
	out := ReferenceModel{Name: name, Summary: unmarked(s.Description)}
	for _, c := range s.Enum {
		if word, ok := c.(string); ok && word != "" {
			out.Choices = append(out.Choices, word)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[field]
		f := ReferenceField{Name: field, Kind: kind(p), Bounds: bounds(p), Required: slices.Contains(s.Required, field)}
		if p.Ref == "" {
			f.Summary = unmarked(p.Value.Description)
		}
		out.Fields = append(out.Fields, f)
	}
	return out
}
