package report

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

// Schema is the JSON Schema (2020-12) of the document, made of the document's own type.
// id is the address under which it is served.
func Schema(id string) ([]byte, error) {
	whole := object(reflect.TypeFor[den.Report]())
	whole["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	whole["$id"] = id
	whole["title"] = "Report of a trial in an Innovation Den"
	whole["description"] = "The standard document of a trial. Marks run from 0 to 5, totals from 0 to 100, names that end in _share or shares from 0 to 1; " +
		"names that end in _seconds are lengths in seconds, in _pence amounts in pence, in _sha256 hashes in hex; times are in UTC (RFC 3339)."
	whole["properties"].(map[string]any)["standard"] = map[string]any{"const": den.ReportStandard}
	return json.MarshalIndent(whole, "", "  ")
}

// object is the schema of a struct: nothing but its fields, and all that are not
// optional.
func object(of reflect.Type) map[string]any {
	fields, needs := map[string]any{}, []string{}
	for i := range of.NumField() {
		name, options, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		fields[name] = schemaOf(of.Field(i).Type)
		if options == "" {
			needs = append(needs, name)
		}
	}
	slices.Sort(needs)
	return map[string]any{"type": "object", "additionalProperties": false, "properties": fields, "required": needs}
}

func schemaOf(of reflect.Type) map[string]any {
	switch {
	case of == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case of == reflect.TypeFor[den.Part]():
		return map[string]any{"enum": den.Parts}
	}
	switch of.Kind() {
	case reflect.Pointer:
		inner := schemaOf(of.Elem())
		if kind, ok := inner["type"].(string); ok && kind != "object" {
			inner["type"] = []string{kind, "null"}
		}
		return inner
	case reflect.Struct:
		return object(of)
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(of.Elem())}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return map[string]any{"type": "integer"}
	default:
		return map[string]any{"type": "string"}
	}
}
