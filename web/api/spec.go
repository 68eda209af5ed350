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
var contractText []byte

// readContract gives the contract checked, and as JSON.
func readContract() (*openapi3.T, []byte, error) {
	spec, err := openapi3.NewLoader().LoadFromData(contractText)
	if err != nil {
		return nil, nil, fmt.Errorf("the contract cannot be read: %w", err)
	}
	if err := spec.Validate(context.Background()); err != nil {
		return nil, nil, fmt.Errorf("the contract is not valid: %w", err)
	}
	document, err := json.Marshal(spec)
	return spec, document, err
}

// asRules gives the contract to hold requests to with the validator for OpenAPI 3.0.
// That of the library for 3.1 compiles a schema for each value of each request, and
// forgets in its faults what the schema asked for. The contract uses nothing that only
// 3.1 has, which a test holds it to.
func asRules(spec *openapi3.T) *openapi3.T {
	rules := *spec
	rules.OpenAPI = "3.0.3"
	rules.Security = nil // asked at the door; the library would read an archive into memory to ask again
	return &rules
}

// operation finds what the contract says of a route of gin's: /api/v1/trials/:id is
// /trials/{id}.
func (a *API) operation(c *gin.Context) (path string, item *openapi3.PathItem, op *openapi3.Operation) {
	parts := strings.Split(strings.TrimPrefix(c.FullPath(), Base), "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	path = strings.Join(parts, "/")
	item = a.spec.Paths.Value(path)
	if item == nil {
		return path, nil, nil
	}
	return path, item, item.GetOperation(c.Request.Method)
}

func (a *API) serveDocument(c *gin.Context) {
	c.Header("Cache-Control", "public, max-age=300")
	c.Data(http.StatusOK, "application/json", a.document)
}
