package api

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/gin-gonic/gin"

	"innovationden/web/api/contract"
)

// validate holds a request to the contract before any handler sees it, and says every
// fault at once in our own words: the library's text is not for users.
func (a *API) validate(c *gin.Context) {
	path, item, op := a.operation(c)
	if op == nil {
		return
	}
	params := map[string]string{}
	for _, p := range c.Params {
		params[p.Key] = p.Value
	}
	err := openapi3filter.ValidateRequest(c.Request.Context(), &openapi3filter.RequestValidationInput{
		Request:    c.Request,
		PathParams: params,
		Route:      &routers.Route{Spec: a.spec, PathItem: item, Operation: op, Method: c.Request.Method, Path: path},
		Options: &openapi3filter.Options{
			MultiError: true, SkipSettingDefaults: true, ExcludeRequestBody: isArchive(c),
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
		},
	})
	if err == nil {
		return
	}
	a.log.Debug("request refused by the contract", "path", path, "error", err)
	Answer(c, faultsOf(err, c.Request.URL.Path))
}

func faultsOf(err error, instance string) contract.Problem {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return plain(http.StatusRequestEntityTooLarge, "The request is too large", "Send a smaller request. This one may have at most "+megabytes(large.Limit)+".")
	}
	f := &faults{status: http.StatusUnprocessableEntity}
	f.walk(err, "")
	p := contract.Problem{Type: "about:blank", Title: "There is a problem", Status: int32(f.status), Detail: f.detail, Instance: &instance}
	if len(f.fields) > 0 {
		p.Errors = &f.fields
		p.Detail = f.fields[0].Detail
	}
	if p.Detail == "" {
		p.Detail = "The request cannot be read. Check it against the reference at /api/docs."
	}
	return p
}

// faults gathers what is wrong with a request.
type faults struct {
	status int
	detail string
	fields []contract.FieldProblem
}

func (f *faults) walk(err error, where string) {
	var many openapi3.MultiError
	var request *openapi3filter.RequestError
	var schema *openapi3.SchemaError
	switch {
	case errors.As(err, &request) && where == "":
		f.request(request)
	case errors.As(err, &many):
		for _, one := range many {
			f.walk(one, where)
		}
	case errors.As(err, &schema):
		f.field(schema, where)
	default:
		f.status = http.StatusBadRequest
	}
}

func (f *faults) request(e *openapi3filter.RequestError) {
	switch {
	case e.Parameter != nil:
		f.status = http.StatusBadRequest
		before := len(f.fields)
		f.walk(nested(e.Err), "/"+e.Parameter.Name)
		if len(f.fields) == before {
			f.fields = append(f.fields, contract.FieldProblem{Pointer: "/" + e.Parameter.Name, Detail: "Check " + e.Parameter.Name + ": it cannot be read as it is."})
		}
	case e.RequestBody != nil && e.Err == nil && e.Reason != "":
		f.status, f.detail = http.StatusUnsupportedMediaType, "Send the body as application/json, with that Content-Type."
	case e.RequestBody != nil && errors.Is(e.Err, openapi3filter.ErrInvalidRequired):
		f.status, f.detail = http.StatusBadRequest, "Send a body. It is missing."
	case e.RequestBody != nil:
		var parse *openapi3filter.ParseError
		if errors.As(e.Err, &parse) {
			f.status, f.detail = http.StatusBadRequest, "Send a body that is valid JSON. This one cannot be read."
			if parse.Kind == openapi3filter.KindUnsupportedFormat {
				f.status, f.detail = http.StatusUnsupportedMediaType, "Send the body as application/json, with that Content-Type."
			}
			return
		}
		f.walk(nested(e.Err), "/")
	default:
		f.status = http.StatusBadRequest
	}
}

// nested keeps an error from being taken for the RequestError around it.
func nested(err error) error {
	if err == nil {
		return errors.New("no cause")
	}
	return err
}

func (f *faults) field(e *openapi3.SchemaError, where string) {
	if where == "/" {
		where = ""
	}
	for _, part := range e.JSONPointer() {
		where += "/" + escape.Replace(part)
	}
	f.fields = append(f.fields, contract.FieldProblem{Pointer: where, Detail: sentence(e, where)})
}

func megabytes(n int64) string {
	const mega, giga = 1 << 20, 1 << 30
	if n >= giga && n%giga == 0 {
		return strconv.FormatInt(n/giga, 10) + " GB"
	}
	return strconv.FormatInt(max(n/mega, 1), 10) + " MB"
}
