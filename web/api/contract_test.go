package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// operation is one of the contract.
type operation struct {
	id, method, path string
	spec             *openapi3.Operation
}

func everyOperation(doc *openapi3.T) []operation {
	var all []operation
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			all = append(all, operation{op.OperationID, method, path, op})
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.id, b.id) })
	return all
}

// Requests are held to the contract by the validator for OpenAPI 3.0: nothing may be
// in it that only 3.1 has, for that would not be checked.
func TestTheContractNeedsNothingThatOnlyOpenAPI31Has(t *testing.T) {
	text, err := json.Marshal(readDocument(t))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	if found := only31(doc["components"].(map[string]any)["schemas"], ""); len(found) > 0 {
		t.Error(found)
	}
	control := map[string]any{"A": map[string]any{"type": []any{"string", "null"}, "properties": map[string]any{"const": map[string]any{"const": 1}}}}
	if found := only31(control, ""); len(found) != 2 {
		t.Errorf("the control finds %v", found)
	}
}

func only31(node any, where string) []string {
	var found []string
	switch node := node.(type) {
	case map[string]any:
		for key, v := range node {
			names := strings.HasSuffix(where, "/properties") || where == "" // of fields and models, not keywords
			list := key == "type" && !names && strings.HasPrefix(kindOf(v), "list")
			if !names && (list || slices.Contains([]string{
				"const", "prefixItems", "contains", "patternProperties", "dependentSchemas", "propertyNames",
				"unevaluatedItems", "unevaluatedProperties", "if", "then", "else", "dependentRequired", "$defs", "contentSchema",
			}, key)) {
				found = append(found, where+"/"+key)
			}
			found = append(found, only31(v, where+"/"+key)...)
		}
	case []any:
		for _, v := range node {
			found = append(found, only31(v, where+"/-")...)
		}
	}
	return found
}

func kindOf(v any) string {
	if _, ok := v.([]any); ok {
		return "list"
	}
	return ""
}

// A misspelt field is refused everywhere, not only where somebody thought of it.
func TestEveryBodyRefusesFieldsThatItDoesNotHave(t *testing.T) {
	doc := readDocument(t)
	var closed func(name string, s *openapi3.Schema)
	closed = func(name string, s *openapi3.Schema) {
		if s.Type.Is("object") && s.AdditionalProperties.Schema == nil && (s.AdditionalProperties.Has == nil || *s.AdditionalProperties.Has) {
			t.Errorf("%s takes any field", name)
		}
		for field, p := range s.Properties {
			closed(name+"."+field, p.Value)
		}
		if s.Items != nil {
			closed(name+"[]", s.Items.Value)
		}
		if s.AdditionalProperties.Schema != nil {
			closed(name+"{}", s.AdditionalProperties.Schema.Value)
		}
	}
	for _, op := range everyOperation(doc) {
		if op.spec.RequestBody == nil {
			continue
		}
		if json := op.spec.RequestBody.Value.Content.Get("application/json"); json != nil {
			closed(op.id, json.Schema.Value)
		}
	}
}
