package api

import "strings"

var escape = strings.NewReplacer("~", "~0", "/", "~1")

// pointer makes a JSON Pointer (RFC 6901) of a field as the den names it: "name",
// "scores.easy-to-use.reason".
func pointer(field string) string {
	if strings.HasPrefix(field, "/") {
		return field
	}
	return "/" + strings.ReplaceAll(escape.Replace(field), ".", "/")
}
