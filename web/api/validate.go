package api

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/gin-gonic/gin"

	"innovationden/web/api/contract"
)

// validate holds a request to the contract before any handler sees it, and says every
// fault at once in our own words: the library's text is not for users.
func (a *API) validate(c *gin.Context) {
	read, err := a.contract()
	if err != nil {
		Problem(c, a.log, err)
		return
	}
	path, item, op := operation(read.rules, c)
	if op == nil {
		return
	}
	params := map[string]string{}
	for _, p := range c.Params {
		params[p.Key] = p.Value
	}
	err = openapi3filter.ValidateRequest(c.Request.Context(), &openapi3filter.RequestValidationInput{
		Request:    c.Request,
		PathParams: params,
		Route:      &routers.Route{Spec: read.rules, PathItem: item, Operation: op, Method: c.Request.Method, Path: path},
		Options: &openapi3filter.Options{
			MultiError: true, SkipSettingDefaults: true, ExcludeRequestBody: isFile(c),
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
		},
	})
	f := &faults{status: http.StatusUnprocessableEntity}
	f.strays(c.Request, op)
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			Answer(c, tooLarge(large.Limit))
			return
		}
		a.log.Debug("request refused by the contract", "path", path, "error", err)
		f.walk(err, "")
	}
	if err != nil || len(f.fields) > 0 {
		Answer(c, f.problem())
	}
}

// faults gathers what is wrong with a request.
type faults struct {
	status int
	detail string
	fields []contract.FieldProblem
}

func (f *faults) add(pointer, detail string) {
	if len(f.fields) < mostFaults {
		f.fields = append(f.fields, contract.FieldProblem{Pointer: pointer, Detail: detail})
	}
}

func (f *faults) problem() contract.Problem {
	p := plain(f.status, "There is a problem", f.detail)
	if len(f.fields) > 0 {
		p.Errors = &f.fields
		p.Detail = f.fields[0].Detail
	}
	if p.Detail == "" {
		p.Detail = "The request cannot be read. Check it against the reference at /api/docs."
	}
	return p
}

// strays finds query parameters that the operation does not have, or has once and was
// given twice: a misspelt filter would give the wrong list without a word.
func (f *faults) strays(r *http.Request, op *openapi3.Operation) {
	query := r.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		known := op.Parameters.GetByInAndName(openapi3.ParameterInQuery, name)
		switch {
		case known == nil:
			f.status = http.StatusBadRequest
			f.add("/"+escape.Replace(name), "There is no parameter "+shortened(name)+" here. Check its spelling.")
		case len(query[name]) > 1 && !mayRepeat(known):
			f.status = http.StatusBadRequest
			f.add("/"+name, "Give "+name+" once.")
		}
	}
}

// mayRepeat says of a parameter that each of its values stands under its name again.
func mayRepeat(p *openapi3.Parameter) bool {
	how, err := p.SerializationMethod()
	return err == nil && how.Explode && p.Schema != nil && p.Schema.Value.Type.Is("array")
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
		f.parameter(e)
	case e.RequestBody == nil:
		f.status = http.StatusBadRequest
	case errors.Is(e.Err, openapi3filter.ErrInvalidRequired):
		f.status, f.detail = http.StatusBadRequest, "Send a body. It is missing."
	case e.Err == nil, unreadable(e.Err) == openapi3filter.KindUnsupportedFormat:
		p := unsupported("the body", "application/json")
		f.status, f.detail = int(p.Status), p.Detail
	case isParse(e.Err):
		f.status, f.detail = http.StatusBadRequest, "Send a body that is valid JSON. This one cannot be read."
	default:
		f.walk(e.Err, "/")
	}
}

func (f *faults) parameter(e *openapi3filter.RequestError) {
	f.status = http.StatusBadRequest
	name, before := e.Parameter.Name, len(f.fields)
	if e.Err != nil && !isParse(e.Err) {
		f.walk(e.Err, "/"+name)
	}
	switch {
	case len(f.fields) > before:
	case errors.Is(e.Err, openapi3filter.ErrInvalidRequired), errors.Is(e.Err, openapi3filter.ErrInvalidEmptyValue):
		f.add("/"+name, "Give "+name+".")
	default:
		f.add("/"+name, typeSentence(e.Parameter.Schema.Value, name))
	}
}

func isParse(err error) bool {
	var parse *openapi3filter.ParseError
	return errors.As(err, &parse)
}

func unreadable(err error) openapi3filter.ParseErrorKind {
	var parse *openapi3filter.ParseError
	if errors.As(err, &parse) {
		return parse.Kind
	}
	return openapi3filter.KindOther
}

func (f *faults) field(e *openapi3.SchemaError, where string) {
	if where == "/" {
		where = ""
	}
	for _, part := range e.JSONPointer() {
		where += "/" + escape.Replace(part)
	}
	if stray := strayField(e); stray != "" {
		f.add(where+"/"+escape.Replace(stray), "There is no field "+shortened(stray)+" here. Check its spelling.")
		return
	}
	f.add(where, sentence(e, where))
}

// misread says which value of a body is not what its field holds: what the contract
// lets through and Go does not, such as 3.0 for a whole number.
func misread(err error) (contract.Problem, bool) {
	var kind *json.UnmarshalTypeError
	if !errors.As(err, &kind) || kind.Field == "" {
		return contract.Problem{}, false
	}
	where := "/" + strings.ReplaceAll(kind.Field, ".", "/")
	f := &faults{status: http.StatusUnprocessableEntity}
	f.add(where, "Write the value of "+where[strings.LastIndex(where, "/")+1:]+" another way: a whole number has no point and no exponent.")
	return f.problem(), true
}

func unsupported(what, kind string) contract.Problem {
	return plain(http.StatusUnsupportedMediaType, "This kind of body cannot be read", "Send "+what+" as "+kind+", with that Content-Type.")
}

func megabytes(n int64) string {
	const mega, giga = 1 << 20, 1 << 30
	switch {
	case n >= giga && n%giga == 0:
		return strconv.FormatInt(n/giga, 10) + " GB"
	case n < mega:
		return strconv.FormatInt(n, 10) + " bytes"
	}
	return strconv.FormatInt(n/mega, 10) + " MB"
}
