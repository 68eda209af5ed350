package api

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"
)

//go:embed openapi.yaml
var contractText string

// readContract gives the contract, checked.
func readContract() (*openapi3.T, error) {
	spec, err := openapi3.NewLoader().LoadFromData([]byte(contractText))
	if err != nil {
		return nil, fmt.Errorf("the contract cannot be read: %w", err)
	}
	if err := spec.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("the contract is not valid: %w", err)
	}
	return spec, nil
}

// bound is the contract in the forms that the API has a use for.
type bound struct {
	document []byte      // as JSON
	rules    *openapi3.T // as requests are held to it
}

// readBound reads the contract, which takes a fifth of a second and 20 MB for that long.
func readBound() (bound, error) {
	spec, err := readContract()
	if err != nil {
		return bound{}, err
	}
	document, err := json.Marshal(spec)
	return bound{document, asRules(spec)}, err
}

// asRules turns the contract into what the validator for OpenAPI 3.0 holds requests to.
// That of the library for 3.1 compiles a schema for each value of each request, and
// forgets in its faults what the schema asked for. The contract uses nothing that only
// 3.1 has, which a test holds it to. What it says of answers is left out: it takes
// three quarters of the memory, and no request is held to it.
func asRules(rules *openapi3.T) *openapi3.T {
	rules.OpenAPI = "3.0.3"
	rules.Security = nil // asked at the door; the library would read an archive into memory to ask again
	rules.Components = nil
	for _, item := range rules.Paths.Map() {
		for _, op := range item.Operations() {
			op.Responses = nil
		}
	}
	return rules
}

// operation finds what the contract says of a route of gin's: /api/v1/trials/:id is
// /trials/{id}.
func operation(rules *openapi3.T, c *gin.Context) (path string, item *openapi3.PathItem, op *openapi3.Operation) {
	parts := strings.Split(strings.TrimPrefix(c.FullPath(), Base), "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	path = strings.Join(parts, "/")
	item = rules.Paths.Value(path)
	if item == nil {
		return path, nil, nil
	}
	return path, item, item.GetOperation(c.Request.Method)
}

func (a *API) serveDocument(c *gin.Context) {
	read, err := a.contract()
	if err != nil {
		Problem(c, a.log, err)
		return
	}
	c.Header("Cache-Control", "public, max-age=300")
	c.Data(http.StatusOK, "application/json", read.document)
}
