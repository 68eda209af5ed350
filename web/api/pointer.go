package api

import (
	"errors"
	"strings"

	"innovationden/orchestrator/den"
)

var escape = strings.NewReplacer("~", "~0", "/", "~1")

// named is what the contract calls fields that the den calls otherwise.
var named = map[string]string{
	"length": "length_seconds", "longest": "longest_seconds", "trial_for": "trial_seconds", "by": "by_seconds", "idempotency_key": "Idempotency-Key",
}

// pointer makes a JSON Pointer (RFC 6901) of a field as the den names it: "name",
// "scores.easy-to-use.reason". What a stranger called a criterion may hold dots.
func pointer(field string) string {
	if strings.HasPrefix(field, "/") {
		return field
	}
	if name, ok := named[field]; ok {
		return "/" + name
	}
	criterion, ok := strings.CutPrefix(field, "scores.")
	if !ok {
		return "/" + strings.ReplaceAll(escape.Replace(field), ".", "/")
	}
	for _, part := range []string{"mark", "reason"} {
		if before, ok := strings.CutSuffix(criterion, "."+part); ok {
			return "/scores/" + escape.Replace(before) + "/" + part
		}
	}
	return "/scores/" + escape.Replace(criterion)
}

// addressed turns a fault of the product that the address names into the answer for what
// is not there: it is no field of the request.
func addressed(err error) error {
	var e *den.Error
	if errors.As(err, &e) && e.Kind == den.Invalid && e.Field == "product" && len(e.More) == 0 {
		return den.Missing()
	}
	return err
}
